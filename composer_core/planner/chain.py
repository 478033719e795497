"""A chain of chords over cells: its likelihood, its most probable chords, and drawing from it.

The score of a chain is the sum of ``emission[t, c]`` over its cells and of ``move[a, b]`` over its steps, plus
``stay[t]`` where the chord is held: a linear-chain conditional random field (Lafferty, McCallum & Pereira 2001).
"""

import numpy as np
import torch
from torch import Tensor


def log_likelihood(emission: Tensor, stay: Tensor, move: Tensor, chords: Tensor, mask: Tensor) -> Tensor:
    """Log likelihood of known chains: log p = score(chords) - log sum over chains of exp score.

    emission [B, T, C], stay [B, T] (of the step into cell t; the first is unused), move [C, C], chords [B, T],
    mask [B, T] of the cells that count (the first ones) → [B].
    """
    own = emission.gather(2, chords[..., None])[..., 0]  # [B, T]
    before, after = chords[:, :-1], chords[:, 1:]
    step = move[before, after] + torch.where(before == after, stay[:, 1:], 0.0)
    return (own * mask).sum(dim=1) + (step * mask[:, 1:]).sum(dim=1) - _log_sum(emission, stay, move, mask)


def _log_sum(emission: Tensor, stay: Tensor, move: Tensor, mask: Tensor) -> Tensor:
    """Log of the sum over all chains (the forward algorithm, scaled) → [B]."""
    leave = move.exp() * (1 - torch.eye(len(move), device=move.device))  # [C, C]
    hold = (stay[..., None] + move.diagonal()).exp()  # [B, T, C]
    top = emission.max(dim=2).values  # [B, T]
    weight = (emission - top[..., None]).exp()  # [B, T, C]
    total = weight[:, 0].sum(dim=1)
    filtered, norm = weight[:, 0] / total[:, None], top[:, 0] + total.log()
    for t in range(1, emission.shape[1]):
        here = (filtered @ leave + filtered * hold[:, t]) * weight[:, t]  # [B, C]
        total = here.sum(dim=1)
        filtered = torch.where(mask[:, t, None], here / total[:, None], filtered)
        norm = norm + torch.where(mask[:, t], total.log() + top[:, t], 0.0)
    return norm


class Chain:
    """One melody's chain, ready to be asked: emission [T, C], stay [T], move [C, C] as above."""

    def __init__(self, emission: np.ndarray, stay: np.ndarray, move: np.ndarray) -> None:
        self.emission, self.stay, self.move = emission, stay, move
        self._leave = np.exp(move)
        np.fill_diagonal(self._leave, 0.0)
        self._hold = np.exp(stay[:, None] + np.diag(move))  # [T, C]
        self._weight = np.exp(emission - emission.max(axis=1, keepdims=True))

    def tempered(self, power: float, trust: float = 1.0) -> "Chain":
        """Raise the odds of every chain to a power; ``trust`` weakens (below 1) what the cells by themselves say."""
        return Chain(power * trust * self.emission, power * self.stay, power * self.move)

    def likeliest(self) -> np.ndarray:
        """The chain of the highest score (Viterbi): [T]."""
        every = np.arange(len(self.move))
        leave = self.move.copy()
        np.fill_diagonal(leave, -np.inf)
        score = self.emission[0]
        back = np.zeros(self.emission.shape, dtype=np.int64)
        for t in range(1, len(back)):
            moves = score[:, None] + leave
            best = moves.argmax(axis=0)
            moved, held = moves[best, every], score + self.stay[t] + np.diag(self.move)
            back[t] = np.where(held >= moved, every, best)
            score = np.maximum(held, moved) + self.emission[t]
        chords = [int(score.argmax())]
        for t in range(len(back) - 1, 0, -1):
            chords.append(int(back[t, chords[-1]]))
        return np.array(chords[::-1])

    def marginals(self) -> np.ndarray:
        """[T, C] probability of each chord in each cell (forwards and backwards)."""
        forward, after = self._filtered(), np.ones(len(self.move))
        found = np.zeros_like(forward)
        for t in range(len(forward) - 1, -1, -1):
            both = forward[t] * after
            found[t] = both / both.sum()
            weighted = self._weight[t] * after
            after = self._leave @ weighted + self._hold[t] * weighted
            after /= after.max()
        return found

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw chains by their probability, filtering forwards and sampling backwards: [count, T]."""
        filtered = self._filtered()
        chains = np.zeros((count, len(filtered)), dtype=np.int64)
        chains[:, -1] = _pick(np.repeat(filtered[-1:], count, axis=0), rng)
        for t in range(len(filtered) - 2, -1, -1):
            after = chains[:, t + 1]
            odds = filtered[t] * self._leave[:, after].T  # [count, C]
            odds[np.arange(count), after] = filtered[t, after] * self._hold[t + 1, after]
            chains[:, t] = _pick(odds, rng)
        return chains

    def _filtered(self) -> np.ndarray:
        """[T, C] probability of each chord given the cells up to its own."""
        filtered = np.zeros(self._weight.shape)
        filtered[0] = self._weight[0] / self._weight[0].sum()
        for t in range(1, len(filtered)):
            before = filtered[t - 1]
            here = (before @ self._leave + before * self._hold[t]) * self._weight[t]
            filtered[t] = here / here.sum()
        return filtered


def _pick(odds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw one index a row of [N, C] weights."""
    heaps = odds.cumsum(axis=1)
    wanted = rng.random(len(odds)) * heaps[:, -1]
    return np.asarray((heaps < wanted[:, None]).sum(axis=1).clip(max=odds.shape[1] - 1))
