"""The planner's network: recurrent in both directions over the cells, its outputs the weights of a chain of chords."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from composer_core.harmony import CHORDS
from composer_core.planner.cells import PLANES

STATES = len(CHORDS)


@dataclass(frozen=True)
class PlannerConfig:
    """Shape of the network."""

    width: int = 96
    dropout: float = 0.4


class PlannerNetwork(nn.Module):
    """Emissions and the weight of holding a chord, cell by cell; ``move`` [C, C] is the weight of each change.

    The moves are a table counted in the corpus, smoothed, with a learned strength: eleven thousand changes of chord
    are too few to learn twelve thousand weights.
    """

    def __init__(self, config: PlannerConfig | None = None) -> None:
        super().__init__()
        self.config = config or PlannerConfig()
        width, drop = self.config.width, self.config.dropout
        self.into = nn.Sequential(nn.Linear(PLANES, width), nn.GELU(), nn.Dropout(drop))
        self.memory = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(drop)
        self.out = nn.Linear(3 * width, STATES + 1)
        self.strength = nn.Parameter(torch.ones(()))
        self.register_buffer("moves", torch.zeros(STATES, STATES))

    @property
    def move(self) -> Tensor:
        """[C, C] weight of a step from one chord to another; 0 for staying, which ``forward`` weighs."""
        return self.strength * self.get_buffer("moves")

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        """[B, T, PLANES] → emission [B, T, C], stay [B, T]."""
        own = self.into(planes)  # [B, T, width]
        both = self.memory(own)[0]  # [B, T, 2 width]
        out = self.out(self.drop(torch.cat([own, both], dim=2)))  # [B, T, C + 1]
        return out[..., :-1], out[..., -1]
