"""Chord symbols as MusicXML's ``<harmony>``: root, kind with what is printed, alterations, bass."""

import re
from xml.etree.ElementTree import Element, SubElement

from composer_core.chord_symbols import BASES
from composer_core.corpora.musicxml_chord import KINDS, WITH_DEGREES
from composer_core.sheet.harmony import NamedChord
from composer_core.sheet.spelling import name_of

NO_CHORD = "N.C."

_ADDED = re.compile(r"add(\d+)")
_NOT_STANDARD = ("augmented-ninth", "maj69")  # some programs write these: they are read, and not written
_KINDS = {label: kind for kind, label in reversed(KINDS.items()) if kind not in _NOT_STANDARD}
_SPELLED = {ours: spelled for spelled, ours in WITH_DEGREES.items()}
_ALTERED = re.compile(r"[#b](?:5|9|11|13)")
_SIGNS = {"#": 1, "b": -1}
_PRINTED = str.maketrans({"#": "♯", "b": "♭"})


def harmony(chord: NamedChord) -> Element:
    """Return the element for a chord; a reader finds the same one in it."""
    element = Element("harmony", {"print-frame": "no"})
    if chord.symbol is None:
        SubElement(SubElement(element, "root"), "root-step", {"text": ""}).text = "C"
        SubElement(element, "kind", {"text": NO_CHORD}).text = "none"
        return element
    quality = chord.symbol.quality
    base, added = _parts(quality)
    _pitch(element, "root", chord.root)
    SubElement(element, "kind", {"text": quality.translate(_PRINTED)}).text = _KINDS[base]
    if chord.symbol.bass is not None:
        _pitch(element, "bass", chord.bass)
    for degree, alter in added:
        _degree(element, degree, alter)
    return element


def _parts(quality: str) -> tuple[str, list[tuple[int, int]]]:
    """Part a quality into what MusicXML has a kind for, and the degrees (number, alteration) that change it."""
    if quality in _KINDS:
        return quality, []
    altered = [] if quality in BASES else _ALTERED.findall(quality)
    base = quality.removesuffix("".join(altered))
    spelled = _SPELLED.get(base, base)
    degrees = [(int(number), 0) for number in _ADDED.findall(spelled)]
    degrees += [(int(one[1:]), _SIGNS[one[0]]) for one in altered]
    return _ADDED.sub("", spelled).replace("mMaj7", "mmaj7"), degrees


def _pitch(element: Element, name: str, fifth: int) -> None:
    step, alter = name_of(fifth)
    pitch = SubElement(element, name)
    SubElement(pitch, f"{name}-step").text = step
    if alter:
        SubElement(pitch, f"{name}-alter").text = str(alter)


def _degree(element: Element, value: int, alter: int) -> None:
    degree = SubElement(element, "degree", {"print-object": "no"})
    SubElement(degree, "degree-value").text = str(value)
    SubElement(degree, "degree-alter").text = str(alter)
    SubElement(degree, "degree-type").text = "alter" if value == 5 else "add"
