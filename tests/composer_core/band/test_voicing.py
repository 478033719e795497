from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from composer_core.chords import parse_chord
from composer_core.music import Timing
from composer_core.patterns import FIFTH, ROOT, SEVENTH, THIRD, make_ground
from composer_core.pianoroll import make_grid
from composer_core.voicing import MUD_BELOW, MUD_INTERVAL, SILENT, chord_notes

LABELS = ("C", "Am7", "F#m7b5", "Bdim7", "Ebmaj7", "G7", "Dsus4", "E+")


def play(labels, slots=(ROOT, THIRD, FIFTH), low=43, high=86, centre=60.0, melody=SILENT, doubled=0.0):
    """One strike a bar; returns the pitches of each."""
    grid = make_grid(Timing(), 1920 * len(labels))
    ground = make_ground(grid, 0, [parse_chord(label) for label in labels for _ in range(16)])
    struck = [(16 * bar, 16 * bar + 8, slots) for bar in range(len(labels))]
    notes = chord_notes(struck, ground, centre, low, high, np.full(len(grid), melody), doubled)
    return [sorted(note.pitch for note in notes if note.start == 1920 * bar) for bar in range(len(labels))]


@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=6), st.sampled_from([(0, 3, 7), (0, 3, 7, 10), (3, 10)]))
def test_every_tone_sounds_once_within_the_range(labels, slots):
    for pitches in play(labels, slots):
        assert all(43 <= pitch <= 86 for pitch in pitches)
        assert len({pitch % 12 for pitch in pitches}) == len(pitches) == len(slots)
        assert all(b - a >= MUD_INTERVAL for a, b in pairwise(pitches) if a < MUD_BELOW)


def test_the_hand_moves_little():
    chords = play(["C", "F", "G", "C", "Am", "Dm"])
    for before, after in pairwise(chords):
        assert all(min(abs(pitch - other) for other in before) <= 3 for pitch in after)


def test_what_rubs_against_the_melody_on_a_beat_is_left_out():
    (pitches,) = play(["Cmaj7"], (ROOT, THIRD, FIFTH, SEVENTH), melody=84)  # the melody has the C
    assert {pitch % 12 for pitch in pitches} == {0, 4, 7}


def test_a_power_chord_stands_on_its_root():
    for label, root in (("E5", 4), ("A5", 9), ("C5", 0)):
        (pitches,) = play([label], (ROOT, FIFTH), low=38, high=67, centre=50.0)
        assert pitches[0] % 12 == root and pitches[1] - pitches[0] == 7


def test_five_tones_are_thinned_so_that_a_hand_can_hold_them():
    (pitches,) = play(["C9"], (ROOT, 2, THIRD, FIFTH, SEVENTH))
    assert {pitch % 12 for pitch in pitches} == {0, 2, 4, 10}


def test_a_single_tone_is_one_note_near_the_one_before():
    pitches = play(["C", "F", "G", "C"], (ROOT,), centre=66.0)
    assert all(len(struck) == 1 for struck in pitches)
    assert all(abs(a[0] - b[0]) <= 7 and abs(b[0] - 66) <= 12 for a, b in pairwise(pitches))


def test_shapes_that_are_doubled_sound_their_lowest_note_an_octave_higher_too():
    (plain,), (doubled,) = play(["Am7"]), play(["Am7"], doubled=1.0)
    assert doubled == sorted({*plain, plain[0] + 12}) and len(doubled) == len(plain) + 1
