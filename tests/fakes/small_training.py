"""Trainings of debug size: tunes of our own, networks of a few weights, epochs of two rounds."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from composer_core.checkpoints import BandCheckpoint
from composer_core.corpora.songs import Song, Songs
from composer_core.genres import Genre, Part
from composer_core.models.band.autoregressor import Autoregressor, AutoregressorConfig
from composer_core.models.band.critic import BandCritic, BandCriticConfig
from composer_core.models.band.generator import BandGenerator, BandGeneratorConfig
from composer_core.models.band.intervals import offsets_of
from composer_core.models.band.refiner import BandRefiner, BandRefinerConfig
from composer_core.music import Chord, Composition, Note, Timing
from composer_core.training.band import AutoregressiveConfig, BandAdversarialConfig, BandMaskedConfig
from composer_core.training.course import CourseConfig
from composer_core.training.custom import Lesson, Record
from composer_core.training.exam import Exam
from composer_core.training_request import TrainRequest
from composer_core.worker.produce import Produced
from composer_core.worker.setup import Setup

BEAT, BAR = 480, 1920
PARTS = (
    Part("Melody", 66, 55, 90, role="melody"),
    Part("Piano", 0, 40, 84, role="chords"),
    Part("Bass", 32, 28, 60, role="bass"),
    Part("Drums", 0, 35, 81, role="drums"),
)
SMALL = CourseConfig(
    warm_up_rounds=2,
    pair=BandAdversarialConfig(batch=2, length=64),
    autoregressive=AutoregressiveConfig(batch=2, length=64, average=0.5),
    masked=BandMaskedConfig(batch=2, length=64, average=0.5),
)


def tune(number: int, bars: int = 4) -> Song:
    """A tune over four chords, drawn with its number: a pad, root notes or a walk, one of three beats."""
    rng = np.random.default_rng(number)
    roots = [int(root) for root in rng.permutation([0, 5, 7, 9])]
    melody, piano, bass, drums, chords = [], [], [], [], []
    for bar in range(bars):
        at, root = bar * BAR, roots[bar % 4]
        chords.append(Chord(at, {0: "C", 5: "F", 7: "G", 9: "Am"}[root]))
        tones = [root, root + (3 if root == 9 else 4), root + 7]
        melody += [Note(at + beat * BEAT, 72 + int(rng.choice(tones)) % 12, BEAT) for beat in range(4)]
        for start in (0, 720) if rng.random() < 0.5 else (0,):
            piano += [Note(at + start, 60 + tone % 12, 600) for tone in tones]
        bass += [Note(at + beat * BEAT, 36 + int(rng.choice(tones)) % 12, 400) for beat in (0, 2)]
        drums += [Note(at + beat * BEAT, 36 if beat % 2 == 0 else 38, 60) for beat in range(4)]
        drums += [Note(at + beat * BEAT + 240, 42, 60) for beat in range(4) if number % 3]
    parts = {"Piano": tuple(piano), "Bass": tuple(bass), "Drums": tuple(drums)}
    return Song(f"tune {number}", f"tune {number}", "test", Timing(), tuple(melody), tuple(chords), parts)


def small_songs() -> Songs:
    """Six tunes to learn from, two held out."""
    return Songs(tuple(tune(n) for n in range(6)), tuple(tune(n) for n in range(20, 22)), ())


def trio(folder: Path) -> Genre:
    """A genre of three players."""
    return Genre("trio", "Trio", "For tests.", "accompany", 120.0, PARTS, folder, band={"masked_passes": 2})


def small_lesson(folder: Path, base: Genre | None = None, **wishes: Any) -> Lesson:
    """The tunes, to be learned in a folder."""
    request = TrainRequest("trio", "corpus:tunes", **{"epochs": 2, "learning_rate": 1e-3, **wishes})
    return Lesson(small_songs(), trio(folder), base, request)


def small_checkpoint(chairs: Any, seed: int, card: str) -> BandCheckpoint:
    """Untrained networks of a few weights, like ``course.fresh_checkpoint``."""
    torch.manual_seed(seed)
    sizes, widths = tuple(len(chair.codebook) for chair in chairs), (8, 8, 8, 8, 8)
    return BandCheckpoint(
        BandGenerator(BandGeneratorConfig(sizes, widths=widths, noise_channels=4)),
        BandCritic(BandCriticConfig(sizes, code=4, widths=(8, 8, 8, 8))),
        BandRefiner(BandRefinerConfig(sizes, code=4, widths=widths)),
        Autoregressor(
            AutoregressorConfig(sizes, look=8, code=4, width=16, head=8), offsets_of(c.codebook for c in chairs)
        ),
        tuple(chairs),
        card,
    )


def shrink(set_to: Callable[[str, object], None]) -> None:
    """Make every training small; ``set_to`` sets a name such as ``package.module.NAME``."""
    training = "composer_core.training"
    set_to(f"{training}.custom.fresh_checkpoint", small_checkpoint)
    set_to(f"{training}.custom.CourseConfig", lambda: SMALL)
    set_to(f"{training}.custom.Exam", partial(Exam, pieces=2))
    set_to(f"{training}.course.FEWEST_ROUNDS", 2)
    set_to(f"{training}.course.MOST_ROUNDS", 2)
    set_to(f"{training}.course.EXAM_WINDOWS", 2)


def silent_produce(composition: Composition, folder: Path, name: str, setup: Setup) -> Produced:
    """Instead of ``worker.produce.produce``: no sound."""
    (folder / f"{name}.mid").write_bytes(b"MThd")
    return Produced({}, {"mid": f"{name}.mid"})


def plain_picture(record: Record, path: Path, theme: object = None) -> None:
    """Instead of ``curves.draw_curves``: no curves."""
    path.write_bytes(b"PNG")


def shrink_telling(set_to: Callable[[str, object], None]) -> None:
    """Leave out sound and pictures as well."""
    set_to("composer_core.worker.teach.produce", silent_produce)
    set_to("composer_core.worker.teach.draw_curves", plain_picture)


def wait_for(met: Callable[[], bool]) -> None:
    """Wait until something is the case; the suite's timeout ends this if it never is."""
    while not met():
        time.sleep(0.02)


def weights_of(checkpoint: BandCheckpoint) -> Iterator[tuple[str, torch.Tensor]]:
    """Every tensor of a checkpoint by name."""
    for name in ("generator", "critic", "refiner", "autoregressor"):
        for key, value in getattr(checkpoint, name).state_dict().items():
            yield f"{name}.{key}", value
