"""A network's weights and functions in NumPy, for sums too small to be worth a tensor."""

import numpy as np
from torch import Tensor, nn


def array(tensor: Tensor | nn.Module) -> np.ndarray:
    """A tensor's values as 32-bit floats."""
    assert isinstance(tensor, Tensor)
    return tensor.detach().cpu().float().numpy()


def linear(layer: nn.Module) -> tuple[np.ndarray, np.ndarray]:
    """Weight [out, in] and bias [out] of a dense layer."""
    return array(layer.weight), array(layer.bias)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def gelu(x: np.ndarray) -> np.ndarray:
    """Return x Phi(x), Phi by Abramowitz & Stegun 7.1.26 (error below 2e-7)."""
    z = np.abs(x) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - poly * np.exp(-z * z))
    return 0.5 * x * (1 + erf)


def softmax(x: np.ndarray) -> np.ndarray:
    """Shares [..., N] of numbers [..., N]."""
    weights = np.exp(x - x.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
