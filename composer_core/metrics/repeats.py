"""How many bars in a row a composition repeats of one training piece, so that it can be made again. No torch."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from composer_core.errors import GenreError
from composer_core.genres import Part
from composer_core.metrics.originality import bar_marks
from composer_core.metrics.songroll import SongRoll

REPEATS = "repeats.json"
"""Name of the file in a genre's folder."""

FEW = 4
"""Bars in a row that may stand in a training piece: what two pieces of one style share now and then."""

_EMPTY = 0


class Repeats:
    """The training pieces' bars, as hashes of what all parts play in them."""

    def __init__(self, songs: Sequence[np.ndarray]) -> None:
        self._songs = list(songs)

    @classmethod
    def learn(cls, rolls: Sequence[SongRoll], parts: Sequence[Part]) -> "Repeats":
        """Remember the training pieces."""
        return cls([_marks(roll, parts) for roll in rolls])

    def longest(self, roll: SongRoll, parts: Sequence[Part]) -> int:
        """The longest run of bars that some training piece has as well, in the same order.

        A bar is the same where every part does the same over the chord, in any key and octave. Bars that repeat the one
        before count once: a vamp is no quotation.
        """
        mine = _marks(roll, parts)
        return max((_longest_run(mine, theirs) for theirs in self._songs), default=0)

    def save(self, path: Path) -> None:
        """Write as JSON: a few bytes a bar, nothing that could be played."""
        path.write_text(json.dumps([song.tolist() for song in self._songs], separators=(",", ":")), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Repeats":
        """Mirror ``save``.

        Raises:
            GenreError: the file is missing or damaged.
        """
        try:
            songs = [np.array(song, dtype=np.int64) for song in json.loads(path.read_text(encoding="utf-8"))]
            if any(song.ndim != 1 for song in songs):
                raise ValueError("not one row of numbers a piece")
            return cls(songs)
        except (OSError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise GenreError(f"The genre's {path.name} is damaged ({error}): train the genre again.") from error


def _marks(roll: SongRoll, parts: Sequence[Part]) -> np.ndarray:
    """One number a bar [B], ``_EMPTY`` where no part begins anything."""
    bars: dict[int, list[str]] = defaultdict(list)
    for part in parts:
        for bar, begun in bar_marks(roll, part).items():
            bars[bar].append(f"{part.name} {sorted(begun)}")
    numbers = [_number(bars[bar]) if bar in bars else _EMPTY for bar in range(len(roll.bars))]
    return np.array(numbers, dtype=np.int64)


def _number(texts: Sequence[str]) -> int:
    return int.from_bytes(hashlib.sha256("|".join(texts).encode()).digest()[:6])


def _longest_run(mine: np.ndarray, theirs: np.ndarray) -> int:
    run = np.zeros(len(theirs) + 1, dtype=np.int64)
    longest = 0
    for place, mark in enumerate(mine):
        is_new = np.where(run[:-1] == 0, 1, int(mark != mine[place - 1]))  # a run begins with a bar of its own
        run[1:] = np.where((theirs == mark) & (mark != _EMPTY), run[:-1] + is_new, 0)
        longest = max(longest, int(run.max()))
    return longest
