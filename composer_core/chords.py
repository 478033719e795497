"""Harmony plans: the user's own (``C Am | F G7``) read and written, and the chord that sounds at a tick. Free of torch.

A plan as text is a row of bars between ``|``. The chords of a bar share it evenly, on pulses, the longer share first;
``.`` holds a chord for one more share (``C . . G``). A blank bar or ``%`` repeats the bar before, ``N`` is no chord.
A first bar in brackets, ``(G7) | C``, is the pick-up's; without it the pick-up takes the plan's first chord.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from composer_core.chord_symbols import ChordSymbol, parse_chord, spelling, tidy
from composer_core.errors import SettingError
from composer_core.melody import changes_only
from composer_core.music import Chord, Melody, Timing

__all__ = ["ChordSymbol", "chord_line", "count_bars", "format_plan", "parse_chord", "parse_plan", "spelling", "tidy"]

HOLD = "."
REPEAT = "%"
NO_CHORD_LABEL = "N"
_FINENESS = (1, 2, 4)  # shares of a pulse that a crowded bar may use


def parse_plan(text: str, melody: Melody) -> tuple[Chord, ...]:
    """Read the user's chords for a melody: one chord a change, the first at tick 0.

    A plan shorter than the melody is repeated whole, a longer one is cut (``count_bars`` tells how long it is).

    Raises:
        SettingError: a chord is unknown, a bar is too crowded, or there is none; the message names chord and bar.
    """
    pickup, bars = _read_bars(text)
    spans = _bar_spans(melody)
    if pickup and not melody.timing.pickup_ticks:
        raise SettingError(f"--chords: the melody has no pick-up, leave ({' '.join(pickup)}) out.")
    first = next(label for label in bars[0] if label != HOLD)
    lead = [pickup or [first]] if melody.timing.pickup_ticks else []
    full = len(spans) - len(lead)
    written = lead + [bars[number % len(bars)] for number in range(full)]
    numbers = [0] * len(lead) + [number % len(bars) + 1 for number in range(full)]
    laid = zip(written, spans, numbers, strict=True)
    return _chords(change for bar, span, number in laid for change in _lay_bar(bar, span, melody.timing, number))


def format_plan(chords: Sequence[Chord], melody: Melody) -> str:
    """Write a plan as ``parse_plan`` reads it; changes between a quarter of the pulses move to the nearest."""
    spans = _bar_spans(melody)
    bars = [_format_bar(chords, span, melody.timing) for span in spans]
    if melody.timing.pickup_ticks:
        opening = _sounding(chords, spans[1][0] if len(spans) > 1 else 0)
        bars = bars[1:] or bars if bars[0] == opening else [f"({bars[0]})", *(bars[1:] or [opening])]
    return " | ".join(bars)


def count_bars(text: str) -> int:
    """Count the bars of a plan, the pick-up left out."""
    return len(_read_bars(text)[1])


def chord_line(chords: Sequence[Chord], ticks: Iterable[int]) -> list[ChordSymbol | None]:
    """Return the chord sounding at each tick; None before the first and where there is none."""
    symbols = {label: parse_chord(label) for label in {chord.label for chord in chords}}
    starts = [chord.tick for chord in chords]
    places = [bisect_right(starts, tick) - 1 for tick in ticks]
    return [symbols[chords[place].label] if place >= 0 else None for place in places]


def _read_bars(text: str) -> tuple[list[str], list[list[str]]]:
    """The pick-up's tokens (empty: none written) and every bar's, repeats written out."""
    cells = text.replace("||", "|").strip().strip("|").split("|")
    pickup: list[str] = []
    opening = cells[0].strip()
    if opening.startswith("(") and opening.endswith(")"):
        pickup, cells = _tokens(opening[1:-1], "the pick-up"), cells[1:]
    bars: list[list[str]] = []
    for number, cell in enumerate(cells, 1):
        if cell.strip() in ("", REPEAT):
            if not bars:
                raise SettingError("--chords: the first bar holds no chord: write one, such as 'C Am | F G7'.")
            bars.append(bars[-1])
        else:
            bars.append(_tokens(cell, f"bar {number}"))
    if not bars:
        raise SettingError("--chords: there are no bars: write chords, such as 'C Am | F G7'.")
    return pickup, bars


def _tokens(cell: str, place: str) -> list[str]:
    try:
        labels = [token if token == HOLD else tidy(token) for token in cell.split()]
    except SettingError as error:
        message = str(error)
        raise SettingError(f"--chords, {place}: {message[0].lower()}{message[1:]}") from error
    if not labels or labels[0] == HOLD:
        raise SettingError(f"--chords, {place}: it must begin with a chord, such as 'C . G7'.")
    return labels


def _bar_spans(melody: Melody) -> list[tuple[int, int]]:
    """Start and end tick of every bar, the pick-up first where there is one; the last bar is whole."""
    timing = melody.timing
    end = max(melody.end, 1)
    starts = timing.bar_starts(end)
    last = starts[-1]
    is_pickup = last < timing.pickup_ticks
    length = timing.pickup_ticks if is_pickup else timing.metre_at(last).bar_ticks(timing.ticks_per_beat)
    return list(pairwise([*starts, max(last + length, end)]))


def _shares(span: tuple[int, int], timing: Timing, fineness: int) -> list[int]:
    """Ticks at which the pulses of a bar begin, or their halves or quarters."""
    start, end = span
    pulse = timing.metre_at(start).pulse_ticks(timing.ticks_per_beat)
    count = max(-(-(end - start) // max(pulse, 1)), 1) * fineness
    return [start + min(pulse * share // fineness, end - start) for share in range(count)]


def _lay_bar(bar: Sequence[str], span: tuple[int, int], timing: Timing, number: int) -> Iterator[tuple[int, str]]:
    for fineness in _FINENESS:
        shares = _shares(span, timing, fineness)
        if len(bar) <= len(shares) and len(set(shares)) == len(shares):
            for place, label in enumerate(bar):
                if label != HOLD:
                    yield shares[-(-place * len(shares) // len(bar))], label
            return
    place_name = f"bar {number}" if number else "the pick-up"
    raise SettingError(f"--chords, {place_name}: {len(bar)} chords do not fit, write at most {len(shares)}.")


def _format_bar(chords: Sequence[Chord], span: tuple[int, int], timing: Timing) -> str:
    """The shortest row of tokens that places every change of a bar, else the finest one."""
    start, end = span
    changes = [(start, _sounding(chords, start)), *((c.tick, c.label) for c in chords if start < c.tick < end)]
    labels = [label for _, label in changes]
    if list(_laid(labels, span, timing)) == changes:
        return " ".join(labels)
    tokens: list[str] = labels
    for fineness in _FINENESS:
        shares = _shares(span, timing, fineness)
        near = {min(range(len(shares)), key=lambda s: abs(shares[s] - tick)): label for tick, label in changes}
        tokens = [near.get(share, HOLD) for share in range(len(shares))]
        if [tick for tick, _ in changes] == [shares[share] for share in sorted(near)]:
            break
    return " ".join(tokens)


def _laid(labels: Sequence[str], span: tuple[int, int], timing: Timing) -> Iterator[tuple[int, str]]:
    """``_lay_bar`` that yields nothing for a bar which is too crowded."""
    if len(labels) <= len(_shares(span, timing, _FINENESS[-1])):
        yield from _lay_bar(labels, span, timing, 0)


def _sounding(chords: Sequence[Chord], tick: int) -> str:
    place = bisect_right([chord.tick for chord in chords], tick) - 1
    return chords[place].label if place >= 0 else NO_CHORD_LABEL


def _chords(changes: Iterable[tuple[int, str]]) -> tuple[Chord, ...]:
    return tuple(Chord(tick, label) for tick, label in changes_only(changes))
