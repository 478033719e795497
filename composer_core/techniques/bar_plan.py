"""Carries out a plan of who plays in each bar: silence, playing an earlier bar again, joining in the melody."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from composer_core.context import Context
from composer_core.genres import Part
from composer_core.instrumentation import NEW, BarPlan, Instrumentation
from composer_core.models.band.walk import FREE
from composer_core.music import Note
from composer_core.patterns import DRUM_LANES, FIFTH, FIRST_SHAPE, HOLD, REST, ROOT, SEVENTH, THIRD, Codebook, fold
from composer_core.pianoroll import Grid
from composer_core.scores import Chair

AWAKE = 4.0  # nats that silence costs a part that is to play in this bar
TOMS = (41, 47)  # low and high: the first drums of their lanes
FEW_TOMS, TOM_MEMORY = 0.3, 16  # share of the last strikes on toms from which a drummer has left his beat, and how many
TOMS_DEAR = 12.0  # nats that a tom then costs, times what the share is above that
OTHER_RHYTHM = 30.0  # nats: never drawn, and a number still


def bar_spans(grid: Grid, length: int) -> list[tuple[int, int]]:
    """[start, end) timesteps of every bar of the first ``length`` timesteps."""
    starts = [0, *(np.flatnonzero(np.diff(grid.bar[:length])) + 1).tolist()]
    return list(zip(starts, [*starts[1:], length], strict=True))


def plan_bars(
    instrumentation: Instrumentation, context: Context, rng: np.random.Generator, vary: float
) -> BarPlan:  # fmt: skip
    """Plan the bars of a piece along its form."""
    first_bar = int(context.grid.bar[0])

    def bar_at(tick: int) -> int:
        place = context.grid.nearest(tick)
        last = len(context)
        return int(context.grid.bar[place] if place < last else context.grid.bar[last - 1] + 1) - first_bar

    sections = [(bar_at(s.start), bar_at(s.end), s.repeats) for s in context.form]
    return instrumentation.plan(sections, rng, vary)


def fitting(plan: BarPlan, context: Context, parts: Sequence[Part]) -> BarPlan:
    """Let a bass take no more than the rhythm of a bar whose chords change at other places: it would miss the roots."""
    changes = np.diff(context.ground.root, prepend=-1) != 0  # [T]
    bars = [changes[start:end].tobytes() for start, end in bar_spans(context.grid, len(context))]
    same, rhythm = plan.same.copy(), plan.rhythm.copy()
    for row in [number for number, part in enumerate(parts) if part.role == "bass"]:
        for bar in np.flatnonzero(same[row] != NEW).tolist():
            if bars[same[row, bar]] != bars[bar]:
                same[row, bar], rhythm[row, bar] = NEW, same[row, bar]
    return replace(plan, same=same, rhythm=rhythm)


def silences(plan: BarPlan, context: Context, parts: Sequence[Part], forced: np.ndarray) -> np.ndarray:
    """Forced symbols [P, T] with silence in the bars where a part does not play."""
    silent = forced.copy()
    for row, (part, plays) in enumerate(zip(parts, plan.plays, strict=True)):
        for bar, (start, end) in enumerate(bar_spans(context.grid, len(context))):
            if not plays[bar] and silent[row, start] == FREE:
                silent[row, start:end] = HOLD
                silent[row, start] = HOLD if part.is_drum else REST
    return silent


def entries(plan: BarPlan, context: Context, length: int) -> np.ndarray:
    """Timesteps [P, length] at which a part must strike: the beginning of a bar in which it plays after silence."""
    strike = np.zeros((len(plan.plays), length), dtype=bool)
    for bar, (start, _) in enumerate(bar_spans(context.grid, len(context))):
        strike[:, start] = plan.plays[:, bar] & ~(plan.plays[:, bar - 1] if bar else False)
    return strike


def still_silent(symbols: np.ndarray, plan: BarPlan, context: Context, is_drum: Sequence[bool]) -> np.ndarray:
    """Bars [P, T], all their timesteps, in which a part is to play and makes no sound."""
    silent = np.zeros(symbols.shape, dtype=bool)
    for row, line in enumerate(symbols):
        place = np.arange(len(line))
        last = np.maximum.accumulate(np.where(line != HOLD, place, 0))
        sounds = line >= FIRST_SHAPE if is_drum[row] else line[last] >= FIRST_SHAPE
        for bar, (start, end) in enumerate(bar_spans(context.grid, len(context))):
            silent[row, start:end] = plan.plays[row, bar] and not sounds[start:end].any()
    return silent


def earlier_steps(bars: np.ndarray, context: Context, length: int) -> np.ndarray:
    """For each timestep the one at its place in an earlier bar: bars [P, B] → [P, length], else ``FREE``.

    Only bars of equal length are taken.
    """
    steps = np.full((len(bars), length), FREE, dtype=np.int64)
    spans = bar_spans(context.grid, len(context))
    for part, bar in zip(*np.nonzero(bars != NEW), strict=True):
        (before, middle), (start, end) = spans[bars[part, bar]], spans[bar]
        if middle - before == end - start:
            steps[part, start:end] = np.arange(before, middle)
    return steps


def taken_again(symbols: np.ndarray, again: np.ndarray) -> np.ndarray:
    """Symbols [P, T] with every timestep that is to be taken from an earlier one taken from it."""
    taken = symbols.copy()
    for row, sources in zip(taken, again, strict=True):
        for t in np.flatnonzero(sources != FREE).tolist():
            row[t] = row[sources[t]]
    return taken


def join_melody(
    notes: Sequence[Note], melody: Sequence[Note], part: Part, carries: np.ndarray, context: Context
) -> tuple[Note, ...]:
    """A line's notes; in the bars where it joins in the melody, those of the melody in its own octave."""
    if part.role != "line" or not carries.any():
        return tuple(notes)
    ticks, kept, joined = context.grid.ticks, list(notes), list[Note]()
    spans = bar_spans(context.grid, len(context))
    octave = _octave(melody, part)
    for bar in np.flatnonzero(carries).tolist():
        start, end = int(ticks[spans[bar][0]]), int(ticks[spans[bar][1]])
        begun = [note for note in melody if start <= note.start < end]
        if begun:
            kept = [_until(note, start) for note in kept if not start <= note.start < end]
            joined += [replace(note, pitch=fold(note.pitch + octave, part.low, part.high)) for note in begun]
    taken = sorted(joined)
    return tuple(sorted([*_clear(kept, taken), *taken]))


def _octave(melody: Sequence[Note], part: Part) -> int:
    """Octaves that bring most of the melody into the part's range, nearest to the middle of it."""
    middle, mean = (part.low + part.high) / 2, np.mean([note.pitch for note in melody] or [60])
    return 12 * round((middle - mean) / 12)


def _until(note: Note, tick: int) -> Note:
    return replace(note, duration=tick - note.start) if note.start < tick < note.end else note


def _clear(kept: Sequence[Note], joined: Sequence[Note]) -> list[Note]:
    """Leave out what begins while a note of the melody sounds on from the bar before."""
    sounding = [(note.start, note.end) for note in joined]
    return [note for note in kept if note.duration > 0 and not any(a <= note.start < b for a, b in sounding)]


class BarRules:
    """Keeps parts to a plan of bars while they are drawn (``models.band.walk.Rules``).

    Silence is dear for a part that is to play and has not begun by the middle of its bar, or was silent in all of the
    one before. A part that takes the rhythm of an earlier bar strikes, holds on and rests as it did there. Tones that
    are no chord's own cost ``pull`` nats, and a drummer does not stay on the toms. A bass that meets a new chord with
    anything but its root pays ``rooted`` nats.
    """

    def __init__(
        self, plan: BarPlan, context: Context, chairs: Sequence[Chair], pull: float = 0.0, rooted: float = 0.0
    ) -> None:
        parts = [chair.part for chair in chairs]
        spans = bar_spans(context.grid, len(context))
        self._due = np.repeat(plan.plays, [end - start for start, end in spans], axis=1)  # [P, T]
        self._lasts = {end - 1 for _, end in spans}
        self._late = np.concatenate([np.arange(end - start) * 2 >= end - start for start, end in spans])  # [T]
        self._sounds, self._heard, self._heard_before = np.zeros((3, len(parts)), dtype=bool)
        self._is_drum = [part.is_drum for part in parts]
        self._costs = [pull * _foreign(chair.codebook) for chair in chairs]
        self._changes = set(np.flatnonzero(np.diff(context.ground.root, prepend=-1)).tolist())
        self._unrooted = {n: rooted * _no_root(c.codebook) for n, c in enumerate(chairs) if c.part.role == "bass"}
        self._meets = np.zeros(len(parts), dtype=bool)  # a new chord has begun and the part has not struck since
        self._toms = {number: _on_toms(chair.codebook) for number, chair in enumerate(chairs) if chair.part.is_drum}
        self._tom_share = 0.0
        self._rhythm = earlier_steps(plan.rhythm, context, len(context))
        self._drawn = np.full(self._rhythm.shape, HOLD, dtype=np.int64)

    def costs(self, part: int, t: int) -> np.ndarray:
        """Cost in nats of every symbol of a part at a timestep: [V]."""
        costs = self._costs[part].copy()
        if part in self._toms:
            costs += self._toms[part] * TOMS_DEAR * max(self._tom_share - FEW_TOMS, 0.0)
        if part in self._unrooted and (self._meets[part] or t in self._changes):
            unrooted = self._unrooted[part].copy()
            if not (self._sounds[part] and t in self._changes):
                unrooted[HOLD] = 0.0  # nothing foreign goes on to sound
            costs += unrooted
        if t >= self._due.shape[1]:
            return costs
        if (source := self._rhythm[part, t]) != FREE:
            return _unlike(int(self._drawn[part, source]), costs)
        is_idle = not self._heard[part] and (self._late[t] or not self._heard_before[part])
        if self._due[part, t] and is_idle:
            costs[[HOLD, REST]] += AWAKE
        return costs

    def take(self, part: int, t: int, symbol: int) -> None:
        """Note what was drawn; drums ring by themselves, so they sound only where they are struck."""
        if t < self._due.shape[1]:
            self._drawn[part, t] = symbol
        self._meets[part] = (self._meets[part] or t in self._changes) and symbol < FIRST_SHAPE
        if symbol != HOLD:
            self._sounds[part] = symbol >= FIRST_SHAPE and not self._is_drum[part]
            self._heard[part] |= symbol >= FIRST_SHAPE
            if part in self._toms:
                self._tom_share += (self._toms[part][symbol] - self._tom_share) / TOM_MEMORY
        if t in self._lasts:
            self._heard_before[part], self._heard[part] = self._heard[part], self._sounds[part]


def _unlike(symbol: int, costs: np.ndarray) -> np.ndarray:
    """Make dear what does not do the same as a symbol: strike, hold on or rest [V]."""
    is_like = np.arange(len(costs)) == symbol if symbol < FIRST_SHAPE else np.arange(len(costs)) >= FIRST_SHAPE
    return np.where(is_like, costs, costs + OTHER_RHYTHM)


def _foreign(codebook: Codebook) -> np.ndarray:
    """Share of each symbol's tones that are no chord's own [V]; drums have none."""
    own, is_pitched = (ROOT, THIRD, FIFTH, SEVENTH), codebook.role != "drums"
    shares = [
        float(np.mean([slot % 12 not in own for slot in shape])) if is_pitched else 0.0 for shape in codebook.shapes
    ]
    return np.array([0.0] * FIRST_SHAPE + shares)


def _no_root(codebook: Codebook) -> np.ndarray:
    """Whether each symbol is anything but a rest or the chord's root [V]."""
    shapes = [float(not shape or shape[0] % 12 != ROOT) for shape in codebook.shapes]
    return np.array([1.0, 0.0, *shapes])


def _on_toms(codebook: Codebook) -> np.ndarray:
    """Whether each symbol strikes a tom [V]."""
    toms = {lane for lane, drums in enumerate(DRUM_LANES) if drums[0] in TOMS}
    return np.array([0.0] * FIRST_SHAPE + [float(bool(toms & set(shape))) for shape in codebook.shapes])
