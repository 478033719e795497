"""Swing: how late a piece plays its off-beat eighths, and the way from the swung to the even place and back.

``swing`` is the off-beat's place in the beat: .5 even, .667 triplets. The beat is warped in two straight pieces, so
triplets (1/3, 2/3) of a swung piece land on the first and second quarter of the even beat (.25, .5).
"""

from collections.abc import Sequence

import numpy as np

EVEN = 0.5
_LEAST = 0.56  # below it players mean even eighths: the mean of Groove MIDI's rock is .49, of its pop .48
_MOST = 0.68  # above it, sixteenths played early look like swing
_CANDIDATES = tuple(np.arange(_LEAST, _MOST + 0.005, 0.01).round(2).tolist())
_WIDTH = 0.045  # of a beat: how far players stray from the place that they mean (32 ms at 85 bpm)
_STRAY = 0.05  # likelihood of an onset that no place explains
_FEW = 12  # off-beat onsets below which nothing is concluded
_MARGIN = 0.03  # by which swing must explain more (mean log likelihood) than even playing


def find_swing(onsets_beats: Sequence[float] | np.ndarray) -> float:
    """Find the swing of onsets given in beats: the place whose warped sixteenths explain them best."""
    place = np.asarray(onsets_beats, dtype=float) % 1
    place = place[(place > 0.12) & (place < 0.92)]
    if len(place) < _FEW:
        return EVEN
    score, swing = max((_fit(place, swing), swing) for swing in _CANDIDATES)
    return swing if score > _fit(place, EVEN) + _MARGIN else EVEN


def _fit(place: np.ndarray, swing: float) -> float:
    grid = np.array([swing / 2, swing, (1 + swing) / 2])
    near = np.exp(-0.5 * ((place[:, None] - grid) / _WIDTH) ** 2) * (0.3, 1.0, 0.6)
    return float(np.log(_STRAY + near.max(axis=1)).mean())


def swings_sixteenths(onsets_beats: Sequence[float] | np.ndarray) -> bool:
    """Whether it is the sixteenths that swing: the off-beat eighth is even, the places around it are late."""
    place = np.asarray(onsets_beats, dtype=float) % 1
    place = place[(place > 0.12) & (place < 0.92)]
    if len(place) < _FEW:
        return False
    late = _likelihood(place, np.array([1 / 3, 0.5, 5 / 6]))
    others = (_likelihood(place, np.array([swing / 2, swing, (1 + swing) / 2])) for swing in (EVEN, 2 / 3))
    return bool(late > max(others) + _MARGIN)


def _likelihood(place: np.ndarray, grid: np.ndarray) -> float:
    near = np.exp(-0.5 * ((place[:, None] - grid) / _WIDTH) ** 2)
    return float(np.log(_STRAY + near.max(axis=1)).mean())


def straighten(beats: float, swing: float) -> float:
    """Move a place in beats from the swung to the even grid."""
    whole, part = divmod(beats, 1.0)
    if part < swing:
        return whole + part * EVEN / swing
    return whole + EVEN + (part - swing) * EVEN / (1 - swing)


def swing_out(beats: float, swing: float) -> float:
    """Move a place in beats from the even to the swung grid: the inverse of ``straighten``."""
    whole, part = divmod(beats, 1.0)
    if part < EVEN:
        return whole + part * swing / EVEN
    return whole + swing + (part - EVEN) * (1 - swing) / EVEN
