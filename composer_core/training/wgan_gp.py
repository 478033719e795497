"""Trains DeepComposer's reference pair as published: Wasserstein losses with a gradient penalty."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from composer_core.metrics.songroll import SongRoll
from composer_core.models.reference import (
    PITCHES,
    TIMESTEPS,
    ReferenceConfig,
    ReferenceCritic,
    ReferenceGenerator,
)
from composer_core.pianoroll import REST
from composer_core.roll import Roll

BAR = 16  # timesteps of a 4/4 bar


@dataclass
class ReferencePair:
    """The reference generator and critic with their optimisers."""

    generator: ReferenceGenerator
    critic: ReferenceCritic
    generator_optimiser: torch.optim.Optimizer
    critic_optimiser: torch.optim.Optimizer


def make_reference(config: ReferenceConfig, device: torch.device) -> ReferencePair:
    """Set up an untrained reference pair."""
    networks = ReferenceGenerator(config).to(device), ReferenceCritic(config).to(device)
    optimisers = [torch.optim.Adam(net.parameters(), config.learning_rate, betas=config.betas) for net in networks]
    return ReferencePair(networks[0], networks[1], optimisers[0], optimisers[1])


def reference_windows(rolls: Sequence[Roll]) -> Tensor:
    """Cut rolls into their two-bar windows: [N, 4, 32, 128], true where a pitch sounds."""
    windows = []
    for roll in rolls:
        first = roll.lead % BAR and BAR - roll.lead  # the first full bar
        for start in range(first, len(roll) - TIMESTEPS + 1, TIMESTEPS):
            windows.append(sounding_pitches(roll.pitch[:, start : start + TIMESTEPS]))
    return torch.from_numpy(np.stack(windows))


def song_windows(rolls: Iterable[SongRoll], parts: Sequence[str], limit: int, seed: int) -> Tensor:
    """Cut songs into windows of two whole 4/4 bars: [N, 1 + parts, 32, 128], true where a pitch sounds.

    At most ``limit`` windows, a random choice; a part that a song lacks is silent. A song without two bars of sixteen
    timesteps in a row gives none.
    """
    places = [(roll, start) for roll in rolls for start in _two_bars(roll)]
    chosen = np.random.default_rng(seed).permutation(len(places))[:limit]
    windows = np.zeros((len(chosen), 1 + len(parts), TIMESTEPS, PITCHES), dtype=bool)
    for row, place in enumerate(chosen.tolist()):
        roll, start = places[place]
        for track, table in enumerate((roll.melody, *(roll.parts.get(part, ()) for part in parts))):
            for first, end, pitch in np.asarray(table).tolist():
                if first < start + TIMESTEPS and end > start:
                    windows[row, track, max(first - start, 0) : end - start, pitch] = True
    return torch.from_numpy(windows)


def _two_bars(roll: SongRoll) -> list[int]:
    """Where two neighbouring bars of sixteen timesteps begin, without overlap."""
    starts, free = [], 0
    for (start, middle), (_, end) in pairwise(roll.bars):
        if start >= free and middle - start == end - middle == BAR:
            starts.append(start)
            free = end
    return starts


def sounding_pitches(pitch: np.ndarray) -> np.ndarray:
    """Which pitches sound where each voice has one pitch or ``REST``: [voice, T] → [voice, T, 128]."""
    roll = np.zeros((*pitch.shape, PITCHES), dtype=bool)
    voice, step = np.nonzero(pitch != REST)
    roll[voice, step, pitch[voice, step]] = True
    return roll


def signs(sounding: Tensor) -> Tensor:
    """True and false as the networks see them, 1 and -1."""
    return sounding.float() * 2 - 1


def train_reference(
    windows: Tensor,
    config: ReferenceConfig,
    seed: int,
    seconds: float,
    report: Callable[[int, dict[str, float]], None],
    device: torch.device,
) -> ReferenceGenerator:
    """Train for ``seconds`` of processor time or ``config.iterations``, whichever ends first.

    ``windows`` [N, tracks, 32, 128] are true where a pitch sounds, the melody first.
    """
    torch.manual_seed(seed)
    pair = make_reference(config, device)
    start = time.process_time()
    for iteration in range(config.iterations):
        losses = reference_iteration(pair, windows, config, device)
        report(iteration, losses)
        if time.process_time() - start > seconds:
            break
    return pair.generator.eval()


def reference_iteration(
    pair: ReferencePair, windows: Tensor, config: ReferenceConfig, device: torch.device
) -> dict[str, float]:
    """``config.critic_updates`` updates of the critic, then one of the generator."""
    for _ in range(config.critic_updates):
        critic = _critic_step(pair, _draw(windows, config, device), config)
    generator = _generator_step(pair, _draw(windows, config, device))
    return {"critic": critic, "generator": generator}


def _draw(windows: Tensor, config: ReferenceConfig, device: torch.device) -> Tensor:
    return signs(windows[torch.randint(len(windows), (config.batch,))].to(device))


def _critic_step(pair: ReferencePair, real: Tensor, config: ReferenceConfig) -> float:
    """Loss = E[D(fake)] - E[D(real)] + 10 E[(|grad D(x^)| - 1)^2], x^ = e real + (1 - e) fake (arXiv:1704.00028)."""
    melody = real[:, :1]
    with torch.no_grad():
        fake = pair.generator(melody, pair.generator.noise(len(real), real.device))
    share = torch.rand(len(real), 1, 1, 1, device=real.device)
    between = (share * real + (1 - share) * fake).requires_grad_()
    (gradient,) = torch.autograd.grad(pair.critic(between, melody).sum(), between, create_graph=True)
    penalty = (gradient.flatten(1).norm(dim=1) - 1).square().mean()
    loss = pair.critic(fake, melody).mean() - pair.critic(real, melody).mean() + config.penalty * penalty
    pair.critic_optimiser.zero_grad(set_to_none=True)
    loss.backward()
    pair.critic_optimiser.step()
    return float(loss.detach())


def _generator_step(pair: ReferencePair, real: Tensor) -> float:
    """Loss = -E[D(G(z, melody), melody)]."""
    melody = real[:, :1]
    fake = pair.generator(melody, pair.generator.noise(len(real), real.device))
    loss = -pair.critic(fake, melody).mean()
    pair.generator_optimiser.zero_grad(set_to_none=True)
    loss.backward()
    pair.generator_optimiser.step()
    return float(loss.detach())
