"""Names of pitches, the signs before them, and on which staff they stand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.chord_symbols import parse_chord
from composer_core.music import Key, Note, Track
from composer_core.sheet.spelling import Accidentals, Spelled, chord_fifth, fifth_of, fifths_of, spell
from composer_core.sheet.staves import ALTO, BASS, TENOR, TREBLE, lay_staves, octaves_up
from composer_core.sheet.voices import to_voices

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SIGNS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
KEYS = st.builds(Key, st.integers(0, 11), st.booleans())


def named(pitch, key, chord=None, following=None):
    symbol = parse_chord(chord) if chord else None
    fifth = (
        chord_fifth(pitch % 12, symbol, fifth_of(chord[0], chord[1:2] if chord[1:2] in "#b" else "")) if chord else None
    )
    name = spell(pitch, key, fifth, following)
    return f"{name.step}{SIGNS[name.alter]}{name.octave}"


@given(st.integers(0, 127), KEYS, st.none() | st.integers(-20, 20), st.none() | st.integers(0, 127))
def test_a_name_is_its_pitch(pitch, key, fifth, following):
    matching = None if fifth is None else fifth + ((pitch * 7 - fifth) % 12)
    name = spell(pitch, key, matching, following)
    assert 12 * (name.octave + 1) + STEPS[name.step] + name.alter == pitch and abs(name.alter) <= 2


@given(KEYS)
def test_a_scale_in_its_own_key_needs_no_signs(key):
    signs = Accidentals(key)
    steps = (0, 2, 4, 5, 7, 9, 11) if key.is_major else (0, 2, 3, 5, 7, 8, 10)
    names = [spell(60 + key.tonic + step, key) for step in steps]
    assert [signs.needed(name, is_tied=False) for name in names] == [None] * 7
    assert len({name.step for name in names}) == 7


@pytest.mark.parametrize(
    ("pitch", "key", "chord", "following", "name"),
    [
        (68, Key(0), "E7", None, "G#4"),  # the third of its chord
        (68, Key(0), "Fm", None, "Ab4"),
        (61, Key(0), None, 62, "C#4"),  # on the way up
        (61, Key(0), None, 60, "Db4"),
        (66, Key(0), None, None, "F#4"),
        (68, Key(9, False), None, None, "G#4"),  # leading note in minor
        (71, Key(6), None, None, "Cb5"),  # G flat major's own fourth
        (66, Key(6), "Bb7#5", None, "Gb4"),  # the key's own tones keep their names
        (67, Key(8, False), None, None, "F##4"),
        (70, Key(5), "Ebm7b5", None, "Bb4"),
        (60, Key(0), "Ab7", None, "C4"),
    ],
)
def test_names_that_a_musician_expects(pitch, key, chord, following, name):
    assert named(pitch, key, chord, following) == name


@pytest.mark.parametrize(
    ("key", "fifths"),
    [(Key(0), 0), (Key(7), 1), (Key(5), -1), (Key(6), -6), (Key(9, False), 0), (Key(3, False), -6), (Key(1), -5)],
)
def test_key_signatures(key, fifths):
    assert fifths_of(key) == fifths


def test_a_sign_holds_for_its_bar_and_octave_and_is_taken_back():
    signs = Accidentals(Key(7))
    sharp, natural = Spelled("G", 1, 4), Spelled("G", 0, 4)
    asked = [sharp, sharp, Spelled("G", 1, 5), natural, Spelled("F", 0, 4), Spelled("F", 1, 4)]
    assert [signs.needed(name, is_tied=False) for name in asked] == [
        "sharp",
        None,
        "sharp",
        "natural",
        "natural",
        "sharp",
    ]
    assert Accidentals(Key(7)).needed(sharp, is_tied=True) is None


@pytest.mark.parametrize(
    ("program", "role", "pitches", "clefs"),
    [
        (40, "line", [76, 79], [TREBLE]),
        (41, "line", [60, 64], [ALTO]),
        (42, "line", [45, 50], [BASS]),
        (32, "bass", [40, 45], [BASS]),
        (25, "chords", [40, 64], [TREBLE]),
        (19, "voice", [57, 62], [TENOR]),
        (19, "voice", [49, 55, 60], [BASS]),
        (0, "chords", [57, 60, 64, 67], [TREBLE]),
        (0, "chords", [40, 52, 67, 72], [TREBLE, BASS]),
        (0, "chords", [60, 64, 67], [TREBLE]),
        (0, "chords", [40, 47, 52], [BASS]),
    ],
)
def test_clefs_and_braces(program, role, pitches, clefs):
    notes = tuple(Note(0, pitch, 480) for pitch in pitches)
    track = Track("Part", program, notes, role=role)
    staves = lay_staves(track, notes)
    assert [staff.clef for staff in staves] == clefs
    assert sorted(note for staff in staves for note in staff.notes) == sorted(notes)


def test_a_guitars_tune_that_lies_high_stays_where_it_sounds():
    def guitar(pitch, is_melody):
        return octaves_up(Track("Guitar", 29, (Note(0, pitch, 480),), is_melody=is_melody))

    assert (guitar(71, True), guitar(50, True), guitar(71, False)) == (0, 1, 1)


@given(st.lists(st.builds(Note, st.integers(0, 8), st.integers(60, 64), st.integers(1, 4)), max_size=30))
def test_voices_hold_every_onset_one_chord_at_a_time(notes):
    voices = to_voices(notes)
    for voice in voices:
        assert all(before.end <= after.start for before, after in pairwise(voice))
    struck = {(chord.start, pitch) for voice in voices for chord in voice for pitch in chord.pitches}
    assert struck == {(note.start, note.pitch) for note in notes} and len(voices) <= 4
