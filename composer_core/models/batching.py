"""Rolls of different lengths as one padded batch."""

from collections.abc import Sequence

import numpy as np
import torch

from composer_core.harmony import NO_CHORD
from composer_core.models.planes import LOW, PITCHES, Batch
from composer_core.models.planes import REST as REST_CLASS
from composer_core.pianoroll import REST
from composer_core.roll import ALIGN, Roll


def collate(rolls: Sequence[Roll], length: int | None = None) -> Batch:
    """Stack whole rolls, each after its ``lead``, into one padded batch of a multiple of ``ALIGN`` timesteps."""
    longest = max(roll.lead + len(roll) for roll in rolls)
    total = length or -(-longest // ALIGN) * ALIGN
    return to_batch([place(roll, roll.lead, total) for roll in rolls])


def place(roll: Roll, lead: int, total: int) -> dict[str, np.ndarray]:
    """A roll's arrays after ``lead`` timesteps of padding, ``total`` timesteps in all."""
    after = total - lead - len(roll)

    def pad(array: np.ndarray, fill: int) -> np.ndarray:
        return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(lead, after)], constant_values=fill)

    grid = roll.grid
    return {
        "pitch": pad(roll.pitch, REST),
        "onset": pad(roll.onset.astype(np.int64), 0),
        "chord": pad(roll.chord, NO_CHORD),
        "step": pad(grid.step, 0),
        "pulse": pad(grid.pulse, 0),
        "pulses": pad(grid.pulses, 4),
        "valid": pad(np.ones(len(roll), dtype=np.int64), 0),
    }


def to_batch(rows: Sequence[dict[str, np.ndarray]]) -> Batch:
    """Stack arrays of ``place`` as tensors; the first line of each is the melody."""
    stacked = {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}
    pitch = stacked.pop("pitch")
    classes = torch.where(pitch == REST, REST_CLASS, (pitch - LOW).clamp(0, PITCHES - 1))
    onset = stacked.pop("onset")
    return Batch(
        melody=classes[:, 0],
        melody_onset=onset[:, 0],
        voices=classes[:, 1:],
        onset=onset[:, 1:],
        **stacked,
    )
