"""Notes, chords and rests of one voice in one bar as MusicXML, in the order of elements that its schema asks for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from xml.etree.ElementTree import Element, SubElement

from composer_core.sheet.beams import Beams
from composer_core.sheet.drums import drum
from composer_core.sheet.parts import Line, WrittenPart
from composer_core.sheet.values import Symbol
from composer_core.sheet.voices import Chord

VOICES_A_STAFF = 4
Signs: TypeAlias = Sequence[tuple[int, Element]]
"""Directions and chord symbols with their grains, in order."""


def instrument_id(part_id: str, pitch: int) -> str:
    """Name one drum of a part."""
    return f"{part_id}-I{pitch}"


@dataclass(frozen=True)
class VoiceWriter:
    """Writes a voice: number ``voice`` (from 0) of ``voices`` on staff ``staff`` (from 0).

    ``unit`` is a division and ``pulse`` a beat in grains; ``needed`` are the accidentals: (voice, onset, place in the
    chord) → sign.
    """

    part: WrittenPart
    staff: int
    voice: int
    voices: int
    unit: int
    pulse: int
    needed: Mapping[tuple[int, int, int], str]

    def write(self, measure: Element, line: Line, beams: Sequence[Beams], signs: Signs) -> None:
        """Write the voice into its measure, each of ``signs`` before the symbol in which it falls."""
        left = list(signs)
        for symbol, beamed in zip(line, beams, strict=True):
            while left and (left[0][0] < symbol.end or symbol is line[-1]):
                grain, sign = left.pop(0)
                measure.append(_late(sign, (grain - symbol.start) // self.unit))
            if symbol.chord is None and self.voice and symbol.length >= self.pulse:
                self._gap(measure, symbol)
            else:
                self._symbol(measure, symbol, beamed)

    @property
    def number(self) -> str:
        """The voice's number in its part."""
        return str(self.staff * VOICES_A_STAFF + self.voice + 1)

    def _gap(self, measure: Element, symbol: Symbol) -> None:
        """Write a beat of silence of a voice beside others: no rest is printed."""
        forward = SubElement(measure, "forward")
        SubElement(forward, "duration").text = str(symbol.length // self.unit)
        SubElement(forward, "voice").text = self.number
        self._write_staff(forward)

    def _symbol(self, measure: Element, symbol: Symbol, beams: Beams) -> None:
        if symbol.chord is None:
            note = SubElement(measure, "note")
            SubElement(note, "rest", {"measure": "yes"} if symbol.is_bar else {})
            self._rest_of_note(note, symbol, {}, 0)
            return
        if not symbol.is_tied:
            self._graces(measure, symbol, symbol.chord)
        for place in range(len(symbol.chord.pitches)):
            note = SubElement(measure, "note")
            if place:
                SubElement(note, "chord")
            self._pitch(note, symbol, place)
            self._rest_of_note(note, symbol, {} if place else beams, place)

    def _graces(self, measure: Element, symbol: Symbol, chord: Chord) -> None:
        """Write ornaments before their note: one alone with a slash, several as sixteenths under a beam."""
        several = len(chord.graces) > 1
        for index in range(len(chord.graces)):
            place = len(chord.pitches) + index
            note = SubElement(measure, "note")
            SubElement(note, "grace", {} if several else {"slash": "yes"})
            self._pitch(note, symbol, place)
            SubElement(note, "voice").text = self.number
            SubElement(note, "type").text = "16th" if several else "eighth"
            if sign := self.needed.get((self.voice, symbol.start, place)):
                SubElement(note, "accidental").text = sign
            self._write_staff(note)
            where = "begin" if index == 0 else "end" if index == len(chord.graces) - 1 else "continue"
            for level in (1, 2) if several else ():
                SubElement(note, "beam", {"number": str(level)}).text = where

    def _pitch(self, note: Element, symbol: Symbol, place: int) -> None:
        assert symbol.chord
        name = self.part.names[symbol.chord][place]
        is_drum = self.part.track.is_drum
        element = SubElement(note, "unpitched" if is_drum else "pitch")
        SubElement(element, "display-step" if is_drum else "step").text = name.step
        if name.alter:
            SubElement(element, "alter").text = str(name.alter)
        SubElement(element, "display-octave" if is_drum else "octave").text = str(name.octave)

    def _rest_of_note(self, note: Element, symbol: Symbol, beams: Beams, place: int) -> None:
        is_drum = self.part.track.is_drum and symbol.chord is not None
        SubElement(note, "duration").text = str(symbol.length // self.unit)
        for kind in _ties(symbol):
            SubElement(note, "tie", {"type": kind})
        if is_drum and symbol.chord:
            SubElement(note, "instrument", {"id": instrument_id(self.part.ident, symbol.chord.pitches[place])})
        SubElement(note, "voice").text = self.number
        self._value(note, symbol, place)
        if stem := self._stem(symbol):
            SubElement(note, "stem").text = stem
        if is_drum and symbol.chord and (head := drum(symbol.chord.pitches[place]).head) != "normal":
            SubElement(note, "notehead").text = head
        self._write_staff(note)
        for level, value in beams.items():
            SubElement(note, "beam", {"number": str(level)}).text = value
        _notations(note, symbol, is_first=place == 0)

    def _value(self, note: Element, symbol: Symbol, place: int) -> None:
        if not symbol.is_bar:
            SubElement(note, "type").text = symbol.kind
            for _ in range(symbol.dots):
                SubElement(note, "dot")
        if sign := self.needed.get((self.voice, symbol.start, place)):
            SubElement(note, "accidental").text = sign
        if symbol.tuplet:
            change = SubElement(note, "time-modification")
            SubElement(change, "actual-notes").text = str(symbol.tuplet.actual)
            SubElement(change, "normal-notes").text = str(symbol.tuplet.normal)
            SubElement(change, "normal-type").text = symbol.tuplet.kind

    def _stem(self, symbol: Symbol) -> str:
        """Stems point away from the other voice, a drummer's feet always down; else the engraver decides."""
        if symbol.chord is None:
            return ""
        if self.part.track.is_drum:
            return "down" if drum(symbol.chord.pitches[0]).by_foot else "up"
        if self.voices == 1:
            return ""
        return "down" if self.voice % 2 else "up"

    def _write_staff(self, element: Element) -> None:
        if len(self.part.staves) > 1:
            SubElement(element, "staff").text = str(self.staff + 1)


def _ties(symbol: Symbol) -> Iterator[str]:
    if symbol.chord and symbol.is_tied:
        yield "stop"
    if symbol.chord and symbol.ties:
        yield "start"


def _notations(note: Element, symbol: Symbol, *, is_first: bool) -> None:
    """Write ties, the bracket of a tuplet at its first and last symbol, and the dot of a staccato."""
    notations = Element("notations")
    for kind in _ties(symbol):
        SubElement(notations, "tied", {"type": kind})
    if symbol.tuplet and is_first:
        if symbol.start == symbol.tuplet.start:
            SubElement(notations, "tuplet", {"type": "start"})
        if symbol.end == symbol.tuplet.end:
            SubElement(notations, "tuplet", {"type": "stop"})
    if symbol.chord and symbol.chord.is_staccato and is_first:
        SubElement(SubElement(notations, "articulations"), "staccato")
    if len(notations):
        note.append(notations)


def _late(sign: Element, divisions: int) -> Element:
    """Put a sign so many divisions after the symbol before which it is written."""
    if divisions > 0 and sign.tag != "sound":
        offset = Element("offset")
        offset.text = str(divisions)
        sign.insert(len(sign) if sign.tag == "harmony" else 1, offset)
    return sign
