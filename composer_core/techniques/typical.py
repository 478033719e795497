"""Of several drafts of one piece the one that the others agree with most."""

from collections.abc import Sequence

import numpy as np

from composer_core.patterns import HOLD


def most_typical(drafts: Sequence[np.ndarray]) -> int:
    """Number of the draft whose sounding symbols are, on the mean over all drafts [P, T], most often the others' own.

    Each draw has oddities of its own, and what the network is sure of is in most of them: the medoid keeps the second
    without the first, and without the monotony of the likeliest symbol at every step.
    """
    sounding = [_sounding(symbols) for symbols in drafts]
    agreement = [float(np.mean([(one == other).mean() for other in sounding])) for one in sounding]
    return int(np.argmax(agreement))


def _sounding(symbols: np.ndarray) -> np.ndarray:
    """Symbols [P, T] with every HOLD replaced by what it holds."""
    place = np.where(symbols != HOLD, np.arange(symbols.shape[1]), 0)
    return np.take_along_axis(symbols, np.maximum.accumulate(place, axis=1), axis=1)
