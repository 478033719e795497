"""The judge as a network: five convolutions over time, which see timesteps, beats and bars, and one dense score."""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

Labelled = tuple[np.ndarray, np.ndarray]
"""Windows [N, planes, T] and labels [N], 1 real and 0 composed."""


@dataclass(frozen=True)
class JudgeConfig:
    """Small and short, for there are only a few hundred windows; it stops when unseen songs are told no better."""

    width: int = 48
    dropout: float = 0.3
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    batch: int = 32
    epochs: int = 24
    patience: int = 5


class JudgeNetwork(nn.Module):
    """Windows in, one logit each out: the higher, the more real."""

    def __init__(self, planes: int, config: JudgeConfig) -> None:
        super().__init__()
        width = config.width
        self.body = nn.Sequential(
            nn.Conv1d(planes, width, 1),
            nn.GELU(),
            nn.Conv1d(width, width, 5, padding=2),
            nn.GELU(),
            nn.Conv1d(width, 2 * width, 4, stride=4),  # beats
            nn.GELU(),
            nn.Conv1d(2 * width, 2 * width, 3, padding=1),
            nn.GELU(),
            nn.Conv1d(2 * width, 2 * width, 4, stride=4),  # bars
            nn.GELU(),
        )
        self.dropout = nn.Dropout(config.dropout)
        self.dense = nn.Linear(4 * width, 1)

    def forward(self, windows: Tensor) -> Tensor:
        """[B, planes, T] → [B]."""
        x = self.body(self.dropout(windows))  # [B, 2 * width, T / 16]
        return self.dense(self.dropout(torch.cat([x.mean(dim=2), x.amax(dim=2)], dim=1)))[:, 0]


def network_scores(
    learn: Labelled, stop: Labelled, test: np.ndarray, seed: int, config: JudgeConfig | None = None
) -> np.ndarray:
    """Train on ``learn`` until the loss on ``stop`` no longer falls; score the test windows: [N]."""
    config = config or JudgeConfig()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = JudgeNetwork(learn[0].shape[1], config)
        best, best_loss, waited = copy.deepcopy(network.state_dict()), float("inf"), 0
        optimiser = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
        learnt, checked = _tensors(learn), _tensors(stop)
        for _ in range(config.epochs):
            _epoch(network, optimiser, learnt, config.batch)
            loss = _checked_loss(network, checked)
            waited += 1
            if loss < best_loss:
                best, best_loss, waited = copy.deepcopy(network.state_dict()), loss, 0
            if waited == config.patience:
                break
    network.load_state_dict(best)
    with torch.inference_mode():
        scores: np.ndarray = network.eval()(torch.from_numpy(test)).numpy()
    return scores


def _tensors(labelled: Labelled) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(labelled[0]), torch.from_numpy(labelled[1]).float()


def _epoch(network: JudgeNetwork, optimiser: torch.optim.Optimizer, learn: tuple[Tensor, Tensor], batch: int) -> None:
    network.train()
    windows, labels = learn
    for chosen in torch.randperm(len(labels)).split(batch):
        optimiser.zero_grad(set_to_none=True)
        _loss(network, windows[chosen], labels[chosen], labels.mean()).backward()
        optimiser.step()


@torch.inference_mode()
def _checked_loss(network: JudgeNetwork, stop: tuple[Tensor, Tensor]) -> float:
    return float(_loss(network.eval(), *stop, stop[1].mean()))


def _loss(network: JudgeNetwork, windows: Tensor, labels: Tensor, share: Tensor) -> Tensor:
    """Cross-entropy in which real and composed windows weigh the same in all; ``share`` of all are real."""
    weight = torch.where(labels > 0, 0.5 / share, 0.5 / (1 - share))
    return F.binary_cross_entropy_with_logits(network(windows), labels, weight)
