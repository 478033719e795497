"""Every measure of patterns against a case computed by hand."""

import pytest

from composer_core.metrics import patterns

BAR = 1920


def bars_of(line, *rhythms):
    """One bar a rhythm; a rhythm is the beats (from 0) on which notes begin."""
    return tuple(note for bar, beats in enumerate(rhythms) for beat in beats
                 for note in line(36, length=240, start=bar * BAR + int(beat * 480)))  # fmt: skip


def test_equal_rhythms_of_neighbours(roll_of, line):
    bass = bars_of(line, [0, 2], [0, 2], [0, 1, 2], [], [])
    roll = roll_of(line(*[72] * 20), bass=bass)
    # pairs: equal, other, other (to silence); silence to silence is left out
    assert patterns.repeated_bars(patterns.rhythm_bars(roll, "bass")) == pytest.approx(1 / 3)


def test_rhythm_is_blind_to_pitch_and_drums_are_not(roll_of, line):
    part = line(36, 38, 36, 38) + line(38, 36, 38, 36, start=BAR)
    roll = roll_of(line(*[72] * 8), drums=part)
    assert patterns.repeated_bars(patterns.rhythm_bars(roll, "drums")) == 1
    assert patterns.repeated_bars(patterns.drum_bars(roll, "drums")) == 0


def test_two_kicks_are_one_drum(roll_of, line):
    roll = roll_of(line(*[72] * 8), drums=line(36) + line(35, start=BAR))
    assert patterns.repeated_bars(patterns.drum_bars(roll, "drums")) == 1


def test_a_pickup_is_not_compared(roll_of, line):
    roll = roll_of(line(*[72] * 9), pickup_beats=1, bass=line(*[36] * 9))
    assert patterns.repeated_bars(patterns.rhythm_bars(roll, "bass")) == 1
    assert [length for length, _ in patterns.rhythm_bars(roll, "bass")] == [4, 16, 16]


def test_nothing_is_neither_repeated_nor_tiled_nor_distinct(roll_of, line):
    bars = patterns.rhythm_bars(roll_of(line(*[72] * 24), bass=()), "bass")
    assert patterns.repeated_bars(bars) is patterns.tiled_bars(bars) is patterns.distinct_bars(bars) is None


def test_tiled_is_a_bar_that_equals_the_four_before(roll_of, line):
    bass = bars_of(line, *[[0, 2]] * 6, [0], [0])
    bars = patterns.rhythm_bars(roll_of(line(*[72] * 32), bass=bass), "bass")
    assert patterns.tiled_bars(bars) == 0.5  # bars 5 and 6 of 5, 6, 7, 8
    assert patterns.tiled_bars(bars, run=1) == pytest.approx(6 / 7)


def test_distinct_bars_over_bars_that_play(roll_of, line):
    bars = patterns.rhythm_bars(roll_of(line(*[72] * 20), bass=bars_of(line, [0], [0], [1], [], [0])), "bass")
    assert patterns.distinct_bars(bars) == 0.5


def test_a_bar_with_a_held_note_is_not_empty(roll_of, line):
    roll = roll_of(line(*[72] * 16), bass=line(36, length=BAR + 480))
    assert patterns.empty_bars(roll, "bass") == 0.5


def test_notes_per_bar(roll_of, line):
    assert patterns.notes_per_bar(roll_of(line(*[72] * 8), keys=line((60, 64), 62)), "keys") == 1.5


def test_difference_is_one_less_the_shared_notes(roll_of, line):
    first = roll_of(line(72), keys=line(60, 62))
    second = roll_of(line(72), keys=line(60, 64))
    assert patterns.difference(first, second) == pytest.approx(2 / 3)
    assert patterns.difference(first, first) == 0
    assert patterns.difference(first, roll_of(line(72), bass=line(60, 62))) == 1


def test_every_drum_has_a_group():
    assert [patterns.drum_group(pitch) for pitch in (35, 36, 38, 42, 46, 49, 51, 48)] == [0, 0, 1, 3, 4, 6, 5, 7]
    assert patterns.drum_group(81) == patterns.PERCUSSION
