"""``tutti compose``: through the ledger like every chat request, then the files to a folder."""

import argparse
import json
import secrets
import time
from pathlib import Path
from typing import Any, NoReturn

from bot.core import WorkerWatch, living_workers
from bot.melodies import melody_from
from bot.report import follow, raise_unless_done
from bot.settings import Settings
from bot.terminal import Commands
from bot.terminal.deliver import deliver, destination
from bot.terminal.output import note
from bot.terminal.progress import ProgressLine
from composer_core.errors import Cancelled, SettingError, UserError
from composer_core.genres import find_genre
from composer_core.preparation import make_request
from composer_core.request import ComposeRequest
from storage.files import FileStore
from storage.jobs import Job, Ledger, QueueFull

KIND = "compose"
CANCEL_WAIT_S = 5.0


def add(commands: Commands) -> None:
    """Add the parser."""
    parser = commands.add_parser(KIND, help="compose an accompaniment for a melody", description=__doc__)
    parser.add_argument("melody", metavar="MELODY", help="a .mid file, or notes such as 'C4 D E:2 | F#:1/2 R Bb3:1.5'")
    parser.add_argument("--genre", default="chorale", help="see `tutti genres` (default: chorale)")
    parser.add_argument("--technique", help="way of composing (default: the genre's own)")
    parser.add_argument("--bars", type=int, metavar="N", help="cut the melody to N bars, or repeat it until N are full")
    parser.add_argument("--tempo", type=float, metavar="BPM", help="quarters a minute, instead of the melody's own")
    parser.add_argument("--key", help="move the melody, and your chords with it, to a key such as Am, F# or 'Eb major'")
    parser.add_argument("--intro", action="store_true", help="let the band begin alone, where the genre has an intro")
    _add_controls(parser)
    parser.add_argument("--seed", type=int, metavar="S", help="the same seed gives the same notes (default: drawn)")
    parser.add_argument("--takes", type=int, default=1, metavar="N", help="how many different takes (default: 1)")
    parser.add_argument("--track", metavar="NAME", help="which track of the MIDI file is the melody (default: found)")
    parser.add_argument("--stems", action="store_true", help="also write each track's own audio")
    parser.add_argument("--score", action="store_true", help="also write sheet music: MusicXML and its first pages")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where the files go (default: here)")
    parser.add_argument("--detach", action="store_true", help="only put the job into the queue and print its id")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=run)


def _add_controls(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--chords", default="", metavar="PLAN", help="your own chords, bar by bar: 'C Am | F G7' (default: planned)")
    add("--reharmonise", nargs="?", type=int, const=1, default=0, metavar="N", help="another plan (the N-th other one)")
    add("--density", type=float, default=0.5, metavar="D", help="fewer (0) or more (1) notes (default: .5)")
    add("--risk", type=float, default=1.0, metavar="R", help="from careful (.5) to wild (6) (default: 1)")
    add("--without", default="", metavar="PARTS", help="parts that do not play, such as drums,strings")
    add("--only", default="", metavar="PARTS", help="the only parts that play beside the melody, such as bass,drums")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Compose, or with ``--detach`` enqueue."""
    return carry_out(_request(options, settings), options, settings)


def carry_out(request: ComposeRequest, options: argparse.Namespace, settings: Settings) -> int:
    """See a request through to its files in ``options.out``; of the options, ``detach`` and ``json`` count as well."""
    ledger = Ledger(settings.home.database)
    if options.detach:
        job = _enqueue(ledger, request)
        print(json.dumps({"job": job.id}))
        note(f"In the queue. Fetch the files later with: tutti show {job.id} --out DIR")
        if not living_workers(ledger):
            note("No worker is running yet: start one with: tutti run")
        return 0
    with destination(options.out.absolute()) as out:
        job = _follow(_enqueue(ledger, request), ledger, settings, request)
        takes = _deliver(job, settings, out) if job.status == "done" else []
        if options.json:
            print(json.dumps(_outcome(job, request, takes), ensure_ascii=False))
        raise_unless_done(job)
    if not options.json:
        _show(takes)
    return 0


def _request(options: argparse.Namespace, settings: Settings) -> ComposeRequest:
    genre = find_genre(options.genre, settings.genre_folders)
    melody, typed = melody_from(options.melody, track=options.track)
    tempo_bpm = options.tempo
    if tempo_bpm is None and typed:  # typed notes bring no tempo of their own
        tempo_bpm = genre.tempo_bpm
    return make_request(
        melody,
        genre,
        seed=options.seed,
        technique=options.technique,
        length_bars=options.bars,
        tempo_bpm=tempo_bpm,
        takes=options.takes,
        stems=options.stems,
        score=options.score,
        key=options.key,
        intro=options.intro,
        chords=options.chords,
        reharmonise=options.reharmonise,
        risk=options.risk,
        density=options.density,
        without=options.without,
        only=options.only,
    )


def _enqueue(ledger: Ledger, request: ComposeRequest) -> Job:
    try:
        return ledger.enqueue(secrets.token_hex(6), KIND, request.to_json(), origin={"platform": "terminal"})
    except QueueFull as error:
        raise SettingError(
            f"You already have {error.limit} jobs waiting: wait for some, or cancel them (tutti jobs, tutti cancel ID)."
        ) from error


def _follow(job: Job, ledger: Ledger, settings: Settings, request: ComposeRequest) -> Job:
    """Show the job's way until it has ended; Ctrl-C cancels it."""
    watch = WorkerWatch(settings, ledger, job)
    title = f"Job {job.id}: {request.melody.name} in genre {request.genre}, seed {request.seed}."
    try:
        with ProgressLine(title) as line:
            for latest in follow(ledger, job.id, check=watch.check):
                job = latest
                line.show(job, ledger)
    except KeyboardInterrupt:
        _cancel(job, ledger)
    return job


def _cancel(job: Job, ledger: Ledger) -> NoReturn:
    """Cancel, wait a moment for the worker to agree, and leave as Ctrl-C does."""
    cancelled = ledger.cancel(job.id)
    patience_ends = time.monotonic() + CANCEL_WAIT_S
    while cancelled and not cancelled.ended and time.monotonic() < patience_ends:
        time.sleep(0.05)
        cancelled = ledger.job(job.id)
    raise Cancelled(f"Cancelled job {job.id}.")


def _deliver(job: Job, settings: Settings, out: Path) -> list[dict[str, Any]]:
    takes = (job.result or {}).get("takes", [])
    try:
        delivered = deliver(FileStore(settings.home.files), takes, out)
    except UserError as error:
        raise type(error)(f"{error} The composition is kept: tutti show {job.id} --out DIR") from error
    return [
        {key: value for key, value in take.items() if key != "files"} | {"paths": paths}
        for take, paths in zip(takes, delivered, strict=True)
    ]


def _outcome(job: Job, request: ComposeRequest, takes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "job": job.id,
        "status": job.status,
        "genre": request.genre,
        "technique": request.technique,
        "seed": request.seed,
        "error": job.error,
        "takes": takes,
    }


def _show(takes: list[dict[str, Any]]) -> None:
    for notice in dict.fromkeys(notice for take in takes for notice in take["notices"]):
        note(f"Note: {notice}")
    for take in takes:
        figures = f"{take['key']}, {take['metre']}, {take['tempo_bpm']:g} bpm, {take['length_s']:.0f} s"
        print(f"{figures}, seed {take['seed']}")
        for kind, path in take["paths"].items():
            print(f"  {kind:5} {path}")
