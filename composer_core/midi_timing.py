"""Tempo maps, metres and pick-ups, from a MIDI file's events and back to them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

from composer_core.errors import MelodyError
from composer_core.melody import changes_only
from composer_core.midi_policy import Scan
from composer_core.music import Metre, Timing

MAX_BARS = 3_000  # 15 minutes of bars of a third of a second
MAX_BEATS = 6_000  # 15 minutes at 400 a minute
DENOMINATORS = (1, 2, 4, 8, 16, 32)
T = TypeVar("T")
_FILE_TEMPO = 500_000  # microseconds a beat where a file names no tempo: 120 bpm
_SLOWEST_TEMPO = 0xFFFFFF


def read_timing(found: Scan, end: int) -> tuple[Timing, list[str]]:
    """Return the timing of a file up to tick ``end``, and what the user should know about it.

    The first bar is a pick-up if the second time signature comes within what would be a full bar of either
    signature: 1/4 for one bar and then 4/4, or 4/4 said twice, a beat apart.

    Raises:
        MelodyError: the piece has more bars or beats than 15 minutes can hold.
    """
    ticks_per_beat = found.ticks_per_beat
    _check_beats(ticks_per_beat, end)
    metres, notices = _metres(found)
    pickup = 0
    if len(metres) > 1:
        (_, first), (tick, second) = metres[:2]
        if tick <= first.bar_ticks(ticks_per_beat) and tick < second.bar_ticks(ticks_per_beat):
            pickup, metres = tick, [(0, second), *metres[2:]]
            notices.append("The first bar is short: it was taken as a pick-up.")
    spans = changes_only(said for said in metres if said[0] < end)
    _check_bars(spans, ticks_per_beat, end)
    tempos = [(tick, 60e6 / tempo) for tick, tempo in _from_start(found.tempos, _FILE_TEMPO) if tick < end]
    return Timing(ticks_per_beat, changes_only(tempos), spans, pickup), notices


def _from_start(changes: Sequence[tuple[int, T]], default: T) -> list[tuple[int, T]]:
    """Return one change a tick, the last said there, from tick 0 on; ``default`` holds until the first."""
    by_tick = {0: default} | dict(changes)
    return sorted(by_tick.items(), key=lambda change: change[0])


def _metres(found: Scan) -> tuple[list[tuple[int, Metre]], list[str]]:
    """Read the time signatures; the first holds from the beginning, wherever it stands.

    One that nobody writes, or whose bars are no whole number of ticks, becomes 4/4.
    """
    said = [(tick, Metre(above, below)) for tick, above, below in found.metres]
    sane = [(tick, metre if _is_sane(metre, found.ticks_per_beat) else Metre()) for tick, metre in said]
    notices = [] if said == sane else ["A time signature of the file makes no sense: 4/4 was assumed in its place."]
    if not said:
        notices = ["The file names no metre: 4/4 was assumed."]
    return _from_start([(0, metre) for _, metre in sane[:1]] + sane[1:], Metre()), notices


def _is_sane(metre: Metre, ticks_per_beat: int) -> bool:
    is_written = 1 <= metre.numerator <= 32 and metre.denominator in DENOMINATORS
    return is_written and ticks_per_beat * 4 * metre.numerator % metre.denominator == 0


def check_span(timing: Timing, end: int) -> None:
    """Raise MelodyError if a piece up to tick ``end`` has more bars or beats than 15 minutes can hold."""
    _check_beats(timing.ticks_per_beat, end)
    _check_bars(timing.metres, timing.ticks_per_beat, end)


def _check_beats(ticks_per_beat: int, end: int) -> None:
    if end > MAX_BEATS * ticks_per_beat:
        raise MelodyError(f"The melody ends after {end // ticks_per_beat} beats, at most {MAX_BEATS} fit: send a part.")


def _check_bars(metres: Sequence[tuple[int, Metre]], ticks_per_beat: int, end: int) -> None:
    ends = [tick for tick, _ in metres[1:]] + [end]
    spans = zip(metres, ends, strict=True)
    bars = sum(-(-(stop - start) // metre.bar_ticks(ticks_per_beat)) for (start, metre), stop in spans)
    if bars > MAX_BARS:
        raise MelodyError(
            f"The melody has {bars} bars, at most {MAX_BARS} fit: check the file's metre, or send a part."
        )


def tempo_events(timing: Timing) -> list[tuple[int, int]]:
    """Return (tick, microseconds a beat); exact for tempos that came from a file."""
    return [(tick, min(max(round(60e6 / bpm), 1), _SLOWEST_TEMPO)) for tick, bpm in timing.tempos]


def metre_events(timing: Timing) -> list[tuple[int, Metre]]:
    """Return the time signatures to write; ``read_timing`` finds a pick-up again.

    A pick-up becomes a first bar in a metre of its length. Where no metre has that length (a triplet), the metre is
    said at the beginning and once more after the pick-up.
    """
    if not timing.pickup_ticks:
        return list(timing.metres)
    whole = Fraction(timing.pickup_ticks, 4 * timing.ticks_per_beat)
    metre = timing.metre_at(timing.pickup_ticks)
    fitting = [Metre(int(whole * below), below) for below in DENOMINATORS if (whole * below).denominator == 1]
    first = next((short for short in fitting if short.denominator >= metre.denominator), metre)
    return [
        (0, first),
        (timing.pickup_ticks, metre),
        *(said for said in timing.metres if said[0] > timing.pickup_ticks),
    ]
