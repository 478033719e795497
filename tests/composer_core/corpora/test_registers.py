"""Notes brought into the ranges and manners of a genre's parts."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from composer_core.chord_symbols import parse_chord
from composer_core.corpora.registers import (
    into_range,
    into_register,
    keep_kit,
    lowest_line,
    power_chords,
    pumped,
    root_at_changes,
    thinned,
    without_overlaps,
)
from composer_core.genres import Part
from composer_core.music import Note

NOTES = st.lists(st.builds(Note, st.integers(0, 30).map(lambda n: n * 120), st.integers(12, 110), st.integers(60, 960)))
GUITAR = Part("Guitar", 25, 40, 79, role="line")
BASS = Part("Bass", 33, 28, 60, role="bass")


@given(NOTES)
def test_moving_keeps_pitch_classes_and_stays_in_range(notes):
    for moved in (into_range(notes, GUITAR), into_register(notes, GUITAR)):
        assert {(n.start, n.pitch % 12) for n in moved} == {(n.start, n.pitch % 12) for n in notes}
        assert all(GUITAR.low <= note.pitch <= GUITAR.high for note in moved)


def test_a_part_within_its_range_is_left_alone_but_a_high_one_comes_down():
    chord = [Note(0, pitch, 480) for pitch in (64, 67, 72, 76)]
    assert into_range(chord, GUITAR) == chord
    assert [note.pitch for note in into_register(chord, GUITAR)] == [52, 55, 60, 64]


@given(NOTES)
def test_a_line_has_one_note_at_a_time_and_begins_with_the_lowest(notes):
    line = lowest_line(notes)
    assert all(a.end <= b.start for a, b in itertools.pairwise(line))
    assert {n.start for n in line} == {n.start for n in notes}
    assert all(n.pitch == min(m.pitch for m in notes if m.start == n.start) for n in line)


@given(NOTES)
def test_a_pitch_never_overlaps_itself(notes):
    kept = without_overlaps({(note.start, note.pitch): note for note in notes}.values())
    for pitch in {note.pitch for note in kept}:
        same = [note for note in kept if note.pitch == pitch]
        assert all(a.end <= b.start for a, b in itertools.pairwise(same))


def test_thinning_keeps_the_lowest_and_the_highest_notes():
    strum = [Note(0, pitch, 480) for pitch in (40, 47, 52, 56, 59, 64)]
    assert [note.pitch for note in thinned(strum, 4)] == [40, 56, 59, 64]


def chord_at(tick):
    return parse_chord("C" if tick < 960 else "F/A")


def test_a_new_chord_begins_with_its_bass_even_under_a_long_or_a_late_note():
    line = [Note(0, 43, 1920)]
    assert root_at_changes(line, [0, 960], chord_at, BASS) == [Note(0, 48, 960), Note(960, 45, 960)]
    late = [Note(0, 48, 480), Note(1200, 41, 240), Note(1440, 48, 240)]
    assert [note.pitch for note in root_at_changes(late, [0, 960], chord_at, BASS)] == [48, 45, 48]
    assert root_at_changes([Note(480, 43, 240)], [0], chord_at, BASS) == [Note(480, 43, 240)]


def test_a_driving_line_strikes_its_notes_again_in_eighths_until_the_next():
    driven = pumped([Note(0, 36, 480), Note(960, 43, 360)], 240)
    assert [(note.start, note.pitch, note.duration) for note in driven] == [
        (0, 36, 240), (240, 36, 240), (480, 36, 240), (720, 36, 240), (960, 43, 240), (1200, 43, 120),
    ]  # fmt: skip


def test_power_chords_are_root_fifth_and_octave_and_keep_a_flat_fifth():
    part = Part("Rhythm guitar", 30, 38, 67, role="chords")
    played = power_chords([Note(0, 70, 240), Note(0, 74, 240)], lambda _: parse_chord("A7"), part)
    assert [note.pitch for note in played] == [45, 52, 57]
    flat = power_chords([Note(0, 70, 240)], lambda _: parse_chord("Bm7b5"), part)
    assert [note.pitch % 12 for note in flat] == [11, 5, 11]
    assert power_chords([Note(0, 70, 240)], lambda _: None, part) == []


def test_a_kit_has_one_kick_and_no_congas():
    hits = [Note(0, 35, 120, 90), Note(0, 36, 120, 60), Note(120, 63, 120), Note(240, 82, 120)]
    assert keep_kit(hits) == [Note(0, 36, 120, 90), Note(240, 70, 120)]
