"""Random windows of the training pieces."""

from collections.abc import Sequence

import numpy as np

from composer_core.harmony import CHORDS, NO_CHORD, QUALITIES
from composer_core.models.batching import place, to_batch
from composer_core.models.planes import LOW, PITCHES, Batch
from composer_core.pianoroll import REST
from composer_core.roll import ALIGN, Roll

WINDOW = 128  # timesteps: eight bars of 4/4
_MAX_TRANSPOSITION = 6


class Windows:
    """Random windows of a set of pieces, transposed at random within the networks' range."""

    def __init__(self, rolls: Sequence[Roll], seed: int) -> None:
        self.rolls = list(rolls)
        self.rng = np.random.default_rng(seed)
        lengths = np.array([len(roll) for roll in self.rolls], dtype=float)
        self._weights = lengths / lengths.sum()

    def sample(self, size: int, length: int = WINDOW) -> Batch:
        """Draw ``size`` windows of ``length`` timesteps; longer pieces are drawn more often."""
        chosen = self.rng.choice(len(self.rolls), size=size, p=self._weights)
        return to_batch([self._window(self.rolls[index], length) for index in chosen])

    def _window(self, roll: Roll, length: int) -> dict[str, np.ndarray]:
        total = -(-(roll.lead + len(roll)) // ALIGN) * ALIGN
        starts = max((total - length) // ALIGN + 1, 1)
        start = int(self.rng.integers(starts)) * ALIGN
        placed = place(roll, roll.lead, max(total, length))
        window = {name: array[..., start : start + length] for name, array in placed.items()}
        return _transpose(window, self.rng)


def _transpose(window: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    pitch = window["pitch"]
    sounding = pitch[pitch != REST]
    if not len(sounding):
        return window
    low = max(-_MAX_TRANSPOSITION, LOW - int(sounding.min()))
    high = min(_MAX_TRANSPOSITION, LOW + PITCHES - 1 - int(sounding.max()))
    shift = int(rng.integers(low, high + 1)) if high >= low else 0
    return {
        **window,
        "pitch": np.where(pitch == REST, REST, pitch + shift),
        "chord": transpose_chords(window["chord"], shift),
    }


def transpose_chords(chord: np.ndarray, shift: int) -> np.ndarray:
    """Move chord indices by semitones."""
    quality, root = np.divmod(chord, 12)
    return np.where(chord == NO_CHORD, NO_CHORD, quality * 12 + (root + shift) % 12)


assert CHORDS[12] == (0, list(QUALITIES)[1])  # transpose_chords counts on quality-major order
