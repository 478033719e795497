"""What the band networks are told about each timestep: metre, harmony, melody and form, all relative to the key.

No plane holds an absolute pitch: harmony is told from the tonic, the melody from the chord. So a network that has
seen a tune in one key has seen it in twelve. Free of torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from composer_core.chords import ChordSymbol, chord_line, parse_chord
from composer_core.form import Section, energy, find_form
from composer_core.harmony import QUALITIES, find_key
from composer_core.music import Chord, Key, Note, Timing
from composer_core.patterns import Ground, make_ground
from composer_core.pianoroll import REST, Grid, make_grid, to_pianoroll

LAGS = (1, 2, 4)
"""Bars back at which a network looks for what it did at the same place."""

NO_LAG = -1

_PULSES, _BARS_SHOWN, _MELODY_OCTAVES = 6, 8, 4
_QUALITIES = tuple(QUALITIES)
_SHOWN_PULSES_TO_CHANGE = 8

PLANES = (
    (4 + _PULSES + 4)  # metre
    + (12 + 12 + 12 + len(_QUALITIES) + 4)  # harmony
    + (12 + _MELODY_OCTAVES + 5)  # melody
    + (_BARS_SHOWN + 4 + 5)  # form
)


@dataclass(frozen=True)
class Context:
    """A piece as the networks see it before a note of the accompaniment is written.

    ``planes`` [PLANES, T]; ``lags`` [len(LAGS), T], the timestep at the same place so many bars back, or ``NO_LAG``;
    ``melody`` [T] in MIDI, ``REST`` where it is silent.
    """

    ground: Ground
    key: Key
    planes: np.ndarray
    lags: np.ndarray
    melody: np.ndarray
    form: tuple[Section, ...]

    def __len__(self) -> int:
        return self.planes.shape[1]

    @property
    def tune(self) -> np.ndarray:
        """The melody's pitch [T]; in its rests the one before, before its first note that."""
        sounding = np.flatnonzero(self.melody != REST)
        if not len(sounding):
            return np.full(len(self), 60)
        last = np.maximum.accumulate(np.where(self.melody != REST, np.arange(len(self)), sounding[0]))
        return self.melody[last].astype(np.int64)

    @property
    def grid(self) -> Grid:
        """The grid of the whole bars that the piece fills."""
        return self.ground.grid


def make_context(melody: Sequence[Note], timing: Timing, chords: Sequence[Chord], end: int) -> Context:
    """Describe a piece of whole bars up to at least ``end`` ticks."""
    grid = make_grid(timing, end)
    key = key_of(melody, chords, end)
    line = chord_line(chords, grid.ticks[:-1].tolist())
    ground = make_ground(grid, key.tonic, line)
    pitch, onset = to_pianoroll([melody], grid)
    form = find_form(melody, timing, int(grid.ticks[-1]))
    planes = np.concatenate(
        [
            _metre_planes(grid),
            _harmony_planes(ground, line, key),
            _melody_planes(ground, pitch[0], onset[0]),
            _form_planes(grid, form, energy(form, melody, timing)),
        ]
    ).astype(np.float32)
    return Context(ground, key, planes, lag_table(grid), pitch[0], form)


def key_of(melody: Sequence[Note], chords: Sequence[Chord], end: int) -> Key:
    """Find the key from the melody and, half as loud, the roots and tones of the chords; the first root opens it."""
    notes = list(melody)
    for chord, following in zip(chords, [*(chord.tick for chord in chords[1:]), end], strict=True):
        symbol = parse_chord(chord.label)
        if symbol and following > chord.tick:
            length = max((following - chord.tick) // 2, 1)
            notes += [Note(chord.tick, symbol.root + step, length) for step in symbol.steps[:3]]
    last = max((note for note in melody), key=lambda note: note.end, default=None)
    return find_key([*notes, last] if last else notes)


def lag_table(grid: Grid) -> np.ndarray:
    """[len(LAGS), T]: where the same pulse and step stood one, two and four bars before, or ``NO_LAG``."""
    places = {
        (int(b), int(p), int(s)): t for t, (b, p, s) in enumerate(zip(grid.bar, grid.pulse, grid.step, strict=True))
    }
    table = np.full((len(LAGS), len(grid)), NO_LAG, dtype=np.int64)
    for (bar, pulse, step), t in places.items():
        for row, lag in enumerate(LAGS):
            table[row, t] = places.get((bar - lag, pulse, step), NO_LAG)
    return table


def _metre_planes(grid: Grid) -> np.ndarray:
    return np.concatenate(
        [
            _one_hot(grid.step, 4),
            _one_hot(np.minimum(grid.pulse, _PULSES - 1), _PULSES),
            _one_hot(np.clip(grid.pulses - 2, 0, 3), 4),
        ]
    )


def _harmony_planes(ground: Ground, chords: Sequence[ChordSymbol | None], key: Key) -> np.ndarray:
    """Root above the tonic, step to the next root, bass above the root, quality, and four flags."""
    length = len(chords)
    change = np.array([t == 0 or chords[t] != chords[t - 1] for t in range(length)])
    following = np.zeros(length, dtype=np.int64)
    left = np.zeros(length)
    upcoming, distance = int(ground.root[-1]), _SHOWN_PULSES_TO_CHANGE * 4
    for t in range(length - 1, -1, -1):
        following[t], left[t] = (upcoming - ground.root[t]) % 12, distance
        distance += 1
        if change[t]:
            upcoming, distance = int(ground.root[t]), 1
    bass = np.array([0 if c is None or c.bass is None else (c.bass - c.root) % 12 for c in chords], dtype=np.int64)
    quality = np.array([_QUALITIES.index(chord.basic) if chord else 0 for chord in chords], dtype=np.int64)
    flags = [
        change,
        np.minimum(left / (_SHOWN_PULSES_TO_CHANGE * 4), 1.0),
        np.full(length, key.is_major),
        np.array([chord is None for chord in chords]),
    ]
    return np.concatenate(
        [
            _one_hot(ground.root, 12),
            _one_hot(following, 12),
            _one_hot(bass, 12),
            _one_hot(quality, len(_QUALITIES)),
            np.array(flags, dtype=np.float32),
        ]
    )


def _melody_planes(ground: Ground, pitch: np.ndarray, onset: np.ndarray) -> np.ndarray:
    """Slot above the chord, octave above the tonic, and: sounding, onset, onset next, height, motion."""
    length, sounding = len(pitch), pitch != REST
    above_root = (pitch - ground.tonic - ground.root) % 12
    slot = ground.slot[np.arange(length), above_root]
    octave = np.clip((pitch - ground.tonic) // 12 - 3, 0, _MELODY_OCTAVES - 1)
    middle = pitch[sounding].mean() if sounding.any() else 0.0
    begins = onset & sounding
    soon = _share_within(begins, 0, 4)
    busy = _share_within(begins, -8, 8)
    flags = [sounding, begins, soon, np.where(sounding, (pitch - middle) / 12, 0.0), busy]
    return np.concatenate(
        [
            _one_hot(slot, 12) * sounding,
            _one_hot(octave, _MELODY_OCTAVES) * sounding,
            np.array(flags, dtype=np.float32),
        ]
    )


def _form_planes(grid: Grid, form: Sequence[Section], energies: Sequence[float]) -> np.ndarray:
    """Bars since the section began, bars until it ends, and: first bar, last bar, repeats, energy, its change."""
    bars = int(grid.bar[-1]) + 1
    starts = np.array([int(grid.ticks[np.argmax(grid.bar == bar)]) for bar in range(bars)])
    since, until, repeats = np.zeros(bars, dtype=np.int64), np.zeros(bars, dtype=np.int64), np.zeros(bars)
    for section in form:
        inside = np.flatnonzero((starts >= section.start) & (starts < section.end))
        since[inside] = np.arange(len(inside))
        until[inside] = np.arange(len(inside))[::-1]
        repeats[inside] = section.repeats is not None
    heat = np.resize(np.asarray(energies, dtype=np.float64), bars) if len(energies) else np.full(bars, 0.5)
    flags = np.array(
        [np.arange(bars) == 0, np.arange(bars) == bars - 1, repeats, heat, np.diff(heat, prepend=heat[:1])],
        dtype=np.float32,
    )
    by_bar = np.concatenate([_one_hot(since % _BARS_SHOWN, _BARS_SHOWN), _one_hot(np.minimum(until, 3), 4), flags])
    return by_bar[:, grid.bar]


def _share_within(flags: np.ndarray, first: int, last: int) -> np.ndarray:
    """Share of [t + first, t + last) at which a flag [T] is set; beyond the piece there is none."""
    counts = np.concatenate([[0], flags.cumsum()])
    here = np.arange(len(flags))
    ends = np.clip(here + last, 0, len(flags))
    return (counts[ends] - counts[np.clip(here + first, 0, len(flags))]) / (last - first)


def _one_hot(index: np.ndarray, size: int) -> np.ndarray:
    """[T] integers to [size, T] zeros and ones."""
    return (np.arange(size)[:, None] == index[None]).astype(np.float32)
