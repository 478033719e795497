"""Instrument families, told from part names in the languages that scores use, or else from General MIDI programs."""

import re

# The first pattern that fits decides, so that a bass clarinet is no double bass and a trombone no trumpet.
_NAMES: tuple[tuple[str, str], ...] = (
    ("timpani", r"timp|pauken|kettle"),
    ("percussion", r"drum|cymbal|triang|tambo?ur|percuss|cassa|becken|tamtam|glock|xylo|bells?\b|castanet"),
    ("trombone", r"trombon|posaun"),
    ("tuba", r"tuba|ophicl"),
    ("trumpet", r"trump|tromb[ae]\b|clarino|cornet\b|trompet"),
    ("clarinet", r"clarin|klarin|basset"),
    ("oboe", r"oboe|hautbois|english horn|corno inglese|cor anglais|englischhorn"),
    ("bassoon", r"bassoon|fagott|basson\b|sarrus"),
    ("flute", r"flut|flöt|flaut|fl[uû]te|piccol|travers|recorder"),
    ("horn", r"horn|corn[io]\b|cors?\b"),
    ("violin", r"violins?\b|violin[eo]\b|geige"),
    ("cello", r"cell[oi]?\b"),
    ("viola", r"violas?\b|viole\b|bratsche|altos\b"),
    ("double bass", r"contrab|double ?bass|kontrabass|violone|string bass|contreb"),
    ("harp", r"harp(?!si)|harfe|arpa"),
    ("keyboard", r"piano|cembalo|harpsi|organ|orgel|continuo|celest|clavi|keyboard"),
    ("guitar", r"guitar|lute|mandol|banjo|ukul"),
    ("bass guitar", r"bass guitar|e-?bass"),
    ("voice", r"voice|voix|sopran|alto|tenor|bass|singst|gesang|canto|chant|choir|chor|vocal|bariton|mezzo"),
    ("strings", r"string|streich"),
)
_PATTERNS = tuple((family, re.compile(pattern)) for family, pattern in _NAMES)

# General MIDI 1 program groups: (first program, family up to the next).
_PROGRAMS: tuple[tuple[int, str], ...] = (
    (0, "keyboard"),
    (8, "percussion"),
    (16, "keyboard"),
    (24, "guitar"),
    (32, "bass guitar"),
    (40, "violin"),
    (41, "viola"),
    (42, "cello"),
    (43, "double bass"),
    (44, "strings"),
    (46, "harp"),
    (47, "timpani"),
    (48, "strings"),
    (52, "voice"),
    (55, "other"),
    (56, "trumpet"),
    (57, "trombone"),
    (58, "tuba"),
    (59, "trumpet"),
    (60, "horn"),
    (61, "other"),
    (68, "oboe"),
    (70, "bassoon"),
    (71, "clarinet"),
    (72, "flute"),
    (80, "other"),
)

FAMILIES = tuple(dict.fromkeys([*(family for family, _ in _NAMES), *(family for _, family in _PROGRAMS)]))
"""Every family that ``family_of`` names."""


def family_of(name: str, program: int) -> str:
    """Tell the family from a part's name, or from its General MIDI program (0-127) where the name says nothing."""
    lower = name.lower()
    for family, pattern in _PATTERNS:
        if pattern.search(lower):
            return family
    return next(family for first, family in reversed(_PROGRAMS) if first <= program)
