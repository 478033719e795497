"""Overlapped area: how far the spread of a feature among some pieces is that of real ones (Yang & Lerch 2018)."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import gaussian_kde


def overlapped_area(
    here: Sequence[np.ndarray], names: Sequence[str], real: Sequence[np.ndarray], real_names: Sequence[str]
) -> float | None:
    """Overlapped area of one feature, 0-1, 1 = alike ("mgeval"); None where there are too few pieces to compare.

    The distances |f(x) - f(y)| within the real set and between it and the pieces, a Gaussian KDE of each, and the
    integral of min(pdf1, pdf2). Pieces and real ones of the same name are not compared with each other.
    """
    if not len(here) or not len(real):
        return None
    intra = _distances(np.array(real), np.array(real), real_names, real_names)
    inter = _distances(np.array(here), np.array(real), names, real_names)
    return overlap(intra, inter) if min(len(intra), len(inter)) > 1 else None


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Integral of the minimum of two samples' Gaussian kernel densities (Scott's bandwidth): 0-1."""
    if first.std() < 1e-9 or second.std() < 1e-9:
        return float(abs(first.mean() - second.mean()) < 1e-9)
    both = np.concatenate([first, second])
    margin = 1.5 * max(first.std(), second.std())
    axis = np.linspace(both.min() - margin, both.max() + margin, 1000)
    lower = np.minimum(gaussian_kde(first)(axis), gaussian_kde(second)(axis))
    return float(np.trapezoid(lower, axis))


def share(counts: np.ndarray) -> np.ndarray:
    """Counts as a distribution; all zeros where there is nothing to count."""
    total = counts.sum()
    return counts / total if total else counts.astype(float)


def _distances(here: np.ndarray, there: np.ndarray, names: Sequence[str], other: Sequence[str]) -> np.ndarray:
    distances = np.linalg.norm(here[:, None] - there[None], axis=2)
    return distances[np.array([[a != b for b in other] for a in names])]
