"""Trains a genre on a user's own pieces: epoch, exam, checkpoint, until it is enough. One folder holds everything.

After every epoch the folder's ``state.safetensors`` is whole, so a training that was killed goes on from the last one
with the same curves: what an epoch does depends on nothing else (``training.course``).
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, Protocol, Self

import numpy as np
import torch

from composer_core.checkpoints import BandCheckpoint, load_band, save_band
from composer_core.corpora.songs import Song, Songs
from composer_core.genres import Genre
from composer_core.music import Composition
from composer_core.scores import learn_chairs, make_score
from composer_core.techniques.band_config import DRAFTS, BandConfig
from composer_core.training.course import Course, CourseConfig, Diverged, Losses, fresh_checkpoint, with_request
from composer_core.training.course_file import restore_course, save_course
from composer_core.training.exam import Exam, Result
from composer_core.training.transfer import seat
from composer_core.training.watch import MOST_ROLLBACKS, fault, flat_since
from composer_core.training_request import Epoch, TrainRequest

SAMPLES = 5  # that are made on the way, beside the one before the first epoch
STATE, BEST = "state.safetensors", "weights.safetensors"
EXAM_SEED = 1
DRAFT = "autoregressive"  # whose index is followed; at the end the best of all drafts is chosen
CLEARLY = 0.85  # share of the followed draft's index below which another one is taken
TREND = 3  # epochs: one exam alone is uncertain by about .01
FROM_SCRATCH = 5.0  # times the learning rate: there is nothing that could be forgotten


class Watcher(Protocol):
    """Whoever follows a training. Everything may raise ``Cancelled``."""

    def alive(self) -> None:
        """Called after every round; raises ``Cancelled`` to stop."""

    def epoch(self, epoch: Epoch, record: "Record") -> None:
        """An epoch has ended and is on the disk."""

    def sample(self, epoch: int, composition: Composition) -> None:
        """The first held-out melody, composed by the networks as they are now; maybe once more after a restart."""

    def note(self, text: str) -> None:
        """Something that whoever watches should know."""


@dataclass
class Record:
    """A training so far, as plain data.

    ``start`` and ``drafts``: the exam's results, by draft, before the first epoch and of the best checkpoint; ``reach``
    the index of the training pieces themselves; ``shared`` the share of the held-out real bars that they hold;
    ``baselines`` the results of a copy and of a plain rule. ``best`` is the epoch (0: the start) with
    the lowest mean index of the last ``TREND`` epochs, which is ``best_similarity``.
    """

    request: dict[str, Any]
    base: str
    device: str
    reach: float
    shared: float
    start: dict[str, dict[str, Any]]
    epochs: list[Epoch] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    baselines: dict[str, dict[str, Any]] = field(default_factory=dict)
    draft: str = DRAFT
    best: int = 0
    best_similarity: float = 1.0
    elapsed_s: float = 0.0
    train_s: float = 0.0
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_json`` mirrors it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from ``to_json``'s data."""
        return cls(**{**data, "epochs": [Epoch.from_json(epoch) for epoch in data["epochs"]]})


@dataclass(frozen=True)
class Lesson:
    """What is to be learned: the pieces, the new genre (its folder is the training's own) and where to begin."""

    songs: Songs
    genre: Genre
    base: Genre | None
    request: TrainRequest

    @property
    def card(self) -> str:
        """Id of the new genre's card."""
        return f"{self.genre.name}-{self.request.seed}"


class Training:
    """One training in its folder; made again from the folder's files, it goes on where it was."""

    def __init__(
        self, lesson: Lesson, watcher: Watcher, device: torch.device, config: CourseConfig | None = None
    ) -> None:
        self.lesson, self.watcher = lesson, watcher
        self.folder, request = lesson.genre.folder, lesson.request
        chairs = learn_chairs(lesson.songs.training, lesson.genre)
        if lesson.base is None:
            start = fresh_checkpoint(chairs, request.seed, lesson.card)
        else:
            start = seat(load_band(lesson.base, torch.device("cpu")), chairs, lesson.card)
        human = BandConfig(**lesson.genre.band).human  # as the base plays best, so that nothing is lost at the start
        scores, held_out = ([replace(make_score(song, chairs), human=human) for song in side] for side in self._sides())
        faster = 1.0 if lesson.base else FROM_SCRATCH
        config = with_request(config or CourseConfig(), faster * request.learning_rate, request.update_ratio)
        self.exam = Exam(lesson.genre, lesson.songs.training, lesson.songs.validation)
        self._start = start
        self._new_course = partial(Course, start, scores, held_out, config, request.seed, device)
        self.course = self._new_course()
        self.record = self._resume() if (self.folder / STATE).is_file() else self._begin(device)
        # Whoever goes on with a training whose index was flat has seen that: it is judged anew.
        flat = flat_since([epoch.similarity for epoch in self.record.epochs]) is not None
        self._judged_from = len(self.record.epochs) if request.resume and flat else 0

    def _sides(self) -> tuple[tuple[Song, ...], tuple[Song, ...]]:
        return self.lesson.songs.training, self.lesson.songs.validation

    def _begin(self, device: torch.device) -> Record:
        start = self._drafts(self.course.checkpoint())
        base = self.lesson.base.name if self.lesson.base else "none"
        shared, reach = self.exam.shared, self.exam.reach
        best = float(start[DRAFT]["similarity"])
        return Record(self.lesson.request.to_json(), base, str(device), reach, shared, start, best_similarity=best)

    def _resume(self) -> Record:
        record = Record.from_json(restore_course(self.folder / STATE, self.course))
        return replace(record, request=self.lesson.request.to_json(), reason="")

    def _drafts(self, checkpoint: BandCheckpoint) -> dict[str, dict[str, Any]]:
        return {draft: asdict(self.exam.take(checkpoint, EXAM_SEED, draft)) for draft in DRAFTS}

    def run(self) -> Record:
        """Train until it is enough; the best weights are in the folder. Raises ``Cancelled`` if asked to stop."""
        self._sample_if_due()  # also where an earlier worker may not have lived to make it
        while not (reason := self._enough()):
            if self._try_epoch():
                self._sample_if_due()
        return self.finish(reason)

    def _try_epoch(self) -> bool:
        """Train an epoch and take the exam; keep it, or take it back."""
        started = time.perf_counter()
        try:
            losses = self.course.train_epoch(self.watcher.alive)
        except Diverged:
            self._roll_back("a loss or a weight is no number any more")
            return False
        checkpoint = self.course.checkpoint()
        result = self.exam.take(checkpoint, EXAM_SEED)
        if wrong := fault(losses, result, self.record.best_similarity):
            self._roll_back(wrong)
            return False
        self._keep(losses, result, checkpoint, started)
        return True

    def _keep(self, losses: Losses, result: Result, checkpoint: BandCheckpoint, started: float) -> None:
        """Note the epoch, on the disk as well."""
        record, request = self.record, self.lesson.request
        trend = float(np.mean([*(e.similarity for e in record.epochs[1 - TREND :]), result.similarity]))
        if is_best := trend < record.best_similarity:
            save_band(self.folder / BEST, checkpoint)
            record.best, record.best_similarity = self.course.epoch, trend
        seconds = time.perf_counter() - started
        record.elapsed_s += seconds
        record.train_s += losses.seconds
        epoch = Epoch(
            epoch=self.course.epoch,
            epochs=request.epochs,
            generator_loss=losses.generator,
            critic_loss=losses.critic,
            nats=self.course.held_out_nats(),
            similarity=result.similarity,
            draft_similarity=self.exam.take(checkpoint, EXAM_SEED, "adversarial").similarity,
            figures=result.figures,
            copied=(result.copied, record.shared),
            seconds=round(seconds, 2),
            rounds_per_s=round(losses.rounds / losses.seconds, 3),
            eta_s=self._eta_s(),
            best=is_best,
        )
        record.epochs.append(epoch)
        save_course(self.folder / STATE, self.course, record.to_json())
        self.watcher.epoch(epoch, record)

    def _roll_back(self, wrong: str) -> None:
        """Take the course back to the last checkpoint, at half the learning rate."""
        rollbacks, epoch = self.course.rollbacks + 1, len(self.record.epochs)
        if (self.folder / STATE).is_file():
            restore_course(self.folder / STATE, self.course)
        else:
            self.course = self._new_course()
        self.course.rollbacks = rollbacks
        slower = "" if rollbacks > MOST_ROLLBACKS else ", at half the learning rate"
        self._note(f"Epoch {epoch + 1}: {wrong}. Back to epoch {epoch}{slower}.")

    def _note(self, text: str) -> None:
        self.record.notes.append(text)
        self.watcher.note(text)

    def _enough(self) -> str:
        """Why the training ends here; empty while it goes on."""
        record, request = self.record, self.lesson.request
        if self.course.rollbacks > MOST_ROLLBACKS:
            return (
                f"it went wrong {self.course.rollbacks} times (try a lower learning rate); the best checkpoint is kept"
            )
        if len(record.epochs) >= request.epochs:
            return f"all {request.epochs} epochs are done"
        if request.minutes is not None and record.elapsed_s >= 60 * request.minutes:
            return f"the {request.minutes:g} minutes are over"
        if (since := flat_since([epoch.similarity for epoch in record.epochs[self._judged_from :]])) is not None:
            return f"the similarity index has been flat since epoch {since + self._judged_from}"
        return ""

    def _eta_s(self) -> float:
        record, request = self.record, self.lesson.request
        done = len(record.epochs) + 1
        left_s = record.elapsed_s / done * (request.epochs - done)
        if request.minutes is not None:
            left_s = min(left_s, 60 * request.minutes - record.elapsed_s)
        return round(max(left_s, 0.0), 1)

    def _sample_if_due(self) -> None:
        if self.course.epoch % max(round(self.lesson.request.epochs / SAMPLES), 1) == 0:
            self.watcher.sample(self.course.epoch, self.exam.sample(self.course.checkpoint(), EXAM_SEED))

    def _choose_draft(self) -> str:
        """The draft that was followed, unless another one is clearly better."""
        index = {draft: float(self.record.drafts[draft]["similarity"]) for draft in DRAFTS}
        best = min(DRAFTS, key=lambda draft: index[draft])
        return best if index[best] < CLEARLY * index[DRAFT] else DRAFT

    def finish(self, reason: str) -> Record:
        """Choose the draft by the exam, and leave the best weights in the folder."""
        if not self.record.best:  # nothing was better than the start, which is a genre as well
            save_band(self.folder / BEST, self._start)
        best = load_band(self.lesson.genre, torch.device("cpu"))
        self.record.drafts = self._drafts(best)
        self.record.baselines = {name: asdict(result) for name, result in self.exam.baselines().items()}
        self.record.draft = self._choose_draft()
        self.record.reason = reason
        self._note(f"Stopped: {reason}.")
        return self.record
