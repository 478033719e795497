"""One hall for the whole ensemble: a synthetic impulse response and its convolution, block by block."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, sosfiltfilt

PRE_DELAY_S = 0.018
BANDS = ((200, 500, 2.0), (500, 1200, 1.9), (1200, 3000, 1.5), (3000, 8000, 0.9))
"""(from Hz, to Hz, seconds to fall by 60 dB): air and walls swallow the treble first; no bass, it would be mud."""
LENGTH_S = 2.2
REFLECTIONS = 14


@lru_cache(maxsize=2)
def impulse_response(sample_rate: int) -> NDArray[np.float32]:
    """Return the hall's response [2, n]: sparse early reflections, then a diffuse tail; unit energy a side."""
    rng = np.random.default_rng(1685)  # fixed: the hall is part of the instrument
    length = int(LENGTH_S * sample_rate)
    time_s = np.arange(length) / sample_rate
    response = np.zeros((2, length))
    for low_hz, high_hz, decay_s in BANDS:
        sos = butter(2, (low_hz, high_hz), "bandpass", fs=sample_rate, output="sos")
        noise = sosfiltfilt(sos, rng.standard_normal((2, length)))
        response += noise * 10.0 ** (-3.0 * time_s / decay_s) * np.minimum(time_s / 0.03, 1.0)
    response /= np.sqrt(np.sum(response**2, axis=1, keepdims=True))
    for side in response:
        at = (rng.uniform(0.004, 0.07, REFLECTIONS) * sample_rate).astype(int)
        side[at] += rng.choice((-1.0, 1.0), REFLECTIONS) * 0.16 * np.exp(-at / (0.05 * sample_rate))
    response *= np.minimum((length - np.arange(length)) / (0.3 * sample_rate), 1.0)  # ends at nought, not with a click
    response = np.pad(response, ((0, 0), (int(PRE_DELAY_S * sample_rate), 0)))
    return (response / np.sqrt(np.sum(response**2, axis=1, keepdims=True))).astype(np.float32)


class Reverb:
    """Overlap-add convolution of a mono send with the hall; blocks have one fixed size."""

    def __init__(self, sample_rate: int, block: int) -> None:
        response = impulse_response(sample_rate)
        self._block = block
        self._size = next_fast_len(block + response.shape[1] - 1, real=True)
        self._spectrum = rfft(response, self._size)
        self._carry = np.zeros((2, self._size - block), np.float32)
        self.tail = response.shape[1]

    def process(self, send: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the hall's answer [2, block] to the send [block]; silence in drains what still rings."""
        wet = irfft(rfft(send, self._size) * self._spectrum, self._size)
        wet[:, : self._carry.shape[1]] += self._carry
        self._carry = wet[:, self._block :]
        return wet[:, : self._block]
