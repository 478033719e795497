"""What a judge sees of a song: windows of four bars as planes. Free of torch.

A window shows only what sounds. Harmony is told by the notes, not by the plan's labels: a human's and a planner's way
of writing chords would give them away without being heard. The melody's octave is left out, velocities too.
"""

from collections.abc import Sequence

import numpy as np

from composer_core.genres import Part
from composer_core.harmony import find_key
from composer_core.metrics.patterns import PERCUSSION, drum_group
from composer_core.metrics.songroll import SongRoll
from composer_core.music import Note

TIMESTEPS = 64  # four bars of 4/4
_OCTAVES = 9
_STEPS = (
    -8,
    -4,
    -2,
    0,
    1,
    3,
    5,
    9,
)  # semitones at which a class of melodic steps begins; lower ones are the first class
_LENGTHS = (2, 3, 4, 6, 8, 16)  # timesteps at which a class of lengths begins; shorter ones are the first class
_SILENCE = np.zeros((0, 3), dtype=np.int64)


def windows(roll: SongRoll, parts: Sequence[Part]) -> np.ndarray:
    """Cut a song into windows that begin on bar lines, a bar apart: [N, planes, 64]; none if it is too short."""
    planes = song_planes(roll, parts)
    starts = [start for start, _ in roll.bars if roll.place[start] == 0 and start + TIMESTEPS <= len(roll)]
    cut = [planes[:, start : start + TIMESTEPS] for start in starts]
    return np.stack(cut) if cut else np.zeros((0, len(planes), TIMESTEPS), dtype=np.float32)


def song_planes(roll: SongRoll, parts: Sequence[Part]) -> np.ndarray:
    """All planes of a song: [planes, T].

    Melody: pitch classes above its tonic that sound and that begin. Each pitched part: the same, octaves, steps from
    note to note, lengths. Drums: groups struck. Together: the harmony of each half bar, verticals. Metre: where pulses
    and bars begin.
    """
    tonic = find_key([Note(start, pitch, end - start) for start, end, pitch in roll.melody.tolist()]).tonic
    tables = [roll.parts.get(part.name, _SILENCE) for part in parts]
    pitched = [table for table, part in zip(tables, parts, strict=True) if not part.is_drum]
    planes = [_classes(roll, roll.melody, tonic)]
    for table in pitched:
        planes += [_classes(roll, table, tonic), _octaves(roll, table), _steps(roll, table), _lengths(roll, table)]
    planes += [_drums(roll, table) for table, part in zip(tables, parts, strict=True) if part.is_drum]
    sounding = np.any([roll.sounding(table) for table in (roll.melody, *pitched)], axis=0)  # [T, 128]
    planes += [_harmony(roll, sounding, tonic), _verticals(sounding), _metre(roll)]
    return np.concatenate(planes).astype(np.float32)


def _classes(roll: SongRoll, table: np.ndarray, tonic: int) -> np.ndarray:
    planes = np.zeros((24, len(roll)))
    for start, end, pitch in table.tolist():
        planes[(pitch - tonic) % 12, start:end] = 1
        planes[12 + (pitch - tonic) % 12, start] = 1
    return planes


def _octaves(roll: SongRoll, table: np.ndarray) -> np.ndarray:
    planes = np.zeros((_OCTAVES, len(roll)))
    for start, end, pitch in table.tolist():
        planes[min(pitch // 12, _OCTAVES - 1), start:end] = 1
    return planes


def _steps(roll: SongRoll, table: np.ndarray) -> np.ndarray:
    """Where a top note begins, the step from the one before, in nine classes."""
    tops: dict[int, int] = {}
    for start, _, pitch in table.tolist():
        tops[start] = max(pitch, tops.get(start, 0))
    starts = sorted(tops)
    planes = np.zeros((len(_STEPS) + 1, len(roll)))
    planes[np.searchsorted(_STEPS, np.diff([tops[start] for start in starts]), side="right"), starts[1:]] = 1
    return planes


def _lengths(roll: SongRoll, table: np.ndarray) -> np.ndarray:
    """Where a note begins, how long it is, in seven classes."""
    planes = np.zeros((len(_LENGTHS) + 1, len(roll)))
    planes[np.searchsorted(_LENGTHS, table[:, 1] - table[:, 0], side="right"), table[:, 0]] = 1
    return planes


def _drums(roll: SongRoll, table: np.ndarray) -> np.ndarray:
    planes = np.zeros((PERCUSSION + 1, len(roll)))
    for start, _, pitch in table.tolist():
        planes[drum_group(pitch), start] = 1
    return planes


def _harmony(roll: SongRoll, sounding: np.ndarray, tonic: int) -> np.ndarray:
    """Each half bar's pitch classes by the time that they sound, and the lowest one: [24, T]."""
    planes = np.zeros((24, len(roll)))
    grid = roll.grid
    begins = (grid.step == 0) & (grid.pulse % np.maximum((grid.pulses + 1) // 2, 1) == 0)
    starts = sorted({0, *np.flatnonzero(begins).tolist()})
    for start, end in zip(starts, [*starts[1:], len(roll)], strict=True):
        weights = sounding[start:end].mean(axis=0)
        for pitch in np.flatnonzero(weights).tolist():
            planes[(pitch - tonic) % 12, start:end] += weights[pitch]
        lowest = np.flatnonzero(weights)[:1]
        planes[12 + (lowest - tonic) % 12, start:end] = 1
    return np.minimum(planes, 1)


def _verticals(sounding: np.ndarray) -> np.ndarray:
    """At each timestep the pitch classes above the lowest note, and how often each interval class occurs: [18, T]."""
    planes = np.zeros((18, len(sounding)))
    for timestep, column in enumerate(sounding):
        pitches = np.flatnonzero(column)
        if len(pitches):
            planes[(pitches - pitches[0]) % 12, timestep] = 1
        classes = np.unique(pitches % 12)
        away = (classes[:, None] - classes[None])[np.triu_indices(len(classes), 1)] % 12
        planes[12:, timestep] = np.bincount(np.minimum(away, 12 - away), minlength=7)[1:] / 3
    return planes


def _metre(roll: SongRoll) -> np.ndarray:
    return np.stack([roll.grid.step == 0, roll.place == 0])
