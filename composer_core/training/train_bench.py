"""Measures custom training: two styles from a base, and DeepComposer's snippets from scratch beside its own GAN."""

import copy
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from composer_core.checkpoints import BandCheckpoint, load_band
from composer_core.dataset import Survey, survey
from composer_core.evaluation.reference import WINDOWS, answer
from composer_core.genres import Genre, find_genre
from composer_core.metrics.songroll import make_songroll
from composer_core.models.reference import ReferenceConfig
from composer_core.music import Composition
from composer_core.techniques.band_config import DRAFTS, read_config
from composer_core.training.custom import Lesson, Record, Training
from composer_core.training.exam import Exam
from composer_core.training.graduation import draft_genre
from composer_core.training.wgan_gp import make_reference, reference_iteration, song_windows
from composer_core.training_request import CORPUS, NONE, Epoch, TrainRequest

STYLES = (("simutrans-swung", "songwriter"), ("lieder:Schubert, Franz", "songwriter"))
"""Corpus and base; no base was trained on the corpus beside it."""
FILES = 20
EPOCHS, MINUTES = 10, 4.5  # whichever ends first; reading the files and the last exam take the rest of five minutes
EXAM_PIECES, DRAWS = 40, 3
SNIPPETS, GAN_MINUTES, GAN_EXAM_S = "deepcomposer-chorales", 20.0, 30.0
_CPU = torch.device("cpu")

Say = Callable[[str], None]


@dataclass
class Quiet:
    """Follows a training without showing it; ``points`` are (seconds, index) after each epoch.

    Seconds are of the one processor that trains: both sides are measured alike, whatever else runs.
    """

    say: Say
    points: list[tuple[float, float]] = field(default_factory=list)
    started: float = field(default_factory=time.process_time)

    def alive(self) -> None:
        """Nobody asks to stop."""

    def epoch(self, epoch: Epoch, record: Record) -> None:
        """Note the index against the seconds."""
        seconds = time.process_time() - self.started
        self.points.append((seconds, epoch.similarity))
        self.say(f"  epoch {epoch.epoch}: index {epoch.similarity:.3f} after {seconds:.0f} s")

    def sample(self, epoch: int, composition: Composition) -> None:
        """Nobody listens."""

    def note(self, text: str) -> None:
        """Say it."""
        self.say(f"  {text}")


def measure_styles(data: Path, seeds: int, say: Say) -> list[dict[str, Any]]:
    """Train every style from its base with several seeds; one row of figures each."""
    return [measure_style(corpus, base, data, seed, say) for corpus, base in STYLES for seed in range(seeds)]


def measure_style(corpus: str, base: str, data: Path, seed: int, say: Say) -> dict[str, Any]:
    """The index before (the base's own draft, and its best one) and after, on held-out pieces and several draws."""
    say(f"{corpus} from {base}, seed {seed}")
    started = time.perf_counter()
    found = _first(survey(corpus, data=data))
    request = TrainRequest("bench", CORPUS + corpus, base=base, epochs=EPOCHS, minutes=MINUTES, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        lesson = _lesson(found, request, find_genre(base), Path(folder))
        training = Training(lesson, Quiet(say), _CPU)
        before = copy.deepcopy(training.course.checkpoint())
        record = training.run()
        minutes = (time.perf_counter() - started) / 60
        exam = Exam(lesson.genre, lesson.songs.training, lesson.songs.validation, EXAM_PIECES)
        drafts = {draft: _mean(exam, before, draft) for draft in DRAFTS}
        rows = {
            "before": drafts[read_config(find_genre(base)).draft],
            "before_best_draft": min(drafts.values(), key=lambda row: row["similarity"]),
            "after": _mean(exam, load_band(lesson.genre, _CPU), record.draft),
        }
    fall = 1 - rows["after"]["similarity"] / rows["before"]["similarity"]
    row = {"corpus": corpus, "base": base, "seed": seed, "files": len(found.items), "minutes": round(minutes, 2)}
    row |= {
        "epochs": len(record.epochs),
        "best": record.best,
        "draft": record.draft,
        "fall": round(fall, 3),
        "reach": round(exam.reach, 3),
    }
    overhead = 1 - record.train_s / record.elapsed_s
    say(f"  fell by {fall:.0%} in {minutes:.1f} minutes, {json.dumps(rows)}")
    return row | rows | {"overhead": round(overhead, 3)}


def _first(found: Survey) -> Survey:
    return replace(found, items=found.items[:FILES])


def _lesson(found: Survey, request: TrainRequest, base: Genre | None, folder: Path) -> Lesson:
    genre = draft_genre(found, request.name, "", base, folder)
    return Lesson(found.split(request.seed), genre, base, request)


def _mean(exam: Exam, checkpoint: BandCheckpoint, draft: str) -> dict[str, float]:
    results = [exam.take(checkpoint, 1000 * (draw + 1), draft) for draw in range(DRAWS)]
    empties = [result.figures["empty bars"] for result in results]
    return {
        "similarity": round(float(np.mean([result.similarity for result in results])), 4),
        "chord_tones": round(float(np.mean([result.chord_tones for result in results])), 4),
        "empty": round(float(np.mean([made or 0.0 for made, _ in empties])), 4),
        "empty_real": round(float(np.mean([real or 0.0 for _, real in empties])), 4),
    }


def measure_scratch(data: Path, out: Path, minutes: float, say: Say) -> dict[str, Any]:
    """Train DeepComposer's GAN and ours on its snippets in one run, both from scratch; write the curves of both.

    The GAN has ``minutes`` of processor time, its exams not counted; ours count, and the time to set it up as well.
    """
    found = survey(SNIPPETS, data=data)
    request = TrainRequest("bench", CORPUS + SNIPPETS, base=NONE, epochs=12)
    with tempfile.TemporaryDirectory() as folder:
        lesson = _lesson(found, request, None, Path(folder))
        exam = Exam(lesson.genre, lesson.songs.training, lesson.songs.validation)
        theirs = _train_gan(lesson, exam, minutes, say)
        best_s, best = min(theirs, key=lambda point: point[1])
        say(f"the GAN's best index: {best:.3f} after {best_s:.0f} s")
        quiet = Quiet(say)
        Training(lesson, quiet, _CPU).run()
    reached = next((seconds for seconds, index in quiet.points if index <= best), None)
    plot(theirs, quiet.points, out / "scratch.png")
    return {"gan": theirs, "ours": quiet.points, "gan_best": best, "gan_best_s": best_s, "ours_s": reached}


def _train_gan(lesson: Lesson, exam: Exam, minutes: float, say: Say) -> list[tuple[float, float]]:
    """(seconds of training, index) every ``GAN_EXAM_S`` seconds."""
    torch.manual_seed(lesson.request.seed)
    parts = [part.name for part in lesson.genre.parts[1:]]
    rolls = [make_songroll(song) for song in lesson.songs.training]
    config = ReferenceConfig(tracks=1 + len(parts))
    pair, windows = make_reference(config, _CPU), song_windows(rolls, parts, WINDOWS, 0)
    points: list[tuple[float, float]] = []
    trained, due = 0.0, 0.0
    while trained < 60 * minutes:
        started = time.process_time()
        reference_iteration(pair, windows, config, _CPU)
        trained += time.process_time() - started
        if trained >= due:
            due = trained + GAN_EXAM_S
            with torch.inference_mode():
                made = [answer(song, pair.generator.eval(), parts, set()) for song in exam.questions]
            pair.generator.train()
            points.append((trained, exam.mark([make_songroll(song) for song in made]).similarity))
            say(f"  GAN: index {points[-1][1]:.3f} after {trained:.0f} s")
    return points


def plot(theirs: Sequence[tuple[float, float]], ours: Sequence[tuple[float, float]], path: Path) -> None:
    """Both curves over the seconds of training, logarithmic."""
    figure = Figure(figsize=(8, 4.2))
    FigureCanvasAgg(figure)
    axis = figure.subplots()
    axis.plot(*zip(*theirs, strict=True), color="#4c78a8", marker="o", markersize=3, label="DeepComposer's GAN")
    axis.plot(*zip(*ours, strict=True), color="#e45756", marker="o", markersize=3, label="Tutti")
    axis.axhline(min(index for _, index in theirs), color="#4c78a8", linewidth=0.8, linestyle="--")
    axis.set_xscale("log")
    axis.set_xticks(ticks := [10, 30, 100, 300, 1000, 3000], [str(tick) for tick in ticks])
    axis.minorticks_off()
    axis.set_ylim(bottom=0)
    axis.set_xlabel("seconds of training, from scratch")
    axis.set_ylabel("similarity index (0: alike)")
    axis.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
