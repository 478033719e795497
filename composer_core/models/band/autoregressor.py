"""The autoregressor: one timestep after the other, one part after the other, with an eye on what it did bars ago.

A band plays patterns. So at each timestep the network is shown what every part did at the same place one, two and four
bars before, and how well each part has been following that lately; each part may say again what it said in one of the
last bars (``Recall``), and weighs its symbols by how far they lie from what sounds (``Intervals``). Training sees all
timesteps at once; ``walk.Walk`` walks through them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from composer_core.context import LAGS, NO_LAG
from composer_core.models.band.batch import BandBatch, Codes, condition_size, look_back
from composer_core.models.band.intervals import Intervals
from composer_core.models.band.recall import Recall
from composer_core.models.unet import Block
from composer_core.patterns import HOLD

MEMORY = 0.9  # how much of its score of agreement a part keeps from one timestep to the next
AGE_SHOWN = 16  # timesteps since the last strike beyond which it is all the same


@dataclass(frozen=True)
class AutoregressorConfig:
    """Shape for an ensemble whose parts have ``sizes`` symbols each and recall the last ``bars`` (0: none)."""

    sizes: tuple[int, ...]
    look: int = 96
    code: int = 16
    width: int = 256
    head: int = 96
    dilations: tuple[int, ...] = (1, 2, 4, 8)
    dropout: float = 0.25
    bars: int = 8
    intervals: bool = True


class Autoregressor(nn.Module):
    """Context by convolutions (it may look ahead: melody and chords are known), memory by a GRU, one head a part."""

    def __init__(self, config: AutoregressorConfig, offsets: Sequence[int] | None = None) -> None:
        """Set up untrained; ``offsets`` are the symbols' own (``intervals.offsets_of``) where no weights bring them."""
        super().__init__()
        self.config = config
        parts, code = len(config.sizes), config.code
        self.enter = nn.Conv1d(condition_size(parts), config.look, 3, padding=1)
        self.look = nn.ModuleList(Block(config.look, dilation) for dilation in config.dilations)
        self.codes = Codes(config.sizes, code)
        seen = config.look + parts * (2 * code + 1 + len(LAGS) * (code + 1))
        self.gru = nn.GRU(seen, config.width, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.heads = nn.ModuleList(nn.Linear(config.width + config.look, config.head) for _ in config.sizes)
        self.earlier = Codes(config.sizes, config.head)
        self.leave = nn.ModuleList(nn.Linear(config.head, size) for size in config.sizes)
        self.intervals = Intervals(config.sizes, offsets, config.head) if config.intervals else None
        self.recall = Recall(parts, config.bars, config.look, code, config.head) if config.bars else None

    def context(self, batch: BandBatch) -> Tensor:
        """What the network makes of the conditions: [B, look, T]."""
        valid = batch.valid[:, None]
        x = self.enter(batch.conditions() * valid) * valid
        for block in self.look:
            x = block(x, valid)
        return x

    def forward(self, batch: BandBatch, forget: float = 0.0, slip: float = 0.0) -> list[Tensor]:
        """Predict every symbol from those before it.

        Args:
            batch: the music, its symbols included.
            forget: share of remembered symbols to blank out, so that the network does not lean on them alone.
            slip: share of symbols that it is told to have played otherwise, so that a slip does not derail it.

        Returns:
            for each part logits [B, V_p, T].
        """
        context, done = self.context(batch), _slipped(batch.symbols, slip)
        seen = torch.cat([context, self._memories(batch, done, forget)], dim=1)
        state, _ = self.gru(self.dropout(seen.transpose(1, 2)))  # [B, T, width]
        state = self.dropout(torch.cat([state, context.transpose(1, 2)], dim=2))
        earlier = self.earlier(batch.symbols).cumsum(dim=1).transpose(2, 3)  # [B, P, T, head]
        bars = self.recall.evidence(batch.symbols, done, self.codes, context, batch.lags[:, 0]) if self.recall else None
        distances = self.intervals.distances(batch) if self.intervals else []
        logits = []
        for p, (head, leave) in enumerate(zip(self.heads, self.leave, strict=True)):
            x = head(state) + (earlier[:, p - 1] if p else 0.0)
            hidden = self.dropout(F.gelu(x))
            own = leave(hidden)
            if self.intervals:
                own = own + self.intervals.weighed(p, hidden, distances[p])
            logits.append(own.transpose(1, 2))
            if self.recall and bars:
                logits[p] = self.recall.mix(p, logits[p], hidden, bars)
        return logits

    def _memories(self, batch: BandBatch, done: Tensor, forget: float) -> Tensor:
        """Last symbol, sounding symbol, its age, and for each lag the symbol there and the agreement so far.

        ``done`` [B, P, T] is what the network thinks that it did.
        """
        symbols = batch.symbols
        codes = self.codes(symbols)  # [B, P, code, T]
        sounding, age = sounding_symbols(done)
        parts = [_delayed(self.codes(done)), _delayed(self.codes(sounding)), _delayed(age[:, :, None])]
        for row in range(len(LAGS)):
            lag = batch.lags[:, row]
            agreement = agreements(symbols, done, lag)
            parts += [look_back(codes, lag), _delayed(agreement[:, :, None])]
        if forget:
            keep = (
                torch.rand(symbols.shape[0], symbols.shape[1], 1, symbols.shape[2], device=codes.device) > forget
            ).float()
            parts = [part * keep for part in parts]
        return torch.cat(parts, dim=2).flatten(1, 2)


def _slipped(symbols: Tensor, share: float) -> Tensor:
    """The symbols [B, P, T], a share of them replaced by the part's own from anywhere."""
    if not share:
        return symbols
    elsewhere = symbols.gather(2, torch.randint(symbols.shape[2], symbols.shape, device=symbols.device))
    return torch.where(torch.rand(symbols.shape, device=symbols.device) < share, elsewhere, symbols)


def _delayed(values: Tensor) -> Tensor:
    """Move values [..., T] one timestep later; zero comes first."""
    return F.pad(values[..., :-1], (1, 0))


def sounding_symbols(symbols: Tensor) -> tuple[Tensor, Tensor]:
    """The last symbol that was no HOLD, and how long ago it was in ``AGE_SHOWN`` (at most 1): both [B, P, T]."""
    place = torch.arange(symbols.shape[-1], device=symbols.device).expand_as(symbols)
    last = torch.where(symbols != HOLD, place, 0).cummax(dim=-1).values
    return symbols.gather(-1, last), ((place - last).float() / AGE_SHOWN).clamp(max=1.0)


def agreements(symbols: Tensor, done: Tensor, lag: Tensor) -> Tensor:
    """How well what is ``done`` follows the symbols a lag before: [B, P, T] in 0-1, a running mean with ``MEMORY``."""
    index = lag.clamp(min=0)[:, None].expand_as(symbols)
    same = (symbols.gather(2, index) == done) & (lag != NO_LAG)[:, None]
    kernel = (1 - MEMORY) * MEMORY ** torch.arange(63, -1, -1, device=symbols.device, dtype=torch.float32)
    flat = F.pad(same.float().flatten(0, 1)[:, None], (63, 0))
    return F.conv1d(flat, kernel[None, None])[:, 0].unflatten(0, symbols.shape[:2])
