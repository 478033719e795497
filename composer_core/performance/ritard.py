"""The last ritardando, in the tempo map: no note moves on the paper."""

from collections.abc import Sequence
from dataclasses import replace

from composer_core.form import bar_lines
from composer_core.music import Note, Timing

STEPS_PER_PULSE = 2
_POWER = 3.0


def slow_down(timing: Timing, melody: Sequence[Note], share: float) -> Timing:
    """Let the tempo fall by ``share`` over the bar before the melody's last note, and stay there.

    It falls as runners stop: v(x) = (1 + (w^q - 1) x)^(1/q), with q = 3 (Friberg and Sundberg, Does music performance
    allude to locomotion?, 1999). A melody that brings tempo changes of its own near its end keeps them.
    """
    last = max(melody, key=lambda note: note.start).start
    start = max(last - timing.metre_at(last).bar_ticks(timing.ticks_per_beat), 0)
    is_short = len(bar_lines(timing, last + 1)) <= 3
    if not share or is_short or any(tick > start for tick, _ in timing.tempos):
        return timing
    step = max(timing.metre_at(last).pulse_ticks(timing.ticks_per_beat) // STEPS_PER_PULSE, 1)
    bpm, final = timing.tempo_at(start), 1.0 - share
    steps = [(tick, (tick + step / 2 - start) / (last - start)) for tick in range(start, last, step)]
    slowing = [(tick, bpm * (1.0 + (final**_POWER - 1.0) * min(x, 1.0)) ** (1.0 / _POWER)) for tick, x in steps]
    before = tuple(change for change in timing.tempos if change[0] < start)
    return replace(timing, tempos=(*before, *slowing, (last, bpm * final)))
