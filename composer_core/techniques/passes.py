"""The passes of a chorale: plan the harmony, draft every voice, refine what is there, repair what breaks a rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from composer_core.checkpoints import Checkpoint
from composer_core.counterpoint import fault_weights, runs
from composer_core.genres import Part
from composer_core.models.planes import CLASSES, LOW, PITCHES, REST
from composer_core.sampling import block_mask, class_affinity, draw, fill
from composer_core.techniques.group import Group
from composer_core.techniques.piece import Piece

Tick = Callable[[str], None]
"""Called with the stage's name after each pass; may raise ``Cancelled``."""


@dataclass(frozen=True)
class AccompanyConfig:
    """How the passes are run; chosen on validation pieces (`../LOG.md`).

    Shares are of all cells, falling from the first to the last pass; temperatures likewise. ``interval_weight`` is the
    power of the measured interval affinities: 1 is too weak, because the network's own draws repeat notes too often.
    ``reharmonise_away`` is what the logit of a chord loses for each plan that has it already.
    """

    draft: bool = True
    plan_passes: int = 6
    plan_temperature: float = 0.4
    refine_passes: int = 10
    first_share: float = 0.7
    last_share: float = 0.08
    first_temperature: float = 0.8
    last_temperature: float = 0.45
    onset_temperature: float = 0.7
    repair_passes: int = 12
    repair_draws: int = 6
    repair_temperature: float = 0.8
    interval_weight: float = 3.0
    reharmonise_away: float = 1.0


class Passes:
    """A genre's networks with its parts' ranges: each method takes a group one stage further."""

    def __init__(self, checkpoint: Checkpoint, parts: Sequence[Part], config: AccompanyConfig) -> None:
        self.checkpoint, self.config = checkpoint, config
        self.allowed = _allowed_classes(parts)
        self.affinity = class_affinity(checkpoint.refiner.intervals.cpu().numpy() ** config.interval_weight, PITCHES)

    def count(self, group: Group) -> int:
        """How many ticks a group takes."""
        plans = self.config.plan_passes * _plans(group)
        return plans + 1 + self.config.refine_passes + self.config.repair_passes

    def run(self, group: Group, tick: Tick) -> None:
        """Compose a group from nothing."""
        self._plan(group, tick)
        if self.config.draft:
            self._draft(group)
        tick("draft")
        self._refine(group, tick)
        self._repair(group, tick)

    def _plan(self, group: Group, tick: Tick) -> None:
        """Plan the harmony; for a reharmonisation again and again, away from the plans before."""
        used: list[list[np.ndarray]] = [[] for _ in group.pieces]
        for number in range(_plans(group)):
            planned = [piece.controls.reharmonise >= number and not piece.given.all() for piece in group.pieces]
            self._plan_once(group, planned, used, tick)
            for piece, plans in zip(group.pieces, used, strict=True):
                plans.append(piece.chord[piece.beats])

    def _plan_once(self, group: Group, planned: list[bool], used: list[list[np.ndarray]], tick: Tick) -> None:
        """Draw the chord of every pulse that is ours to plan, keeping more of them known at each pass."""
        config = self.config
        ours = [~piece.given & now for piece, now in zip(group.pieces, planned, strict=True)]
        hidden = ours
        for index in range(config.plan_passes):
            logits = group.refine(self.checkpoint.refiner, hidden_beats=hidden, voices_known=False)[2]
            share = 1 - (index + 1) / config.plan_passes
            following = []
            for place, piece in enumerate(group.pieces):
                if not planned[place]:  # its chance must not depend on the company
                    following.append(hidden[place])
                    continue
                chords = logits[place][:, piece.beats]  # [CHORD_CLASSES, B]
                for plan in used[place]:
                    chords[plan, np.arange(len(plan))] -= config.reharmonise_away
                drawn = draw(chords, piece.rng, config.plan_temperature * piece.controls.risk)
                piece.set_chords(drawn, hidden[place])
                following.append((piece.rng.random(len(piece.beats)) < share) & ours[place])
            hidden = following
            tick("plan")

    def _draft(self, group: Group) -> None:
        """Let the generator compose every voice in one pass."""
        for piece, (voices, onsets) in zip(group.pieces, group.generate(self.checkpoint.generator), strict=True):
            everything = np.ones_like(piece.onset)
            self._fill(piece, voices, onsets, everything, self.config.first_temperature)

    def _refine(self, group: Group, tick: Tick) -> None:
        """Hide a falling share of the cells in blocks and fill them in again, ever more soberly."""
        config = self.config
        for index in range(config.refine_passes):
            progress = min(index / max(0.8 * config.refine_passes, 1), 1.0)
            first = config.first_share if config.draft else 1.0
            share = first + (config.last_share - first) * progress
            warmth = config.first_temperature + (config.last_temperature - config.first_temperature) * progress
            size = (4, 16, 8)[index % 3]
            hidden = [block_mask(piece.onset.shape, size, share, piece.rng) for piece in group.pieces]
            pitch, onset, _ = group.refine(self.checkpoint.refiner, hidden=hidden)
            for place, piece in enumerate(group.pieces):
                self._fill(piece, pitch[place], onset[place], hidden[place], warmth)
            tick("refine")

    def _repair(self, group: Group, tick: Tick) -> None:
        """Redraw the pulses that break a rule; each span takes the draw that breaks fewest, or stays as it is."""
        for _ in range(self.config.repair_passes):
            faults = [_faults(piece) for piece in group.pieces]
            if any(fault.any() for fault in faults):
                hidden = [_around_faults(piece, fault) for piece, fault in zip(group.pieces, faults, strict=True)]
                pitch, onset, _ = group.refine(self.checkpoint.refiner, hidden=hidden)
                for place, piece in enumerate(group.pieces):
                    if faults[place].any():
                        self._mend(piece, pitch[place], onset[place], hidden[place], faults[place])
            tick("repair")

    def _mend(self, piece: Piece, pitch: np.ndarray, onset: np.ndarray, hidden: np.ndarray, faults: np.ndarray) -> None:
        spans = runs(np.convolve(hidden.any(axis=0), np.ones(9), mode="same") > 0)
        best = [float(faults[start:end].sum()) for start, end in spans]
        before, before_onset = piece.voices, piece.onset
        kept, kept_onset = before.copy(), before_onset.copy()
        for _ in range(self.config.repair_draws):
            piece.voices, piece.onset = before, before_onset
            self._fill(piece, pitch, onset, hidden, self.config.repair_temperature)
            weights = _faults(piece)
            for place, (start, end) in enumerate(spans):
                cost = float(weights[start:end].sum())
                if cost < best[place]:
                    best[place] = cost
                    kept[:, start:end] = piece.voices[:, start:end]
                    kept_onset[:, start:end] = piece.onset[:, start:end]
        piece.voices, piece.onset = kept, kept_onset

    def _fill(self, piece: Piece, pitch: np.ndarray, onset: np.ndarray, hidden: np.ndarray, temperature: float) -> None:
        risk = piece.controls.risk
        piece.voices, piece.onset = fill(
            pitch + self.allowed, onset, piece.voices, piece.onset, hidden, self.affinity, piece.rng,
            temperature * risk, self.config.onset_temperature * risk,
        )  # fmt: skip


def _plans(group: Group) -> int:
    """How many plans are made: the first, and those of the boldest reharmonisation."""
    return 1 + max(piece.controls.reharmonise for piece in group.pieces)


def _faults(piece: Piece) -> np.ndarray:
    """How badly each timestep breaks the rules, or strays from the user's chords: [T], 0 = not at all."""
    if not piece.controls.chords:
        return fault_weights(piece.pitch, piece.beats)
    weights = fault_weights(piece.pitch, piece.beats[~piece.given])  # the melody need not fit into a given chord
    weights[piece.beats] += piece.strayed()
    return weights


def _allowed_classes(parts: Sequence[Part]) -> np.ndarray:
    """0 where a part may play, -inf elsewhere: [V, C, 1]. Silence is left to the networks."""
    allowed = np.full((len(parts), CLASSES, 1), -np.inf)
    for voice, part in enumerate(parts):
        allowed[voice, part.low - LOW : part.high - LOW + 1] = 0
    allowed[:, REST] = 0
    return allowed


def _around_faults(piece: Piece, faults: np.ndarray) -> np.ndarray:
    """Hide the pulse of each fault and the one before it, in all voices or in one drawn by chance: [V, T]."""
    hidden = np.zeros_like(piece.onset)
    for index, (start, end) in enumerate(piece.spans):
        if faults[start:end].any():
            first = piece.spans[max(index - int(piece.rng.integers(2)), 0)][0]
            last = piece.spans[min(index + int(piece.rng.integers(2)), len(piece.spans) - 1)][1]
            voices = slice(None) if piece.rng.random() < 0.5 else int(piece.rng.integers(len(hidden)))
            hidden[voices, first:last] = True
    return hidden
