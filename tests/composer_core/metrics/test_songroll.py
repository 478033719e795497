import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.metrics.songroll import NO_ROOT, note_table
from composer_core.music import Note, Timing
from composer_core.pianoroll import make_grid


def test_notes_become_timesteps_and_the_plan_stands_at_each(roll_of, line):
    roll = roll_of(line(72, 74, 76, 77), [(1, "Am7"), (3, "G/B")], bass=line(45, length=960, start=480))
    assert len(roll) == 16
    assert roll.melody.tolist() == [[0, 4, 72], [4, 8, 74], [8, 12, 76], [12, 16, 77]]
    assert roll.parts["bass"].tolist() == [[4, 12, 45]]
    assert roll.root.tolist() == [NO_ROOT] * 4 + [9] * 8 + [7] * 4
    assert roll.bass.tolist() == [NO_ROOT] * 4 + [9] * 8 + [11] * 4
    assert roll.tones[4].nonzero()[0].tolist() == [0, 4, 7, 9]
    assert roll.change.nonzero()[0].tolist() == [4, 12]


def test_the_same_chord_again_is_no_change(roll_of, line):
    roll = roll_of(line(72, 72, 72, 72), [(0, "C"), (2, "C"), (3, "N")])
    assert roll.change.nonzero()[0].tolist() == [0]
    assert roll.root.tolist() == [0] * 12 + [NO_ROOT] * 4


def test_bars_beyond_the_melody_are_left_out(roll_of, line):
    roll = roll_of(line(72, 72), bass=line(*[40] * 8))
    assert len(roll) == 16 and len(roll.parts["bass"]) == 4


def test_a_pickup_is_a_bar_whose_places_count_from_the_end(roll_of, line):
    roll = roll_of(line(67, 72, 72, 72, 72), pickup_beats=1)
    assert roll.bars == [(0, 4), (4, 20)]
    assert roll.place.tolist() == [12, 13, 14, 15, *range(16)]


def test_a_waltz_has_twelve_timesteps(roll_of, line):
    assert roll_of(line(*[72] * 6), metre=(3, 4)).bars == [(0, 12), (12, 24)]


def test_no_notes_make_an_empty_table(roll_of, line):
    roll = roll_of(line(72), bass=())
    assert roll.parts["bass"].shape == (0, 3) and not roll.sounding(roll.parts["bass"]).any()


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 2000)), max_size=8))
def test_the_table_agrees_with_the_grid(places):
    notes = [Note(start, 60, length) for start, length in places]
    grid = make_grid(Timing(480), 3840)
    wanted = {
        (grid.nearest(n.start), min(max(grid.nearest(n.end), grid.nearest(n.start) + 1), len(grid)), 60)
        for n in notes
        if grid.nearest(n.start) < len(grid)
    }
    assert {tuple(row) for row in note_table(notes, grid).tolist()} == wanted


def test_sounding_and_melody_line(roll_of, line):
    roll = roll_of(line(72, None, 74), keys=line((60, 64), length=960))
    assert roll.sounding(roll.parts["keys"]).sum(axis=1).tolist() == [2] * 8 + [0] * 8
    assert roll.melody_line().tolist() == [72] * 4 + [-1] * 4 + [74] * 4 + [-1] * 4
    assert pytest.approx(1) == roll.sounding(roll.melody).sum(axis=1).max()
