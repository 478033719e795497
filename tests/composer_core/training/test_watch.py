from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.training.course import Losses
from composer_core.training.exam import Result
from composer_core.training.watch import (
    EMPTIER,
    FEWEST_EPOCHS,
    LEAST_GAIN,
    PATIENCE,
    RUNAWAY_GAP,
    WORSE,
    fault,
    flat_since,
)


@pytest.mark.parametrize(
    ("curve", "since"),
    [
        ([], None),
        ([0.5] * (FEWEST_EPOCHS - 1), None),  # too early to say
        ([0.5] * FEWEST_EPOCHS, 1),
        ([0.9**n for n in range(40)], None),  # still falling
        ([0.9**n for n in range(10)] + [0.9**9] * (PATIENCE - 1), None),
        ([0.9**n for n in range(10)] + [0.9**9] * PATIENCE, 10),
        ([0.5, 0.4, 0.3, *[0.31, 0.32] * 6], 3),  # it wanders
        ([0.5, *[0.4 * (1 - LEAST_GAIN / 20) ** n for n in range(20)]], 2),  # falls too little to count
        ([0.5, *[0.4] * 10, 0.2], None),  # woken up again
        ([0.2, *[0.5] * 12], 1),  # it only got worse
    ],
)
def test_flat_since_by_hand(curve, since):
    assert flat_since(curve) == since


curves = st.lists(st.floats(0.01, 1), max_size=40)


@given(curves, st.floats(0.1, 10))
def test_a_plateau_is_a_matter_of_proportion(curve, times):
    """Powers of two keep every bit."""
    scale = 2.0 ** round(times)
    assert flat_since(curve) == flat_since([value * scale for value in curve])


@given(curves)
def test_nothing_after_a_plateaus_start_was_better(curve):
    since = flat_since(curve)
    if since is not None:
        assert len(curve) - since >= PATIENCE and len(curve) >= FEWEST_EPOCHS
        assert all(value >= curve[since - 1] * (1 - LEAST_GAIN) for value in curve[since:])
        assert curve[since - 1] <= min(curve[:since]) / (1 - LEAST_GAIN) + 1e-12


@given(curves)
def test_a_plateau_ends_only_with_a_better_index(curve):
    since = flat_since(curve)
    if since is not None:
        assert flat_since([*curve, 1.0]) == since
        assert flat_since([*curve, curve[since - 1] / 2]) is None


def losses(real=1.0, fake=-1.0):
    return Losses(0.1, 1.0, real, fake, 2, 1.0)


def result(similarity=0.2, empty=(0.1, 0.1)):
    return Result(similarity, {"empty bars": empty} if empty else {}, 0.9, 0.1)


@pytest.mark.parametrize(
    ("told", "found", "said"),
    [
        (losses(), result(), None),
        (losses(real=RUNAWAY_GAP - 1.1), result(), None),
        (losses(real=RUNAWAY_GAP), result(), "critic ran away"),
        (losses(), result(empty=(0.1 + EMPTIER - 0.01, 0.1)), None),
        (losses(), result(empty=(0.99, 0.1)), "fell silent (99% empty bars, real ones 10%)"),
        (losses(), result(empty=(0.99, 0.9)), None),  # the style is a sparse one
        (losses(), result(empty=None), None),
        (losses(), result(empty=(None, 0.5)), None),
        (losses(), result(similarity=0.2 + WORSE - 0.01), None),
        (losses(), result(similarity=0.2 + WORSE + 0.01), "collapsed (similarity index 0.46 after 0.20)"),
    ],
)
def test_faults_by_hand(told, found, said):
    wrong = fault(told, found, best=0.2)
    assert wrong is None if said is None else said in (wrong or "")


def test_a_fault_is_one_that_can_be_told_in_a_line():
    wrongs = [
        fault(losses(real=99), result(), 1.0),
        fault(losses(), result(empty=(1.0, 0.0)), 1.0),
        fault(losses(), SimpleNamespace(similarity=0.9, figures={}), 0.1),
    ]
    assert all(wrong and "\n" not in wrong and len(wrong) < 90 for wrong in wrongs)
