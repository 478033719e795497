"""Jobs of kind ``compose``: those of one genre and technique are composed as one batch, each is delivered alone."""

import itertools
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from composer_core.errors import Cancelled
from composer_core.genres import Genre, find_genre
from composer_core.music import Composition, Melody
from composer_core.preparation import prepare
from composer_core.request import ComposeRequest, Controls
from composer_core.techniques import Assignment, Technique, load_technique
from composer_core.worker.faults import explain
from composer_core.worker.held import Held
from composer_core.worker.produce import Produced, file_name, produce
from composer_core.worker.setup import Setup
from storage.files import FileStore
from storage.history import Entry, History
from storage.jobs import Job

COMPOSE_SHARE = 0.5  # of the progress bar; the rest is rendering
EVENT_PAUSE_S = 0.2  # within a stage, progress events of one job come no faster: each is a synced write

log = logging.getLogger(__name__)


@dataclass
class Task:
    """One claimed job, understood."""

    job: Job
    request: ComposeRequest
    genre: Genre
    melody: Melody
    controls: Controls
    last_event_s: float = 0.0
    last_stage: str = ""

    @property
    def assignments(self) -> list[Assignment]:
        """One for each take."""
        seeds = range(self.request.seed, self.request.seed + self.request.takes)
        return [Assignment(self.melody, seed, self.controls) for seed in seeds]


class Composer:
    """Does compose jobs. Close it to end its threads."""

    def __init__(self, setup: Setup, held: Held, history: History, files: FileStore) -> None:
        self.setup, self.held, self.history, self.files = setup, held, history, files
        self._techniques: dict[tuple[str, str], tuple[int, Technique]] = {}
        self._deliveries = ThreadPoolExecutor(max_workers=8, thread_name_prefix="deliver")
        # Two at a time: synthesis and encoding leave the interpreter lock, and a mix of 15 minutes needs 300 MB.
        self._renders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="render")

    def close(self) -> None:
        """End the threads."""
        self._deliveries.shutdown()
        self._renders.shutdown()

    def work(self, jobs: Sequence[Job]) -> None:
        """Do every job; each ends finished, failed, cancelled or released. Raises nothing for a job's sake."""
        tasks = [task for job in jobs if (task := self._understand(job))]
        tasks.sort(key=_batch_key)
        for _, group in itertools.groupby(tasks, key=_batch_key):
            self._compose(list(group))

    def again(self, job: Job) -> Composition:
        """Compose a job's first take without delivering it; raises what goes wrong, ``Cancelled`` if asked to stop."""
        return self._compose_batch([self._task(job)])[0][0]

    def _understand(self, job: Job) -> Task | None:
        try:
            return self._task(job)
        except Exception as error:
            self._fail(job, error)
            return None

    def _task(self, job: Job) -> Task:
        request = ComposeRequest.from_json(job.payload)
        genre = find_genre(request.genre, self.setup.genre_folders)
        return Task(job, request, genre, *prepare(request, genre))

    def _compose(self, tasks: list[Task]) -> None:
        """Compose as one batch; if that fails, one by one, so that a bad job fails alone."""
        started = time.perf_counter()
        try:
            compositions = self._compose_batch(tasks)
        except Cancelled:
            for task in tasks:
                self.held.drop(task.job.id)
            return
        except Exception as error:
            if len(tasks) == 1:
                return self._fail(tasks[0].job, error)
            log.warning("a batch of %d failed (%s): composing singly", len(tasks), error)
            for task in tasks:
                self._compose([task])
            return
        compose_s = round(time.perf_counter() - started, 3)
        deliveries = [
            self._deliveries.submit(self._deliver, task, takes, compose_s)
            for task, takes in zip(tasks, compositions, strict=True)
        ]
        for delivery in deliveries:
            delivery.result()

    def _compose_batch(self, tasks: list[Task]) -> list[list[Composition]]:
        def progress(stage: str, fraction: float) -> None:
            if not any(self.held.alive(task.job.id) for task in tasks):
                raise Cancelled
            for task in tasks:
                self._report(task, stage, COMPOSE_SHARE * fraction)

        progress("load", 0.0)
        technique = self._technique(tasks[0].request.technique, tasks[0].genre)
        assignments = [assignment for task in tasks for assignment in task.assignments]
        compositions = technique.compose(assignments, progress)
        _check(assignments, compositions)
        takes = iter(compositions)
        return [list(itertools.islice(takes, task.request.takes)) for task in tasks]

    def _technique(self, name: str, genre: Genre) -> Technique:
        """Load once and keep, until the weights file changes."""
        version = genre.weights.stat().st_mtime_ns if genre.weights.exists() else 0
        cached = self._techniques.get((name, genre.name))
        if cached is None or cached[0] != version:
            cached = self._techniques[name, genre.name] = (version, load_technique(name, genre))
        return cached[1]

    def _deliver(self, task: Task, compositions: list[Composition], compose_s: float) -> None:
        job = task.job
        try:
            with self.files.publish(job.id) as folder:
                takes = self._produce_takes(task, compositions, folder, compose_s)
                if not self.held.settle(job.id):
                    raise Cancelled
            self.history.save([_entry(task, number, take) for number, take in enumerate(takes, 1)])
            self.held.ledger.finish(self.held.owner, job.id, _result(task, takes))
        except Cancelled:
            pass
        except Exception as error:
            return self._fail(job, error)
        self.held.drop(job.id)

    def _produce_takes(
        self, task: Task, compositions: list[Composition], folder: Path, compose_s: float
    ) -> list[Produced]:
        done = [0.0] * len(compositions)

        def produce_one(index: int) -> Produced:
            def progress(stage: str, fraction: float) -> None:
                if not self.held.alive(task.job.id):
                    raise Cancelled
                done[index] = fraction
                self._report(task, stage, COMPOSE_SHARE + (1 - COMPOSE_SHARE) * sum(done) / len(done))

            progress("render", 0.0)
            composition, extra = compositions[index], _about(task, index + 1, compose_s)
            name = file_name(composition.name) + (f"-{index + 1}" if len(compositions) > 1 else "")
            wanted = {"stems": task.request.stems, "score": task.request.score}
            return produce(composition, folder, name, self.setup, **wanted, extra=extra, progress=progress)

        futures = [self._renders.submit(produce_one, index) for index in range(len(compositions))]
        wait(futures)  # all of them, even if one fails: none may write into a folder that is being removed
        return [future.result() for future in futures]

    def _report(self, task: Task, stage: str, fraction: float) -> None:
        now = time.monotonic()
        due = stage != task.last_stage or now - task.last_event_s >= EVENT_PAUSE_S
        if due and self.held.alive(task.job.id):
            task.last_event_s, task.last_stage = now, stage
            payload = {"stage": stage, "fraction": round(fraction, 3)}
            self.held.ledger.record(self.held.owner, task.job.id, "progress", payload)

    def _fail(self, job: Job, error: Exception) -> None:
        message, detail = explain(error, job.id, self.setup.home.root)
        if detail:
            log.error("job %s failed\n%s", job.id, detail)
        try:
            self.held.ledger.fail(self.held.owner, job.id, message, detail)
        except Exception:  # its lease runs out, and the job is tried again
            log.exception("job %s: the failure could not be written down", job.id)
        finally:
            self.held.drop(job.id)


def _batch_key(task: Task) -> tuple[str, str]:
    return task.genre.name, task.request.technique


def _check(assignments: Sequence[Assignment], compositions: Sequence[Composition]) -> None:
    """Refuse what a faulty technique returns: a wrong count, or a melody that is not the user's."""
    if len(compositions) != len(assignments):
        raise RuntimeError(f"the technique returned {len(compositions)} compositions for {len(assignments)}")
    for assignment, composition in zip(assignments, compositions, strict=True):
        wanted = [(note.start, note.pitch, note.duration) for note in assignment.melody.notes]
        if [(note.start, note.pitch, note.duration) for note in composition.melody.notes] != wanted:
            raise RuntimeError("the technique changed the melody")


def _take_id(task: Task, number: int) -> str:
    return f"{task.job.id}-{number}"


def _about(task: Task, number: int, compose_s: float) -> dict[str, Any]:
    """Return what a take's JSON says about where it comes from."""
    return {
        "id": _take_id(task, number),
        "job": task.job.id,
        "take": number,
        "settings": {key: value for key, value in task.request.to_json().items() if key != "melody"},
        "timings": {"compose_s": compose_s},
    }


def _result(task: Task, takes: Sequence[Produced]) -> dict[str, Any]:
    """Return what the ledger keeps: enough to show the result; the bulk is in each take's JSON file."""
    shown = ("id", "take", "name", "seed", "key", "metre", "tempo_bpm", "length_s", "card", "notices", "description")
    return {
        "genre": task.genre.name,
        "technique": task.request.technique,
        "takes": [
            {key: take.record[key] for key in shown}
            | {"audio": take.record["audio"], "timings": take.record["timings"], "files": _stored(task, take)}
            for take in takes
        ],
    }


def _stored(task: Task, take: Produced) -> dict[str, str]:
    return {kind: f"{task.job.id}/{name}" for kind, name in take.files.items()}


def _entry(task: Task, number: int, take: Produced) -> Entry:
    record = take.record
    return Entry(
        id=_take_id(task, number),
        job_id=task.job.id,
        take=number,
        user=task.job.user,
        name=record["name"],
        genre=task.genre.name,
        technique=task.request.technique,
        seed=record["seed"],
        key=record["key"],
        metre=record["metre"],
        tempo_bpm=record["tempo_bpm"],
        length_s=record["length_s"],
        settings=task.request.to_json(),
        files=_stored(task, take),
        created_at=time.time(),
    )
