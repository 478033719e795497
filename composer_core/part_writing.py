"""Rules of part writing while a choir's voices are drawn: what breaks one becomes hard to draw, not impossible.

Parallel fifths and octaves, voices that cross or that are silent under the melody, and notes out of range. (Mending
them afterwards would change what the network meant; a note that is never drawn costs nothing.)
"""

from collections.abc import Sequence

import numpy as np

from composer_core.context import Context
from composer_core.patterns import HOLD, REST, fold
from composer_core.pianoroll import REST as SILENT
from composer_core.scores import Chair

PARALLEL, CROSSED, DUMB = 20.0, 8.0, 20.0
"""What a broken rule costs, in nats."""


class PartWriting:
    """Costs of a choir's next symbols; voices are drawn in the order of the chairs, the melody is known."""

    def __init__(self, chairs: Sequence[Chair], context: Context) -> None:
        self._melody = context.melody
        self._rows = [_pitches(chair, context) for chair in chairs]  # P of [T, V]
        self._centres = [chair.centre_in(context) for chair in chairs]
        self._now = np.full(len(chairs), SILENT)
        self._before = np.full(len(chairs), SILENT)

    def costs(self, part: int, t: int) -> np.ndarray:
        """Cost of every symbol of a part at a timestep: [V]."""
        candidates = self._rows[part][min(t, len(self._rows[part]) - 1)].copy()
        candidates[HOLD] = self._before[part]
        melody = int(self._melody[min(t, len(self._melody) - 1)])
        earlier = int(self._melody[min(t, len(self._melody)) - 1]) if t else SILENT
        cost = np.zeros(len(candidates))
        cost += _parallels(candidates, int(self._before[part]), melody, earlier)
        cost += CROSSED * ((candidates != SILENT) & (candidates > melody) & (melody != SILENT))
        cost += DUMB * ((candidates == SILENT) & (melody != SILENT))
        for other in range(part):
            now, before = int(self._now[other]), int(self._before[other])
            cost += _parallels(candidates, int(self._before[part]), now, before)
            if now != SILENT:
                wrong = candidates > now if self._centres[part] < self._centres[other] else candidates < now
                cost += CROSSED * (wrong & (candidates != SILENT))
        return cost

    def take(self, part: int, t: int, symbol: int) -> None:
        """Note the symbol that a part has drawn; after the last part, time goes on."""
        if symbol == HOLD:
            self._now[part] = self._before[part]
        else:
            self._now[part] = self._rows[part][min(t, len(self._rows[part]) - 1), symbol]
        if part == len(self._now) - 1:
            self._before = self._now.copy()


def _parallels(candidates: np.ndarray, own_before: int, other: int, other_before: int) -> np.ndarray:
    """Cost of moving with another voice from a fifth to a fifth or from an octave to an octave."""
    if SILENT in (own_before, other, other_before) or other == other_before:
        return np.zeros(len(candidates))
    before = (own_before - other_before) % 12
    if before not in (0, 7, 5):
        return np.zeros(len(candidates))
    moves = (candidates != own_before) & (candidates != SILENT)
    same_way = (candidates > own_before) == (other > other_before)
    low_before, low_now = min(own_before, other_before), np.minimum(candidates, other)
    interval_before = (max(own_before, other_before) - low_before) % 12
    interval = (np.maximum(candidates, other) - low_now) % 12
    return PARALLEL * (moves & same_way & (interval == interval_before) & (interval_before in (0, 7)))


def _pitches(chair: Chair, context: Context) -> np.ndarray:
    """MIDI pitch of every symbol of a part at every timestep: [T, V], ``SILENT`` for a rest."""
    anchors = context.ground.anchors(chair.centre_in(context))
    rows = np.full((len(context), len(chair.codebook)), SILENT)
    for symbol in range(REST + 1, len(chair.codebook)):
        offset = chair.codebook.shape(symbol)[0]
        semitones = context.ground.semitone[:, offset % 12]
        pitches = anchors + 12 * (offset // 12) + semitones
        rows[:, symbol] = [fold(int(pitch), chair.part.low, chair.part.high) for pitch in pitches]
    return rows
