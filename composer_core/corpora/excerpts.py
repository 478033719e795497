"""Cutting long movements into songs of a length to learn from."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from composer_core.corpora.songs import Song
from composer_core.melody import changes_only
from composer_core.music import Chord, Note, Timing
from composer_core.pianoroll import Grid

LONGEST, SHORTEST = 96, 16  # bars
GIVE = 8  # bars by which a cut may move to find a better place
BAD_RUN = 4  # bars in a row that lie badly on the grid; fewer are kept for the sake of the whole
T = TypeVar("T")


def good_runs(is_bad: Sequence[bool]) -> list[tuple[int, int]]:
    """Return [first, end) bars between the runs of at least ``BAD_RUN`` bad ones."""
    good: list[bool] = []
    for bad, group in itertools.groupby(is_bad):
        length = len(list(group))
        good += [not bad or length < BAD_RUN] * length
    runs, at = [], 0
    for is_good, group in itertools.groupby(good):
        length = len(list(group))
        if is_good:
            runs.append((at, at + length))
        at += length
    return runs


def cut_excerpts(song: Song, grid: Grid, runs: Sequence[tuple[int, int]]) -> Iterator[Song]:
    """Yield the runs of bars as songs of ``SHORTEST`` to about ``LONGEST`` bars, of the same work."""
    lines = grid.ticks[np.searchsorted(grid.bar, np.arange(int(grid.bar[-1]) + 2))].tolist()
    for first, end in runs:
        if end - first >= SHORTEST:
            for start, stop in itertools.pairwise(_cuts(song.melody, lines, first, end)):
                yield excerpt(song, lines[start], lines[stop], f"{song.name} [{start + 1}-{stop}]")


def _cuts(melody: Sequence[Note], lines: Sequence[int], first: int, end: int) -> list[int]:
    """Bars at which to cut: even shares of at most ``LONGEST``, each moved to where the melody rests longest."""
    shares = -(-(end - first) // LONGEST)
    ideal = [first + (end - first) * share // shares for share in range(1, shares)]
    return [first, *(_best_cut(melody, lines, bar) for bar in ideal), end]


def _best_cut(melody: Sequence[Note], lines: Sequence[int], ideal: int) -> int:
    def silence(bar: int) -> tuple[int, int]:
        before = [note for note in melody if note.start < lines[bar]]
        rest = lines[bar] - before[-1].end if before else 0
        return rest if rest >= 0 else -before[-1].duration, -abs(bar - ideal)

    return max(range(ideal - GIVE, ideal + GIVE + 1), key=silence)


def excerpt(song: Song, start: int, end: int, name: str) -> Song:
    """Cut [start, end) ticks out of a song, both bar lines; notes across the cuts are shortened."""
    timing = song.timing
    return replace(
        song,
        name=name,
        timing=Timing(
            timing.ticks_per_beat,
            _from(timing.tempos, start, end),
            _from(timing.metres, start, end),
            timing.pickup_ticks if start == 0 else 0,
        ),
        melody=_clip(song.melody, start, end),
        chords=tuple(Chord(tick, label) for tick, label in _from([(c.tick, c.label) for c in song.chords], start, end)),
        parts={part: cut for part, notes in song.parts.items() if (cut := _clip(notes, start, end))},
    )


def _clip(notes: Sequence[Note], start: int, end: int) -> tuple[Note, ...]:
    return tuple(
        Note(max(n.start, start) - start, n.pitch, min(n.end, end) - max(n.start, start), n.velocity)
        for n in notes
        if n.start < end and n.end > start
    )


def _from(changes: Sequence[tuple[int, T]], start: int, end: int) -> tuple[tuple[int, T], ...]:
    """Move a map of changes ``start`` ticks earlier; what is in force there begins it."""
    before = [value for tick, value in changes if tick <= start]
    later = [(tick - start, value) for tick, value in changes if start < tick < end]
    return tuple(changes_only([*[(0, value) for value in before[-1:]], *later]))
