import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.harmony import (
    CHORD_TONES,
    CHORDS,
    NO_CHORD,
    chord_name,
    find_key,
    fits_a_chord,
    recognise_chord,
)
from composer_core.music import Key, Note


def weights(*pitch_classes):
    return np.bincount(pitch_classes, minlength=12).astype(float)


def scale_notes(tonic, steps):
    return [Note(index * 480, 60 + tonic + step, 480) for index, step in enumerate(steps)]


@pytest.mark.parametrize("tonic", range(12))
def test_a_scale_up_and_down_has_its_own_key(tonic):
    major = (0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2, 0)
    minor = (0, 2, 3, 5, 7, 8, 11, 12, 10, 8, 7, 5, 3, 2, 0)
    assert find_key(scale_notes(tonic, major)) == Key(tonic, True)
    assert find_key(scale_notes(tonic, minor)) == Key(tonic, False)


def test_no_notes_mean_c_major():
    assert find_key([]) == Key(0, True)


def notes_of(*pitches_and_beats):
    ends = np.cumsum([beats for _, beats in pitches_and_beats]).tolist()
    played = zip(pitches_and_beats, ends, strict=True)
    return [Note((end - beats) * 480, pitch, beats * 480) for (pitch, beats), end in played]


def test_a_melody_that_rests_on_its_fifth_is_not_in_the_key_of_the_fifth():
    alle_meine_entchen = notes_of(
        (60, 1), (62, 1), (64, 1), (65, 1), (67, 2), (67, 2), (69, 1), (69, 1), (69, 1), (69, 1), (67, 4)
    )
    assert find_key(alle_meine_entchen) == Key(0, True)


def test_a_tone_alone_is_the_tonic():
    assert find_key(notes_of((67, 1))) == find_key(notes_of((55, 1), (67, 3))) == Key(7)


def test_a_melody_in_minor_is_not_in_the_relative_major():
    greensleeves = notes_of(
        (69, 1), (72, 2), (74, 1), (76, 2), (77, 1), (76, 1), (74, 2), (71, 1), (67, 2), (69, 1), (71, 1), (72, 2),
        (69, 1), (69, 2), (68, 1), (69, 1), (71, 2), (68, 1), (64, 2), (69, 1), (72, 1), (71, 1), (69, 1), (68, 1),
        (69, 3),
    )  # fmt: skip
    assert find_key(greensleeves) == Key(9, False)


@given(
    st.lists(st.tuples(st.integers(40, 80), st.integers(0, 30), st.integers(1, 8)), min_size=1, max_size=20),
    st.integers(-24, 24),
)
def test_a_melody_moved_is_in_the_key_moved_as_far(played, semitones):
    notes = [Note(start * 240, pitch, length * 240) for pitch, start, length in played]
    moved = [Note(note.start, note.pitch + semitones, note.duration) for note in notes]
    home, found = find_key(notes), find_key(moved)
    assert (found.tonic, found.is_major) == ((home.tonic + semitones) % 12, home.is_major)


@given(
    st.lists(st.tuples(st.integers(40, 80), st.integers(1, 8)), min_size=1, max_size=12), st.sampled_from((2, 3, 10))
)
def test_the_tempo_says_nothing_of_the_key(played, times):
    slow = [Note(note.start * times, note.pitch, note.duration * times) for note in notes_of(*played)]
    assert find_key(slow) == find_key(notes_of(*played))


@given(st.integers(0, NO_CHORD - 1))
def test_the_tones_of_a_chord_with_its_root_below_are_that_chord(chord):
    root, quality = CHORDS[chord]
    tones = np.flatnonzero(CHORD_TONES[chord])
    found = recognise_chord(weights(*tones, root), bass=root)
    assert found == chord, f"{chord_name(found)} instead of {chord_name(chord)} ({root}, {quality})"


def test_silence_is_no_chord():
    assert recognise_chord(np.zeros(12)) == NO_CHORD
    assert chord_name(NO_CHORD) == "N"


def test_a_bare_third_is_the_commoner_triad():
    assert chord_name(recognise_chord(weights(0, 4), bass=0)) == "C"


def test_names_show_an_inversion():
    g_major = CHORDS.index((7, ""))
    assert chord_name(g_major, bass=59) == "G/B"
    assert chord_name(g_major, bass=55) == "G"
    assert chord_name(g_major, bass=57) == "G"  # a passing bass note is no inversion


def test_what_fits_a_chord():
    assert fits_a_chord([0, 4, 7, 10])
    assert fits_a_chord([0])
    assert not fits_a_chord([0, 1, 2])
    assert not fits_a_chord([0, 5, 7])  # a suspension is no chord of the list
