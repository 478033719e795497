"""``Intervals`` one timestep at a time, in NumPy, for ``Walk``."""

import numpy as np

from composer_core.models.band.arrays import linear
from composer_core.models.band.batch import BandBatch
from composer_core.models.band.intervals import NO_PITCH, RELATIONS, Intervals, classes, distance
from composer_core.patterns import REST


class IntervalWalk:
    """What sounds in one piece while it is drawn."""

    def __init__(self, intervals: Intervals, piece: BandBatch) -> None:
        self._pitches = [pitch[0].cpu().numpy() for pitch in intervals.pitches(piece)]  # P of [T, V]
        self._weigh = [linear(layer) for layer in intervals.weigh]
        self._tune = piece.tune[0].tolist()
        self._last = [NO_PITCH] * len(self._pitches)
        self._sounding = [NO_PITCH] * len(self._pitches)

    def weighed(self, part: int, hidden: np.ndarray, t: int) -> np.ndarray:
        """Logits to add to a part's own [V], from its hidden state [head]."""
        weight, bias = self._weigh[part]
        weights, pitch = weight @ hidden + bias, self._pitches[part][t]
        against = (self._last[part], self._tune[t], self._sounding[part - 1] if part else NO_PITCH)
        added, place = np.zeros(len(pitch), dtype=np.float32), 0
        for other, widest in zip(against, RELATIONS, strict=True):
            added += weights[place + distance(pitch, other, widest)]
            place += classes(widest)
        return added

    def take(self, part: int, t: int, symbol: int) -> None:
        """Note what a part has drawn."""
        pitch = int(self._pitches[part][t, symbol])
        if pitch != NO_PITCH:
            self._last[part] = self._sounding[part] = pitch
        elif symbol == REST:
            self._sounding[part] = NO_PITCH
