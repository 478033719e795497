"""A fresh judge: small classifiers newly trained to tell real songs from a system's, five-fold.

Folds are split by song: a song's real and composed versions lie in the same fold, so no judge meets in its test what it
knows from its training. The area under the ROC curve is .5 where nothing can be told and 1 where everything can.

Two judges look at the same windows: a convolutional network, and a ridge discriminant on summaries of each plane, which
finds differences of sheer amount that a network may overlook among few songs. The sharper of the two counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from composer_core.evaluation.judge_network import network_scores
from composer_core.evaluation.judge_summary import summary_scores

FOLDS = 5
_INNER = 5  # one song in so many of a fold's training part decides when to stop


@dataclass(frozen=True)
class Verdict:
    """Mean area under the curve over the folds, of each judge."""

    network: float
    summary: float

    @property
    def sharper(self) -> float:
        """That of the judge which tells better; chance is therefore a little above .5."""
        return max(self.network, self.summary)


@dataclass(frozen=True)
class Exam:
    """Windows [N, planes, T] with labels [N] (1 real, 0 composed): to learn from, to know when to stop, to test."""

    learn: tuple[np.ndarray, np.ndarray]
    stop: tuple[np.ndarray, np.ndarray]
    test: tuple[np.ndarray, np.ndarray]

    @property
    def has_both(self) -> bool:
        """Whether real and composed windows stand in all three."""
        return all(0 < labels.sum() < len(labels) for _, labels in (self.learn, self.stop, self.test))


def judge(real: Mapping[str, np.ndarray], composed: Mapping[str, np.ndarray], seed: int = 0) -> Verdict | None:
    """Try to tell real songs' windows from composed ones', both keyed by the song's name.

    Returns:
        None if there are too few songs to hold an exam in any fold.
    """
    network, summary = [], []
    for exam in _exams(real, composed, seed):  # one at a time: each holds a copy of all windows
        if exam.has_both:
            windows, labels = exam.test
            network.append(auc(network_scores(exam.learn, exam.stop, windows, seed), labels))
            summary.append(auc(summary_scores(exam.learn, exam.stop, windows), labels))
    return Verdict(float(np.mean(network)), float(np.mean(summary))) if network else None


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Area under the ROC curve: the chance that a real window scores above a composed one (ties count half)."""
    positive = int(labels.sum())
    ranks = rankdata(scores)
    above = float(ranks[labels == 1].sum()) - positive * (positive + 1) / 2
    return above / (positive * (len(labels) - positive))


def _exams(real: Mapping[str, np.ndarray], composed: Mapping[str, np.ndarray], seed: int) -> Iterator[Exam]:
    rng = np.random.default_rng(seed)
    # Songs that have no real version are dealt out after those that have, so that every fold gets its share of both.
    names = [*rng.permutation(sorted(real)).tolist(), *rng.permutation(sorted(composed.keys() - real.keys())).tolist()]
    for fold in range(FOLDS):
        test = names[fold::FOLDS]
        rest = [name for name in names if name not in set(test)]
        stop = rest[fold % _INNER :: _INNER]
        learn = [name for name in rest if name not in set(stop)]
        if learn and stop and test:
            yield Exam(*(_gather(real, composed, group) for group in (learn, stop, test)))


def _gather(
    real: Mapping[str, np.ndarray], composed: Mapping[str, np.ndarray], names: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    found = [(group[name], label) for label, group in ((1, real), (0, composed)) for name in names if name in group]
    labels = np.concatenate([np.full(len(windows), label) for windows, label in found])
    return np.concatenate([windows for windows, _ in found]), labels
