"""Measures takes of chorales: rolls in, one row of figures out."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from composer_core.evaluation.report import Figures, Row, mean, means
from composer_core.genres import Part
from composer_core.harmony import CHORD_TONES, CHORDS, NO_CHORD
from composer_core.metrics import rolls as metrics
from composer_core.metrics.songroll import NO_ROOT, SongRoll
from composer_core.music import Key
from composer_core.pianoroll import REST, segments
from composer_core.roll import Roll


@dataclass(frozen=True)
class Truth:
    """What systems are measured against: the held-out pieces, their keys, the training set, the accompanying parts."""

    real: Sequence[Roll]
    keys: dict[str, Key]
    training: Sequence[Roll]
    parts: Sequence[Part]


def measure(system: str, takes: Sequence[Sequence[Roll]], truth: Truth) -> Row:
    """Measure a system's takes, one list of rolls a seed."""
    rolls = [roll for take in takes for roll in take]
    real = {roll.name: roll for roll in truth.real}
    areas = means([metrics.overlapped_areas(take, truth.real) for take in takes])
    figures: Figures = {
        "overlapped_area": mean(list(areas.values())),
        **means([_piece_figures(roll, truth) for roll in rolls]),
        "near_copies": metrics.near_copies(rolls, truth.training),
        "seeds_differ": _seeds_differ(takes),
        "agreement": mean([_agreement(roll, real[roll.name]) for roll in rolls if roll.name in real]),
    }
    return Row(system, figures, {name: area for name, area in areas.items() if area is not None})


def _piece_figures(roll: Roll, truth: Truth) -> Figures:
    return {
        "chord_tone_beats": metrics.chord_tone_beats(roll),
        "fifths": metrics.parallels_per_100(roll, 7),
        "octaves": metrics.parallels_per_100(roll, 0),
        "in_scale": metrics.in_scale_ratio(roll, truth.keys[roll.name]),
        "empty_bars": metrics.empty_bar_rate(roll),
        "out_of_range": metrics.out_of_range(roll, [(part.low, part.high) for part in truth.parts]),
    }


def _seeds_differ(takes: Sequence[Sequence[Roll]]) -> float | None:
    pairs = itertools.pairwise(takes)
    return mean([metrics.difference(a, b) for first, second in pairs for a, b in zip(first, second, strict=True)])


def _agreement(roll: Roll, real: Roll) -> float:
    length = min(len(roll), len(real))
    return float((roll.pitch[1:, :length] == real.pitch[1:, :length]).mean())


def songroll_of(roll: Roll, parts: Sequence[Part]) -> SongRoll:
    """The same piece as judges and collections see it; its plan is the chords that its own notes make."""
    tables = [_table(pitch, onset) for pitch, onset in zip(roll.pitch, roll.onset, strict=True)]
    roots = np.array([*(root for root, _ in CHORDS), NO_ROOT])[roll.chord]
    change = np.concatenate([[True], np.diff(roll.chord) != 0]) & (roll.chord != NO_CHORD)
    return SongRoll(
        name=roll.name,
        grid=roll.grid,
        melody=tables[0],
        parts={part.name: table for part, table in zip(parts, tables[1:], strict=True)},
        root=roots,
        bass=roots,
        tones=CHORD_TONES[roll.chord].astype(bool),
        change=change,
    )


def _table(pitch: np.ndarray, onset: np.ndarray) -> np.ndarray:
    notes = [(start, end, int(pitch[start])) for start, end in segments(pitch, onset) if pitch[start] != REST]
    return np.array(notes, dtype=np.int64).reshape(-1, 3)
