"""Training by likelihood: its pace, and what is hidden from a network that learns to fill in."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class LikelihoodConfig:
    """Hyper-parameters of a training by likelihood; the learning rate warms up, then falls by a cosine to 5 %."""

    steps: int = 2200
    batch: int = 32
    learning_rate: float = 1.5e-3
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.02
    warm_up: float = 0.03
    clip: float = 1.0
    average: float = 0.998


def learning_rate_share(step: int, config: LikelihoodConfig) -> float:
    """Linear warm-up, then a half cosine down to 5 % of the peak."""
    warm_up = max(int(config.steps * config.warm_up), 1)
    if step < warm_up:
        return (step + 1) / warm_up
    progress = (step - warm_up) / max(config.steps - warm_up, 1)
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


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


def _blocks(random: Callable[..., np.ndarray], shape: tuple[int, int], size: int, share: float) -> np.ndarray:
    rows, length = shape
    return (random((rows, -(-length // size))) < share).repeat(size, axis=1)[:, :length]
