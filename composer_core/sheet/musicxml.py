"""A composition as MusicXML 4.0 (W3C, https://www.w3.org/2021/06/musicxml40/): ``corpora.musicxml`` reads it again.

Parts are written at concert pitch; guitars and basses an octave higher, as is custom, and the title says so. Swing is
written straight and marked. Velocities become dynamics, and what a drummer plays stands on a percussion staff.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from composer_core.music import Composition, Track
from composer_core.performance import perform
from composer_core.sheet.bars import lay_bars
from composer_core.sheet.drums import drum
from composer_core.sheet.harmony import Harmony
from composer_core.sheet.marks import part_marks, score_marks
from composer_core.sheet.measures import PartWriter, Sheet, unit_of
from composer_core.sheet.note_elements import instrument_id
from composer_core.sheet.parts import WrittenPart, write_part

_HEAD = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    b'<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    b'"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_SHORT = {
    "violins": "Vln.", "violas": "Vla.", "cellos": "Vc.", "basses": "Cb.", "strings": "Str.", "winds": "Ww.",
    "brass": "Br.", "timpani": "Timp.", "melody": "Mel.", "piano": "Pno.", "organ": "Org.", "guitar": "Gtr.",
    "rhythm guitar": "R. Gtr.", "drums": "Dr.", "soprano": "S.", "alto": "A.", "tenor": "T.", "bass": "B.",
}  # fmt: skip
_DRUM_CHANNEL = 10
_CHANNELS = tuple(channel for channel in range(1, 17) if channel != _DRUM_CHANNEL)


def write_musicxml(composition: Composition) -> bytes:
    """Write a composition as a MusicXML score; the same composition gives the same bytes."""
    performed, bars, harmony = perform(composition), lay_bars(composition), Harmony(composition)
    tracks = [track for track in composition.tracks if track.notes] or list(composition.tracks[:1])
    parts = [write_part(f"P{number}", track, composition, bars, harmony) for number, track in enumerate(tracks, 1)]
    sheet = Sheet(bars, composition.key, unit_of(parts, bars, harmony))
    root = Element("score-partwise", {"version": "4.0"})
    _heading(root, composition, parts)
    _part_list(root, parts)
    played = {id(track): one for track, one in zip(composition.tracks, performed.tracks, strict=True)}
    for number, part in enumerate(parts):
        marks = part_marks(played[id(part.track)], composition, bars)
        if not number:
            marks = sorted([*score_marks(composition, performed, bars), *marks], key=lambda mark: mark.grain)
        root.append(PartWriter(part, sheet, marks, None if number else harmony).write())
    indent(root, " ")
    return _HEAD + tostring(root, encoding="utf-8") + b"\n"


def _heading(root: Element, composition: Composition, parts: Sequence[WrittenPart]) -> None:
    SubElement(SubElement(root, "work"), "work-title").text = printable(composition.name) or "Untitled"
    about = SubElement(root, "identification")
    genre = composition.genre.replace("-", " ")
    SubElement(about, "creator", {"type": "arranger"}).text = f"Tutti, {genre}" if genre else "Tutti"
    SubElement(SubElement(about, "encoding"), "software").text = "Tutti"
    notes = SubElement(about, "miscellaneous")
    SubElement(notes, "miscellaneous-field", {"name": "pitch"}).text = pitch_note(parts)
    SubElement(notes, "miscellaneous-field", {"name": "seed"}).text = str(composition.seed)


def pitch_note(parts: Sequence[WrittenPart]) -> str:
    """Say how the written pitch sounds."""
    higher = [printable(part.track.name).lower() for part in parts if part.octaves_up]
    note = "Score in C"
    if not higher:
        return note
    return f"Score in C; an octave lower than written: {', '.join(higher)}"


def _part_list(root: Element, parts: Sequence[WrittenPart]) -> None:
    listed = SubElement(root, "part-list")
    is_group = len(parts) > 1 and all(len(part.staves) == 1 for part in parts)  # verovio draws no brace in a bracket
    if is_group:
        group = SubElement(listed, "part-group", {"type": "start", "number": "1"})
        SubElement(group, "group-symbol").text = "bracket"
        SubElement(group, "group-barline").text = "no" if _is_choir(parts) else "yes"
    melodic = 0
    for part in parts:
        element = SubElement(listed, "score-part", {"id": part.ident})
        name = printable(part.track.name) or "Part"
        SubElement(element, "part-name").text = name
        SubElement(element, "part-abbreviation").text = abbreviated(name)
        if part.track.is_drum:
            _drums(element, part)
        else:
            _instrument(element, part.ident, part.track, _CHANNELS[melodic % len(_CHANNELS)])
        melodic += not part.track.is_drum
    if is_group:
        SubElement(listed, "part-group", {"type": "stop", "number": "1"})


def _is_choir(parts: Sequence[WrittenPart]) -> bool:
    """Whether the parts are voices, between whose staves bar lines would stand in the words' way."""
    return all(part.track.is_melody or part.track.role in ("", "voice") for part in parts)


def _instrument(element: Element, ident: str, track: Track, channel: int) -> None:
    SubElement(SubElement(element, "score-instrument", {"id": f"{ident}-I1"}), "instrument-name").text = (
        printable(track.name) or "Part"
    )
    midi = SubElement(element, "midi-instrument", {"id": f"{ident}-I1"})
    SubElement(midi, "midi-channel").text = str(channel)
    SubElement(midi, "midi-program").text = str(track.program + 1)
    SubElement(midi, "pan").text = str(round(90 * track.pan))


def _drums(element: Element, part: WrittenPart) -> None:
    pitches = sorted({note.pitch for note in part.track.notes})
    for pitch in pitches:
        instrument = SubElement(element, "score-instrument", {"id": instrument_id(part.ident, pitch)})
        SubElement(instrument, "instrument-name").text = drum(pitch).name
    for pitch in pitches:
        midi = SubElement(element, "midi-instrument", {"id": instrument_id(part.ident, pitch)})
        SubElement(midi, "midi-channel").text = str(_DRUM_CHANNEL)
        SubElement(midi, "midi-program").text = "1"
        SubElement(midi, "midi-unpitched").text = str(pitch + 1)


def abbreviated(name: str) -> str:
    """Shorten a part's name for the later systems, as scores do: Violins is Vln., Rhythm guitar Rhy. gui."""
    known = _SHORT.get(name.lower())
    words = name.split()
    most = 4 if len(words) == 1 else 3
    return known or " ".join(word if len(word) <= most + 1 else f"{word[:most]}." for word in words[:3])


def printable(text: str) -> str:
    """Return a stranger's text without what XML cannot hold, on one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]
