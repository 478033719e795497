"""Chord symbols of the page: a reader finds the chord that was planned."""

import pytest

from composer_core.chord_symbols import ALTERATIONS, BASES, ChordSymbol, parse_chord
from composer_core.corpora.musicxml_chord import chord_label
from composer_core.music import PITCH_CLASS_NAMES, Chord, Composition, Key, Timing, Track
from composer_core.sheet.harmony import Harmony
from composer_core.sheet.symbols import harmony

QUALITIES = [*BASES, *(f"{base}{altered}" for base in ("7", "maj7", "m7", "13") for altered in ALTERATIONS)]
KNOWN = []
for _quality in QUALITIES:
    try:
        ChordSymbol(0, _quality)
        KNOWN.append(_quality)
    except ValueError:
        pass


C_MAJOR = Key(0)


def written(*labels, key=C_MAJOR):
    chords = tuple(Chord(480 * place, label) for place, label in enumerate(labels))
    composition = Composition("test", Timing(), key, (Track("Melody", 0, ()),), chords)
    return [harmony(chord) for chord in Harmony(composition).chords]


@pytest.mark.parametrize("quality", KNOWN)
def test_every_chord_that_can_be_planned_is_read_again(quality):
    labels = [root + quality for root in PITCH_CLASS_NAMES] + [f"C{quality}/E", f"Ab{quality}/Bb"]
    read = [parse_chord(chord_label(element)) for element in written(*labels)]
    assert read == [parse_chord(label) for label in labels]


def test_no_chord_is_printed_as_such():
    (element,) = written("N")
    assert chord_label(element) == "N" and element.find("kind").get("text") == "N.C."


@pytest.mark.parametrize(
    ("key", "label", "printed"),
    [
        (Key(7), "Abm7b5/B", "G#m7b5/B"),  # the leading note of A
        (Key(0), "Dbdim7", "C#dim7"),
        (Key(0), "Db7", "Db7"),
        (Key(3), "Abm7b5", "Abm7b5"),  # its own fourth
        (Key(6), "B", "Cb"),  # as the signature has it
        (Key(0), "G#m7", "G#m7"),  # as the user wrote it
    ],
)
def test_a_diminished_root_leads_upwards(key, label, printed):
    (element,) = written(label, key=key)
    assert chord_label(element) == printed


def test_the_printed_text_has_signs_instead_of_letters():
    (element,) = written("F#m7b5")
    assert element.find("kind").get("text") == "m7♭5"
