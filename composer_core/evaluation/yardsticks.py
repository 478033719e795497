"""What every system of every genre is asked besides its own genre's measures: judged, and searched for copies."""

from collections.abc import Sequence

from composer_core.evaluation.judge import judge
from composer_core.evaluation.judge_windows import windows
from composer_core.evaluation.report import Figures, mean
from composer_core.genres import Part
from composer_core.metrics.originality import Collection
from composer_core.metrics.songroll import SongRoll


class Yardsticks:
    """The real songs and the training set, prepared once for all systems."""

    def __init__(
        self, real: Sequence[SongRoll], training: Sequence[SongRoll], parts: Sequence[Part], with_judge: bool = True
    ) -> None:
        self.parts = parts
        self._collection = Collection(training, parts)
        self._real = {roll.name: windows(roll, parts) for roll in real} if with_judge else {}

    def judged(self, takes: Sequence[Sequence[SongRoll]]) -> Figures:
        """Areas under the curve of a fresh judge, and of its two halves.

        It sees one take a song, whichever seed's turn it is, so that every system shows as many windows as there are
        real ones, and a system with more seeds is not easier to tell.
        """
        if not self._real:
            return {}
        shown = [takes[place % len(takes)][place] for place in range(len(takes[0]))]
        verdict = judge(self._real, {roll.name: windows(roll, self.parts) for roll in shown})
        if verdict is None:
            return {"judge": None}
        return {"judge": verdict.sharper, "judge_network": verdict.network, "judge_summary": verdict.summary}

    def originality(self, rolls: Sequence[SongRoll]) -> tuple[Figures, dict[str, float | None], tuple[float, ...]]:
        """The share of bars copied over all parts and the mean nearest distance; the share a part; all distances."""
        copied = self._collection.copied(rolls)
        distances = [distance for roll in rolls if (distance := self._collection.distance(roll)) is not None]
        return {"copied": mean(list(copied.values())), "nearest": mean(distances)}, copied, tuple(distances)
