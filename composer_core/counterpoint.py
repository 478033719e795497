"""The rules of part-writing that a chorale is judged by, on pitches [voice, T] from the top voice down. No torch."""

from itertools import combinations, pairwise

import numpy as np

from composer_core.harmony import fits_a_chord
from composer_core.pianoroll import REST

OCTAVE = 12


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


def crossings(pitch: np.ndarray) -> np.ndarray:
    """Whether some voice lies below its lower neighbour: [T]."""
    upper, lower = pitch[:-1], pitch[1:]
    return ((upper < lower) & (upper != REST) & (lower != REST)).any(axis=0)


def wide_spacing(pitch: np.ndarray) -> np.ndarray:
    """Whether two neighbours above the bass lie more than an octave apart: [T]."""
    upper, lower = pitch[:-2], pitch[1:-1]
    return ((upper - lower > OCTAVE) & (upper != REST) & (lower != REST)).any(axis=0)


def is_chordal(pitch: np.ndarray, timestep: int) -> bool:
    """Whether everything that sounds at a timestep belongs to one triad or seventh chord."""
    column = pitch[:, timestep]
    return fits_a_chord((column[column != REST] % 12).tolist())


def fault_weights(pitch: np.ndarray, beats: np.ndarray) -> np.ndarray:
    """How badly each timestep breaks the rules: [T], 0 = not at all.

    A parallel weighs 1 at its second vertical; a beat (``beats`` holds their timesteps) that is no chord .6;
    each new vertical with crossed voices .5, with a wide gap above the bass .15.
    """
    weights = np.zeros(pitch.shape[1])
    for interval in (7, 0):
        for timestep, _, _ in parallels(pitch, interval):
            weights[timestep] += 1.0
    starts = verticals(pitch)
    weights[starts] += 0.5 * crossings(pitch)[starts] + 0.15 * wide_spacing(pitch)[starts]
    for beat in beats.tolist():
        weights[beat] += 0.0 if is_chordal(pitch, beat) else 0.6
    return weights


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """[start, end) of every run of true values in [T]."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in list(pairwise(edges))[::2]]
