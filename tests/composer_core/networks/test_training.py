import numpy as np
import pytest
import torch

from composer_core.models.reference import ReferenceConfig
from composer_core.music import Note, Timing
from composer_core.roll import make_roll
from composer_core.training.likelihood import LikelihoodConfig, draw_known, learning_rate_share
from composer_core.training.wgan_gp import make_reference, reference_iteration, reference_windows

CPU = torch.device("cpu")


@pytest.fixture
def rolls():
    """Three small four-part pieces of our own: scales in thirds and tenths over a pedal."""
    made = []
    for shift in (0, 2, 5):
        top = [72, 74, 76, 77, 79, 77, 76, 74] * 5
        lines = [top, [p - 5 for p in top], [p - 9 for p in top], [48, 55] * 20]
        voices = [[Note(i * 480, pitch + shift, 480) for i, pitch in enumerate(line)] for line in lines]
        made.append(make_roll(f"scale {shift}", Timing(), voices))
    return made


def test_a_reference_iteration_moves_both_networks(rolls):
    config = ReferenceConfig(filters=(4, 4, 4, 4), batch=2, critic_updates=2)
    pair = make_reference(config, CPU)
    before = [p.clone() for net in (pair.generator, pair.critic) for p in net.parameters()]
    reference_iteration(pair, reference_windows(rolls), config, CPU)
    after = [p for net in (pair.generator, pair.critic) for p in net.parameters()]
    assert sum(not torch.equal(a, b) for a, b in zip(before, after, strict=True)) > len(before) // 2


def test_reference_windows_hold_each_sounding_pitch(rolls):
    windows = reference_windows(rolls)
    assert windows.shape[1:] == (4, 32, 128)
    assert (windows[0].sum(dim=-1) == 1).all()  # every voice sounds one pitch all the time
    assert windows[0, 0, 0].int().argmax() == rolls[0].pitch[0, 0]


def test_masks_hide_everything_and_little():
    shares = draw_known((400, 3, 128), np.random.default_rng(0)).mean(dim=(1, 2))
    assert (shares == 0).float().mean() > 0.15
    assert (shares > 0.6).float().mean() > 0.15


@pytest.mark.parametrize(("step", "share"), [(0, 1 / 3), (2, 1.0), (100, 0.05)])
def test_the_learning_rate_warms_up_and_falls(step, share):
    assert learning_rate_share(step, LikelihoodConfig(steps=100)) == pytest.approx(share, abs=0.01)
