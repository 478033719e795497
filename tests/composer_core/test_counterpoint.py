import numpy as np

from composer_core.counterpoint import (
    is_chordal,
    parallels,
    verticals,
)
from composer_core.pianoroll import REST


def columns(*chords):
    """Each chord is held for two timesteps."""
    return np.repeat(np.array(chords).T, 2, axis=1)


def test_verticals_are_where_something_moves():
    assert verticals(columns((60, 48), (62, 48), (62, 48), (64, 50))).tolist() == [0, 2, 6]


def test_parallel_fifths_between_outer_voices():
    assert parallels(columns((67, 60), (69, 62)), 7) == [(2, 0, 1)]
    assert parallels(columns((67, 60), (69, 62)), 0) == []


def test_fifths_by_contrary_motion_or_held_are_no_parallels():
    assert parallels(columns((67, 60), (62, 67)), 7) == []  # the fifth turns round
    assert parallels(columns((67, 60), (67, 60)), 7) == []
    assert parallels(columns((79, 60), (74, 67)), 7) == []  # contrary: a twelfth to a fifth


def test_a_twelfth_to_a_fifth_in_one_direction_counts_as_fifths():
    assert parallels(columns((79, 60), (81, 74)), 7) == [(2, 0, 1)]


def test_octaves_and_unisons_are_one_class():
    assert parallels(columns((72, 60), (74, 62)), 0) == [(2, 0, 1)]
    assert parallels(columns((60, 60), (62, 62)), 0) == [(2, 0, 1)]


def test_rests_break_parallels():
    assert parallels(columns((67, 60), (REST, 62), (69, 62)), 7) == []


def test_a_silent_timestep_between_is_a_vertical_of_its_own():
    assert parallels(columns((67, 60), (REST, REST), (69, 62)), 7) == []


def test_a_chord_is_what_fits_one():
    pitch = columns((72, 67, 64, 48), (74, 69, 65, 51))
    assert is_chordal(pitch, 0)
    assert not is_chordal(pitch, 2)  # the E flat is no part of a chord with D, F and A
