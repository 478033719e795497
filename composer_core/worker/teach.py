"""Trains a genre in a job's name: every epoch becomes an event with its picture, now and then a sample is rendered.

Pictures and samples are made in a thread beside the training, in order, so that watching costs it next to nothing.
"""

import json
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from composer_core.checkpoints import load_band
from composer_core.corpora.song_files import read_songs
from composer_core.errors import Cancelled, ResourceError, SettingError
from composer_core.genres import SHIPPED, find_genre, read_genre
from composer_core.music import Composition
from composer_core.training.curves import DARK, LIGHT, draw_curves
from composer_core.training.custom import STATE, Lesson, Record, Training
from composer_core.training.exam import Exam
from composer_core.training.graduation import graduate, named
from composer_core.training_request import NONE, Epoch, TrainRequest
from composer_core.worker.held import Held
from composer_core.worker.produce import produce
from composer_core.worker.setup import Setup
from storage.files import FileStore
from storage.jobs import Job

TRAIN_SHARE = (0.05, 0.97)  # of the progress bar
MOST_WAITING = 4  # pictures and samples in the making; what comes on top is told without a picture

log = logging.getLogger(__name__)


def teach(job: Job, request: TrainRequest, folder: Path, held: Held, files: FileStore, setup: Setup) -> dict[str, Any]:
    """Train in a prepared folder until it is enough, and put the genre where genres are found; returns the result.

    Raises:
        Cancelled: the job was asked to stop; the folder keeps the last checkpoint and the best weights.
        UserError: the folder is damaged, or the name has been taken meanwhile.
    """
    lesson, known = read_lesson(folder, request, setup)
    _check_free(request.name, known["job"], setup)
    torch.set_num_threads(1)  # as in ``techniques.band``; the other core composes, renders and draws
    with Followed(job, held, files, setup) as followed:
        if request.finish:
            _check_begun(folder)
        training = Training(lesson, followed, _device())
        followed.catch_up(training.record)
        record = training.finish("its best checkpoint was asked for") if request.finish else training.run()
        followed.tell("finish", TRAIN_SHARE[1])
        if not held.settle(job.id):  # a cancel that comes now is too late: the genre is about to be there
            raise Cancelled
        target = setup.home.genres / request.name
        graduate(lesson.genre, lesson.songs, record, known["report"], known["job"], target)
        return {"genre": request.name, "title": lesson.genre.title, **followed.conclude(record, training.exam, target)}


def read_lesson(folder: Path, request: TrainRequest, setup: Setup) -> tuple[Lesson, dict[str, Any]]:
    """Read what was prepared, and what is known beside: the report, the first job's id.

    Raises:
        ResourceError: the folder is damaged.
    """
    try:
        known = json.loads((folder / "lesson.json").read_text(encoding="utf-8"))
        songs = read_songs(folder / "songs.json.gz")
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ResourceError(f"The training in {folder.name} is damaged ({error}): start a new one.") from error
    base = None if known["base"] == NONE else find_genre(known["base"], setup.genre_folders)
    return Lesson(songs, named(read_genre(folder), request.name), base, request), known


def _check_begun(folder: Path) -> None:
    if not (folder / STATE).is_file():
        raise SettingError("This training has no checkpoint that could be kept: let it run for an epoch first.")


def _check_free(name: str, job: str, setup: Setup) -> None:
    """Refuse a name that another genre has.

    Raises:
        SettingError: it is a shipped genre's, or one of another training.
    """
    taken = (SHIPPED / name).exists()
    training = setup.home.genres / name / "training.json"
    if training.parent.exists():
        try:
            taken |= json.loads(training.read_text(encoding="utf-8")).get("job") != job
        except (OSError, ValueError):
            taken = True
    if taken:
        raise SettingError(f"There is a genre {name!r} already: choose another name (job {job} is kept).")


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Followed:
    """Tells a job's followers of its training (``training.custom.Watcher``)."""

    def __init__(self, job: Job, held: Held, files: FileStore, setup: Setup) -> None:
        self.job, self.held, self.files, self.setup = job, held, files, setup
        self._beside = ThreadPoolExecutor(1, "watch")
        self._waiting: list[Future[None]] = []
        self._told = {(event.kind, event.payload.get("epoch")) for event in held.ledger.events(job.id)}
        self._fraction = TRAIN_SHARE[0]

    def __enter__(self) -> "Followed":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._beside.shutdown(wait=True, cancel_futures=kind is Cancelled)  # nobody waits for them any more

    def alive(self) -> None:
        """Raise ``Cancelled`` if the job is not wanted or not ours any more."""
        if not self.held.alive(self.job.id):
            raise Cancelled

    def epoch(self, epoch: Epoch, record: Record) -> None:
        """Tell of an epoch, with the curves so far."""
        self.held.ledger.persist(self.held.owner, self.job.id)
        low, high = TRAIN_SHARE
        minutes = record.request["minutes"]
        done = max(epoch.epoch / epoch.epochs, record.elapsed_s / (60 * minutes) if minutes else 0.0)
        self._fraction = low + (high - low) * min(done, 1.0)
        snapshot = Record.from_json(record.to_json())
        self._do_beside(lambda: self._tell_epoch(epoch, snapshot))

    def sample(self, epoch: int, composition: Composition) -> None:
        """Render a composition and tell of it, unless that was told."""
        if ("sample", epoch) not in self._told:
            self._do_beside(lambda: self._tell_sample(epoch, composition))

    def note(self, text: str) -> None:
        """Tell something that whoever watches should know."""
        self._do_beside(lambda: self._record("note", {"text": text}))

    def tell(self, stage: str, fraction: float) -> None:
        """Tell of a stage."""
        self._fraction = fraction
        self._do_beside(lambda: self._record("progress", {}, stage))

    def catch_up(self, record: Record) -> None:
        """Tell of the epochs that a worker finished but did not live to tell, or had no room to."""
        for epoch in record.epochs:
            if ("epoch", epoch.epoch) not in self._told:
                self._do_beside(lambda epoch=epoch: self._record("epoch", epoch.to_json()))  # type: ignore[misc]

    def conclude(self, record: Record, example: Exam, target: Path) -> dict[str, Any]:
        """Wait for everything that is being made, then publish the example and the last curves; returns their paths."""
        self._wait()
        self.catch_up(record)
        self._wait()
        genre = read_genre(target)
        composition = example.sample(load_band(genre, torch.device("cpu")), record.request["seed"], record.draft)
        with self.files.publish(self.job.id) as folder:
            made = produce(composition, folder, "example", self.setup)
            draw_curves(record, folder / "curves-dark.png", DARK)
            draw_curves(record, folder / "curves.png", LIGHT)
        files = {kind: f"{self.job.id}/{name}" for kind, name in made.files.items()}
        plots = {"plot": f"{self.job.id}/curves.png", "plot_dark": f"{self.job.id}/curves-dark.png"}
        return {"files": files | plots, "figures": _figures(record), "reason": record.reason}

    def _wait(self) -> None:
        for future in self._waiting:
            future.result()

    def _do_beside(self, call: Callable[[], None]) -> None:
        self._waiting = [future for future in self._waiting if not future.done()]
        self._waiting.append(self._beside.submit(_unharmed, call))

    def _tell_epoch(self, epoch: Epoch, record: Record) -> None:
        plots: dict[str, str] = {}
        try:
            if len(self._waiting) <= MOST_WAITING:
                plots = self._draw(f"{self.job.id}.e{epoch.epoch}", record)
        finally:  # an epoch is told of, drawn or not
            self._record("epoch", epoch.to_json() | plots)

    def _draw(self, name: str, record: Record) -> dict[str, str]:
        with self.files.publish(name) as folder:
            draw_curves(record, folder / "curves-dark.png", DARK)
            draw_curves(record, folder / "curves.png", LIGHT)
        return {"plot": f"{name}/curves.png", "plot_dark": f"{name}/curves-dark.png"}

    def _tell_sample(self, epoch: int, composition: Composition) -> None:
        name = f"{self.job.id}.s{epoch}"
        with self.files.publish(name) as folder:
            made = produce(composition, folder, f"epoch-{epoch}", self.setup)
        files = {kind: f"{name}/{file}" for kind, file in made.files.items()}
        self._record("sample", {"epoch": epoch, "files": files})

    def _record(self, kind: str, payload: dict[str, Any], stage: str = "train") -> None:
        about = {"stage": stage, "fraction": round(self._fraction, 3)}
        self.held.ledger.record(self.held.owner, self.job.id, kind, about | payload)
        self._told.add((kind, payload.get("epoch")))


def _unharmed(call: Callable[[], None]) -> None:
    """A picture that cannot be drawn must not end a training."""
    try:
        call()
    except Exception:
        log.exception("a training could not be told of")


def _figures(record: Record) -> dict[str, Any]:
    """What the last message says in short."""
    after, before = record.drafts[record.draft], min(record.start.values(), key=lambda result: result["similarity"])
    return {
        "epochs": len(record.epochs),
        "best": record.best,
        "minutes": round(record.elapsed_s / 60, 1),
        "similarity": after["similarity"],
        "base_similarity": before["similarity"],
        "reach": record.reach,
        "chord_tones": after["chord_tones"],
        "copied": after["copied"],
        "shared": record.shared,
    }
