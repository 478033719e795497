"""Moving written music onto the straight grid, and telling how well it lies there."""

from collections.abc import Iterable, Sequence

import numpy as np

from composer_core.music import Note
from composer_core.pianoroll import Grid

TOLERANCE = 1 / 6  # of a timestep: a note further than this from its boundary lies off the grid


def snap(notes: Sequence[Note], grid: Grid) -> list[Note]:
    """Move the notes of one voice to the nearest timesteps; every note keeps at least one.

    Of several onsets that fall into one timestep (32nds) those nearest to its boundary stay: what a player who plays
    half as fast would keep.
    """
    if not notes:
        return []
    starts = np.array([note.start for note in notes])
    places = np.minimum(_nearest(starts, grid), len(grid) - 1)
    ends = np.maximum(_nearest(np.array([note.end for note in notes]), grid), places + 1)
    away = np.abs(grid.ticks[places] - starts)
    least: dict[int, int] = {}
    for place, distance in zip(places.tolist(), away.tolist(), strict=True):
        least[place] = min(distance, least.get(place, distance))
    ticks = grid.ticks.tolist()
    rows = zip(notes, places.tolist(), ends.tolist(), away.tolist(), strict=True)
    return [
        Note(ticks[place], note.pitch, ticks[end] - ticks[place], note.velocity)
        for note, place, end, distance in rows
        if distance == least[place]
    ]


def off_grid(notes: Iterable[Note], grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Count onsets per bar of the grid: those off it, and all [bars]."""
    bars = int(grid.bar[-1]) + 1
    starts = np.array([note.start for note in notes], dtype=np.int64)
    places = np.minimum(_nearest(starts, grid), len(grid) - 1)
    lengths = np.diff(grid.ticks)[places]
    off = np.abs(grid.ticks[places] - starts) > TOLERANCE * lengths
    of_bar = grid.bar[np.clip(np.searchsorted(grid.ticks, starts, side="right") - 1, 0, len(grid) - 1)]
    return np.bincount(of_bar[off], minlength=bars), np.bincount(of_bar, minlength=bars)


def _nearest(ticks: np.ndarray, grid: Grid) -> np.ndarray:
    """Index (0-T) of the boundary nearest to each tick, the later of two as near (as ``Grid.nearest``)."""
    after = np.searchsorted(grid.ticks, ticks).clip(1, len(grid.ticks) - 1)
    before = after - 1
    return np.where(grid.ticks[after] - ticks <= ticks - grid.ticks[before], after, before)
