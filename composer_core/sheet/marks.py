"""What stands above and below the notes: tempo, feel and dynamics, each where a player needs it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import mean
from typing import Literal

from composer_core.music import Composition, Track
from composer_core.sheet.bars import Bar, to_grains

DYNAMICS = {"pp": 36, "p": 50, "mp": 63, "mf": 77, "f": 92, "ff": 110}
"""Mark → the MIDI velocity around which it is played here."""

_SWINGS_FROM = 0.55  # place of the off-beat eighth in its beat
_WINDOW_BARS = 4  # a mark holds for so long at least
_STICKS = 10  # steps of velocity beyond the middle between two marks before the mark changes
_HEARD = 0.04  # a change of tempo that is worth a mark of its own
_FELT = 0.01  # one that a playing program should follow


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark at a grain.

    ``tempo`` (quarters a minute) is printed as a metronome mark, ``pace`` only played; ``words``; ``dynamics``.
    ``swing`` beside a tempo is the place of the off-beat eighth in its beat.
    """

    grain: int
    kind: Literal["tempo", "pace", "words", "dynamics"]
    value: float | str
    swing: float = 0.0


def score_marks(composition: Composition, performed: Composition, bars: Sequence[Bar]) -> list[Mark]:
    """Marks for everyone: they stand above the first part."""
    marks = list(_tempos(composition, bars))
    if composition.feel.swing >= _SWINGS_FROM:
        marks[0] = replace(marks[0], swing=composition.feel.swing)
    written = {tick for tick, _ in composition.timing.tempos}
    slower = next((tick for tick, _ in performed.timing.tempos if tick not in written), None)
    if slower is not None:
        marks.append(Mark(to_grains(slower, composition.timing), "words", "rit."))
    return sorted(marks, key=lambda mark: mark.grain)


def part_marks(played: Track, composition: Composition, bars: Sequence[Bar]) -> list[Mark]:
    """Dynamics of a part as it is performed: one at its first note, and others where its level stays different."""
    marks: list[Mark] = []
    notes = [(to_grains(note.start, composition.timing), note.velocity) for note in sorted(played.notes)]
    starts = [grain for grain, _ in notes]
    now = ""
    for first in range(0, len(bars), _WINDOW_BARS):
        begin, end = bars[first].start, bars[min(first + _WINDOW_BARS, len(bars)) - 1].end
        inside = notes[bisect_left(starts, begin) : bisect_left(starts, end)]
        if inside and (level := _dynamics(mean(velocity for _, velocity in inside), now)) != now:
            marks.append(Mark(inside[0][0], "dynamics", level))
            now = level
    return marks


def _dynamics(velocity: float, now: str) -> str:
    nearest = min(DYNAMICS, key=lambda mark: abs(DYNAMICS[mark] - velocity))
    if now and nearest != now and abs(velocity - DYNAMICS[now]) < abs(velocity - DYNAMICS[nearest]) + _STICKS:
        return now
    return nearest


def _tempos(composition: Composition, bars: Sequence[Bar]) -> Iterator[Mark]:
    """The first tempo, those that a bar begins with and keeps, and the small ones between for playing programs."""
    timing = composition.timing
    changes = [(to_grains(tick, timing), bpm) for tick, bpm in timing.tempos]
    starts = [bar.start for bar in bars]
    printed = played = 0.0
    for (grain, bpm), (until, _) in pairwise([*changes, (bars[-1].end, 0.0)]):
        bar = bars[max(bisect_right(starts, grain) - 1, 0)]
        keeps = grain == bar.start and until - grain >= bar.length
        if not printed or (keeps and abs(bpm / printed - 1) >= _HEARD):
            printed = played = bpm
            yield Mark(grain, "tempo", bpm)
        elif abs(bpm / played - 1) >= _FELT and grain < bars[-1].end:
            played = bpm
            yield Mark(grain, "pace", bpm)
