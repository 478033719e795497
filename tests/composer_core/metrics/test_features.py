"""Every feature against a case computed by hand."""

import pytest

from composer_core.metrics import features

MELODY = (72,) * 4


def test_degrees_are_counted_from_the_root_and_without_a_chord_left_out(roll_of, line):
    plan = [(0, "C"), (1, "F"), (3, "N")]
    roll = roll_of(line(*MELODY), plan, keys=line(64, 69, 65, 61))
    assert features.chord_degrees(roll, "keys")[[4, 0]].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_durations_places_and_notes_per_bar(roll_of, line):
    roll = roll_of(line(*MELODY), keys=line(60) + line(60, length=960, start=720))
    assert features.durations(roll, "keys").tolist() == [0, 0, 0, 0.5, 0, 0.5, 0, 0]
    assert features.onset_places(roll, "keys")[[0, 6]].tolist() == [0.5, 0.5]
    assert features.notes_per_bar(roll, "keys").tolist() == [2]


def test_polyphony_is_the_share_of_timesteps(roll_of, line):
    roll = roll_of(line(*MELODY), keys=line((60, 64, 67), 60))
    assert features.polyphony(roll, "keys").tolist() == [0.5, 0.25, 0, 0.25, 0, 0]


def test_intervals_follow_the_top_notes(roll_of, line):
    roll = roll_of(line(*MELODY), keys=line((60, 67), (62, 69), 40, 40))
    found = features.intervals(roll, "keys")
    assert found[[12 + 2, 0, 12]].tolist() == pytest.approx([1 / 3] * 3)
    assert not features.intervals(roll_of(line(72), keys=line(60)), "keys").any()


def test_drums_at_their_places(roll_of, line):
    roll = roll_of(line(*MELODY), drums=line(36, 38, (36, 46), 38))
    found = features.drum_places(roll, "drums").reshape(9, 16)
    assert found[0, [0, 8]].tolist() == [0.2, 0.2] and found[1, [4, 12]].tolist() == [0.2, 0.2]
    assert features.drum_balance(roll, "drums").tolist() == [0.4, 0.4, 0, 0, 0.2, 0, 0, 0, 0]


@pytest.mark.parametrize("name", [*features.PITCHED, *features.DRUMS])
def test_silence_has_features_of_the_same_size(roll_of, line, name):
    feature = {**features.PITCHED, **features.DRUMS}[name]
    silent, lively = roll_of(line(72), part=()), roll_of(line(72), part=line(36, 38))
    assert feature(silent, "part").shape == feature(lively, "part").shape
