"""Swing: told from onsets, evened out and put back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.corpora.swing import EVEN, find_swing, straighten, swing_out, swings_sixteenths


def bars(places, count=16):
    return [beat + place for beat in range(count) for place in places]


@given(st.floats(0, 64), st.sampled_from([EVEN, 0.58, 0.62, 2 / 3]))
def test_swinging_out_undoes_straightening(beats, swing):
    assert swing_out(straighten(beats, swing), swing) == pytest.approx(beats, abs=1e-9)


@given(st.floats(0, 64), st.floats(0, 64), st.sampled_from([EVEN, 0.58, 2 / 3]))
def test_straightening_keeps_the_order(one, other, swing):
    low, high = sorted((one, other))
    assert straighten(low, swing) <= straighten(high, swing)


def test_triplets_become_the_first_two_quarters_of_the_beat():
    assert [straighten(place, 2 / 3) for place in (0, 1 / 3, 2 / 3)] == pytest.approx([0, 0.25, 0.5])


@pytest.mark.parametrize("swing", [0.58, 0.62, 2 / 3])
def test_the_place_of_the_off_beat_is_found(swing):
    noise = np.random.default_rng(0).normal(0, 0.02, 32)
    assert find_swing(np.array(bars((0, swing))) + noise) == pytest.approx(swing, abs=0.02)


@pytest.mark.parametrize("places", [(0, 0.5), (0, 0.25, 0.5, 0.75), (0, 0.75), (0,)])
def test_even_playing_and_dotted_rhythms_are_no_swing(places):
    assert find_swing(bars(places)) == EVEN


def test_swung_sixteenths_are_told_from_swung_eighths():
    assert swings_sixteenths(bars((0, 1 / 3, 0.5, 5 / 6)))
    assert not swings_sixteenths(bars((0, 1 / 3, 2 / 3)))
    assert not swings_sixteenths(bars((0, 0.25, 0.5, 0.75)))
