"""Bars and their pulses in grains, the unit of written time: every note value and tuplet is a whole number of them."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from composer_core.music import Composition, Metre, Timing

GRAINS = 3360
"""Grains of a quarter: divisible by 32 (128th notes) and by 3, 5 and 7 (tuplets)."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """A felt beat from ``start`` on, in grains, written in ``parts`` equal parts; ``is_compound`` if it is dotted.

    It is number ``place`` (from 0) of the ``count`` of a full bar.
    """

    start: int
    length: int
    is_compound: bool
    place: int = 0
    count: int = 1
    parts: int = 1

    @property
    def end(self) -> int:
        """First grain after it."""
        return self.start + self.length

    @property
    def is_tuplet(self) -> bool:
        """Whether its parts are no plain note values."""
        parts = self.parts // 3 if self.is_compound and self.parts % 3 == 0 else self.parts
        return parts & (parts - 1) != 0 or (self.is_compound and self.parts in (2, 4))

    def has(self, *grains: int) -> bool:
        """Whether grains are boundaries of its parts."""
        return all((grain - self.start) % (self.length // self.parts) == 0 for grain in grains)

    def nearest(self, grain: int) -> int:
        """The boundary of a part that lies nearest."""
        step = self.length // self.parts
        return self.start + (grain - self.start + step // 2) // step * step


@dataclass(frozen=True, slots=True)
class Bar:
    """A written bar from ``start`` to ``end`` in grains.

    ``origin`` is where a full bar would begin: before ``start`` in a pick-up. ``number`` is 0 in a pick-up.
    """

    number: int
    start: int
    end: int
    origin: int
    metre: Metre

    @property
    def length(self) -> int:
        """Its length."""
        return self.end - self.start

    @property
    def pulse(self) -> int:
        """Length of a felt beat."""
        return self.metre.pulse_ticks(GRAINS)

    def pulses(self) -> list[Pulse]:
        """Its beats; the first of a pick-up may begin before it."""
        starts = range(self.origin, self.end, self.pulse)
        parts = 3 if self.metre.is_compound else 1
        return [
            Pulse(at, self.pulse, self.metre.is_compound, place, len(starts), parts)
            for place, at in enumerate(starts)
            if at + self.pulse > self.start
        ]


def lay_bars(composition: Composition) -> list[Bar]:
    """Return the bars that a composition fills, the last one whole."""
    timing = composition.timing
    starts = timing.bar_starts(max(composition.end, timing.pickup_ticks + 1, 1))
    ends = [*starts[1:], starts[-1] + timing.metre_at(starts[-1]).bar_ticks(timing.ticks_per_beat)]
    edges = [(to_grains(start, timing), to_grains(end, timing)) for start, end in zip(starts, ends, strict=True)]
    has_pickup = bool(timing.pickup_ticks)
    bars = []
    for index, (start, end) in enumerate(edges):
        metre = timing.metre_at(starts[index])
        full = metre.bar_ticks(GRAINS)
        origin = end - full if index == 0 and has_pickup else start
        bars.append(Bar(index + (0 if has_pickup else 1), start, max(end, start + 1), origin, metre))
    return bars


def to_grains(tick: int, timing: Timing) -> int:
    """Return a tick as grains, rounded to the nearest."""
    return (tick * GRAINS * 2 + timing.ticks_per_beat) // (2 * timing.ticks_per_beat)


def all_pulses(bars: Sequence[Bar]) -> list[Pulse]:
    """The pulses of all bars in order."""
    return [pulse for bar in bars for pulse in bar.pulses()]


def pulse_at(grain: int, pulses: Sequence[Pulse], starts: Sequence[int]) -> Pulse:
    """The pulse in which a grain lies; ``starts`` are those of ``pulses``."""
    return pulses[max(bisect_right(starts, grain) - 1, 0)]
