import numpy as np
import pytest

from composer_core.metrics.areas import overlap, overlapped_area, share


def test_overlap_of_a_sample_with_itself_and_with_one_far_away():
    sample = np.linspace(0, 1, 50)
    assert overlap(sample, sample) == pytest.approx(1, abs=0.02)
    assert overlap(sample, sample + 100) == pytest.approx(0, abs=0.01)


def test_overlap_of_half_shifted_uniforms_is_about_a_half():
    sample = np.linspace(0, 1, 2000)
    assert overlap(sample, sample + 0.5) == pytest.approx(0.5, abs=0.1)


def test_overlap_of_constants():
    assert overlap(np.ones(5), np.ones(5)) == 1
    assert overlap(np.ones(5), np.zeros(5)) == 0


def test_the_same_piece_is_not_compared_with_itself():
    real = [np.array([float(n)]) for n in (0, 1, 2)]
    # Compared with themselves as well, the pieces would bring three distances of zero that the real set lacks.
    copies = overlapped_area(real, ["a", "b", "c"], real, ["a", "b", "c"])
    others = overlapped_area(real, ["x", "y", "z"], real, ["a", "b", "c"])
    assert copies == pytest.approx(1, abs=0.04)  # the rest is the curve's tails, cut off
    assert others < 0.9


def test_too_few_pieces_have_no_area():
    one = [np.array([1.0])]
    assert overlapped_area(one, ["a"], one, ["b"]) is None
    assert overlapped_area([], [], one, ["b"]) is None


def test_shares_of_nothing_are_zeros():
    assert share(np.array([0, 0])).tolist() == [0, 0]
    assert share(np.array([1, 3])).tolist() == [0.25, 0.75]
