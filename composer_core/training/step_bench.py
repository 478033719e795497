"""What one training iteration costs: ours and DeepComposer's at equal bars of music, in one run."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from composer_core.models.critic import CriticConfig
from composer_core.models.generator import GeneratorConfig
from composer_core.models.reference import ReferenceConfig
from composer_core.music import Note, Timing
from composer_core.roll import Roll, make_roll
from composer_core.training.adversarial import AdversarialConfig, critic_step, generator_step, make_pair
from composer_core.training.dataset import Windows
from composer_core.training.wgan_gp import make_reference, reference_iteration, reference_windows

_BARS = 128  # the reference's 64 windows of two bars; ours are 16 of eight


def iteration_seconds(repeat: int) -> tuple[float, float]:
    """Seconds of an iteration of our pair (median over a penalty's cycle and more) and of the reference's (best)."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rolls = [_random_piece(seed) for seed in range(4)]
    config = AdversarialConfig(batch=_BARS // 8)
    pair, windows = make_pair(GeneratorConfig(), CriticConfig(), config, device), Windows(rolls, 0)

    def ours(step: int) -> None:
        for _ in range(config.critic_updates):
            critic_step(pair, windows.sample(config.batch).to(device), config, step)
        generator_step(pair, windows.sample(config.batch).to(device), config)

    published = ReferenceConfig(batch=_BARS // 2)
    reference, pieces = make_reference(published, device), reference_windows(rolls)
    cycles = [statistics.mean(_timed(ours, config.penalty_every)) for _ in range(repeat)]
    theirs = _timed(lambda _: _discard(reference_iteration(reference, pieces, published, device)), min(repeat, 2))
    return statistics.median(cycles), min(theirs)


def _timed(iteration: Callable[[int], None], count: int) -> list[float]:
    seconds = []
    for step in range(count):
        started = time.perf_counter()
        iteration(step)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return seconds


def _discard(_: object) -> None: ...


def _random_piece(seed: int) -> Roll:
    """Sixteen bars of four random lines in quarters; the cost of a step does not depend on what is played."""
    rng = np.random.default_rng(seed)
    lines = [[Note(i * 480, int(pitch), 480) for i, pitch in enumerate(rng.integers(low, low + 12, 64))]
             for low in (64, 57, 50, 41)]  # fmt: skip
    return make_roll(f"random {seed}", Timing(), lines)
