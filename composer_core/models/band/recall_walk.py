"""``Recall`` at one timestep after the other, in NumPy: the same sums as in ``recall.py``."""

import numpy as np
import torch

from composer_core.context import NO_LAG
from composer_core.models.band.arrays import array, gelu, linear, sigmoid, softmax
from composer_core.models.band.recall import BELOW, DECAYS, SMALLEST, Recall, bars_back
from composer_core.patterns import FIRST_SHAPE, HOLD


class RecallWeights:
    """A recall's weights, ready for any number of pieces."""

    def __init__(self, recall: Recall) -> None:
        self.bars, self.query = recall.bars, recall.query
        self.tell, told = linear(recall.tell)
        self.told = told + array(recall.distance)  # [K, width]
        self.key, self.key_bias = linear(recall.key)
        self.score, self.score_bias = linear(recall.score)
        self.asks = [linear(ask) for ask in recall.ask]


class RecallWalk:
    """What one piece's earlier bars have to say, kept up as the walk goes on."""

    def __init__(self, weights: RecallWeights, context: np.ndarray, lag: np.ndarray, parts: int) -> None:
        """Begin a piece from its ``context`` [look, T] and where each place was a bar ago, ``lag`` [T]."""
        self._weights = weights
        self._reach = bars_back(torch.from_numpy(lag)[None], weights.bars)[0].numpy()  # [K, T]
        self._keys = context.T @ weights.key.T + weights.key_bias  # [T, query]
        self._counts = np.zeros((len(DECAYS), 3, parts, weights.bars), dtype=np.float32)  # met, missed, rhythm missed
        self._decays = np.array(DECAYS, dtype=np.float32)[:, None, None, None]

    def look(self, symbols: np.ndarray, codes: np.ndarray, t: int) -> None:
        """Gather the evidence at a timestep from symbols [P, T] and the codes [P, K, code] of ``bars_said``."""
        weights, reach = self._weights, self._reach[:, t]
        self._valid = reach != NO_LAG
        self._there = self.said(symbols, t)
        votes = ((self._there[:, :, None] == self._there[:, None]) & self._valid).sum(axis=2)
        share = votes / max(int(self._valid.sum()), 1)
        both = np.broadcast_to(self._counts[:, 1].mean(axis=1, keepdims=True), self._counts[:, 1].shape)
        counts = np.log1p(np.concatenate([self._counts, both[:, None]], axis=1))  # [decays, 4, P, K]
        facts = np.concatenate([np.moveaxis(counts.reshape(-1, *share.shape), 0, -1), share[..., None], codes], axis=2)
        self._evidence = facts.astype(np.float32) @ weights.tell.T + weights.told  # [P, K, width]

    def said(self, symbols: np.ndarray, t: int) -> np.ndarray:
        """The symbols [P, K] at the same place of the bars before."""
        return symbols[:, np.maximum(self._reach[:, t], 0)]

    def mix(self, part: int, logits: np.ndarray, hidden: np.ndarray, t: int) -> np.ndarray:
        """Log chances [V] of a part's symbols at the timestep looked at, from its ``logits`` and ``hidden`` [head]."""
        weights, width = self._weights, self._evidence.shape[-1]
        ask, bias = weights.asks[part]
        asked, query, anew = np.split(ask @ hidden + bias, [width, width + weights.query])
        scores, words = (gelu(self._evidence[part] + asked) @ weights.score.T + weights.score_bias).T  # [K] each
        scores = scores + self._keys[np.maximum(self._reach[:, t], 0)] @ query / np.sqrt(np.float32(weights.query))
        shares = softmax(np.concatenate([anew, np.where(self._valid, scores, BELOW)]))
        loose = shares[1:] * sigmoid(-words) * (self._there[part] >= FIRST_SHAPE)
        chances = softmax(logits) * shares[0]
        chances[FIRST_SHAPE:] += softmax(logits[FIRST_SHAPE:]) * loose.sum()
        np.add.at(chances, self._there[part], shares[1:] - loose)
        return np.log(chances + SMALLEST)

    def note(self, symbols: np.ndarray, t: int) -> None:
        """Count which bars said what was then done at a timestep."""
        now = symbols[:, t, None]
        same = (self._there == now) & self._valid
        strikes = (self._there != HOLD) | (now != HOLD)
        self._counts *= self._decays
        off = (np.minimum(self._there, FIRST_SHAPE) != np.minimum(now, FIRST_SHAPE)) & self._valid
        self._counts += np.stack([same & strikes, ~same & self._valid, off])
