"""Random windows of scores."""

from collections.abc import Sequence

import numpy as np

from composer_core.models.band.batch import BandBatch, stack, style_of, window
from composer_core.scores import Score

DENSITY_TOLD = 0.4  # of windows: the rest learn to do without


class ScoreWindows:
    """Random windows of a set of pieces; a human bar is drawn ``human_weight`` times as often as a rendered one."""

    def __init__(self, scores: Sequence[Score], seed: int, human_weight: float = 1.0) -> None:
        self.scores = list(scores)
        self.rng = np.random.default_rng(seed)
        weights = np.array([len(score) * (human_weight if score.human else 1.0) for score in self.scores])
        self._weights = weights / weights.sum()

    def sample(self, size: int, length: int) -> BandBatch:
        """Draw ``size`` windows of ``length`` timesteps; they begin on bar lines that suit the networks' stride."""
        chosen = self.rng.choice(len(self.scores), size=size, p=self._weights)
        return stack([self._window(self.scores[index], length) for index in chosen])

    def _window(self, score: Score, length: int) -> dict[str, np.ndarray]:
        grid = score.context.grid
        starts = np.flatnonzero((grid.pulse == 0) & (grid.step == 0))
        starts = starts[starts <= max(len(score) - length // 2, 0)]
        start = int(self.rng.choice(starts)) if len(starts) else 0
        told = self.rng.random(len(score.plays)) < DENSITY_TOLD
        return window(score, start, length) | {"style": style_of(score.human, score.density, told)}
