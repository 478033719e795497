"""Scores as tensors, and symbols as planes.

B = batch, P = parts, T = timesteps, F = ``context.PLANES``, L = ``len(context.LAGS)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

from composer_core.context import NO_LAG, PLANES
from composer_core.scores import Score

ALIGN = 16  # the coarsest stride of the U-Nets


@dataclass
class BandBatch:
    """Pieces, or windows of pieces.

    planes [B, F, T]; symbols [B, P, T]; plays [B, P]; style [B, style_size(P)]; lags [B, L, T] (``NO_LAG`` where there
    is no such bar); valid [B, T]. For the distances between notes: anchors [B, P, T], MIDI pitch of each part's slot 0;
    semitones [B, 12, T], of each slot above it; tune [B, T], the melody's pitch, in its rests that before.
    """

    planes: Tensor
    symbols: Tensor
    plays: Tensor
    style: Tensor
    lags: Tensor
    valid: Tensor
    anchors: Tensor
    semitones: Tensor
    tune: Tensor

    def to(self, device: torch.device) -> Self:
        """Move every tensor to a device."""
        return type(self)(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})

    def conditions(self) -> Tensor:
        """Everything known before composing: [B, condition_size(P), T]."""
        told = torch.cat([self.plays.float(), self.style], dim=1)[:, :, None]
        return torch.cat([self.planes, told.expand(-1, -1, self.planes.shape[2])], dim=1)


def style_size(parts: int) -> int:
    """Planes of style: human, then for each part its density and whether it is told."""
    return 1 + 2 * parts


def condition_size(parts: int) -> int:
    """Planes of ``BandBatch.conditions``."""
    return PLANES + parts + style_size(parts)


def style_of(human: float, density: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Style planes [style_size(P)] from the human share, densities [P] and whether each is told [P]."""
    return np.concatenate([[human], density * told, told]).astype(np.float32)


def window(score: Score, start: int, length: int) -> dict[str, np.ndarray]:
    """Cut [start, start + length) out of a score, padded at the end; lags that leave the window are dropped."""
    end = min(start + length, len(score))
    after = length - (end - start)
    lags = score.context.lags[:, start:end] - start

    def pad(array: np.ndarray, fill: int = 0) -> np.ndarray:
        return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, after)], constant_values=fill)

    return {
        "planes": pad(score.context.planes[:, start:end]),
        "symbols": pad(score.symbols[:, start:end]),
        "plays": score.plays.astype(np.float32),
        "lags": pad(np.where(lags >= 0, lags, NO_LAG), NO_LAG),
        "valid": pad(np.ones(end - start, dtype=np.float32)),
        "anchors": pad(score.anchors[:, start:end]),
        "semitones": pad(score.context.ground.semitone[start:end].T),
        "tune": pad(score.context.tune[start:end]),
    }


def stack(rows: Sequence[dict[str, np.ndarray]]) -> BandBatch:
    """Stack arrays of ``window`` (with their style) into a batch."""
    return BandBatch(**{name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]})


class Codes(nn.Module):
    """Learned codes of every part's symbols, in one table."""

    def __init__(self, sizes: Sequence[int], width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(sum(sizes), width)
        offsets = torch.tensor([0, *np.cumsum(sizes)[:-1].tolist()])
        self.register_buffer("offsets", offsets, persistent=False)
        self.offsets: Tensor

    def forward(self, symbols: Tensor) -> Tensor:
        """Look up symbols: [B, P, T] → [B, P, width, T]."""
        return self.table(symbols + self.offsets[:, None]).transpose(2, 3)

    def soft(self, choices: Sequence[Tensor]) -> Tensor:
        """Mix codes by weight: P tensors [B, V_p, T] → [B, P, width, T], differentiable."""
        sizes = [choice.shape[1] for choice in choices]
        tables = self.table.weight.split(sizes)
        mixed = [torch.einsum("bvt,vc->bct", c, table) for c, table in zip(choices, tables, strict=True)]
        return torch.stack(mixed, dim=1)


def look_back(values: Tensor, lag: Tensor) -> Tensor:
    """Fetch values [B, P, C, T] from the timesteps ``lag`` [B, T]; zero where there is none."""
    index = lag.clamp(min=0)[:, None, None].expand(-1, values.shape[1], values.shape[2], -1)
    return values.gather(3, index) * (lag != NO_LAG)[:, None, None]
