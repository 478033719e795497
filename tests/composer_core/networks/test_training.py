import numpy as np
import pytest
import torch

from composer_core.models.critic import CriticConfig
from composer_core.models.generator import GeneratorConfig
from composer_core.models.reference import ReferenceConfig
from composer_core.models.refiner import RefinerConfig
from composer_core.pianoroll import REST
from composer_core.training.adversarial import AdversarialConfig, train_pair
from composer_core.training.dataset import Windows
from composer_core.training.masked import MaskedConfig, draw_masks, learning_rate_share, train_refiner
from composer_core.training.wgan_gp import make_reference, reference_iteration, reference_windows

CPU = torch.device("cpu")
TINY = (8, 8, 8, 8, 8)


def refiner_curve(rolls, steps, seed=0):
    curve = []
    config = MaskedConfig(steps=steps, batch=4, learning_rate=1e-2)
    net = train_refiner(
        Windows(rolls, seed), config, RefinerConfig(widths=TINY), seed, lambda s, v: curve.append(v), CPU
    )
    return curve, net


def pair_curve(rolls, steps, **settings):
    curve = []
    config = AdversarialConfig(steps=steps, batch=2, noises=2, **settings)
    networks = GeneratorConfig(widths=TINY, noise_channels=2), CriticConfig(widths=(8, 8, 8, 8))
    pair = train_pair(Windows(rolls, 0), config, networks, 0, lambda s, v: curve.append(v), CPU)
    return curve, pair


def test_the_refiner_learns(rolls):
    curve, _ = refiner_curve(rolls, 51)
    assert curve[-1]["pitch"] < 0.8 * curve[0]["pitch"]


def test_the_pair_learns_from_truth_and_critic(rolls):
    curve, _ = pair_curve(rolls, 51)
    assert curve[-1]["truth"] < curve[0]["truth"]
    assert all(np.isfinite(list(losses.values())).all() for losses in curve)


def test_the_same_seed_trains_the_same_weights(rolls):
    for train in (lambda: refiner_curve(rolls, 4)[1], lambda: pair_curve(rolls, 4)[1][0]):
        first, second = train().state_dict(), train().state_dict()
        assert all(torch.equal(first[key], second[key]) for key in first)


def test_another_seed_trains_other_weights(rolls):
    first, second = (refiner_curve(rolls, 2, seed)[1].state_dict() for seed in (0, 1))
    assert any(not torch.equal(first[key], second[key]) for key in first)


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


def test_windows_are_transposed_together_with_their_chords(rolls):
    windows = Windows(rolls[:1], seed=3)
    seen = set()
    for _ in range(20):
        batch = windows.sample(1)
        pitch = int(batch.melody[0, 0])
        seen.add(pitch)
        sounding = {int(batch.melody[0, 0]) % 12, *(int(v) % 12 for v in batch.voices[0, :, 0])}
        root = int(batch.chord[0, 0]) % 12
        assert root in sounding
    assert len(seen) > 4


def test_windows_stay_within_the_planes(rolls):
    batch = Windows(rolls, seed=0).sample(32)
    assert batch.voices.min() >= 0 and batch.voices.max() <= 52
    assert (batch.valid.sum(dim=1) > 0).all()


def test_masks_hide_everything_and_little():
    rng = np.random.default_rng(0)
    batch = type("B", (), {"voices": torch.zeros(400, 3, 128, dtype=torch.long)})
    chords, voices = draw_masks(batch, rng)
    shares = voices.mean(dim=(1, 2))
    assert (shares == 0).float().mean() > 0.15
    assert (shares > 0.6).float().mean() > 0.15
    assert 0.35 < (chords.mean(dim=1) == 1).float().mean() < 0.6


@pytest.mark.parametrize(("step", "share"), [(0, 1 / 3), (2, 1.0), (100, 0.05)])
def test_the_learning_rate_warms_up_and_falls(step, share):
    assert learning_rate_share(step, MaskedConfig(steps=100)) == pytest.approx(share, abs=0.01)


def test_a_rest_is_not_transposed(rolls):
    rolls[0].pitch[1, :8] = REST
    batch = Windows(rolls[:1], seed=0).sample(8)
    assert (batch.voices == 52).any()
