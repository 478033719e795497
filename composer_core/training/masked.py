"""Trains the refiner: hide parts of the harmony and of the voices, and learn to fill them in."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from composer_core.models.planes import Batch
from composer_core.models.refiner import Refiner, RefinerConfig
from composer_core.training.average import Average
from composer_core.training.dataset import Windows


@dataclass(frozen=True)
class MaskedConfig:
    """Hyper-parameters of the masked training; the learning rate warms up, then falls by a cosine to 5 %."""

    steps: int = 2200
    batch: int = 32
    learning_rate: float = 1.5e-3
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.02
    warm_up: float = 0.03
    clip: float = 1.0
    average: float = 0.998
    chord_weight: float = 0.5


def train_refiner(
    windows: Windows,
    config: MaskedConfig,
    network: RefinerConfig,
    seed: int,
    report: Callable[[int, dict[str, float]], None],
    device: torch.device,
) -> Refiner:
    """Train a refiner and return its average; ``report`` gets the step and its losses every 50 steps."""
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 1])
    refiner = Refiner(network).to(device)
    average = Average(refiner, config.average)
    optimiser = torch.optim.AdamW(
        refiner.parameters(), config.learning_rate, betas=config.betas, weight_decay=config.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: learning_rate_share(step, config))
    for step in range(config.steps):
        batch = windows.sample(config.batch).to(device)
        losses = masked_losses(refiner, batch, *draw_masks(batch, rng))
        optimiser.zero_grad(set_to_none=True)
        total_loss(losses, config.chord_weight).backward()
        torch.nn.utils.clip_grad_norm_(refiner.parameters(), config.clip)
        optimiser.step()
        schedule.step()
        average.update(refiner)
        if step % 50 == 0 or step == config.steps - 1:
            report(step, {name: float(loss.detach()) for name, loss in losses.items()})
    return average.network  # type: ignore[return-value]


def learning_rate_share(step: int, config: MaskedConfig) -> float:
    """Linear warm-up, then a half cosine down to 5 % of the peak."""
    warm_up = max(int(config.steps * config.warm_up), 1)
    if step < warm_up:
        return (step + 1) / warm_up
    progress = (step - warm_up) / max(config.steps - warm_up, 1)
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


def masked_losses(refiner: Refiner, batch: Batch, chord_known: Tensor, voice_known: Tensor) -> dict[str, Tensor]:
    """Mean cross-entropy in nats over what is hidden: voices and onsets per cell, chords per pulse.

    loss = -mean over hidden cells of log p(truth | everything known)
    """
    voices, onsets, chords = refiner(batch, chord_known, voice_known)
    hidden = (1 - voice_known) * batch.valid[:, None]
    hidden_chord = (1 - chord_known) * batch.valid * (batch.step == 0)
    cell = F.cross_entropy(voices.transpose(1, 2), batch.voices, reduction="none")  # [B, V, T]
    onset = F.binary_cross_entropy_with_logits(onsets, batch.onset.float(), reduction="none")
    chord = F.cross_entropy(chords, batch.chord, reduction="none")
    return {
        "pitch": (cell * hidden).sum() / hidden.sum().clamp(min=1),
        "onset": (onset * hidden).sum() / hidden.sum().clamp(min=1),
        "chord": (chord * hidden_chord).sum() / hidden_chord.sum().clamp(min=1),
    }


def total_loss(losses: dict[str, Tensor], chord_weight: float) -> Tensor:
    """Pitch + onset + chord_weight * chord."""
    return losses["pitch"] + losses["onset"] + chord_weight * losses["chord"]


def draw_masks(batch: Batch, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Draw what is known: chords [B, T] and voices [B, V, T], 1 = known."""
    size, voices, length = batch.voices.shape
    known = draw_known((size, voices, length), rng)
    chords = np.stack([_chord_mask(length, rng) for _ in range(size)])
    device = batch.voices.device
    return torch.from_numpy(chords).to(device), known.to(device)


def draw_known(shape: tuple[int, ...], rng: np.random.Generator) -> Tensor:
    """Draw which cells [B, V, T] may be seen, 1 = known: all hidden, cells, blocks, whole voices, spans, the future."""
    size, voices, length = shape
    return torch.from_numpy(np.stack([_voice_mask(voices, length, rng) for _ in range(size)]))


def _voice_mask(voices: int, length: int, rng: np.random.Generator) -> np.ndarray:
    draw = rng.random()
    share = rng.random()
    if draw < 0.22:  # compose everything
        known = np.zeros((voices, length), dtype=bool)
    elif draw < 0.35:  # single cells
        known = rng.random((voices, length)) < share
    elif draw < 0.75:  # blocks of one to four pulses, each voice its own
        known = _blocks(rng.random, (voices, length), int(rng.choice([4, 8, 16])), share)
    elif draw < 0.85:  # whole voices
        known = np.repeat(rng.random((voices, 1)) < 0.5, length, axis=1)
    else:  # a span of all voices, or the whole future
        start = int(rng.integers(length))
        end = length if rng.random() < 0.4 else start + int(rng.integers(8, length // 2 + 8))
        known = np.ones((voices, length), dtype=bool)
        known[:, start:end] = False
    return known.astype(np.float32)


def _chord_mask(length: int, rng: np.random.Generator) -> np.ndarray:
    draw = rng.random()
    if draw < 0.45:
        return np.ones(length, dtype=np.float32)
    if draw < 0.7:
        return np.zeros(length, dtype=np.float32)
    return _blocks(rng.random, (1, length), 4, rng.random())[0].astype(np.float32)


def _blocks(random: Callable[..., np.ndarray], shape: tuple[int, int], size: int, share: float) -> np.ndarray:
    rows, length = shape
    return (random((rows, -(-length // size))) < share).repeat(size, axis=1)[:, :length]
