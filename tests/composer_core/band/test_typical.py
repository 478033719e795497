import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from composer_core.patterns import FIRST_SHAPE as A
from composer_core.patterns import HOLD
from composer_core.techniques.typical import most_typical

B = A + 1


def rows(*lines):
    return np.array(lines)


def test_the_draft_that_the_others_agree_with_is_chosen():
    odd, plain, near = rows([A, B, A, B]), rows([A, HOLD, B, HOLD]), rows([A, HOLD, B, A])
    assert most_typical([odd, plain, near]) in (1, 2)
    assert most_typical([odd, plain, plain]) == 1


def test_what_is_held_counts_as_what_sounds():
    held, struck, other = rows([A, HOLD, HOLD]), rows([A, A, A]), rows([B, B, B])
    assert most_typical([other, held, struck]) != 0


@given(st.integers(1, 6), st.integers(0, 99))
def test_one_of_equals_is_the_first(count, seed):
    draft = np.random.default_rng(seed).integers(0, 5, (2, 8))
    assert most_typical([draft] * count) == 0
