"""How the instruments of a learned ensemble are called, what they can play, and where they sit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from composer_core.corpora.instruments import family_of


@dataclass(frozen=True)
class Instrument:
    """One kind of instrument.

    ``label`` as a musician says it, ``group`` its relatives, ``program`` General MIDI (0-127), ``low`` to ``high`` what
    it can play (MIDI), ``level_db`` and ``reverb_send`` as in the shipped genres. ``is_section``: several play at once.
    """

    label: str
    group: str
    program: int
    low: int
    high: int
    level_db: float = -3.0
    reverb_send: float = 0.2
    is_section: bool = False


INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {
        "piano": Instrument("Piano", "keys", 0, 21, 108, -1.5),
        "electric piano": Instrument("Electric piano", "keys", 4, 28, 103, -3.0),
        "harpsichord": Instrument("Harpsichord", "keys", 6, 29, 89, -2.5),
        "clavinet": Instrument("Clavinet", "keys", 7, 29, 89, -4.0, 0.12),
        "mallets": Instrument("Vibraphone", "keys", 11, 48, 96, -4.0, 0.25),
        "organ": Instrument("Organ", "keys", 16, 36, 96, -4.0, 0.25),
        "accordion": Instrument("Accordion", "keys", 21, 41, 89, -3.5),
        "guitar": Instrument("Guitar", "guitars", 25, 40, 84, -3.0, 0.18),
        "electric guitar": Instrument("Electric guitar", "guitars", 27, 40, 86, -4.0, 0.18),
        "distorted guitar": Instrument("Distorted guitar", "guitars", 30, 35, 86, -5.5, 0.12),
        "plucked": Instrument("Plucked strings", "guitars", 105, 40, 96, -4.0, 0.2),
        "harp": Instrument("Harp", "guitars", 46, 24, 103, -3.0, 0.28),
        "bass": Instrument("Bass", "basses", 33, 23, 64, -0.5, 0.06),
        "double bass": Instrument("Double bass", "strings", 43, 28, 62, -3.0, 0.24, True),
        "violin": Instrument("Violin", "strings", 40, 55, 100, -2.0, 0.28),
        "viola": Instrument("Viola", "strings", 41, 48, 88, -2.0, 0.28),
        "cello": Instrument("Cello", "strings", 42, 36, 79, -1.0, 0.26),
        "strings": Instrument("Strings", "strings", 48, 36, 96, -5.0, 0.34, True),
        "voice": Instrument("Voice", "voices", 52, 40, 84, -2.0, 0.32),
        "choir": Instrument("Choir", "pads", 52, 43, 84, -5.0, 0.36, True),
        "trumpet": Instrument("Trumpet", "brass", 56, 52, 86, -3.5, 0.26),
        "trombone": Instrument("Trombone", "brass", 57, 36, 74, -3.5, 0.26),
        "tuba": Instrument("Tuba", "brass", 58, 26, 62, -3.0, 0.26),
        "horn": Instrument("Horn", "brass", 60, 38, 79, -3.5, 0.34),
        "brass": Instrument("Brass", "brass", 61, 36, 86, -4.5, 0.26, True),
        "saxophone": Instrument("Saxophone", "winds", 66, 44, 86, -3.0, 0.22),
        "oboe": Instrument("Oboe", "winds", 68, 52, 91, -3.0, 0.3),
        "bassoon": Instrument("Bassoon", "winds", 70, 34, 74, -3.0, 0.28),
        "clarinet": Instrument("Clarinet", "winds", 71, 50, 93, -3.0, 0.28),
        "flute": Instrument("Flute", "winds", 73, 58, 98, -2.5, 0.3),
        "synth lead": Instrument("Synth", "pads", 81, 36, 96, -5.0, 0.2),
        "pad": Instrument("Pad", "pads", 89, 36, 96, -6.5, 0.36),
        "timpani": Instrument("Timpani", "drums", 47, 36, 57, -3.0, 0.36),
        "drums": Instrument("Drums", "drums", 0, 35, 81, -3.5, 0.12),
    }
)
"""Kind → instrument."""

GROUP_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "keys": "Keys", "guitars": "Guitars", "strings": "Strings", "brass": "Brass", "winds": "Winds",
        "pads": "Synth", "voices": "Voices", "basses": "Bass",
    }
)  # fmt: skip
"""What a part is called in which different instruments of one group take turns."""

# General MIDI 1: (first program, kind up to the next).
_PROGRAMS: tuple[tuple[int, str], ...] = (
    (0, "piano"),
    (4, "electric piano"),
    (6, "harpsichord"),
    (7, "clavinet"),
    (8, "mallets"),
    (15, "plucked"),
    (16, "organ"),
    (21, "accordion"),
    (24, "guitar"),
    (26, "electric guitar"),
    (29, "distorted guitar"),
    (31, "electric guitar"),
    (32, "bass"),
    (40, "violin"),
    (41, "viola"),
    (42, "cello"),
    (43, "double bass"),
    (44, "strings"),
    (45, "plucked"),
    (46, "harp"),
    (47, "timpani"),
    (48, "strings"),
    (52, "choir"),
    (55, "brass"),
    (56, "trumpet"),
    (57, "trombone"),
    (58, "tuba"),
    (59, "trumpet"),
    (60, "horn"),
    (61, "brass"),
    (64, "saxophone"),
    (68, "oboe"),
    (70, "bassoon"),
    (71, "clarinet"),
    (72, "flute"),
    (80, "synth lead"),
    (88, "pad"),
    (104, "plucked"),
    (109, "oboe"),
    (110, "violin"),
    (111, "oboe"),
    (112, "mallets"),
)

KEYBOARDS = frozenset(("piano", "electric piano", "harpsichord", "clavinet", "organ", "accordion"))
"""Kinds that two hands play, the left one the bass."""

_BASS_NAMES = re.compile(r"bass guitar|e-?bass|electric bass|slap|fretless", re.I)
_MIDI_BASS = re.compile(r"\bbas[se]\b|\bbass", re.I)
_MIDI_SINGERS = re.compile(r"\b(?:voices?(?! ?\d)|vocals?|vox|choir|soprano|alto|tenor|sing)", re.I)
_FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "timpani": "timpani", "trombone": "trombone", "tuba": "tuba", "trumpet": "trumpet", "clarinet": "clarinet",
        "oboe": "oboe", "bassoon": "bassoon", "flute": "flute", "horn": "horn", "violin": "violin", "cello": "cello",
        "viola": "viola", "double bass": "double bass", "harp": "harp", "guitar": "guitar", "bass guitar": "bass",
        "voice": "voice", "strings": "strings",
    }
)  # fmt: skip
"""``corpora.instruments``' family → kind, where they correspond; its keyboard is one of several."""

_KEYBOARDS = (
    ("organ", re.compile(r"organ|orgel|harmonium", re.I)),
    ("harpsichord", re.compile(r"cembalo|harpsi|continuo|clavi", re.I)),
)


def kind_of(name: str, program: int, *, is_score: bool) -> str:
    """Tell a track's kind: a score's by the part's name, a MIDI file's by its program unless that says nothing (0)."""
    by_program = next(kind for first, kind in reversed(_PROGRAMS) if first <= program)
    if not is_score and program:
        return by_program
    if _BASS_NAMES.search(name) or (not is_score and _MIDI_BASS.search(name)):
        return "bass"
    family = family_of(name, 127)  # a program that names nothing: "other" where the name says nothing either
    if family == "voice" and not is_score and not _MIDI_SINGERS.search(name):
        return by_program
    if family == "keyboard":
        return next((kind for kind, pattern in _KEYBOARDS if pattern.search(name)), "piano")
    return _FAMILIES.get(family, by_program)
