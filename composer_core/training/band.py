"""Trains a band's networks: the autoregressor, the refiner, and generator against critic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from composer_core.models.band.autoregressor import Autoregressor
from composer_core.models.band.batch import BandBatch
from composer_core.models.band.critic import BandCritic, BandCriticConfig
from composer_core.models.band.generator import BandGenerator, BandGeneratorConfig
from composer_core.models.band.refiner import BandRefiner, BandRefinerConfig
from composer_core.training.average import Average
from composer_core.training.band_data import ScoreWindows
from composer_core.training.likelihood import LikelihoodConfig, draw_known, learning_rate_share
from composer_core.training.precision import mixed_precision

Report = Callable[[int, dict[str, float]], None]
REPORT_EVERY = 50


@dataclass(frozen=True)
class AutoregressiveConfig(LikelihoodConfig):
    """Hyper-parameters of the autoregressor; ``forget`` and ``slip`` are those of ``Autoregressor.forward``."""

    steps: int = 900
    batch: int = 16
    length: int = 256
    forget: float = 0.08
    slip: float = 0.04


@dataclass(frozen=True)
class BandMaskedConfig(LikelihoodConfig):
    """Hyper-parameters of the band's refiner."""

    steps: int = 700
    batch: int = 16
    length: int = 128


@dataclass(frozen=True)
class BandAdversarialConfig:
    """Hyper-parameters of a band's generator and critic: hinge losses, R1, and a share of the truth."""

    steps: int = 400
    batch: int = 12
    length: int = 128
    critic_updates: int = 1
    learning_rate: float = 5e-4
    betas: tuple[float, float] = (0.5, 0.99)
    truth_weight: float = 1.0
    penalty: float = 5.0
    penalty_every: int = 8
    average: float = 0.995


def train_autoregressor(
    windows: ScoreWindows, config: AutoregressiveConfig, make: Callable[[], Autoregressor], seed: int, report: Report,
    device: torch.device,
) -> Autoregressor:  # fmt: skip
    """Train by maximum likelihood of every symbol given those before it; return the average of the weights."""

    def loss(net: nn.Module, batch: BandBatch, _: np.random.Generator) -> dict[str, Tensor]:
        everywhere = torch.ones_like(batch.symbols, dtype=torch.float32)
        return {"nats": symbol_loss(net(batch, config.forget, config.slip), batch, everywhere)}

    return _train(make, windows, config, config.length, seed, loss, report, device)  # type: ignore[return-value]


def train_band_refiner(
    windows: ScoreWindows, config: BandMaskedConfig, network: BandRefinerConfig, seed: int, report: Report,
    device: torch.device,
) -> BandRefiner:  # fmt: skip
    """Train to fill in hidden symbols; return the average of the weights."""

    def loss(net: nn.Module, batch: BandBatch, rng: np.random.Generator) -> dict[str, Tensor]:
        known = draw_known(tuple(batch.symbols.shape), rng).to(batch.valid.device)
        return {"nats": symbol_loss(net(batch, known), batch, 1 - known)}

    return _train(lambda: BandRefiner(network), windows, config, config.length, seed, loss, report, device)  # type: ignore[return-value]


def symbol_loss(logits: Sequence[Tensor], batch: BandBatch, wanted: Tensor) -> Tensor:
    """Mean cross-entropy in nats of the symbols where ``wanted`` [B, P, T], of parts that play.

    loss = -mean over wanted (part, timestep) of log p(symbol | what the network was shown)
    """
    weight = wanted * batch.valid[:, None] * batch.plays[:, :, None]
    each = torch.stack(
        [F.cross_entropy(part, batch.symbols[:, p], reduction="none") for p, part in enumerate(logits)], dim=1
    )  # [B, P, T]
    return (each * weight).sum() / weight.sum().clamp(min=1)


def _train(
    make: Callable[[], nn.Module], windows: ScoreWindows, config: LikelihoodConfig, length: int, seed: int,
    loss_of: Callable[[nn.Module, BandBatch, np.random.Generator], dict[str, Tensor]], report: Report,
    device: torch.device,
) -> nn.Module:  # fmt: skip
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 2])
    network = make().to(device)
    average = Average(network, config.average)
    optimiser = torch.optim.AdamW(
        network.parameters(), config.learning_rate, betas=config.betas, weight_decay=config.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: learning_rate_share(step, config))
    for step in range(config.steps):
        with mixed_precision(device):
            losses = loss_of(network, windows.sample(config.batch, length).to(device), rng)
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip)
        optimiser.step()
        schedule.step()
        average.update(network)
        if step % REPORT_EVERY == 0 or step == config.steps - 1:
            report(step, {name: float(loss.detach()) for name, loss in losses.items()})
    return average.network


@dataclass
class BandPair:
    """Generator and critic with their optimisers, in mid-training."""

    generator: BandGenerator
    critic: BandCritic
    generator_optimiser: torch.optim.Optimizer
    critic_optimiser: torch.optim.Optimizer


def make_band_pair(sizes: tuple[int, ...], config: BandAdversarialConfig, device: torch.device) -> BandPair:
    """Set up an untrained pair."""
    networks = BandGenerator(BandGeneratorConfig(sizes)).to(device), BandCritic(BandCriticConfig(sizes)).to(device)
    optimisers = [torch.optim.Adam(net.parameters(), config.learning_rate, betas=config.betas) for net in networks]
    return BandPair(networks[0], networks[1], optimisers[0], optimisers[1])


def train_band_pair(
    windows: ScoreWindows, config: BandAdversarialConfig, sizes: tuple[int, ...], seed: int, report: Report,
    device: torch.device,
) -> tuple[BandGenerator, BandCritic]:  # fmt: skip
    """Train a pair against each other, critic first; return the generator's average and the critic."""
    torch.manual_seed(seed)
    pair = make_band_pair(sizes, config, device)
    average = Average(pair.generator, config.average)
    for step in range(config.steps):
        losses: dict[str, Tensor] = {}
        for _ in range(config.critic_updates):
            losses |= critic_step(pair, windows.sample(config.batch, config.length).to(device), config, step)
        losses |= generator_step(pair, windows.sample(config.batch, config.length).to(device), config)
        average.update(pair.generator)
        if step % REPORT_EVERY == 0 or step == config.steps - 1:
            report(step, {name: float(loss.detach()) for name, loss in losses.items()})
    return average.network, pair.critic.eval().requires_grad_(False)  # type: ignore[return-value]


def critic_step(pair: BandPair, batch: BandBatch, config: BandAdversarialConfig, step: int) -> dict[str, Tensor]:
    """One update of the critic.

    loss = mean max(0, 1 - D(real)) + mean max(0, 1 + D(fake))      hinge: Lim & Ye 2017, arXiv:1705.02894
         + penalty/2 * mean |grad_real D(real)|^2                   R1: Mescheder et al. 2018, arXiv:1801.04406
    """
    with torch.no_grad():
        noise = torch.randn(pair.generator.noise_shape(batch), device=batch.valid.device)
        fake = _played(straight_through(pair.generator(batch, noise)), batch)
    penalised = step % config.penalty_every == 0
    real = [choice.requires_grad_(penalised) for choice in real_choices(batch, pair.generator.config.sizes)]
    weight = _bar_weight(batch)
    real_score, fake_score = pair.critic(batch, real), pair.critic(batch, fake)
    loss = (F.relu(1 - real_score) * weight).sum() + (F.relu(1 + fake_score) * weight).sum()
    if penalised:
        size = len(batch.valid)  # the score is a mean over the batch: each piece's own gradient is ``size`` times this
        gradients = torch.autograd.grad((real_score * weight).sum() * size, real, create_graph=True)
        squares = torch.stack([gradient.square().sum() for gradient in gradients]).sum() / size
        loss = loss + config.penalty_every * config.penalty / 2 * squares
    pair.critic_optimiser.zero_grad(set_to_none=True)
    loss.backward()
    pair.critic_optimiser.step()
    return {"critic": loss, "real": (real_score * weight).sum(), "fake": (fake_score * weight).sum()}


def generator_step(pair: BandPair, batch: BandBatch, config: BandAdversarialConfig) -> dict[str, Tensor]:
    """One update of the generator: loss = -mean D(fake) + truth_weight * cross-entropy."""
    logits = pair.generator(batch, torch.randn(pair.generator.noise_shape(batch), device=batch.valid.device))
    truth = symbol_loss(logits, batch, torch.ones_like(batch.symbols, dtype=torch.float32))
    score = pair.critic(batch, _played(straight_through(logits), batch))
    adversarial = -(score * _bar_weight(batch)).sum()
    pair.generator_optimiser.zero_grad(set_to_none=True)
    (adversarial + config.truth_weight * truth).backward()
    pair.generator_optimiser.step()
    return {"generator": adversarial, "truth": truth}


def straight_through(logits: Sequence[Tensor]) -> list[Tensor]:
    """Drawn symbols forward, soft gradients backward: for each part one-hot [B, V_p, T].

    Drawn, not the likeliest: "hold" is the likeliest nearly everywhere, and the critic would only ever see silence.
    """
    return [F.gumbel_softmax(part, tau=1.0, hard=True, dim=1) for part in logits]


def real_choices(batch: BandBatch, sizes: Sequence[int]) -> list[Tensor]:
    """The batch's own symbols as the critic sees them."""
    rows = zip(sizes, batch.symbols.unbind(dim=1), strict=True)
    return _played([F.one_hot(row, size).transpose(1, 2).float() for size, row in rows], batch)


def _played(choices: Sequence[Tensor], batch: BandBatch) -> list[Tensor]:
    """Blank out parts that are not in the piece."""
    return [choice * batch.plays[:, p, None, None] for p, choice in enumerate(choices)]


def _bar_weight(batch: BandBatch) -> Tensor:
    """Weights [B, T / 16] that average scores over the positions that hold music."""
    weight = F.max_pool1d(batch.valid[:, None], 16)[:, 0]
    return weight / weight.sum()
