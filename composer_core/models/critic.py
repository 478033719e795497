"""The critic: how much a bar sounds like the training music, given its melody and harmony."""

from dataclasses import dataclass
from itertools import combinations, pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from composer_core.models.planes import (
    CHORD_PLANES,
    CLASSES,
    MELODY_PLANES,
    METRE_PLANES,
    Batch,
    chord_planes,
    chroma,
    melody_planes,
    metre_planes,
    one_hot,
)


@dataclass(frozen=True)
class CriticConfig:
    """Shape of a critic for ``voices`` accompaniment voices."""

    voices: int = 3
    widths: tuple[int, ...] = (64, 96, 128, 160)


class Critic(nn.Module):
    """Four strided convolutions and a dense layer, without normalisation, scoring every four pulses.

    Beside the rolls it sees, for every pair of voices, how much of each interval class sounds: parallels and clashes
    are then differences between neighbouring timesteps. The planes are differentiable in the accompaniment.
    """

    def __init__(self, config: CriticConfig) -> None:
        super().__init__()
        self.config = config
        pairs = (config.voices + 1) * config.voices // 2
        planes = MELODY_PLANES + METRE_PLANES + CHORD_PLANES + config.voices * (CLASSES + 1) + 12 * pairs
        sizes = (planes, *config.widths)
        self.convs = nn.ModuleList(nn.Conv1d(a, b, 4, stride=2, padding=1) for a, b in pairwise(sizes))
        self.dense = nn.Conv1d(sizes[-1], 1, 1)  # a dense layer shared by all positions

    def forward(self, batch: Batch, chord_known: Tensor, voices: Tensor, onset: Tensor) -> Tensor:
        """Score an accompaniment.

        Args:
            batch: melody, metre and chords, the condition.
            chord_known: [B, T].
            voices: one-hot or soft classes [B, V, P + 1, T].
            onset: [B, V, T] in 0-1.

        Returns:
            score of each four pulses [B, T / 16], 0 on padding; higher is more like the training music.
        """
        valid = batch.valid[:, None].float()
        x = torch.cat(
            [
                melody_planes(batch),
                metre_planes(batch),
                chord_planes(batch.chord, chord_known),
                voices.flatten(1, 2),
                onset,
                _interval_classes(one_hot(batch.melody, CLASSES), voices),
            ],
            dim=1,
        )
        x = x * valid
        for conv in self.convs:
            valid = F.max_pool1d(valid, 2)
            x = F.leaky_relu(conv(x), 0.2) * valid
        return (self.dense(x) * valid)[:, 0]


def _interval_classes(melody: Tensor, voices: Tensor) -> Tensor:
    """How much of each interval class sounds between each pair of lines: [B, pairs * 12, T].

    For lines with chroma a and b: plane k = sum over i of a[i] b[(i + k) mod 12].
    """
    lines = chroma(torch.cat([melody[:, None], voices], dim=1))  # [B, V + 1, 12, T]
    turned = torch.stack([lines.roll(-k, dims=2) for k in range(12)], dim=2)  # [B, V + 1, 12 (k), 12, T]
    planes = [(lines[:, a, None] * turned[:, b]).sum(dim=2) for a, b in combinations(range(lines.shape[1]), 2)]
    return torch.cat(planes, dim=1)
