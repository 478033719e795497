"""The songs of a dataset split for training and validation; long ones are cut where the melody rests."""

import hashlib
from collections.abc import Iterator, Sequence

from composer_core.corpora.excerpts import LONGEST, cut_excerpts
from composer_core.corpora.songs import Song, Songs
from composer_core.pianoroll import make_grid

VALIDATION_SHARE = 0.2
ENOUGH_FOR_TWO = 6  # works from which at least two are held out


def split_songs(songs: Sequence[Song], seed: int) -> Songs:
    """Split by work: about a fifth of them, at least two of six, for validation; the same seed gives the same sides."""
    works = sorted({song.work for song in songs}, key=lambda work: _hash(f"{seed}/{work}"))
    held = max(round(VALIDATION_SHARE * len(works)), 2 if len(works) >= ENOUGH_FOR_TWO else 1)
    validation = set(works[: held if len(works) > 1 else 0])
    sides: dict[bool, list[Song]] = {True: [], False: []}
    for song in songs:
        sides[song.work in validation] += _excerpts(song)
    return Songs(tuple(sides[False]), tuple(sides[True]), ())


def _excerpts(song: Song) -> Iterator[Song]:
    """A song as it is, or cut into parts of at most about ``LONGEST`` bars: each has a key of its own."""
    grid = make_grid(song.timing, song.end)
    bars = int(grid.bar[-1]) + 1
    if bars <= LONGEST + LONGEST // 2:
        yield song
        return
    yield from (part for part in cut_excerpts(song, grid, [(0, bars)]) if part.melody)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
