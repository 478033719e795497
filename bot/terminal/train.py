"""``tutti train``: a genre of your own from your own MIDI files; first a report, then losses and similarity.

The job runs in a worker: closing the terminal does not stop it (`tutti jobs`, `tutti cancel ID`).
"""

import argparse
import json
import secrets
import shutil
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

from bot.core import WorkerWatch
from bot.report import follow, raise_unless_done
from bot.settings import Settings
from bot.terminal import Commands
from bot.terminal.output import note
from bot.terminal.progress import ProgressLine
from composer_core.dataset import CORPORA, report_text
from composer_core.errors import Cancelled, SettingError
from composer_core.genres import find_genre
from composer_core.training_request import AUTO, CORPUS, FOLDER, NONE, TrainRequest, read_tags
from storage.jobs import Event, Job, Ledger, QueueFull

KIND = "train"
CANCEL_WAIT_S = 10.0
DEFAULTS = TrainRequest("ab", CORPUS)


def add(commands: Commands) -> None:
    """Add the parser."""
    parser = commands.add_parser(KIND, help="train a genre of your own", description=__doc__)
    add_option = parser.add_argument
    add_option("name", metavar="NAME", help="the new genre's name: small letters, digits, hyphens")
    add_option("dataset", metavar="DATASET", nargs="?", help=(
        f"a zip or folder of MIDI or MusicXML files, or a corpus that is installed: {', '.join(CORPORA)}"))  # fmt: skip
    add_option(
        "--base",
        default=AUTO,
        metavar="GENRE",
        help=("genre to start from: minutes instead of hours; 'none' begins from scratch (default: what fits best)"),
    )
    add_option(
        "--epochs",
        type=int,
        default=DEFAULTS.epochs,
        metavar="N",
        help=("most epochs, 1-1000 (default 24); more takes longer and comes nearer to the data, at last too near"),
    )
    add_option(
        "--learning-rate",
        type=float,
        default=DEFAULTS.learning_rate,
        metavar="X",
        help=(
            "size of an update, 1e-5 to 1e-2 (default 1e-4); higher learns faster and forgets the base, too much fails"
        ),
    )
    add_option(
        "--update-ratio",
        type=int,
        default=DEFAULTS.update_ratio,
        metavar="R",
        help=(
            "critic updates per generator update, 1-10 (default 1); higher makes a stricter critic and slower epochs"
        ),
    )
    add_option(
        "--tags",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help=("train only on files with these tags, such as mode=minor folder=waltzes (the report lists all)"),
    )
    add_option("--melody", default=AUTO, metavar="TRACK-NAME", help="the melody's track in every file (default: found)")
    add_option("--minutes", type=float, metavar="M", help="stop after so many minutes of training in all, 0.1-1440")
    add_option("--resume", metavar="JOB", default="", help="go on with an earlier training; DATASET is left out")
    add_option("--finish", action="store_true", help="with --resume: make its best checkpoint the genre")
    add_option("--seed", type=int, default=0, metavar="S", help="same seed, same curves (default 0)")
    add_option("--description", default="", metavar="TEXT", help="one line about the genre")
    add_option(
        "--licence", default="", metavar="TEXT", help="what you state about the rights in the data, for its card"
    )
    add_option("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Train, and follow until it has ended."""
    ledger = Ledger(settings.home.database)
    request = _request(options, ledger)
    check_name_free(request, settings)
    if request.base not in (AUTO, NONE):
        find_genre(request.base, settings.genre_folders)
    job = _enqueue(ledger, request)
    note(f"Training job {job.id}. It goes on if you close this; Ctrl-C cancels it.")
    job = _follow(job, ledger, settings, request)
    if options.json:
        outcome = {"job": job.id, "status": job.status, "error": job.error, "result": job.result}
        print(json.dumps(outcome, ensure_ascii=False))
    raise_unless_done(job)
    if not options.json:
        _show(job.result or {}, request, settings)
    return 0


def check_name_free(request: TrainRequest, settings: Settings) -> None:
    """Refuse a name that a genre has already, unless its own training goes on.

    Raises:
        SettingError: the name is in use.
    """
    taken = any((folder / request.name).exists() for folder in settings.genre_folders)
    if taken and not request.resume:
        raise SettingError(
            f"There is a genre {request.name!r} already: choose another name, or see tutti genre --help."
        )


def _request(options: argparse.Namespace, ledger: Ledger) -> TrainRequest:
    if options.resume:
        return _resumed(options, ledger)
    if options.finish:
        raise SettingError("--finish needs --resume JOB: which training's checkpoint is to be kept?")
    tags = read_tags(" ".join(options.tags))
    if not options.dataset:
        raise SettingError("Give a DATASET: a zip or folder of MIDI files, or a corpus by name (tutti train --help).")
    return TrainRequest(
        name=options.name,
        dataset=_dataset(options.dataset),
        base=options.base,
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        update_ratio=options.update_ratio,
        tags=tags,
        melody=options.melody,
        minutes=options.minutes,
        seed=options.seed,
        description=options.description,
        licence=options.licence,
    )


def _dataset(text: str) -> str:
    path = Path(text).expanduser()
    if not path.exists() and text.partition(":")[0].strip().casefold() in CORPORA:
        return CORPUS + text
    if not path.exists():
        raise SettingError(f"There is no zip, folder or corpus {text[:80]!r}: corpora here are {', '.join(CORPORA)}.")
    return FOLDER + str(path.absolute())


def _resumed(options: argparse.Namespace, ledger: Ledger) -> TrainRequest:
    """The earlier request, with what the user changes."""
    earlier = ledger.job(options.resume)
    if earlier is None or earlier.kind != KIND:
        raise SettingError(f"There is no training job {options.resume[:40]!r}: see tutti jobs.")
    _check_unchanged(options)
    before = TrainRequest.from_json(earlier.payload)
    if not earlier.ended:
        raise SettingError(f"Job {earlier.id} is {earlier.status}: cancel it first, or let it go on.")
    changes: dict[str, Any] = {
        "name": options.name,
        "epochs": options.epochs if options.epochs != DEFAULTS.epochs else before.epochs,
        "minutes": options.minutes,
        "licence": options.licence or before.licence,
        "resume": before.resume or earlier.id,
        "finish": options.finish,
    }
    return TrainRequest.from_json(before.to_json() | changes)


def _check_unchanged(options: argparse.Namespace) -> None:
    """Refuse what cannot change any more, rather than overlook it."""
    settled: dict[str, tuple[Any, Any]] = {"DATASET": (options.dataset, None), "--tags": (options.tags, [])}
    for name in ("base", "learning_rate", "update_ratio", "melody", "seed", "description"):
        settled["--" + name.replace("_", "-")] = (getattr(options, name), getattr(DEFAULTS, name))
    if given := [name for name, (value, default) in settled.items() if value != default]:
        raise SettingError(
            f"A training goes on as it was begun: leave {', '.join(given)} out, or start a new one without --resume."
        )


def _enqueue(ledger: Ledger, request: TrainRequest) -> Job:
    try:
        return ledger.enqueue(secrets.token_hex(6), KIND, request.to_json(), origin={"platform": "terminal"})
    except QueueFull as error:
        raise SettingError(f"You already have {error.limit} jobs waiting: wait for some, or cancel them.") from error


def _follow(job: Job, ledger: Ledger, settings: Settings, request: TrainRequest) -> Job:
    """Print what happens as it happens; Ctrl-C cancels."""
    watch, seen = WorkerWatch(settings, ledger, job), 0
    try:
        with ProgressLine(f"Training {request.name}.") as line:
            for latest in follow(ledger, job.id, check=watch.check):
                job = latest
                for event in ledger.events(job.id, seen):
                    seen = event.sequence
                    if text := describe(event, settings.home.files):
                        line.say(text)
                line.show(job, ledger)
    except KeyboardInterrupt:
        _cancel(job, ledger, request)
    return job


def describe(event: Event, files: Path) -> str:
    """What a terminal prints of an event; nothing of mere progress. ``files`` is where paths of events begin."""
    about = event.payload
    if event.kind == "report":
        return report_text(about["report"], min(shutil.get_terminal_size().columns, 110))
    if event.kind == "note":
        return str(about["text"])
    if event.kind == "sample":
        when = f"after epoch {about['epoch']}" if about["epoch"] else "before the first epoch"
        return f"sample {when}: {files / about['files']['mp3']}"
    if event.kind != "epoch":
        return ""
    left = timedelta(seconds=round(about["eta_s"]))
    return (
        f"epoch {about['epoch']:3}/{about['epochs']}  generator {about['generator_loss']:+.2f}  "
        f"critic {about['critic_loss']:.2f}  similarity {about['similarity']:.3f}{'*' if about['best'] else ' '}  "
        f"{about['rounds_per_s']:.1f} rounds/s  {left} left"
    )


def _cancel(job: Job, ledger: Ledger, request: TrainRequest) -> NoReturn:
    cancelled = ledger.cancel(job.id)
    patience_ends = time.monotonic() + CANCEL_WAIT_S
    while cancelled and not cancelled.ended and time.monotonic() < patience_ends:
        time.sleep(0.05)
        cancelled = ledger.job(job.id)
    root = request.resume or job.id
    again = f"tutti train {request.name} --resume {root}"
    raise Cancelled(f"Cancelled. What was learned is kept: `{again}` goes on, with --finish the best checkpoint stays.")


def _show(result: dict[str, Any], request: TrainRequest, settings: Settings) -> None:
    figures = result["figures"]
    print(
        f"{result['title']} is ready: similarity index {figures['similarity']:.3f} (before "
        f"{figures['base_similarity']:.3f}, the pieces themselves {figures['reach']:.3f}), "
        f"{figures['epochs']} epochs in {figures['minutes']:g} minutes; it ended because {result['reason']}."
    )
    for kind in ("mp3", "plot"):
        print(f"  {kind:5} {settings.home.files / result['files'][kind]}")
    print(f"Try it: tutti compose 'C4 D E F | G:4' --genre {request.name}", file=sys.stderr)
