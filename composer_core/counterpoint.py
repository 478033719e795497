"""The rules of part-writing that a chorale is judged by, on pitches [voice, T] from the top voice down. No torch."""

from itertools import combinations

import numpy as np

from composer_core.harmony import fits_a_chord
from composer_core.pianoroll import REST


def verticals(pitch: np.ndarray) -> np.ndarray:
    """Timesteps at which a new distinct vertical begins: some voice's pitch changes."""
    changed = (pitch[:, 1:] != pitch[:, :-1]).any(axis=0)
    return np.concatenate([[0], np.flatnonzero(changed) + 1])


def parallels(pitch: np.ndarray, interval: int) -> list[tuple[int, int, int]]:
    """Parallel motion in one interval class (7: fifths, 0: octaves) between consecutive distinct verticals.

    A pair of voices that both move, in the same direction, from ``interval`` modulo 12 semitones to the same.

    Returns:
        (timestep of the second vertical, upper voice, lower voice) for each.
    """
    starts = verticals(pitch)
    before, after = pitch[:, starts[:-1]], pitch[:, starts[1:]]
    found = []
    for a, b in combinations(range(len(pitch)), 2):
        sounding = (before[[a, b]] != REST).all(axis=0) & (after[[a, b]] != REST).all(axis=0)
        together = (after[a] - before[a]) * (after[b] - before[b]) > 0
        same = ((before[a] - before[b]) % 12 == interval) & ((after[a] - after[b]) % 12 == interval)
        found += [(int(starts[i + 1]), a, b) for i in np.flatnonzero(sounding & together & same)]
    return sorted(found)


def is_chordal(pitch: np.ndarray, timestep: int) -> bool:
    """Whether everything that sounds at a timestep belongs to one triad or seventh chord."""
    column = pitch[:, timestep]
    return fits_a_chord((column[column != REST] % 12).tolist())
