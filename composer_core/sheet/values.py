"""From voices to written symbols: note values, dots, tuplets, ties and rests, bar by bar, so that the beat is seen."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from composer_core.sheet.bars import GRAINS, Bar, Pulse
from composer_core.sheet.voices import Chord

KINDS = {
    "breve": 8 * GRAINS, "whole": 4 * GRAINS, "half": 2 * GRAINS, "quarter": GRAINS, "eighth": GRAINS // 2,
    "16th": GRAINS // 4, "32nd": GRAINS // 8, "64th": GRAINS // 16, "128th": GRAINS // 32,
}  # fmt: skip
"""Note values by MusicXML's names (type note-type-value)."""

VALUES = sorted(
    [(length, kind, 0) for kind, length in KINDS.items()]
    + [(length * 3 // 2, kind, 1) for kind, length in KINDS.items()],
    reverse=True,
)


@dataclass(frozen=True, slots=True)
class Tuplet:
    """``actual`` notes of ``kind`` in the time of ``normal``; one bar has it from ``start`` to ``end`` in grains."""

    actual: int
    normal: int
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """One written note or chord (all of ``chord`` or a part of it), or rest, ``start`` and ``length`` in grains.

    Ties are those of all its notes; ``is_bar`` marks the rest of a whole bar.
    """

    start: int
    length: int
    kind: str
    dots: int = 0
    chord: Chord | None = None
    is_tied: bool = False
    ties: bool = False
    tuplet: Tuplet | None = None
    is_bar: bool = False

    @property
    def end(self) -> int:
        """First grain after it."""
        return self.start + self.length


def write_voice(chords: Sequence[Chord], bar: Bar, pulses: Sequence[Pulse]) -> list[Symbol]:
    """Write what a voice does in one bar, without gaps; ``pulses`` are those of the bar as the part writes them."""
    first = bisect_right(chords, bar.start, key=lambda chord: chord.end)
    last = bisect_left(chords, bar.end, key=lambda chord: chord.start)
    symbols: list[Symbol] = []
    at = bar.start
    for chord in chords[first:last]:
        start, end = max(chord.start, bar.start), min(chord.end, bar.end)
        symbols += _write(at, start, None, bar, pulses)
        pieces = list(_write(start, end, chord, bar, pulses))
        for index, piece in enumerate(pieces):
            is_tied, ties = index > 0 or chord.start < start, index < len(pieces) - 1 or chord.end > end
            symbols.append(replace(piece, is_tied=is_tied, ties=ties))
        at = end
    symbols += _write(at, bar.end, None, bar, pulses)
    return symbols


def _write(start: int, end: int, chord: Chord | None, bar: Bar, pulses: Sequence[Pulse]) -> Iterator[Symbol]:
    """Write one sound or silence: tuplets that it fills in part stand apart, what is between follows the beat."""
    if start >= end:
        return
    if chord is None and (start, end) == (bar.start, bar.end):
        yield Symbol(start, end - start, "whole", is_bar=True)
        return
    at = start
    for pulse in pulses:
        begin, stop = max(pulse.start, start), min(pulse.end, end)
        if pulse.is_tuplet and begin < stop and (begin, stop) != (pulse.start, pulse.end) and pulse.has(begin, stop):
            yield from _plain(at, begin, chord, bar)
            yield from _in_tuplet(begin, stop, chord, pulse, bar)
            at = stop
    yield from _plain(at, end, chord, bar)


def _in_tuplet(start: int, end: int, chord: Chord | None, pulse: Pulse, bar: Bar) -> Iterator[Symbol]:
    """Write part of a tuplet; its unit is what a plain parting of the pulse would have."""
    plain = 1 << (pulse.parts.bit_length() - 1)
    normal = plain * 3 // (1 if pulse.parts == 2 else 2) if pulse.is_compound else plain
    unit, step = pulse.length // normal, pulse.length // pulse.parts
    kind = next((name for name, length in KINDS.items() if length == unit), "eighth")
    tuplet = Tuplet(pulse.parts, normal, kind, max(pulse.start, bar.start), min(pulse.end, bar.end))
    while start < end:
        units = (end - start) // step
        length, name, dots = next(
            (value for value in VALUES if value[0] <= units * unit and value[0] % unit == 0), (unit, kind, 0)
        )
        sounding = max(length // unit, 1) * step
        yield Symbol(start, sounding, name, dots, chord, tuplet=tuplet)
        start += sounding


def _plain(start: int, end: int, chord: Chord | None, bar: Bar) -> Iterator[Symbol]:
    """Write with the fewest symbols that still show the beat."""
    at = start
    while at < end:
        is_whole = at == start
        length, kind, dots = next(
            (v for v in VALUES if v[0] <= end - at and _shows_beat(at, v, end, bar, chord is not None, is_whole)),
            (end - at, "128th", 0),  # the rest of a bar that is no sum of note values
        )
        yield Symbol(at, length, kind, dots, chord)
        at += length


def _shows_beat(at: int, value: tuple[int, str, int], end: int, bar: Bar, is_note: bool, is_whole: bool) -> bool:
    """Whether one value from ``at`` on leaves the bar's beats to be seen."""
    length, _, dots = value
    place, pulse = at - bar.origin, bar.pulse
    if length == bar.metre.bar_ticks(GRAINS) and place == 0:
        return True
    inside = place % pulse
    if inside + length <= pulse:
        return _within_pulse(inside, length, dots, bar, is_note)
    if inside:
        is_syncope = is_note and is_whole and at + length == end and length == pulse and inside * 2 == pulse
        return is_syncope and not bar.metre.is_compound and not _crosses_middle(place, length, bar)
    return _from_pulse(place, length, dots, bar, is_note, is_whole and at + length == end)


def _within_pulse(inside: int, length: int, dots: int, bar: Bar, is_note: bool) -> bool:
    pulse = bar.pulse
    if bar.metre.is_compound:
        third = pulse // 3
        if length == pulse or (length <= third and not dots):
            return inside % length == 0
        if length == 2 * third and not dots:
            return inside == 0 or (is_note and inside == third)
        return (
            is_note
            and dots == 1
            and 2 * length == third * 3
            and (inside % third == 0 or (inside + length) % third == 0)
        )
    if dots:
        return is_note and inside in (0, pulse - length) and 4 * length == 3 * pulse
    return inside % length == 0 or (is_note and 2 * length == pulse and 4 * inside == pulse)


def _from_pulse(place: int, length: int, dots: int, bar: Bar, is_note: bool, is_all: bool) -> bool:
    """Whether a value that begins with a beat may go beyond it."""
    pulse = bar.pulse
    if bar.metre.is_compound:
        return length % pulse == 0 and (place % length == 0 or is_note)
    crosses = _crosses_middle(place, length, bar)
    if 2 * length == 3 * pulse:
        return is_note and not crosses
    if length % pulse:
        return False
    if is_note:
        return length <= 4 * pulse and (not crosses or (is_all and length <= 3 * pulse) or place == 0)
    return not dots and place % length == 0 and bar.metre.numerator != 3


def _crosses_middle(place: int, length: int, bar: Bar) -> bool:
    """Whether a value hides the middle of a bar of four beats."""
    half = 2 * bar.pulse
    return bar.metre.bar_ticks(GRAINS) == 2 * half and place < half < place + length
