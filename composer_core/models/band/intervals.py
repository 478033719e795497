"""How far each symbol would lie from what sounds: the part's own last pitch, the melody, the part before.

Symbols are told from the chord, so one symbol is another step after every change of chord. To go on by a small step, to
keep clear of the melody or of the next voice are decisions about semitones; so the autoregressor may weigh each symbol
by its distances as well. Parts without pitches of their own (drums, chords that are voiced later) have none.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from composer_core.models.band.batch import BandBatch
from composer_core.patterns import REST, Codebook

NO_PITCH = -1000
"""Stands for the pitch of a symbol or of a part that has none."""

STEP, ABOVE = 12, 36
"""Semitones up to which steps, and distances between parts, are told apart."""

RELATIONS = (STEP, ABOVE, ABOVE)
"""Own last pitch; the melody; the part before."""


def classes(widest: int) -> int:
    """Count of distances told apart: no pitch, nothing to measure from, -widest ... widest and beyond at both ends."""
    return 2 * widest + 5


def distance(pitch: np.ndarray, before: int, widest: int) -> np.ndarray:
    """Class of the distance of pitches [V] from one pitch: [V]."""
    if before == NO_PITCH:
        return np.where(pitch == NO_PITCH, 0, 1)
    return np.where(pitch == NO_PITCH, 0, np.clip(pitch - before, -widest - 1, widest + 1) + widest + 3)


def offsets_of(codebooks: Iterable[Codebook]) -> tuple[int, ...]:
    """The top offset (``12 * octave + slot``) of every symbol, part after part; ``NO_PITCH`` where it has none."""
    offsets = []
    for codebook in codebooks:
        has_pitches = codebook.role not in ("drums", "chords")
        shapes = [codebook.shape(symbol) if has_pitches else () for symbol in range(len(codebook))]
        offsets += [max(shape, default=NO_PITCH) for shape in shapes]
    return tuple(offsets)


class Intervals(nn.Module):
    """What distances add to the logits; ``offsets`` (``offsets_of``) are kept beside the weights."""

    def __init__(self, sizes: Sequence[int], offsets: Sequence[int] | None, head: int) -> None:
        super().__init__()
        self._sizes = list(sizes)
        self.weigh = nn.ModuleList(nn.Linear(head, sum(map(classes, RELATIONS))) for _ in sizes)
        self.register_buffer("offsets", torch.tensor(offsets or [NO_PITCH] * sum(sizes)))
        self.offsets: Tensor

    def pitches(self, batch: BandBatch) -> list[Tensor]:
        """MIDI pitch that each symbol would be at each timestep: for each part [B, T, V_p]."""
        found = []
        for part, offsets in enumerate(self.offsets.split(self._sizes)):
            slot = offsets.clamp(min=0) % 12
            pitch = batch.semitones[:, slot].transpose(1, 2) + (offsets - slot) + batch.anchors[:, part, :, None]
            found.append(torch.where(offsets == NO_PITCH, NO_PITCH, pitch))
        return found

    def weighed(self, part: int, hidden: Tensor, distances: Sequence[Tensor]) -> Tensor:
        """Logits to add to a part's own [B, T, V_p], from its hidden state [B, T, head] and ``distances``."""
        weights = self.weigh[part](hidden).split([classes(widest) for widest in RELATIONS], dim=2)
        return torch.stack([w.gather(2, index) for w, index in zip(weights, distances, strict=True)]).sum(dim=0)

    def distances(self, batch: BandBatch) -> list[list[Tensor]]:
        """Class of each symbol's distance: for each part and each of ``RELATIONS`` [B, T, V_p]."""
        pitches = self.pitches(batch)
        sounding = torch.full_like(batch.tune, NO_PITCH)
        found = []
        for part, pitch in enumerate(pitches):
            own, now = _played(pitch, batch.symbols[:, part])
            against = (own, batch.tune, sounding)
            found.append([_distance(pitch, other[..., None], w) for other, w in zip(against, RELATIONS, strict=True)])
            sounding = now
        return found


def _played(pitch: Tensor, symbols: Tensor) -> tuple[Tensor, Tensor]:
    """The part's last pitch before each timestep, and that which sounds at it: [B, T] each."""
    place = torch.arange(symbols.shape[1], device=symbols.device).expand_as(symbols)
    played = pitch.gather(2, symbols[..., None])[..., 0]
    struck = torch.where(played != NO_PITCH, place, -1).cummax(dim=1).values
    last = torch.where(struck >= 0, played.gather(1, struck.clamp(min=0)), NO_PITCH)
    rested = torch.where(symbols == REST, place, -1).cummax(dim=1).values
    return F.pad(last[:, :-1], (1, 0), value=NO_PITCH), torch.where(rested > struck, NO_PITCH, last)


def _distance(pitch: Tensor, other: Tensor, widest: int) -> Tensor:
    found = (pitch - other).clamp(-widest - 1, widest + 1) + widest + 3
    found = torch.where(other == NO_PITCH, torch.ones_like(found), found)
    return torch.where(pitch == NO_PITCH, torch.zeros_like(found), found)
