"""Trains generator and critic against each other, beside the truth.

Hinge losses with a gradient penalty on real music, one update each, and a cross-entropy that keeps the generator near
the harmony while the critic teaches it what cross-entropy cannot see (`../LOG.md` has what was tried instead).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from composer_core.models.critic import Critic, CriticConfig
from composer_core.models.generator import Generator, GeneratorConfig
from composer_core.models.planes import CLASSES, Batch
from composer_core.training.average import Average
from composer_core.training.dataset import Windows


@dataclass(frozen=True)
class PairConfig:
    """Hyper-parameters of any generator against its critic: hinge losses, R1, and a share of the truth."""

    steps: int = 1500
    batch: int = 16
    critic_updates: int = 1
    learning_rate: float = 5e-4
    betas: tuple[float, float] = (0.5, 0.99)
    truth_weight: float = 1.0
    penalty: float = 5.0
    penalty_every: int = 8
    average: float = 0.995


@dataclass(frozen=True)
class AdversarialConfig(PairConfig):
    """Hyper-parameters of the chorale's adversarial training.

    ``noises`` drafts are made for each window and only the best one learns from the truth, so that the others stay
    free to differ (implicit maximum likelihood estimation: Li & Malik 2018, arXiv:1809.09087).
    """

    noises: int = 3
    chords_known: float = 0.8


@dataclass
class Pair:
    """Generator and critic with their optimisers, in mid-training."""

    generator: Generator
    critic: Critic
    generator_optimiser: torch.optim.Optimizer
    critic_optimiser: torch.optim.Optimizer


def make_pair(
    generator: GeneratorConfig, critic: CriticConfig, config: AdversarialConfig, device: torch.device
) -> Pair:
    """Set up an untrained pair."""
    networks = Generator(generator).to(device), Critic(critic).to(device)
    optimisers = [torch.optim.Adam(net.parameters(), config.learning_rate, betas=config.betas) for net in networks]
    return Pair(networks[0], networks[1], optimisers[0], optimisers[1])


def train_pair(
    windows: Windows,
    config: AdversarialConfig,
    networks: tuple[GeneratorConfig, CriticConfig],
    seed: int,
    report: Callable[[int, dict[str, float]], None],
    device: torch.device,
) -> tuple[Generator, Critic]:
    """Train a pair; return the generator's average and the critic. ``report`` gets the losses every 50 steps."""
    torch.manual_seed(seed)
    pair = make_pair(*networks, config, device)
    average = Average(pair.generator, config.average)
    for step in range(config.steps):
        losses: dict[str, Tensor] = {}
        for _ in range(config.critic_updates):
            losses |= critic_step(pair, windows.sample(config.batch).to(device), config, step)
        losses |= generator_step(pair, windows.sample(config.batch).to(device), config)
        average.update(pair.generator)
        if step % 50 == 0 or step == config.steps - 1:
            report(step, {name: float(loss.detach()) for name, loss in losses.items()})
    return average.network, pair.critic.eval().requires_grad_(False)  # type: ignore[return-value]


def critic_step(pair: Pair, batch: Batch, config: AdversarialConfig, step: int) -> dict[str, Tensor]:
    """One update of the critic.

    loss = mean max(0, 1 - D(real)) + mean max(0, 1 + D(fake))      hinge: Lim & Ye 2017, arXiv:1705.02894
         + penalty/2 * mean |grad_real D(real)|^2                   R1: Mescheder et al. 2018, arXiv:1801.04406
    """
    known = _chords_known(batch, config)
    with torch.no_grad():
        noise = torch.randn(pair.generator.noise_shape(batch), device=batch.melody.device)
        fake = straight_through(*pair.generator(batch, known, noise))
    real = real_rolls(batch)
    penalised = step % config.penalty_every == 0
    real[0].requires_grad_(penalised)
    real_score = pair.critic(batch, known, *real)
    fake_score = pair.critic(batch, known, *fake)
    weight = _bar_weight(batch)
    loss = (F.relu(1 - real_score) * weight).sum() + (F.relu(1 + fake_score) * weight).sum()
    if penalised:
        (gradient,) = torch.autograd.grad((real_score * weight).sum(), real[0], create_graph=True)
        size = len(batch.melody)
        # The score is a mean over the batch, so each piece's own gradient is ``size`` times this one.
        loss = loss + config.penalty_every * config.penalty / 2 * (gradient * size).square().sum() / size
    pair.critic_optimiser.zero_grad(set_to_none=True)
    loss.backward()
    pair.critic_optimiser.step()
    return {"critic": loss, "real": (real_score * weight).sum(), "fake": (fake_score * weight).sum()}


def generator_step(pair: Pair, batch: Batch, config: AdversarialConfig) -> dict[str, Tensor]:
    """One update of the generator: loss = -mean D(fake) + truth_weight * cross-entropy of the best draft."""
    known = _chords_known(batch, config)
    voices, onsets = pair.generator(batch, known, _best_noise(pair.generator, batch, known, config.noises))
    truth = _truth_loss(voices, onsets, batch).mean()
    score = pair.critic(batch, known, *straight_through(voices, onsets))
    adversarial = -(score * _bar_weight(batch)).sum()
    pair.generator_optimiser.zero_grad(set_to_none=True)
    (adversarial + config.truth_weight * truth).backward()
    pair.generator_optimiser.step()
    return {"generator": adversarial, "truth": truth}


def straight_through(voices: Tensor, onsets: Tensor) -> tuple[Tensor, Tensor]:
    """Hard choices forward, soft gradients backward: one-hot [B, V, P + 1, T] and onsets [B, V, T].

    A change of pitch always sounds as an onset.
    """
    soft = voices.softmax(dim=2)
    choice = soft.argmax(dim=2)
    hard = F.one_hot(choice, CLASSES).movedim(-1, 2).float()
    changed = F.pad((choice[..., 1:] != choice[..., :-1]).float(), (1, 0), value=1.0)
    soft_onset = onsets.sigmoid()
    hard_onset = torch.maximum((onsets > 0).float(), changed)
    return hard + soft - soft.detach(), hard_onset + soft_onset - soft_onset.detach()


def real_rolls(batch: Batch) -> tuple[Tensor, Tensor]:
    """The batch's own voices as the critic sees them: one-hot [B, V, P + 1, T] and onsets [B, V, T]."""
    return F.one_hot(batch.voices, CLASSES).movedim(-1, 2).float(), batch.onset.float()


@torch.no_grad()
def _best_noise(generator: Generator, batch: Batch, known: Tensor, noises: int) -> Tensor:
    """Of several noises per window the one whose draft lies nearest to the truth."""
    drawn = torch.randn((noises, *generator.noise_shape(batch)), device=batch.melody.device)
    if noises == 1:
        return drawn[0]
    drafts = (generator(batch, known, noise) for noise in drawn)
    losses = torch.stack([_truth_loss(voices, onsets, batch) for voices, onsets in drafts])  # [N, B]
    return drawn[losses.argmin(dim=0), torch.arange(len(batch.melody), device=drawn.device)]


def _truth_loss(voices: Tensor, onsets: Tensor, batch: Batch) -> Tensor:
    """Mean cross-entropy of pitch plus onset over a window's valid cells: [B]."""
    pitch = F.cross_entropy(voices.transpose(1, 2), batch.voices, reduction="none")  # [B, V, T]
    onset = F.binary_cross_entropy_with_logits(onsets, batch.onset.float(), reduction="none")
    valid = batch.valid[:, None].float()
    return ((pitch + onset) * valid).sum(dim=(1, 2)) / (valid.sum(dim=(1, 2)) * voices.shape[1])


def _chords_known(batch: Batch, config: AdversarialConfig) -> Tensor:
    """Show the harmony to most pieces and hide it from the rest: [B, T]."""
    shown = torch.rand(len(batch.melody), 1, device=batch.melody.device) < config.chords_known
    return shown.float().expand_as(batch.melody)


def _bar_weight(batch: Batch) -> Tensor:
    """Weights [B, T / 16] that average scores over the positions that hold music."""
    weight = F.max_pool1d(batch.valid[:, None].float(), 16)[:, 0]
    return weight / weight.sum()
