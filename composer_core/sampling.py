"""Drawing from logits, and choosing what is drawn again. No torch."""

import numpy as np


def draw(logits: np.ndarray, rng: np.random.Generator, temperature: float) -> np.ndarray:
    """Draw one class for each column of logits [C, N] at a temperature: [N]."""
    gumbel = -np.log(-np.log(rng.random(logits.shape)))
    return np.argmax(logits / temperature + gumbel, axis=0)


def block_mask(shape: tuple[int, int], size: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Hide about ``share`` of [V, T] in blocks of ``size`` timesteps, each voice its own; the grid of blocks shifts."""
    rows, length = shape
    shift = int(rng.integers(size))
    blocks = rng.random((rows, -(-(length + shift) // size))) < share
    return blocks.repeat(size, axis=1)[:, shift : shift + length]
