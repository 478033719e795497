"""The drafts of a band: every part's symbols by autoregressor, generator or refiner; and refining passes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from composer_core.checkpoints import BandCheckpoint
from composer_core.context import Context
from composer_core.instrumentation import BarPlan
from composer_core.models.band.batch import ALIGN, BandBatch
from composer_core.models.band.walk import FREE, Heat, Rules, Walk
from composer_core.part_writing import PartWriting
from composer_core.patterns import HOLD, REST
from composer_core.sampling import block_mask, draw
from composer_core.techniques.band_config import BandConfig
from composer_core.techniques.bar_plan import (
    BarRules,
    bar_spans,
    earlier_steps,
    entries,
    silences,
    still_silent,
    taken_again,
)
from composer_core.techniques.typical import most_typical

MUTED = 30.0  # nats: never drawn, and a number still


class Drafting:
    """A checkpoint's networks at work on one piece after the other."""

    def __init__(self, checkpoint: BandCheckpoint, config: BandConfig, device: torch.device, is_choir: bool) -> None:
        self.checkpoint, self.config, self.device, self.is_choir = checkpoint, config, device, is_choir
        self.walk = Walk(checkpoint.autoregressor)

    def typical(
        self, piece: BandBatch, context: Context, risk: float, rng: np.random.Generator, bars: BarPlan | None
    ) -> np.ndarray:
        """The most typical of some cooler drafts: with the chords given there is little left to be bold about."""
        cooler = risk * self.config.typical_temperature / self.config.temperature
        drafts = [self.draft(piece, context, cooler, rng, bars) for _ in range(self.config.typical_of)]
        return drafts[most_typical(drafts)]

    def draft(
        self, piece: BandBatch, context: Context, risk: float, rng: np.random.Generator, bars: BarPlan | None = None
    ) -> np.ndarray:
        """Symbols [P, T] by the draft that the config names; ``bars`` plans who plays when."""
        forced, parts = self._forced(piece), [chair.part for chair in self.checkpoint.chairs]
        again = np.full(forced.shape, FREE, dtype=np.int64)
        if bars:
            forced = silences(bars, context, parts, forced)
            again = earlier_steps(bars.same, context, forced.shape[1])
        temperature = self.config.temperature * risk
        if self.config.draft == "autoregressive":
            heat = Heat(temperature, self.config.floor / risk)
            echo = np.where(again == FREE, self._echo(context, rng), again)
            return self.walk.draw(piece, forced, echo, heat, rng, self._rules(context, bars))
        draft = self._generate if self.config.draft == "adversarial" else self._fill_in
        strike = entries(bars, context, forced.shape[1]) if bars else None
        symbols = draft(piece, forced, temperature, rng, strike)
        if bars:
            symbols = self._awakened(piece, symbols, bars, context, temperature, rng)
            again = np.where(again == FREE, earlier_steps(bars.rhythm, context, forced.shape[1]), again)
        return np.where(forced == FREE, taken_again(symbols, again), forced)

    def refine(self, piece: BandBatch, symbols: np.ndarray, risk: float, rng: np.random.Generator) -> np.ndarray:
        """Hide some of the symbols [P, T] and draw them again, as often as the config says."""
        free = self._forced(piece) == FREE
        for _ in range(self.config.refine_passes):
            hidden = block_mask(symbols.shape, 8, self.config.refine_share, rng) & free
            symbols = self.redraw(piece, symbols, hidden, 0.7 * self.config.temperature * risk, rng)
        return symbols

    def redraw(
        self, piece: BandBatch, symbols: np.ndarray, hidden: np.ndarray, temperature: float, rng: np.random.Generator,
        strike: np.ndarray | None = None,
    ) -> np.ndarray:  # fmt: skip
        """Draw the hidden symbols [P, T] again from all that is not hidden; where ``strike``, a sound."""
        known = torch.from_numpy((~hidden).astype(np.float32))[None].to(self.device)
        shown = replace(piece, symbols=torch.from_numpy(symbols)[None].to(self.device))
        logits = self.checkpoint.refiner(shown, known)
        return np.where(hidden, _drawn(logits, rng, temperature, strike), symbols)

    def _awakened(
        self, piece: BandBatch, symbols: np.ndarray, bars: BarPlan, context: Context, temperature: float,
        rng: np.random.Generator,
    ) -> np.ndarray:  # fmt: skip
        """Draw bars again in which a part is to play and does not: it strikes at their beginning."""
        is_drum = [chair.part.is_drum for chair in self.checkpoint.chairs]
        hidden = still_silent(symbols, bars, context, is_drum)
        starts = np.isin(np.arange(hidden.shape[1]), [start for start, _ in bar_spans(context.grid, len(context))])
        return self.redraw(piece, symbols, hidden, temperature, rng, hidden & starts) if hidden.any() else symbols

    def _rules(self, context: Context, bars: BarPlan | None) -> Rules | None:
        chairs = self.checkpoint.chairs
        if self.is_choir:
            return PartWriting(chairs, context)
        return BarRules(bars, context, chairs, self.config.pull, self.config.rooted) if bars else None

    def _forced(self, piece: BandBatch) -> np.ndarray:
        """Silence for the parts that do not play: [P, T], ``FREE`` elsewhere."""
        forced = np.full(tuple(piece.symbols.shape[1:]), FREE, dtype=np.int64)
        for row, plays, chair in zip(forced, piece.plays[0].tolist(), self.checkpoint.chairs, strict=True):
            if not plays:
                row[:] = HOLD
                row[0] = HOLD if chair.part.role == "drums" else REST
        return forced

    def _echo(self, context: Context, rng: np.random.Generator) -> np.ndarray:
        """Where a section returns, most parts play what they played before, but for its last bar: [P, T]."""
        parts, length = len(self.checkpoint.chairs), -(-len(context) // ALIGN) * ALIGN
        echo = np.full((parts, length), FREE, dtype=np.int64)
        bounds = [(context.grid.nearest(s.start), context.grid.nearest(s.end)) for s in context.form]
        for section, (start, end) in zip(context.form, bounds, strict=True):
            if section.repeats is None or end - start != np.subtract(*bounds[section.repeats][::-1]):
                continue
            last_bar = int(np.flatnonzero(context.grid.bar[:end] == context.grid.bar[end - 1])[0])
            source = np.arange(bounds[section.repeats][0], bounds[section.repeats][1])[: max(last_bar - start, 0)]
            again = rng.random(parts) >= self.config.vary
            echo[again, start : start + len(source)] = source
        return echo

    def _generate(
        self, piece: BandBatch, forced: np.ndarray, temperature: float, rng: np.random.Generator,
        strike: np.ndarray | None,
    ) -> np.ndarray:  # fmt: skip
        """One pass of the generator from fresh noise, each symbol drawn from its logits."""
        generator = self.checkpoint.generator
        noise = rng.standard_normal(generator.noise_shape(piece), dtype=np.float32)
        logits = generator(piece, torch.from_numpy(noise).to(self.device))
        return np.where(forced == FREE, _drawn(logits, rng, temperature, strike), forced)

    def _fill_in(
        self, piece: BandBatch, forced: np.ndarray, temperature: float, rng: np.random.Generator,
        strike: np.ndarray | None,
    ) -> np.ndarray:  # fmt: skip
        """Masked passes from nothing: hide ever fewer blocks and draw them again."""
        symbols, passes = np.where(forced == FREE, HOLD, forced), self.config.masked_passes
        for number in range(passes):
            share = max(1.0 - number / (0.8 * passes), 0.08)
            hidden = block_mask(symbols.shape, (16, 4, 8)[number % 3], share, rng) & (forced == FREE)
            symbols = self.redraw(piece, symbols, hidden, temperature * (1.0 - 0.4 * number / passes), rng, strike)
        return symbols


def _drawn(
    logits: Sequence[torch.Tensor], rng: np.random.Generator, temperature: float, strike: np.ndarray | None
) -> np.ndarray:
    """Draw a symbol [P, T] from each part's logits [1, V_p, T]; where ``strike`` [P, T], one that sounds."""
    rows = []
    for number, part in enumerate(logits):
        own = part[0].cpu().numpy()
        if strike is not None:
            own = own.copy()
            own[[HOLD, REST]] -= np.where(strike[number], MUTED, 0.0)
        rows.append(draw(own, rng, temperature))
    return np.stack(rows)
