"""Walks through a piece with an autoregressor: the same sums as ``Autoregressor.forward``, one timestep at a time.

In NumPy, because at one timestep a network this small is mostly overhead: 0.35 ms a timestep for three parts.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from composer_core.context import LAGS, NO_LAG
from composer_core.models.band.arrays import array, gelu, linear, sigmoid
from composer_core.models.band.autoregressor import AGE_SHOWN, MEMORY, Autoregressor
from composer_core.models.band.batch import BandBatch
from composer_core.models.band.interval_walk import IntervalWalk
from composer_core.models.band.recall_walk import RecallWalk, RecallWeights
from composer_core.patterns import HOLD

FREE = -1


@dataclass(frozen=True)
class Heat:
    """How freely to draw: the temperature, and the share of the likeliest below which nothing is drawn."""

    temperature: float = 1.0
    floor: float = 0.0


class Rules(Protocol):
    """What a walk avoids."""

    def costs(self, part: int, t: int) -> np.ndarray:
        """Cost in nats of every symbol of a part at a timestep: [V]."""

    def take(self, part: int, t: int, symbol: int) -> None:
        """Be told what was drawn, part by part and timestep by timestep."""


@dataclass
class _Part:
    codes: np.ndarray  # [V, code]
    head: np.ndarray  # [head, width + look]
    bias: np.ndarray  # [head]
    earlier: np.ndarray  # [V, head]
    leave: np.ndarray  # [V, head]
    leave_bias: np.ndarray  # [V]


class Walk:
    """An autoregressor's weights, ready to draw pieces."""

    def __init__(self, network: Autoregressor) -> None:
        self._network = network
        sizes = network.config.sizes
        edges = np.cumsum(sizes)[:-1]
        codes = np.split(array(network.codes.table.weight), edges)
        earlier = np.split(array(network.earlier.table.weight), edges)
        self._parts = [
            _Part(codes[p], *linear(head), earlier[p], *linear(leave))
            for p, (head, leave) in enumerate(zip(network.heads, network.leave, strict=True))
        ]
        gru = network.gru
        self._in, self._in_bias = array(gru.weight_ih_l0), array(gru.bias_ih_l0)
        self._state, self._state_bias = array(gru.weight_hh_l0), array(gru.bias_hh_l0)
        self._recall = RecallWeights(network.recall) if network.recall else None

    def draw(
        self, piece: BandBatch, forced: np.ndarray, echo: np.ndarray, heat: Heat, rng: np.random.Generator,
        rules: Rules | None = None,
    ) -> np.ndarray:  # fmt: skip
        """Draw one piece.

        Args:
            piece: a batch of one; its symbols are not looked at.
            forced: [P, T] symbols to take as they are, ``FREE`` where one is to be drawn.
            echo: [P, T] earlier timesteps whose symbol is taken again, ``FREE`` where there is none.
            heat: how freely to draw.
            rng: this piece's own source of chance.
            rules: what to avoid.

        Returns:
            symbols [P, T].
        """
        with torch.inference_mode():
            context = array(self._network.context(piece)[0])  # [look, T]
        lags, (parts, length) = piece.lags[0].cpu().numpy(), forced.shape
        chance = rng.random((length, parts))
        look = context.shape[0]
        gate_context = self._in[:, :look] @ context + self._in_bias[:, None]  # [3 width, T]
        memory_in = self._in[:, look:]
        symbols = np.zeros((parts, length), dtype=np.int64)
        state = np.zeros(self._network.config.width, dtype=np.float32)
        memory = _Memory([part.codes for part in self._parts])
        recall = RecallWalk(self._recall, context, lags[0], parts) if self._recall else None
        intervals = IntervalWalk(self._network.intervals, piece) if self._network.intervals else None
        for t in range(length):
            gates = gate_context[:, t] + memory_in @ memory.read(symbols, lags[:, t], t)
            if recall:
                recall.look(symbols, memory.codes(recall.said(symbols, t)), t)
            state = _gru(gates, self._state @ state + self._state_bias, state)
            seen, told = np.concatenate([state, context[:, t]]), np.zeros(1, dtype=np.float32)
            for p, part in enumerate(self._parts):
                if forced[p, t] != FREE:
                    symbols[p, t] = forced[p, t]
                elif echo[p, t] != FREE:
                    symbols[p, t] = symbols[p, echo[p, t]]
                else:
                    hidden = gelu(part.head @ seen + part.bias + told)
                    logits = part.leave @ hidden + part.leave_bias
                    if intervals:
                        logits = logits + intervals.weighed(p, hidden, t)
                    if recall:
                        logits = recall.mix(p, logits, hidden, t)
                    cost = rules.costs(p, t) if rules else 0.0
                    symbols[p, t] = _pick(logits / heat.temperature - cost, heat.floor, chance[t, p])
                told = told + part.earlier[symbols[p, t]]
                if intervals:
                    intervals.take(p, t, int(symbols[p, t]))
                if rules:
                    rules.take(p, t, int(symbols[p, t]))
            memory.note(symbols, lags[:, t], t)
            if recall:
                recall.note(symbols, t)
        return symbols


class _Memory:
    """What ``Autoregressor._memories`` shows, kept up as the walk goes on."""

    def __init__(self, codes: list[np.ndarray]) -> None:
        self._codes = codes
        parts, code = len(codes), codes[0].shape[1]
        self._last = np.zeros(parts, dtype=np.int64)
        self._agreement = np.zeros((parts, len(LAGS)), dtype=np.float32)
        self._rows = np.zeros((parts, 2 * code + 1 + len(LAGS) * (code + 1)), dtype=np.float32)
        self._code = code

    def codes(self, symbols: np.ndarray) -> np.ndarray:
        """The codes [P, K, code] of symbols [P, K]."""
        return np.stack([table[row] for table, row in zip(self._codes, symbols, strict=True)])

    def read(self, symbols: np.ndarray, lags: np.ndarray, t: int) -> np.ndarray:
        code, rows = self._code, self._rows
        for p, table in enumerate(self._codes):
            row = rows[p]
            if t:
                row[:code] = table[symbols[p, t - 1]]
                row[code : 2 * code] = table[symbols[p, self._last[p]]]
                row[2 * code] = min((t - 1 - self._last[p]) / AGE_SHOWN, 1.0)
            place = 2 * code + 1
            for number, lag in enumerate(lags):
                row[place : place + code] = table[symbols[p, lag]] if lag != NO_LAG else 0.0
                row[place + code] = self._agreement[p, number]
                place += code + 1
        return rows.ravel()

    def note(self, symbols: np.ndarray, lags: np.ndarray, t: int) -> None:
        self._last[symbols[:, t] != HOLD] = t
        for number, lag in enumerate(lags):
            same = (symbols[:, lag] == symbols[:, t]) if lag != NO_LAG else 0.0
            self._agreement[:, number] = MEMORY * self._agreement[:, number] + (1 - MEMORY) * same


def _gru(x: np.ndarray, h: np.ndarray, state: np.ndarray) -> np.ndarray:
    """One step of torch.nn.GRU from its gates' sums of input [3 W] and of state [3 W]."""
    width = len(state)
    reset = sigmoid(x[:width] + h[:width])
    update = sigmoid(x[width : 2 * width] + h[width : 2 * width])
    new = np.tanh(x[2 * width :] + reset * h[2 * width :])
    return (1 - update) * new + update * state


def _pick(logits: np.ndarray, floor: float, chance: float) -> int:
    weights = np.exp(logits - logits.max())
    weights[weights < floor] = 0.0
    total = weights.cumsum()
    return int(min(np.searchsorted(total, chance * total[-1], side="right"), len(weights) - 1))
