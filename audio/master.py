"""Mastering: brings a mix to a loudness under a true-peak ceiling, with a look-ahead limiter.

The mix is analysed once, cell by cell; gain and limiter are then solved on those few numbers and applied in place, so
that memory stays small whatever the length.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from pyloudnorm import IIRfilter
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import firwin, sosfilt, sosfilt_zi

TARGET_LUFS = -14.0
CEILING_DBTP = -2.0  # one dB of room for what MP3 and Opus add to peaks
LOUDNESS_FLOOR = -70.0  # the absolute gate of BS.1770: below it, silence
PEAK_FLOOR_DB = -120.0
MAX_GAIN_DB = 40.0

CELLS_PER_HOP = 70
LOOK_AHEAD_CELLS = 4
RELEASE_DB_PER_S = 60.0
NEAR_LOUDEST = 0.4  # -8 dB: no limiting reaches further down, and between two samples nothing rises that much
PEAK_TAPS = 16
OVERSAMPLING = 4
"""ITU-R BS.1770-5, annex 2: four times 44.1 or 48 kHz."""

Signal = NDArray[np.float32]
A = TypeVar("A")
B = TypeVar("B")


def master(mix: Signal, sample_rate: int) -> tuple[float, float]:
    """Bring a mix [2, n] to TARGET_LUFS in place, never above CEILING_DBTP; return its (LUFS, dBTP).

    Silence stays as it is.
    """
    cell = _cell(sample_rate)
    energies, peaks = _both(lambda: _cell_energies(mix, sample_rate), lambda: _cell_peaks(mix, cell))
    if _gated_loudness(energies) <= LOUDNESS_FLOOR:
        return LOUDNESS_FLOOR, PEAK_FLOOR_DB
    gain_db = min(TARGET_LUFS - _gated_loudness(energies), MAX_GAIN_DB)
    for _ in range(4):  # the limiter takes a little loudness away; each round gives it back
        curve = _limited(peaks, gain_db, cell / sample_rate)
        gain_db += TARGET_LUFS - _gated_loudness(energies * curve**2)
        gain_db = min(gain_db, MAX_GAIN_DB)
    _apply(mix, _limited(peaks, gain_db, cell / sample_rate), cell)
    return _both(lambda: loudness(mix, sample_rate), lambda: true_peak(mix))


def _both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Work out two things at once; scipy and numpy leave Python's lock for most of it."""
    with ThreadPoolExecutor(1, "meter") as pool:
        coming = pool.submit(first)
        own = second()
        return coming.result(), own


def loudness(signal: Signal, sample_rate: int) -> float:
    """Return the integrated loudness of [2, n] in LUFS (ITU-R BS.1770), LOUDNESS_FLOOR for silence."""
    return _gated_loudness(_cell_energies(signal, sample_rate))


def true_peak(signal: Signal) -> float:
    """Return the true peak of [2, n] in dBTP by four-fold oversampling."""
    return float(max(20 * np.log10(_cell_peaks(signal, 64).max(initial=0.0) + 1e-12), PEAK_FLOOR_DB))


class KWeighting:
    """The ear's filter of BS.1770: a treble shelf and a high-pass; keeps its state between blocks [..., n]."""

    def __init__(self, sample_rate: int, channels: tuple[int, ...]) -> None:
        shelf = IIRfilter(4.0, 1 / np.sqrt(2), 1500.0, sample_rate, "high_shelf")
        high_pass = IIRfilter(0.0, 0.5, 38.0, sample_rate, "high_pass")
        self._sos = np.array([[*stage.b, *stage.a] for stage in (shelf, high_pass)])
        steady = sosfilt_zi(self._sos).reshape(2, *(1,) * len(channels), 2)
        self._state = np.zeros(np.broadcast_shapes(steady.shape, (2, *channels, 2)))

    def process(self, block: Signal) -> NDArray[np.float64]:
        """Return the weighted block."""
        weighted, self._state = sosfilt(self._sos, block, zi=self._state)
        return weighted


def _cell(sample_rate: int) -> int:
    """Samples to a cell: 70 of them make the 100 ms hop of the loudness meter."""
    return sample_rate // 10 // CELLS_PER_HOP


def _cell_energies(signal: Signal, sample_rate: int) -> NDArray[np.float64]:
    """K-weighted mean square of both channels together, cell by cell; what is left at the end counts as silence."""
    cell = _cell(sample_rate)
    weighting = KWeighting(sample_rate, (2,))
    energies = []
    for chunk in _chunks(signal, cell):
        weighted = weighting.process(chunk).reshape(2, -1, cell)
        energies.append(np.einsum("cks,cks->k", weighted, weighted) / cell)
    return np.concatenate(energies) if energies else np.zeros(0)


def _gated_loudness(energies: NDArray[np.float64]) -> float:
    """Two-gated mean over blocks of 400 ms, overlapping by three quarters; shorter sounds count as one block."""
    hops = energies[: len(energies) // CELLS_PER_HOP * CELLS_PER_HOP].reshape(-1, CELLS_PER_HOP).mean(axis=1)
    if len(hops) >= 4:
        blocks = np.convolve(hops, np.full(4, 0.25), "valid")
    else:
        blocks = energies.mean(keepdims=True) if len(energies) else np.zeros(1)
    for gate_lu in (None, -10.0):
        threshold = LOUDNESS_FLOOR if gate_lu is None else _lufs(float(blocks.mean())) + gate_lu
        blocks = blocks[blocks > 10 ** ((threshold + 0.691) / 10)]
        if not len(blocks):
            return LOUDNESS_FLOOR
    return _lufs(float(blocks.mean()))


def _lufs(energy: float) -> float:
    return float(-0.691 + 10 * np.log10(max(energy, 1e-20)))


def _cell_peaks(signal: Signal, cell: int) -> NDArray[np.float64]:
    """True peak of both channels together, cell by cell; plain sample peaks where it is far from the loudest."""
    threshold = NEAR_LOUDEST * max(signal.max(initial=0.0), -signal.min(initial=0.0))
    span = np.arange(cell + PEAK_TAPS - 1) + cell - PEAK_TAPS // 2 + 1
    peaks = []
    for chunk in _chunks(signal, cell, halo=1):
        highest = np.abs(chunk[:, cell:-cell]).max(axis=0).reshape(-1, cell).max(axis=1)
        near = np.flatnonzero(highest > threshold)
        windows = sliding_window_view(chunk[:, near[:, None] * cell + span], PEAK_TAPS, axis=2)
        between = np.abs(_peak_phases() @ windows.reshape(-1, PEAK_TAPS).T).max(axis=0)
        highest[near] = np.maximum(highest[near], between.reshape(2, len(near), cell).max(axis=(0, 2)))
        peaks.append(highest)
    return np.concatenate(peaks).astype(np.float64) if peaks else np.zeros(0)


@lru_cache(maxsize=1)
def _peak_phases() -> NDArray[np.float32]:
    """Interpolators [3, taps] for the points at 1/4, 2/4 and 3/4 between two samples."""
    low_pass = OVERSAMPLING * firwin(OVERSAMPLING * PEAK_TAPS + 1, 1 / OVERSAMPLING, window=("kaiser", 5.0))
    phases = [low_pass[phase:-1:OVERSAMPLING][::-1] for phase in range(1, OVERSAMPLING)]
    return np.stack(phases).astype(np.float32)


def _limited(peaks: NDArray[np.float64], gain_db: float, cell_s: float) -> NDArray[np.float64]:
    """Gain of every cell: ``gain_db``, turned down around peaks so that none passes the ceiling.

    The gain falls before a peak (look-ahead), stays under it, and comes back at RELEASE_DB_PER_S.
    """
    over_db = np.maximum(20 * np.log10(peaks + 1e-12) + gain_db - CEILING_DBTP, 0.0)
    held = maximum_filter1d(over_db, 2 * LOOK_AHEAD_CELLS + 1)
    slope = RELEASE_DB_PER_S * cell_s * np.arange(len(held))
    released = np.maximum.accumulate(held + slope) - slope
    reduction = uniform_filter1d(released, LOOK_AHEAD_CELLS + 1)  # narrower than the hold: still enough at the peak
    return 10 ** ((gain_db - reduction) / 20)


def _apply(mix: Signal, curve: NDArray[np.float64], cell: int) -> None:
    """Multiply by the curve, straight lines between the middles of the cells, in place."""
    middles = (np.arange(len(curve)) + 0.5) * cell
    step = cell * 4096
    for start in range(0, mix.shape[1], step):
        at = np.arange(start, min(start + step, mix.shape[1]))
        mix[:, start : start + step] *= np.interp(at, middles, curve).astype(np.float32)


def _chunks(signal: Signal, cell: int, halo: int = 0) -> Iterator[Signal]:
    """Cut [2, n] into runs of whole cells with ``halo`` cells of context on both sides, zeros outside."""
    step, edge = cell * 1024, cell * halo
    for start in range(0, signal.shape[1], step):
        chunk = signal[:, max(start - edge, 0) : start + step + edge]
        before = max(edge - start, 0)
        length = min(step, -(-(signal.shape[1] - start) // cell) * cell)
        yield np.pad(chunk, ((0, 0), (before, length + 2 * edge - before - chunk.shape[1])))
