"""Jobs of kind ``survey`` (a dataset is read) and ``train`` (a genre learns from it).

A training has a folder in ``$TUTTI_HOME/trainings``, named by its first job: what was read, the latest checkpoint, the
best weights. A job that is claimed again, or resumes an earlier one, goes on from there.
"""

import json
import logging
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from composer_core.corpora.song_files import write_songs
from composer_core.dataset import Survey, survey
from composer_core.errors import Cancelled, ResourceError, SettingError
from composer_core.genres import SHIPPED, Genre, find_genre, list_genres
from composer_core.training_request import AUTO, CORPUS, FILE, NONE, TrainRequest
from composer_core.worker.faults import explain
from composer_core.worker.held import Held
from composer_core.worker.setup import Setup
from storage.files import FileStore
from storage.genre_shelf import GenreShelf, Owned
from storage.jobs import ENDED, STATUSES, Job
from storage.locks import locked

KEPT = 5  # trainings that have ended are kept, so that they may be resumed
MOST_OPEN = 100_000
WAIT_S = 0.5
READ_SHARE = 0.05  # of the progress bar

log = logging.getLogger(__name__)


class Trainer:
    """Does survey and train jobs, one at a time."""

    def __init__(self, setup: Setup, held: Held, files: FileStore) -> None:
        self.setup, self.held, self.files = setup, held, files
        self.shelf = GenreShelf(setup.home.database, setup.home.genres)

    def work(self, jobs: Sequence[Job]) -> None:
        """Do every job; each ends finished, failed, cancelled or released. Raises nothing for a job's sake."""
        for job in jobs:
            try:
                result = {"survey": self._survey, "train": self._train}[job.kind](job)
                self.held.ledger.finish(self.held.owner, job.id, result)
            except Cancelled:
                pass
            except Exception as error:
                message, detail = explain(error, job.id, self.setup.home.root)
                if detail:
                    log.error("job %s failed\n%s", job.id, detail)
                self.held.ledger.fail(self.held.owner, job.id, message, detail)
            finally:
                self.held.drop(job.id)

    def _survey(self, job: Job) -> dict[str, Any]:
        return {"report": self._read(job, TrainRequest.from_json(job.payload)).report()}

    def _train(self, job: Job) -> dict[str, Any]:
        from composer_core.worker.teach import teach  # loads torch

        request = TrainRequest.from_json(job.payload)
        folder = self.setup.home.trainings / (request.resume or job.id)
        if not folder.is_dir():
            self._prepare(job, request, folder)
        try:
            with self._device(job):
                self._note_owner(job, request.name, folder.name)
                return teach(job, request, folder, self.held, self.files, self.setup)
        finally:
            self._prune()

    def _note_owner(self, job: Job, name: str, root: str) -> None:
        """Say whose the genre will be before it is there: nobody else may see it even for a moment."""
        if self.shelf.genre(name) is None:
            space = str(job.origin.get("space", ""))
            platform = str(job.origin.get("platform", "")) if space else ""
            self.shelf.put(Owned(name, job.user, platform, space, job_id=root))

    def _read(self, job: Job, request: TrainRequest) -> Survey:
        def progress(done: int, total: int, name: str) -> None:
            self._alive(job)
            if total and done % 10 == 0:
                self._tell(job, "read", READ_SHARE * done / total)

        self._tell(job, "read", 0.0)
        source = self._source(request)
        data = self.setup.data
        return survey(source, data=data, melody=request.melody, tags=request.tags, progress=progress)

    def _source(self, request: TrainRequest) -> str | Path:
        scheme, _, rest = request.dataset.partition(":")
        if f"{scheme}:" == FILE:
            path = self.files.path(rest)
            if not path.exists():
                raise ResourceError("The uploaded dataset was deleted meanwhile: upload it again.")
            return path
        return rest if f"{scheme}:" == CORPUS else Path(rest)

    def _prepare(self, job: Job, request: TrainRequest, folder: Path) -> None:
        """Read the data, tell what is in it, and draft the genre; the folder appears when all of it is there."""
        from composer_core.training.graduation import draft_genre
        from composer_core.training.transfer import choose_base

        if request.resume:
            gone = f"Of the training {request.resume[:40]!r} nothing is kept"
            raise SettingError(f"{gone} (it never began, or {KEPT} later ones have ended): start a new one.")
        found = self._read(job, request)
        report = found.report()
        if all(event.kind != "report" for event in self.held.ledger.events(job.id)):  # or by a worker that died then
            told = {"stage": "read", "fraction": READ_SHARE, "report": report}
            self.held.ledger.record(self.held.owner, job.id, "report", told)
        if not found.usable:
            raise SettingError(" ".join([found.verdict, *found.advice]))
        base = self._base(request, found, choose_base)
        with _appearing(folder) as partial:
            draft_genre(found, request.name, request.description, base, partial)
            write_songs(found.split(request.seed), partial / "songs.json.gz")
            known = {"report": report, "base": base.name if base else NONE, "job": job.id}
            (partial / "lesson.json").write_text(json.dumps(known), encoding="utf-8")

    def _base(self, request: TrainRequest, found: Survey, choose: Any) -> Genre | None:  # noqa: ANN401
        if request.base == NONE:
            return None
        if request.base == AUTO:
            bases = {genre.name: genre.parts for genre in list_genres((SHIPPED,))}
            return find_genre(choose(found.parts, bases))
        return find_genre(request.base, self.setup.genre_folders)

    @contextmanager
    def _device(self, job: Job) -> Iterator[None]:
        """Train alone on this machine; others wait for their turn."""
        lock = self.setup.home.trainings / ".device"
        lock.mkdir(exist_ok=True)
        with ExitStack() as stack:
            if not (is_mine := _entered(stack, lock)):
                self._tell(job, "wait for another training", READ_SHARE)
            while not is_mine:
                self._alive(job)
                time.sleep(WAIT_S)
                is_mine = _entered(stack, lock)
            yield

    def _alive(self, job: Job) -> None:
        if not self.held.alive(job.id):
            raise Cancelled

    def _tell(self, job: Job, stage: str, fraction: float) -> None:
        payload = {"stage": stage, "fraction": round(fraction, 3)}
        if (job.progress or {}) != payload:
            self.held.ledger.record(self.held.owner, job.id, "progress", payload)

    def _prune(self) -> None:
        """Remove all but the latest trainings and those on their way; what was told of them and their genres stay."""
        on_their_way = self._on_their_way()
        others = [path for path in self.setup.home.trainings.iterdir() if path.name not in on_their_way]
        halves = [path for path in others if path.name.startswith(".")]
        ended = sorted(set(others) - set(halves), key=lambda path: path.stat().st_mtime)
        for path in [*halves, *ended[:-KEPT]]:
            shutil.rmtree(path, ignore_errors=True)

    def _on_their_way(self) -> set[str]:
        """Names of the folders that are in use, or about to be."""
        jobs = self.held.ledger.jobs(statuses=set(STATUSES) - set(ENDED), limit=MOST_OPEN)
        roots = {str(job.payload.get("resume") or job.id) for job in jobs}
        return {".device"} | roots | {_partial_name(root) for root in roots}


def _entered(stack: ExitStack, folder: Path) -> bool:
    try:
        stack.enter_context(locked(folder, wait=False))
    except BlockingIOError:
        return False
    return True


def _partial_name(root: str) -> str:
    return f".{root}.partial"


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Give a folder to fill, which appears under its name when it is complete, or not at all."""
    partial = folder.with_name(_partial_name(folder.name))
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
