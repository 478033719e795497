from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.context import LAGS, NO_LAG, PLANES, key_of, lag_table, make_context
from composer_core.music import Chord, Key, Metre, Note, Timing
from composer_core.pianoroll import make_grid


def context(song):
    return make_context(song.melody, song.timing, song.chords, song.end)


@pytest.mark.parametrize("up", [1, 4, 7, 11])
def test_a_tune_looks_the_same_in_every_key(up, make_song):
    here, there = context(make_song()), context(make_song(up=up))
    assert there.key == Key(up)
    same = (here.planes == there.planes).mean(axis=1)
    octave_planes = 4  # a melody moved up may cross into the next octave above the tonic
    assert (same < 1).sum() <= octave_planes


def test_the_context_tells_the_chord_change_and_what_comes_next(make_song):
    song = make_song()
    planes = context(song).planes
    roots = planes[14:26].argmax(axis=0)
    following = planes[26:38].argmax(axis=0)
    assert roots[:64:16].tolist() == [0, 9, 2, 7]
    assert following[:64:16].tolist() == [9, 5, 5, 5]  # C up to A, A to D, D to G, G to C


def test_lags_point_to_the_same_place_bars_before():
    grid = make_grid(Timing(), 1920 * 5)
    table = lag_table(grid)
    assert table[:, 70].tolist() == [70 - 16 * lag for lag in LAGS]
    assert table[:, 20].tolist() == [4, NO_LAG, NO_LAG]


def test_lags_follow_a_change_of_metre():
    timing = Timing(metres=((0, Metre(3, 4)), (1440, Metre(4, 4))))
    table = lag_table(make_grid(timing, 1440 + 1920))
    assert table[0, 12] == 0 and table[0, 12 + 12] == NO_LAG  # the fourth beat was not in the bar of three


def test_chords_decide_the_key_of_a_bare_melody():
    notes = [Note(0, 60, 480), Note(480, 62, 480)]
    minor = (Chord(0, "Gm"), Chord(1920, "Cm"), Chord(3840, "D7"), Chord(5760, "Gm"))
    assert key_of(notes, minor, 7680) == Key(7, False)


melodies = st.lists(
    st.builds(Note, st.integers(0, 9000), st.integers(0, 127), st.integers(1, 4000)), min_size=1, max_size=12
)
metres = st.builds(Metre, st.integers(1, 9), st.sampled_from([2, 4, 8]))


@settings(max_examples=60, deadline=None)
@given(melodies, metres, st.integers(0, 3000))
def test_any_melody_in_any_metre_has_a_context(notes, metre, pickup):
    timing = Timing(metres=((0, metre),))
    if pickup < metre.bar_ticks(480):
        timing = replace(timing, pickup_ticks=pickup)
    made = make_context(notes, timing, (Chord(0, "N"),), max(note.end for note in notes))
    assert made.planes.shape == (PLANES, len(made.grid)) and np.isfinite(made.planes).all()
    assert (made.lags < np.arange(len(made))).all()
