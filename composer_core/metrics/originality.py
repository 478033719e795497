"""How much of what is composed stands in the training set already, a bar at a time.

A bar's print is what begins when: (timestep in the bar, semitones above the chord's root, octaves aside), for drums
(timestep, group). So the same figure over another chord, in another key or octave, is the same print.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from composer_core.genres import Part
from composer_core.metrics.patterns import drum_bars
from composer_core.metrics.songroll import NO_ROOT, SongRoll

Print = frozenset[tuple[int, int]]


def bar_prints(roll: SongRoll, part: Part) -> list[Print]:
    """Prints of the bars in which something begins; notes without a chord below them are left out."""
    return list(bar_marks(roll, part).values())


def bar_marks(roll: SongRoll, part: Part) -> dict[int, Print]:
    """Number of the bar, from 0, → its print."""
    if part.name not in roll.parts:
        return {}
    if part.is_drum:
        return {bar: begun for bar, (_, begun) in enumerate(drum_bars(roll, part.name)) if begun}
    spans = roll.bars
    bar_at = np.repeat(np.arange(len(spans)), [end - start for start, end in spans])  # [T]
    prints: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for start, _, pitch in roll.parts[part.name].tolist():
        if roll.root[start] != NO_ROOT:
            bar = int(bar_at[start])
            prints[bar].add((start - spans[bar][0], int((pitch - roll.root[start]) % 12)))
    return {bar: frozenset(begun) for bar, begun in prints.items()}


class Collection:
    """The prints of a training set."""

    def __init__(self, rolls: Sequence[SongRoll], parts: Sequence[Part]) -> None:
        self.parts = parts
        self.size = len(rolls)
        holders: dict[str, dict[Print, list[int]]] = {part.name: defaultdict(list) for part in parts}
        for number, roll in enumerate(rolls):
            for part in parts:
                for mark in set(bar_prints(roll, part)):
                    holders[part.name][mark].append(number)
        self._holders: Mapping[str, Mapping[Print, list[int]]] = holders

    def copied(self, rolls: Sequence[SongRoll]) -> dict[str, float | None]:
        """Share of each part's bars whose print some training song has; None for a part that never plays."""
        shares: dict[str, float | None] = {}
        for part in self.parts:
            known = [mark in self._holders[part.name] for roll in rolls for mark in bar_prints(roll, part)]
            shares[part.name] = float(np.mean(known)) if known else None
        return shares

    def distance(self, roll: SongRoll) -> float | None:
        """1 - the share of a song's bars, over all its parts, that one training song has: that of the nearest one."""
        shared = np.zeros(max(self.size, 1), dtype=np.int64)
        bars = 0
        for part in self.parts:
            for mark in bar_prints(roll, part):
                shared[self._holders[part.name].get(mark, [])] += 1
                bars += 1
        return 1.0 - float(shared.max()) / bars if bars else None
