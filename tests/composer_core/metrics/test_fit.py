"""Every measure of fit against a case computed by hand."""

import pytest

from composer_core.metrics import fit

MELODY = (72, 74, 76, 77)


def test_bass_on_root_counts_chord_changes(roll_of, line):
    plan = [(0, "C"), (1, "F"), (2, "G/B"), (3, "Am")]
    roll = roll_of(line(*MELODY), plan, bass=line(36, 40, 35, 33))
    assert fit.bass_on_root(roll, "bass") == 0.75  # the E under F is none, the slash bass counts


def test_a_held_note_counts_as_what_sounds_at_the_change(roll_of, line):
    roll = roll_of(line(*MELODY), [(0, "C"), (2, "F")], bass=line(36, length=1920))
    assert fit.bass_on_root(roll, "bass") == 0.5


def test_a_late_bass_counts_within_the_pulse_and_not_after_it(roll_of, line):
    plan = [(0, "C"), (2, "F")]
    late = roll_of(line(*MELODY), plan, bass=(*line(36), *line(41, length=240, start=960 + 240)))
    silent = roll_of(line(*MELODY), plan, bass=(*line(36), *line(40, start=1440)))
    assert fit.bass_on_root(late, "bass") == 1
    assert fit.bass_on_root(silent, "bass") == 1  # only the first change has a note
    assert fit.bass_on_root(roll_of(line(*MELODY), plan, bass=()), "bass") is None


def test_a_late_bass_does_not_reach_into_the_next_chord(roll_of, line):
    roll = roll_of(line(*MELODY), [(0, "C"), (0.5, "F")], bass=line(41, length=240, start=240))
    assert fit.bass_on_root(roll, "bass") == 1  # the F belongs to the second change, the first has no bass


def test_the_lowest_of_several_notes_is_the_bass(roll_of, line):
    roll = roll_of(line(*MELODY), [(0, "C")], bass=line((40, 48)))
    assert fit.bass_on_root(roll, "bass") == 0


def test_chord_tone_share_weighs_by_time(roll_of, line):
    plan = [(0, "C"), (2, "F")]
    keys = line((60, 64), length=960) + line(64, start=960) + line(65, start=1440)
    # 8 + 8 cells of C and E over C are tones; E over F (4) is none; F over F (4) is.
    assert fit.chord_tone_share(roll_of(line(*MELODY), plan, keys=keys), "keys") == pytest.approx(20 / 24)


def test_time_without_a_chord_is_left_out_of_the_chord_tones(roll_of, line):
    roll = roll_of(line(*MELODY), [(0, "N"), (3, "C")], keys=line(61, 61, 61, 60))
    assert fit.chord_tone_share(roll, "keys") == 1
    assert fit.chord_tone_share(roll_of(line(*MELODY), keys=line(61)), "keys") is None


def test_clashes_are_semitones_and_minor_ninths_on_strong_beats(roll_of, line):
    melody = line(*[72] * 8)
    # strong beats: 1 and 3 of both bars. Semitone below, (weak) semitone, minor ninth below, none, major seventh below.
    keys = line(71, 71, 59, None, 61, None, 60, None)
    roll = roll_of(melody, keys=keys)
    assert fit.strong_beat_clashes(roll, ["keys"]) == 0.5
    assert fit.strong_beat_clashes(roll, []) == 0


def test_a_waltz_has_one_strong_beat(roll_of, line):
    roll = roll_of(line(*[72] * 3), metre=(3, 4), keys=line(None, 71, 71))
    assert fit.strong_beat_clashes(roll, ["keys"]) == 0


def test_rests_of_the_melody_cannot_clash(roll_of, line):
    roll = roll_of(line(None, 72), keys=line(0, 71))
    assert fit.strong_beat_clashes(roll, ["keys"]) is None


def test_out_of_range_counts_notes(roll_of, line):
    roll = roll_of(line(*MELODY), keys=line(39, 40, 60, 61))
    assert fit.out_of_range(roll, "keys", 40, 60) == 0.5
    assert fit.out_of_range(roll_of(line(72), keys=()), "keys", 40, 60) is None


def test_mud_is_a_close_interval_below_c3(roll_of, line):
    roll = roll_of(line(*MELODY), bass=line(47, 43, 40, 36), keys=line(51, 48, 40, (48, 52)))
    # B2-Eb3 is 4 apart with B2 below: mud. G2-C3 is 5: none. A unison: none. C3-E3 lies not below.
    assert fit.mud(roll, ["bass", "keys"]) == 0.25
    assert fit.mud(roll, ["bass"]) == 0
