"""Measures of four-part writing, on rolls. No torch.

Unless said otherwise ``pitch`` is [voice, T] in MIDI with ``REST`` for silence, the melody first; ``onset`` [voice, T]
is true where a note or rest begins.
"""

from collections.abc import Callable, Sequence

import numpy as np

from composer_core.counterpoint import is_chordal, parallels, verticals
from composer_core.metrics.areas import overlapped_area, share
from composer_core.music import Key
from composer_core.pianoroll import REST, segments
from composer_core.roll import Roll

_DURATIONS = (1, 2, 3, 4, 6, 8, 12, 16)  # timesteps; longer notes share one more class
_WINDOW = 32  # timesteps of a near-copy window: two bars of 4/4


def chord_tone_beats(roll: Roll) -> float:
    """Share of pulses at whose start all sounding pitch classes belong to one triad or seventh chord."""
    beats = np.flatnonzero(roll.grid.step == 0)
    return float(np.mean([is_chordal(roll.pitch, int(beat)) for beat in beats])) if len(beats) else 0.0


def parallels_per_100(roll: Roll, interval: int) -> float:
    """Parallel fifths (``interval`` 7) or octaves (0) per 100 distinct verticals."""
    return 100 * len(parallels(roll.pitch, interval)) / max(len(verticals(roll.pitch)), 1)


def empty_bar_rate(roll: Roll) -> float:
    """Share of (accompaniment voice, bar) in which nothing sounds."""
    bars = [np.flatnonzero(roll.grid.bar == bar) for bar in np.unique(roll.grid.bar)]
    return float(np.mean([[(line[bar] == REST).all() for bar in bars] for line in roll.pitch[1:]]))


def in_scale_ratio(roll: Roll, key: Key) -> float:
    """Share of accompaniment notes whose pitch class belongs to the key."""
    pitches = [pitch for line, onset in _lines(roll) for pitch, _ in _notes(line, onset)]
    return float(np.mean([pitch % 12 in key.scale for pitch in pitches])) if pitches else 0.0


def out_of_range(roll: Roll, ranges: Sequence[tuple[int, int]]) -> float:
    """Share of accompaniment notes outside their voice's (low, high) MIDI range."""
    notes = [
        not low <= pitch <= high
        for (line, onset), (low, high) in zip(_lines(roll), ranges, strict=True)
        for pitch, _ in _notes(line, onset)
    ]
    return float(np.mean(notes)) if notes else 0.0


def difference(first: Roll, second: Roll) -> float:
    """Share of accompaniment cells (voice, timestep) that differ between two rolls of one melody."""
    return float((first.pitch[1:] != second.pitch[1:]).mean())


def agreement(roll: Roll, truth: Roll) -> float:
    """Share of accompaniment cells with exactly the true pitch."""
    return 1.0 - difference(roll, truth)


def near_copies(rolls: Sequence[Roll], training: Sequence[Roll]) -> float:
    """Share of two-bar windows that equal some training window, in any key, in more than 90 % of cells.

    Windows start on bar lines; a window is compared by its accompaniment relative to the melody's first pitch.
    """
    known = np.concatenate([_windows(roll) for roll in training])  # [N, voices * 32]
    windows = np.concatenate([_windows(roll) for roll in rolls])
    if not len(windows):
        return 0.0
    return float(np.mean([((known == window).mean(axis=1) > 0.9).any() for window in windows]))


def _windows(roll: Roll) -> np.ndarray:
    starts = np.flatnonzero((roll.grid.step == 0) & (roll.grid.pulse == 0))
    starts = starts[starts + _WINDOW <= len(roll)]
    rows = []
    for start in starts:
        cut = roll.pitch[:, start : start + _WINDOW]
        base = cut[0][cut[0] != REST]
        relative = np.where(cut[1:] == REST, 99, cut[1:] - (base[0] if len(base) else 0))
        rows.append(relative.astype(np.int8).ravel())
    return np.array(rows, dtype=np.int8).reshape(len(rows), (len(roll.pitch) - 1) * _WINDOW)


# Features of a piece for the overlapped area: each maps a roll to a vector.


def pitch_class_histogram(roll: Roll) -> np.ndarray:
    """Share of accompaniment notes on each pitch class: [12]."""
    pitches = [pitch % 12 for line, onset in _lines(roll) for pitch, _ in _notes(line, onset)]
    return share(np.bincount(np.array(pitches, dtype=np.int64), minlength=12))


def duration_histogram(roll: Roll) -> np.ndarray:
    """Share of accompaniment notes of each length, 1, 2, 3, 4, 6, 8, 12, 16 timesteps (rounded down) or more: [8]."""
    lengths = [length for line, onset in _lines(roll) for _, length in _notes(line, onset)]
    classes = np.searchsorted(_DURATIONS, np.array(lengths, dtype=np.int64), side="right") - 1
    return share(np.bincount(classes, minlength=len(_DURATIONS)))


def interval_histogram(roll: Roll) -> np.ndarray:
    """Share of melodic steps of -12 to 12 semitones within the accompaniment voices (wider ones at the ends): [25]."""
    steps: list[int] = []
    for line, onset in _lines(roll):
        pitches = [pitch for pitch, _ in _notes(line, onset)]
        steps += np.clip(np.diff(pitches), -12, 12).tolist()
    return share(np.bincount(np.array(steps, dtype=np.int64) + 12, minlength=25))


def notes_per_bar(roll: Roll) -> np.ndarray:
    """Mean number of accompaniment notes that begin in a bar: [1]."""
    count = sum(len(_notes(line, onset)) for line, onset in _lines(roll))
    return np.array([count / len(np.unique(roll.grid.bar))])


def simultaneous_pitch_classes(roll: Roll) -> np.ndarray:
    """Share of timesteps at which 0, 1, 2, 3 or 4 distinct pitch classes sound, melody included: [5]."""
    counts = [len({pitch % 12 for pitch in column if pitch != REST}) for column in roll.pitch.T.tolist()]
    return share(np.bincount(np.minimum(counts, 4), minlength=5))


FEATURES: dict[str, Callable[[Roll], np.ndarray]] = {
    "pitch classes": pitch_class_histogram,
    "durations": duration_histogram,
    "intervals": interval_histogram,
    "notes per bar": notes_per_bar,
    "simultaneous": simultaneous_pitch_classes,
}


def overlapped_areas(rolls: Sequence[Roll], real: Sequence[Roll]) -> dict[str, float | None]:
    """Overlapped area of each feature in ``FEATURES``."""
    names, real_names = [roll.name for roll in rolls], [roll.name for roll in real]
    return {
        name: overlapped_area([feature(roll) for roll in rolls], names, [feature(roll) for roll in real], real_names)
        for name, feature in FEATURES.items()
    }


def _lines(roll: Roll) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(zip(roll.pitch[1:], roll.onset[1:], strict=True))


def _notes(line: np.ndarray, onset: np.ndarray) -> list[tuple[int, int]]:
    """(pitch, timesteps) of every note of a voice."""
    return [(int(line[a]), b - a) for a, b in segments(line, onset) if line[a] != REST]
