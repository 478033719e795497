from dataclasses import replace
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.metrics import similarity
from composer_core.metrics.originality import Collection
from composer_core.metrics.similarity import divergence, figures, histograms, part_distance, similarity_index
from composer_core.metrics.songroll import make_songroll
from composer_core.music import Note
from tests.fakes.small_training import PARTS, tune

PIANO, BASS, DRUMS = BAND = PARTS[1:]


def tunes(numbers):
    """Rolls of the tunes with these numbers."""
    return [make_songroll(tune(number)) for number in numbers]


def test_divergence_of_two_histograms_by_hand():
    even, one = np.array([0.5, 0.5]), np.array([1.0, 0.0])
    by_hand = (0.5 * log2(0.5 / 0.75) + 0.5 * log2(0.5 / 0.25)) / 2 + log2(1 / 0.75) / 2
    assert divergence(even, one) == pytest.approx(by_hand) == pytest.approx(0.311278, abs=1e-6)
    assert divergence(even, even) == 0
    assert divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(1)


def test_divergence_where_there_is_nothing():
    nothing, something = np.zeros(3), np.array([0.0, 1.0, 0.0])
    assert divergence(nothing, something) == divergence(something, nothing) == 1
    assert divergence(nothing, nothing) == 0


shares = st.lists(st.floats(0, 1), min_size=2, max_size=12).filter(any).map(lambda x: np.array(x) / sum(x))


@given(st.data())
def test_divergence_is_symmetric_and_between_0_and_1(data):
    first = data.draw(shares)
    second = data.draw(shares.filter(lambda other: len(other) == len(first)))
    there, back = divergence(first, second), divergence(second, first)
    assert there == pytest.approx(back) and -1e-12 <= there <= 1 + 1e-12
    assert divergence(first, first) == pytest.approx(0)


def test_the_index_is_the_mean_over_parts_and_features_by_hand(roll_of, line):
    """Bass: four quarters a bar on the root, against two; drums the same on both sides."""
    beat = line(36, 38, 36, 38)
    real = roll_of(line(72, 72, 72, 72), [(0, "C")], Bass=line(36, 36, 36, 36), Drums=beat)
    made = roll_of(line(72, 72, 72, 72), [(0, "C")], Bass=line(36, None, 36), Drums=beat)
    half = divergence(np.array([0.5, 0.5]), np.array([1.0, 0.0]))
    apart = {
        "degrees": 0,
        "places": divergence(np.array([0.5, 0.0, 0.5, 0.0]), np.full(4, 0.25)),
        "lengths": 0,
        "polyphony": half,  # silent half of the time, against always one pitch
        "intervals": 0,
        "register": 0,
        "filling": 1,  # 2 a bar and 3-4 a bar share no bin
        "repetition": 0,  # one bar has no neighbour
    }
    assert part_distance([made], [real], BASS) == pytest.approx(np.mean(list(apart.values())))
    assert similarity_index([made], [real], [BASS, DRUMS]) == pytest.approx(np.mean(list(apart.values())) / 2)


def test_features_by_hand(roll_of, line):
    tune = line(72, 72, 72, 72, 72, 72, 72, 72)
    roll = roll_of(tune, [(0, "C")], Bass=line(36, 43, 36, 43, 36, 43, 36, 43))
    degrees, lengths, places, polyphony, intervals, register, filling, repetition = histograms(roll, BASS)
    assert (degrees[0], degrees[7]) == (0.5, 0.5)
    assert lengths.tolist() == [0, 0, 0, 1, 0, 0, 0, 0]  # four timesteps
    assert places[[0, 4, 8, 12]].tolist() == [0.25] * 4
    assert polyphony.tolist() == [0, 1, 0, 0, 0, 0]
    assert (intervals[12 + 7], intervals[12 - 7]) == pytest.approx((4 / 7, 3 / 7))
    assert (register[36 // 4], register[43 // 4]) == (0.5, 0.5)
    assert filling.tolist() == [0, 0, 0, 1, 0, 0, 0, 0]  # four notes: the bin 3-4
    assert repetition.tolist() == [1, 0]


@pytest.mark.parametrize(("count", "place"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (7, 5), (9, 6), (13, 7)])
def test_bars_are_sorted_by_how_much_begins_in_them(roll_of, line, count, place):
    notes = tuple(Note(120 * number, 40, 60) for number in range(count))
    filling = histograms(roll_of(line(72, 72, 72, 72), [(0, "C")], Bass=notes), BASS)[-2]
    assert filling.tolist() == [float(number == place) for number in range(8)]


def test_the_same_music_is_0_and_what_shares_nothing_is_1(roll_of, line):
    real = tunes(range(3))
    assert similarity_index(real, real, BAND) == pytest.approx(0)
    low = roll_of(line(*[72] * 8), [(0, "C")], Bass=line(*[36] * 8))
    high = roll_of(line(*[72] * 8), [(0, "C")], Bass=tuple(Note(t, 47 + 9 * (t % 960 // 240), 100)
                   for t in range(120, 1920, 240)))  # fmt: skip
    apart = [divergence(a, b) for a, b in zip(histograms(low, BASS), histograms(high, BASS), strict=True)]
    assert apart[:3] == pytest.approx([1, 1, 1]) and min(apart[5:]) == pytest.approx(1)


def test_silence_cannot_win():
    real, others = tunes(range(3)), tunes(range(10, 13))
    silent = [replace(roll, parts={name: np.zeros((0, 3), dtype=np.int64) for name in roll.parts}) for roll in real]
    assert similarity_index(silent, real, BAND) > 0.9 > similarity_index(others, real, BAND)
    half = [*others, *silent]
    assert similarity_index(half, real, BAND) > similarity_index(others, real, BAND)


def test_a_piece_in_which_nothing_of_the_kind_happens_is_left_out_of_that_feature(roll_of, line):
    tune = line(*[72] * 8)
    real = roll_of(tune, [(0, "C")], Bass=line(*[36, 43] * 4))
    silent = replace(real, parts={"Bass": np.zeros((0, 3), dtype=np.int64)})
    half = divergence(np.array([0.5, 0.5]), np.array([0.0, 1.0]))  # silence, and bars with nothing in them, are counted
    assert part_distance([real, silent], [real], BASS) == pytest.approx((half + half) / 8)


def test_a_part_that_is_missing_costs_all_of_it_and_one_that_nobody_asked_for_nothing():
    real = tunes(range(3))
    without = [replace(roll, parts={k: v for k, v in roll.parts.items() if k != "Bass"}) for roll in real]
    assert similarity_index(without, real, BAND) == pytest.approx(1 / 3)
    assert similarity_index(real, without, BAND) == pytest.approx(0)
    assert similarity_index(real, [], BAND) == 0


def test_it_is_the_same_from_both_sides():
    some, others = tunes(range(3)), tunes(range(10, 13))
    there, back = similarity_index(some, others, BAND), similarity_index(others, some, BAND)
    assert there == pytest.approx(back) and 0 < there < 1


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(0, 30), min_size=1, max_size=3), st.sets(st.integers(40, 70), min_size=1, max_size=3))
def test_the_more_of_the_real_pieces_is_mixed_in_the_lower_it_is(numbers, others):
    real, made = tunes(sorted(numbers)), tunes(sorted(others))
    indexes = [similarity_index([*made, *real * times], real, BAND) for times in (0, 1, 3, 20)]
    assert indexes == sorted(indexes, reverse=True)
    assert indexes[-1] <= indexes[0] / 4 + 1e-9


def test_the_index_alone_would_call_a_copy_good_so_what_is_copied_stands_beside_it():
    training, held_out, others = tunes(range(6)), tunes(range(20, 23)), tunes(range(30, 33))
    known = Collection(training, BAND)
    assert similarity_index(training, held_out, BAND) < 0.2  # as good as it gets
    assert known.copied(training) == {"Piano": 1, "Bass": 1, "Drums": 1}
    assert np.mean(list(known.copied(others).values())) < 1


def test_figures_by_hand(roll_of, line):
    """Two bars: the piano plays a chord of three for one of them, the bass off the scale, the drums off the beat."""
    tune = line(60, 62, 64, 65, 67, 69, 71, 72)  # C major
    chord = tuple(Note(0, pitch, 1920) for pitch in (60, 64, 67))
    made = roll_of(tune, [(0, "C")], Piano=chord, Bass=line(36, 37, 38, 39), Drums=(Note(0, 36, 60), Note(120, 42, 60)))
    real = roll_of(tune, [(0, "C")], Piano=(*chord, Note(1920, 60, 1920)), Bass=line(*[36] * 8), Drums=line(36, 36))
    found = figures([made], [real], [PIANO, BASS, DRUMS])
    assert found["empty bars"] == pytest.approx((0.5, (0 + 0 + 0.5) / 3))
    assert found["pitch classes"] == pytest.approx(((3 + 4) / 2, (3 + 1 + 1 + 1) / 4))
    assert found["polyphony"] == pytest.approx((16 / 32, 16 / 32))
    assert found["in scale"] == pytest.approx((5 / 7, 1))
    assert found["drum pattern"] == pytest.approx((1 / 2, 1))


def test_figures_of_what_is_not_there_are_none(roll_of, line):
    roll = roll_of(line(60, 62, 64, 65), [(0, "C")], Bass=line(36, 36, 36, 36))
    assert "drum pattern" not in figures([roll], [roll], [BASS])
    assert figures([], [roll], [BASS])["in scale"] == (None, 1)
    assert set(figures([roll], [roll], [BASS, DRUMS])) == set(similarity._FIGURES) - {"drum pattern"}
