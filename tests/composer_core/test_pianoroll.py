import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from composer_core.music import Metre, Note, Timing
from composer_core.pianoroll import REST, from_pianoroll, make_grid, segments, to_pianoroll

METRES = [Metre(4, 4), Metre(3, 4), Metre(2, 4), Metre(6, 8), Metre(5, 4), Metre(7, 8), Metre(2, 2), Metre(3, 8)]


@st.composite
def timings(draw):
    metre = draw(st.sampled_from(METRES))
    ticks = draw(st.sampled_from([24, 96, 480, 960]))
    pickup = draw(st.integers(0, 3)) * metre.pulse_ticks(ticks)
    return Timing(ticks, metres=((0, metre),), pickup_ticks=pickup % metre.bar_ticks(ticks))


@given(timings(), st.integers(1, 5000))
def test_a_grid_covers_the_piece_with_rising_boundaries(timing, end):
    grid = make_grid(timing, end)
    assert grid.ticks[0] == 0
    assert (np.diff(grid.ticks) > 0).all()
    assert grid.ticks[-1] >= end
    assert len(grid.ticks) == len(grid) + 1


@given(timings(), st.integers(1, 20000))
def test_bars_of_the_grid_are_the_bars_of_the_timing(timing, end):
    grid = make_grid(timing, end)
    first = np.unique(grid.bar, return_index=True)[1]
    assert grid.ticks[first].tolist() == timing.bar_starts(end)
    full = first[1:] if timing.pickup_ticks else first
    assert (grid.pulse[full] == 0).all() and (grid.step[full] == 0).all()


def test_a_compound_pulse_has_three_eighths_with_the_last_halved():
    grid = make_grid(Timing(480, metres=((0, Metre(6, 8)),)), 1440)
    assert grid.ticks.tolist() == [0, 240, 480, 600, 720, 960, 1200, 1320, 1440]


def test_a_pickup_counts_from_the_end_of_a_bar():
    grid = make_grid(Timing(480, pickup_ticks=480), 480 * 5)
    assert grid.pulse[:4].tolist() == [3, 3, 3, 3]
    assert grid.pulse[4:8].tolist() == [0, 0, 0, 0]
    assert grid.bar[:5].tolist() == [0, 0, 0, 0, 1]


def test_a_change_of_metre_is_followed():
    timing = Timing(480, metres=((0, Metre(4, 4)), (1920, Metre(3, 4))))
    grid = make_grid(timing, 1920 + 1440)
    assert np.bincount(grid.bar).tolist() == [16, 12]


@st.composite
def voices_on_the_grid(draw):
    timing = draw(timings())
    grid = make_grid(timing, timing.ticks_per_beat * 16)
    edges = sorted(draw(st.sets(st.integers(0, len(grid)), min_size=2, max_size=12)))
    notes = []
    for start, end in itertools.pairwise(edges):
        if draw(st.booleans()):
            first, last = int(grid.ticks[start]), int(grid.ticks[end])
            notes.append(Note(first, draw(st.integers(36, 84)), last - first))
    return grid, tuple(notes)


@given(voices_on_the_grid())
def test_notes_on_the_grid_survive_the_way_there_and_back(case):
    grid, notes = case
    assert from_pianoroll(*to_pianoroll([notes], grid), grid) == [notes]


def test_a_repeated_note_is_not_a_long_note():
    grid = make_grid(Timing(), 1920)
    twice = (Note(0, 60, 480), Note(480, 60, 480))
    once = (Note(0, 60, 960),)
    assert from_pianoroll(*to_pianoroll([twice], grid), grid) == [twice]
    assert from_pianoroll(*to_pianoroll([once], grid), grid) == [once]


def test_triplets_fall_on_the_nearest_boundaries():
    grid = make_grid(Timing(480), 480)
    pitch, onset = to_pianoroll([[Note(0, 60, 160), Note(160, 62, 160), Note(320, 64, 160)]], grid)
    assert onset[0, :4].tolist() == [True, True, False, True]
    assert pitch[0, :4].tolist() == [60, 62, 62, 64]
    assert (pitch[0, 4:] == REST).all()


def test_segments_of_nothing_and_of_one_rest():
    assert segments(np.array([], dtype=int), np.array([], dtype=bool)) == []
    assert segments(np.array([REST, REST]), np.array([True, False])) == [(0, 2)]
