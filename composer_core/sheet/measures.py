"""The measures of a written part as MusicXML."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from xml.etree.ElementTree import Element, SubElement

from composer_core.music import Key, Metre
from composer_core.sheet.bars import GRAINS, Bar
from composer_core.sheet.beams import beam
from composer_core.sheet.directions import direction
from composer_core.sheet.harmony import Harmony
from composer_core.sheet.marks import Mark
from composer_core.sheet.note_elements import Signs, VoiceWriter
from composer_core.sheet.parts import Line, WrittenPart
from composer_core.sheet.spelling import Accidentals, fifths_of
from composer_core.sheet.symbols import harmony as chord_symbol


@dataclass(frozen=True)
class Sheet:
    """What the measures of all parts share; ``unit`` is a division in grains."""

    bars: Sequence[Bar]
    key: Key
    unit: int


def unit_of(parts: Sequence[WrittenPart], bars: Sequence[Bar], harmony: Harmony) -> int:
    """The longest division, in grains, that measures every symbol and chord."""
    lengths = {
        symbol.length
        for part in parts
        for staff in part.staves
        for bar in staff.bars
        for line in bar
        for symbol in line
    }
    return gcd(GRAINS, *lengths, *(bar.length for bar in bars), *(chord.grain for chord in harmony.chords))


class PartWriter:
    """Writes one part; ``marks`` and the chord symbols, if it has any, stand above or below its first staff."""

    def __init__(self, part: WrittenPart, sheet: Sheet, marks: Sequence[Mark], chords: Harmony | None) -> None:
        self.part, self.sheet = part, sheet
        self._marks = marks
        self._chords = chords.chords if chords else []

    def write(self) -> Element:
        """Return the ``<part>``."""
        element = Element("part", {"id": self.part.ident})
        metre: Metre | None = None
        for index, bar in enumerate(self.sheet.bars):
            measure = SubElement(element, "measure", {"number": str(bar.number)})
            if bar.number == 0:
                measure.set("implicit", "yes")
            self._attributes(measure, index == 0, bar.metre if bar.metre != metre else None)
            self._music(measure, index, bar)
            metre = bar.metre
        barline = SubElement(measure, "barline", {"location": "right"})
        SubElement(barline, "bar-style").text = "light-heavy"
        return element

    def _attributes(self, measure: Element, is_first: bool, metre: Metre | None) -> None:
        if not (is_first or metre):
            return
        attributes = SubElement(measure, "attributes")
        if is_first:
            SubElement(attributes, "divisions").text = str(GRAINS // self.sheet.unit)
            self._key(attributes)
        if metre:
            time = SubElement(attributes, "time")
            SubElement(time, "beats").text = str(metre.numerator)
            SubElement(time, "beat-type").text = str(metre.denominator)
        if is_first:
            self._staves(attributes)

    def _key(self, attributes: Element) -> None:
        if self.part.track.is_drum:
            return
        key = SubElement(attributes, "key")
        SubElement(key, "fifths").text = str(fifths_of(self.sheet.key))
        SubElement(key, "mode").text = "major" if self.sheet.key.is_major else "minor"

    def _staves(self, attributes: Element) -> None:
        staves = self.part.staves
        if len(staves) > 1:
            SubElement(attributes, "staves").text = str(len(staves))
        for number, staff in enumerate(staves, 1):
            clef = SubElement(attributes, "clef", {"number": str(number)} if len(staves) > 1 else {})
            SubElement(clef, "sign").text = staff.clef.sign
            if staff.clef.line:
                SubElement(clef, "line").text = str(staff.clef.line)
            if staff.clef.octave:
                SubElement(clef, "clef-octave-change").text = str(staff.clef.octave)
        if self.part.octaves_up:
            transpose = SubElement(attributes, "transpose")
            SubElement(transpose, "diatonic").text = "0"  # may be left out, but some programs want it
            SubElement(transpose, "chromatic").text = "0"
            SubElement(transpose, "octave-change").text = str(-self.part.octaves_up)

    def _music(self, measure: Element, index: int, bar: Bar) -> None:
        signs = self._signs(bar)
        for staff_number, staff in enumerate(self.part.staves):
            lines = staff.bars[index]
            needed = self._accidentals(lines)
            for number, line in enumerate(lines):
                if number or staff_number:
                    backup = SubElement(measure, "backup")
                    SubElement(backup, "duration").text = str(bar.length // self.sheet.unit)
                writer = VoiceWriter(self.part, staff_number, number, len(lines), self.sheet.unit, bar.pulse, needed)
                writer.write(measure, line, beam(line, bar), signs)
                signs = []

    def _signs(self, bar: Bar) -> Signs:
        """The elements that stand over a bar with their grains; of several at one place chord symbols are innermost."""
        end = bar.end + (bar is self.sheet.bars[-1])
        marks = [(mark.grain, direction(mark, bar.metre)) for mark in _between(self._marks, bar.start, end)]
        first, last = (bisect_left(self._chords, grain, key=lambda chord: chord.grain) for grain in (bar.start, end))
        chords = [(chord.grain, chord_symbol(chord)) for chord in self._chords[first:last]]
        return sorted([*marks, *chords], key=lambda sign: sign[0])

    def _accidentals(self, lines: Sequence[Line]) -> dict[tuple[int, int, int], str]:
        """(voice, onset, place in the chord) → the sign that it needs, given in the order in which a player reads."""
        if self.part.track.is_drum:
            return {}
        signs, needed = Accidentals(self.sheet.key), {}
        sounding = [(symbol.start, number) for number, line in enumerate(lines) for symbol in line if symbol.chord]
        by_place = {(symbol.start, number): symbol for number, line in enumerate(lines) for symbol in line}
        for start, number in sorted(sounding):
            symbol = by_place[start, number]
            assert symbol.chord
            names, count = self.part.names[symbol.chord], len(symbol.chord.pitches)
            graces = () if symbol.is_tied else range(count, len(names))
            for place in (*graces, *range(count)):
                is_tied = symbol.is_tied and place < count
                if sign := signs.needed(names[place], is_tied=is_tied):
                    needed[number, start, place] = sign
        return needed


def _between(marks: Sequence[Mark], start: int, end: int) -> Sequence[Mark]:
    first, last = (bisect_left(marks, grain, key=lambda mark: mark.grain) for grain in (start, end))
    return marks[first:last]
