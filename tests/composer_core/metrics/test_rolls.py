"""Every measure of four-part writing against a case computed by hand."""

import numpy as np
import pytest

from composer_core.metrics import rolls as metrics
from composer_core.music import Key, Metre, Note, Timing
from composer_core.roll import make_roll

Q = 480


def line(*pitches, length=Q, start=0):
    """Notes of one length; None is a rest."""
    return [Note(start + i * length, p, length) for i, p in enumerate(pitches) if p is not None]


def roll(*voices, name="piece", timing=None):
    return make_roll(name, timing or Timing(), voices)


def test_chord_tone_beats_count_pulses_that_are_chords():
    # C E G | C D E G(no chord: C D E) ...: beats 1 and 3 are chords, 2 and 4 are not
    piece = roll(line(67, 67, 67, 67), line(64, 64, 64, 64), line(60, 62, 60, 63))
    # beat 2: G E D = a seventh chord without its third (Em7: E G B D) and so a chord; beat 4: G E Eb is none
    assert metrics.chord_tone_beats(piece) == 0.75


def test_parallels_per_100_verticals():
    piece = roll(line(67, 69, 71, 71), line(60, 62, 64, 65))
    # verticals: 4 distinct; fifths at the first two moves
    assert metrics.parallels_per_100(piece, 7) == pytest.approx(50)
    assert metrics.parallels_per_100(piece, 0) == 0


def test_empty_bars_are_counted_for_each_accompaniment_voice():
    piece = roll(line(*[72] * 8), line(*[60] * 4), line(*[48] * 8))
    assert metrics.empty_bar_rate(piece) == 0.25  # one of two bars of one of two voices


def test_the_melody_is_no_accompaniment():
    piece = roll(line(None, 72), line(*[60] * 8))
    assert metrics.empty_bar_rate(piece) == 0


def test_in_scale_ratio_counts_accompaniment_notes():
    piece = roll(line(61, 61, 61, 61), line(60, 62, 61, 64))
    assert metrics.in_scale_ratio(piece, Key(0)) == 0.75


def test_out_of_range():
    piece = roll(line(72, 72), line(60, 80))
    assert metrics.out_of_range(piece, [(50, 70)]) == 0.5


def test_difference_and_agreement_count_cells():
    first = roll(line(72, 72, 72, 72), line(60, 60, 60, 60))
    second = roll(line(72, 72, 72, 72), line(60, 60, 60, 62))
    assert metrics.difference(first, second) == 0.25
    assert metrics.agreement(first, second) == 0.75


def test_a_transposed_copy_is_a_near_copy_and_another_line_is_not():
    melody, bass = [72, 74, 76, 77] * 2, [60, 59, 57, 55] * 2
    known = roll(line(*melody), line(*bass))
    copied = roll(line(*[p + 3 for p in melody]), line(*[p + 3 for p in bass]))
    other = roll(line(*melody), line(*[p - 5 for p in bass]))
    assert metrics.near_copies([copied], [known]) == 1
    assert metrics.near_copies([other], [known]) == 0


def test_one_changed_beat_in_eight_is_still_a_near_copy_only_below_a_tenth():
    melody, bass = [72] * 8, [60, 59, 57, 55] * 2
    changed = roll(line(*melody), line(*bass[:-1], 50))  # 1/8 = 12.5 % of cells differ
    assert metrics.near_copies([changed], [roll(line(*melody), line(*bass))]) == 0


def test_pitch_classes_and_intervals_and_durations():
    piece = roll(line(*[72] * 4), line(60, 64, 60, 67))
    assert metrics.pitch_class_histogram(piece)[[0, 4, 7]].tolist() == [0.5, 0.25, 0.25]
    intervals = metrics.interval_histogram(piece)
    assert intervals[[12 + 4, 12 - 4, 12 + 7]].tolist() == pytest.approx([1 / 3] * 3)
    assert metrics.duration_histogram(piece).tolist() == [0, 0, 0, 1, 0, 0, 0, 0]  # all of 4 timesteps


def test_a_repeated_note_counts_twice_and_a_long_one_once():
    repeated = roll(line(*[72] * 4), line(60, 60, 60, 60))
    held = roll(line(*[72] * 4), line(60, length=4 * Q))
    assert metrics.notes_per_bar(repeated).tolist() == [4]
    assert metrics.notes_per_bar(held).tolist() == [1]
    assert metrics.duration_histogram(held)[-1] == 1


def test_notes_per_bar_follows_the_metre():
    waltz = roll(line(*[72] * 6), line(*[60] * 6), timing=Timing(metres=((0, Metre(3, 4)),)))
    assert metrics.notes_per_bar(waltz).tolist() == [3]


def test_simultaneous_pitch_classes_include_the_melody():
    piece = roll(line(72, 72), line(60, 64))
    assert metrics.simultaneous_pitch_classes(piece).tolist() == [0, 0.5, 0.5, 0, 0]


def test_silence_wins_no_overlapped_area():
    rng = np.random.default_rng(0)
    real = [roll(line(*[72] * 16), line(*rng.integers(48, 67, 16).tolist()), name=f"{i}") for i in range(8)]
    silent = [roll(line(*[72] * 16), [], name=f"silent {i}") for i in range(8)]
    lively = [roll(line(*[72] * 16), line(*rng.integers(48, 67, 16).tolist()), name=f"new {i}") for i in range(8)]
    mean = lambda rolls: np.mean(list(metrics.overlapped_areas(rolls, real).values()))  # noqa: E731
    assert mean(silent) < 0.3 < mean(lively)
