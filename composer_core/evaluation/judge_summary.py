"""The judge as a ridge discriminant on summaries of a window: a closed form, no network, no chance. Free of torch."""

import numpy as np
from scipy.stats import rankdata

Labelled = tuple[np.ndarray, np.ndarray]
"""Windows [N, planes, T] and labels [N], 1 real and 0 composed."""

_RIDGES = (10.0, 100.0, 1e3, 1e4)
_BAR = 16


def summaries(windows: np.ndarray) -> np.ndarray:
    """[N, planes, T] → [N, 4 * planes].

    Of each plane: its mean, how often it changes from timestep to timestep, how much it differs from bar to bar, and
    the spread of its bars' means.
    """
    bars = windows.reshape(*windows.shape[:2], -1, _BAR)  # [N, planes, bars, 16]
    parts = [
        windows.mean(axis=2),
        np.abs(np.diff(windows, axis=2)).mean(axis=2),
        np.abs(np.diff(bars, axis=2)).mean(axis=(2, 3)),
        bars.mean(axis=3).std(axis=2),
    ]
    return np.concatenate(parts, axis=1)


def summary_scores(learn: Labelled, stop: Labelled, test: np.ndarray) -> np.ndarray:
    """Fit on ``learn`` with the ridge that tells ``stop`` best; score the test windows: [N].

    w = argmin of sum c_i (x_i w - y_i)^2 + ridge |w|^2; y = 1 real, -1 composed; by c_i both weigh the same in all.
    """
    known, checked, unknown = (summaries(windows) for windows in (learn[0], stop[0], test))
    mean, spread = known.mean(axis=0), known.std(axis=0) + 1e-3
    known, checked, unknown = ((x - mean) / spread for x in (known, checked, unknown))
    weight = np.where(learn[1] == 1, 1 / learn[1].mean(), 1 / (1 - learn[1].mean()))[:, None]
    gram, target = known.T @ (weight * known), known.T @ (weight[:, 0] * (2.0 * learn[1] - 1.0))
    fits = [np.linalg.solve(gram + ridge * np.eye(len(gram)), target) for ridge in _RIDGES]
    best = max(fits, key=lambda fit: rankdata(checked @ fit)[stop[1] == 1].sum())
    return np.asarray(unknown @ best)
