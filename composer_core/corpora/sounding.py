"""The chords of written-out music, recognised from all that sounds."""

import itertools
from collections.abc import Sequence

import numpy as np

from composer_core.harmony import chord_name, recognise_chord
from composer_core.melody import changes_only
from composer_core.music import Chord, Note
from composer_core.pianoroll import Grid


def sounding_chords(notes: Sequence[Note], grid: Grid) -> tuple[Chord, ...]:
    """Name a chord for every half bar, or the whole bar where its pulses are odd in number; repeats are left out.

    The bass is the lowest pitch class for most of the time. A span of silence keeps the chord before it.
    """
    weights, lowest = _columns(notes, grid)
    edges = [*_span_starts(grid), len(grid)]
    named: list[tuple[int, str]] = []
    for start, end in itertools.pairwise(edges):
        sounding = lowest[start:end][lowest[start:end] < 128]
        if not len(sounding):
            continue
        bass = int(np.bincount(sounding % 12, minlength=12).argmax())
        chord = recognise_chord(weights[start:end].sum(axis=0), bass)
        named.append((int(grid.ticks[start]), chord_name(chord, bass)))
    if named and named[0][0] > 0:
        named[0] = (0, named[0][1])
    return tuple(Chord(tick, label) for tick, label in changes_only(named))


def _columns(notes: Sequence[Note], grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Return how many notes of each pitch class sound [T, 12] (as ticks), and the lowest pitch [T], 128 for none."""
    place = {tick: at for at, tick in enumerate(grid.ticks.tolist())}
    counts = np.zeros((len(grid) + 1, 12))
    lowest = np.full(len(grid), 128, dtype=np.int64)
    for note in notes:
        start, end = place[note.start], place[note.end]
        counts[start, note.pitch % 12] += 1
        counts[end, note.pitch % 12] -= 1
        np.minimum(lowest[start:end], note.pitch, out=lowest[start:end])
    return counts.cumsum(axis=0)[:-1] * np.diff(grid.ticks)[:, None], lowest


def _span_starts(grid: Grid) -> list[int]:
    """Timesteps at which a bar or its second half begins."""
    half = (grid.pulses % 2 == 0) & (grid.pulse == grid.pulses // 2) & (grid.step == 0)
    bar = np.diff(grid.bar, prepend=-1) != 0
    return [int(at) for at in np.flatnonzero(half | bar)]
