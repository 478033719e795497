"""Edits of a whole melody: to a length, to a tempo, without the silence before it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from composer_core.errors import MelodyError
from composer_core.music import Melody, Note, Timing

MAX_LENGTH_S = 900.0
MAX_NOTES = 50_000
T = TypeVar("T")


def fit(
    melody: Melody, *, length_bars: int | None = None, tempo_bpm: float | None = None, intro_bars: int = 0
) -> Melody:
    """Cut the melody to ``length_bars`` full bars, or repeat it whole until they are filled; set one tempo.

    A pick-up is not counted: it comes on top. A note that crosses the end is shortened. When a melody with a pick-up is
    repeated, the pick-up sounds at the end of the last bar if that is free, else at the end of an extra bar.
    ``intro_bars`` bars of rest are put before it, not counted in ``length_bars``: the band plays there alone.

    Raises:
        MelodyError: the result is longer than 15 minutes, or holds no note.
    """
    if tempo_bpm is not None:
        melody = replace(melody, timing=replace(melody.timing, tempos=((0, float(tempo_bpm)),)))
    if length_bars is not None:
        bars = max(melody.length_bars, 1)  # a melody that is all pick-up fills one
        if length_bars > bars:
            melody = _repeat(melody, bars, length_bars)
        melody = _cut(melody, bar_line(melody.timing, length_bars))
    if intro_bars:
        melody = _after_intro(melody, intro_bars)
    check_length(melody)
    return melody


def _after_intro(melody: Melody, bars: int) -> Melody:
    """Move a melody ``bars`` bars later; a pick-up then sounds at the end of the last of them."""
    timing = melody.timing
    metre = timing.metre_at(timing.pickup_ticks)
    shift = bars * metre.bar_ticks(timing.ticks_per_beat) - timing.pickup_ticks
    notes = tuple(replace(note, start=note.start + shift) for note in melody.notes)
    metres = ((0, metre), *((tick + shift, new) for tick, new in timing.metres if tick > timing.pickup_ticks))
    tempos = (timing.tempos[0], *((tick + shift, bpm) for tick, bpm in timing.tempos[1:]))
    timing = replace(timing, tempos=tempos, metres=metres, pickup_ticks=0)
    notice = f"The band plays {bars} {'bar' if bars == 1 else 'bars'} before the melody: it begins in bar {bars + 1}"
    if melody.timing.pickup_ticks:
        notice += ", its pick-up before that"
    return replace(melody, notes=notes, timing=timing, notices=(*melody.notices, f"{notice}."))


def check_length(melody: Melody) -> None:
    """Raise MelodyError if the melody lasts longer than 15 minutes."""
    if melody.end_s > MAX_LENGTH_S:
        raise MelodyError(
            f"The melody lasts {melody.end_s / 60:.1f} minutes, at most 15 fit: ask for fewer bars or a faster tempo."
        )


def bar_line(timing: Timing, bars: int) -> int:
    """Return the tick at which the given number of full bars ends; a pick-up before them is not counted."""
    longest = max(metre.bar_ticks(timing.ticks_per_beat) for _, metre in timing.metres)
    starts = timing.bar_starts(timing.pickup_ticks + bars * longest + 1)
    return starts[bars + (1 if timing.pickup_ticks else 0)]


def changes_only(changes: Iterable[tuple[int, T]]) -> tuple[tuple[int, T], ...]:
    """Leave out of a map of (tick, value) what repeats the value before it."""
    kept: list[tuple[int, T]] = []
    for tick, value in changes:
        if not kept or kept[-1][1] != value:
            kept.append((tick, value))
    return tuple(kept)


def trim_silence(melody: Melody) -> tuple[Melody, int]:
    """Leave out the empty bars before the first note, and say how many; the position in the bar stays the same."""
    first = melody.notes[0].start
    starts = melody.timing.bar_starts(first + 1)
    cut = starts[-1]
    if cut == 0:
        return melody, 0
    notes = tuple(replace(note, start=note.start - cut) for note in melody.notes)
    timing = replace(
        melody.timing,
        tempos=_from(melody.timing.tempos, cut),
        metres=_from(melody.timing.metres, cut),
        pickup_ticks=0,
    )
    return replace(melody, notes=notes, timing=timing), len(starts) - 1


def _from(changes: tuple[tuple[int, T], ...], cut: int) -> tuple[tuple[int, T], ...]:
    """Move a map of changes ``cut`` ticks earlier; what is in force there begins it."""
    in_force = [value for tick, value in changes if tick <= cut][-1]
    return ((0, in_force), *((tick - cut, value) for tick, value in changes if tick > cut))


def _cut(melody: Melody, end: int) -> Melody:
    notes = tuple(
        replace(note, duration=min(note.duration, end - note.start)) for note in melody.notes if note.start < end
    )
    if not notes:
        raise MelodyError("The bars asked for hold only rests: ask for more bars.")
    return replace(melody, notes=notes, timing=_until(melody.timing, end))


def _until(timing: Timing, end: int) -> Timing:
    """Leave out the changes of tempo and metre from tick ``end`` on."""
    tempos = tuple(change for change in timing.tempos if change[0] < end)
    metres = tuple(change for change in timing.metres if change[0] < end)
    return replace(timing, tempos=tempos, metres=metres)


def _repeat(melody: Melody, bars: int, length_bars: int) -> Melody:
    """Repeat the melody whole until ``length_bars`` bars are filled."""
    timing = _until(melody.timing, melody.end)
    step = bar_line(timing, bars) - timing.pickup_ticks
    if melody.end > step:
        bars, step = bars + 1, bar_line(timing, bars + 1) - timing.pickup_ticks
    copies = -(-length_bars // bars)
    if timing.seconds_at(step) * (copies - 1) > MAX_LENGTH_S or len(melody.notes) * copies > MAX_NOTES:
        raise MelodyError(f"The melody repeated to {length_bars} bars is longer than 15 minutes: ask for fewer bars.")
    shifts = [copy * step for copy in range(copies)]
    notes = tuple(Note(n.start + shift, n.pitch, n.duration, n.velocity) for shift in shifts for n in melody.notes)
    metres = [
        (max(tick, timing.pickup_ticks if shift else 0) + shift, m) for shift in shifts for tick, m in timing.metres
    ]
    tempos = [(tick + shift, bpm) for shift in shifts for tick, bpm in timing.tempos]
    timing = replace(timing, tempos=changes_only(tempos), metres=changes_only(metres))
    notice = f"The melody is shorter than {length_bars} bars: it was repeated to fill them."
    return replace(melody, notes=notes, timing=timing, notices=(*melody.notices, notice))
