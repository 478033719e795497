"""The band's critic: how much four pulses sound like the training music, given their melody and harmony."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from composer_core.models.band.batch import BandBatch, Codes, condition_size, look_back


@dataclass(frozen=True)
class BandCriticConfig:
    """Shape for an ensemble whose parts have ``sizes`` symbols each."""

    sizes: tuple[int, ...]
    code: int = 12
    widths: tuple[int, ...] = (64, 96, 112, 144)


class BandCritic(nn.Module):
    """Four strided convolutions and a dense layer, without normalisation.

    Beside the parts' codes it sees how far each part agrees with itself one, two and four bars before: what bands do
    and independent draws do not. All of it is differentiable in the accompaniment.
    """

    def __init__(self, config: BandCriticConfig) -> None:
        super().__init__()
        self.config = config
        parts = len(config.sizes)
        self.codes = Codes(config.sizes, config.code)
        sizes = (condition_size(parts) + parts * (config.code + 3), *config.widths)
        self.convs = nn.ModuleList(nn.Conv1d(a, b, 4, stride=2, padding=1) for a, b in pairwise(sizes))
        self.dense = nn.Conv1d(sizes[-1], 1, 1)  # a dense layer shared by all positions

    def forward(self, batch: BandBatch, choices: Sequence[Tensor]) -> Tensor:
        """Score an accompaniment.

        Args:
            batch: the conditions.
            choices: for each part one-hot or soft symbols [B, V_p, T].

        Returns:
            score of each four pulses [B, T / 16], 0 on padding; higher is more like the training music.
        """
        valid = batch.valid[:, None]
        repeats = [_agreement(choice, batch.lags[:, row]) for row in range(batch.lags.shape[1]) for choice in choices]
        x = torch.cat([batch.conditions(), self.codes.soft(choices).flatten(1, 2), *repeats], dim=1) * valid
        for conv in self.convs:
            valid = F.max_pool1d(valid, 2)
            x = F.leaky_relu(conv(x), 0.2) * valid
        return (self.dense(x) * valid)[:, 0]


def _agreement(choice: Tensor, lag: Tensor) -> Tensor:
    """Chance that a part does what it did a lag before: sum over v of c[v, t] c[v, lag(t)], [B, 1, T]."""
    return (choice * look_back(choice[:, None], lag)[:, 0]).sum(dim=1, keepdim=True)
