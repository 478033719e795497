"""Where ticks stand: their bar, their distance from its line, and the sixteenth of 4/4 that they feel like."""

from bisect import bisect_right

from composer_core.feel import SLOTS
from composer_core.form import bar_lines
from composer_core.music import Timing

_BEAT = SLOTS // 4
_COMPOUND_STEPS = (0, 1, 2, 2, 2, 3)  # sixths of a dotted pulse as sixteenths: its eighths are off-beats


class Places:
    """The bars of a piece up to ``end`` ticks."""

    def __init__(self, timing: Timing, end: int) -> None:
        self.timing = timing
        self.lines = bar_lines(timing, end + 1)

    @property
    def bars(self) -> int:
        """Number of bars, a pick-up counted."""
        return len(self.lines) - 1

    def bar(self, tick: int) -> int:
        """Index of the bar that a tick stands in."""
        return min(max(bisect_right(self.lines, tick) - 1, 0), self.bars - 1)

    def offset(self, tick: int) -> int:
        """Ticks since the bar line; a pick-up is the end of a bar that has no beginning."""
        if tick < self.timing.pickup_ticks:
            return tick - self.timing.pickup_ticks + self.bar_ticks(tick)
        return tick - self.lines[self.bar(tick)]

    def bar_ticks(self, tick: int) -> int:
        """Length of a full bar of the metre in force."""
        return self.timing.metre_at(tick).bar_ticks(self.timing.ticks_per_beat)

    def pulse_ticks(self, tick: int) -> int:
        """Length of the felt pulse."""
        return self.timing.metre_at(tick).pulse_ticks(self.timing.ticks_per_beat)

    def stress(self, tick: int) -> float:
        """Weight of a tick in its bar: 1 on the downbeat, .5 at its middle, .2 on other pulses, -.5 between."""
        offset, bar, pulse = self.offset(tick), self.bar_ticks(tick), self.pulse_ticks(tick)
        if offset == 0:
            return 1.0
        if offset * 2 == bar and offset % pulse == 0:
            return 0.5
        return 0.2 if offset % pulse == 0 else -0.5

    def slot(self, tick: int) -> int:
        """The sixteenth of a 4/4 bar (0-15) whose weight a tick has: downbeat, second, middle or fourth beat."""
        offset, bar, pulse = self.offset(tick), self.bar_ticks(tick), self.pulse_ticks(tick)
        number, inside = divmod(offset, pulse)
        if self.timing.metre_at(tick).is_compound:
            step = _COMPOUND_STEPS[min(inside * 6 // pulse, 5)]
        else:
            step = min((inside * _BEAT + pulse // 2) // pulse, _BEAT - 1)
        return _BEAT * _beat(number, 2 * number * pulse - bar) + step


def _beat(number: int, past_middle: int) -> int:
    """The beat of 4/4 that a pulse feels like; of two pulses the second is the backbeat."""
    if number == 0:
        return 0
    if past_middle == 0 and number > 1:
        return 2
    return 1 if past_middle <= 0 else 3
