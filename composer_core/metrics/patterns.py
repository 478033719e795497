"""What a part does from bar to bar: how much, and how often the same again."""

import itertools
from collections.abc import Sequence

import numpy as np

from composer_core.metrics.songroll import SongRoll

TILED_RUN = 4  # a bar that equals so many before it is tiled

DRUM_GROUPS: dict[str, tuple[int, ...]] = {
    "kick": (35, 36),
    "snare": (38, 40),
    "stick and clap": (37, 39),
    "closed hat": (42, 44),
    "open hat": (46,),
    "ride": (51, 53, 59),
    "crash": (49, 52, 55, 57),
    "toms": (41, 43, 45, 47, 48, 50),
}
"""General MIDI drums that count as one instrument; all others are the last group, percussion."""

PERCUSSION = len(DRUM_GROUPS)

Bar = tuple[int, frozenset[tuple[int, int]]]
"""(timesteps in the bar, what begins in it: (timestep, kind))."""


def drum_group(pitch: int) -> int:
    """Number of a General MIDI drum's group, 0 to ``PERCUSSION``."""
    return next((number for number, group in enumerate(DRUM_GROUPS.values()) if pitch in group), PERCUSSION)


def rhythm_bars(roll: SongRoll, part: str) -> list[Bar]:
    """When a part's notes begin in each bar, whatever their pitch."""
    return _bars(roll, [(start, 0) for start, _, _ in roll.parts[part].tolist()])


def drum_bars(roll: SongRoll, part: str) -> list[Bar]:
    """Which group of drums is struck when in each bar."""
    return _bars(roll, [(start, drum_group(pitch)) for start, _, pitch in roll.parts[part].tolist()])


def _bars(roll: SongRoll, events: Sequence[tuple[int, int]]) -> list[Bar]:
    bar_of = roll.grid.bar
    found: dict[int, set[tuple[int, int]]] = {}
    starts = {int(bar_of[start]): (start, end) for start, end in roll.bars}
    for timestep, kind in events:
        bar = int(bar_of[timestep])
        found.setdefault(bar, set()).add((timestep - starts[bar][0], kind))
    return [(end - start, frozenset(found.get(bar, ()))) for bar, (start, end) in starts.items()]


def repeated_bars(bars: Sequence[Bar]) -> float | None:
    """Share of neighbouring bars that are equal; pairs of two empty or of two unequally long bars are left out."""
    pairs = [(a, b) for a, b in itertools.pairwise(bars) if a[0] == b[0] and (a[1] or b[1])]
    return float(np.mean([a == b for a, b in pairs])) if pairs else None


def tiled_bars(bars: Sequence[Bar], run: int = TILED_RUN) -> float | None:
    """Share of the bars from the fifth on, empty ones left out, that equal each of the four (``run``) before them."""
    later = [place for place in range(run, len(bars)) if bars[place][1]]
    tiled = [all(bars[place - back] == bars[place] for back in range(1, run + 1)) for place in later]
    return float(np.mean(tiled)) if tiled else None


def distinct_bars(bars: Sequence[Bar]) -> float | None:
    """Number of different bars over number of bars, empty ones left out."""
    played = [bar for bar in bars if bar[1]]
    return len(set(played)) / len(played) if played else None


def empty_bars(roll: SongRoll, part: str) -> float:
    """Share of bars in which nothing of the part sounds."""
    sounds = roll.sounding(roll.parts[part])
    return float(np.mean([not sounds[start:end].any() for start, end in roll.bars]))


def notes_per_bar(roll: SongRoll, part: str) -> float:
    """Notes that begin, over bars."""
    return len(roll.parts[part]) / len(roll.bars)


def difference(first: SongRoll, second: SongRoll) -> float:
    """How far two takes of one song differ: 1 - |A and B| / |A or B| of their (part, first timestep, pitch)."""
    a, b = (
        {(part, start, pitch) for part, table in roll.parts.items() for start, _, pitch in table.tolist()}
        for roll in (first, second)
    )
    return 1.0 - len(a & b) / len(a | b) if a | b else 0.0
