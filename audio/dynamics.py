"""Compression that listens to the average level, worked out once a cell instead of once a sample."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

CELL = 64
"""Samples to a gain value (1.5 ms); blocks are multiples of it."""


class Compressor:
    """Turns down what is louder than ``threshold_db`` (mean square, full scale = 0) by ``ratio``.

    The detector averages over ``time_s``, so attacks pass and what rings on is held back.
    """

    def __init__(self, threshold_db: float, ratio: float, sample_rate: int, time_s: float = 0.06) -> None:
        self._threshold_db = threshold_db
        self._slope = 1.0 / ratio - 1.0
        self._decay = float(np.exp(-CELL / (time_s * sample_rate)))
        self._power = np.zeros(1)
        self._last_gain = 1.0

    def gain(self, block: NDArray[np.float32], trim: float = 1.0) -> NDArray[np.float32]:
        """Return the gain [n] for a block [2, n] that will be ``trim`` times as loud; state carries over."""
        cells = block.reshape(2, -1, CELL)
        power = np.einsum("cks,cks->k", cells, cells, dtype=np.float64) * trim**2 / (2 * CELL)
        level, self._power = lfilter([1.0 - self._decay], [1.0, -self._decay], power, zi=self._power)
        over_db = np.maximum(10.0 * np.log10(level + 1e-12) - self._threshold_db, 0.0)
        gains = np.concatenate([[self._last_gain], 10.0 ** (self._slope * over_db / 20.0)])
        self._last_gain = float(gains[-1])
        ramp = np.arange(1, CELL + 1) / CELL
        return (gains[:-1, None] + np.diff(gains)[:, None] * ramp).astype(np.float32).ravel()
