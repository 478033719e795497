"""Band: plan the harmony, draft every part as symbols, let the refiner rework, then play them by rule.

melody ─► plan (planner, or the user's chords) ─► context (metre, harmony, melody, form)
       ─► draft (autoregressor, generator or refiner) ─► refine (masked passes) ─► voice leading, rules, ending
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from composer_core.band_rules import keep_clear
from composer_core.checkpoints import BandCheckpoint, load_band
from composer_core.context import Context, make_context
from composer_core.ending import end_together, end_with_melody
from composer_core.errors import GenreError
from composer_core.genres import Genre
from composer_core.habits import FILE as HABITS
from composer_core.habits import Habits, Players
from composer_core.instrumentation import FILE as INSTRUMENTATION
from composer_core.instrumentation import NEW, BarPlan, Instrumentation
from composer_core.metrics.repeats import FEW, REPEATS, Repeats
from composer_core.metrics.songroll import roll_of
from composer_core.models.band.batch import ALIGN, BandBatch, stack, style_of, window
from composer_core.models.band.walk import FREE, Heat, Rules, Walk
from composer_core.music import Chord, Composition, Melody, Track
from composer_core.part_writing import PartWriting
from composer_core.patterns import HOLD, REST, fold
from composer_core.planner.enrich import enrich
from composer_core.planner.plan import load_planner
from composer_core.planner.weights import WEIGHTS
from composer_core.sampling import block_mask, draw
from composer_core.scores import Chair, Score, read_part
from composer_core.techniques import Assignment, Progress
from composer_core.techniques.bar_plan import (
    BarRules,
    bar_spans,
    earlier_steps,
    entries,
    fitting,
    join_melody,
    plan_bars,
    silences,
    still_silent,
    taken_again,
)
from composer_core.techniques.ensemble import accompaniment_track, melody_track
from composer_core.techniques.reach import octave_shift, shift_notice
from composer_core.techniques.typical import most_typical

DRAFTS = ("autoregressive", "adversarial", "masked")
MUTED = 30.0  # nats: never drawn, and a number still
MORE_TRIES = 3  # for a take that quotes too much


@dataclass(frozen=True)
class BandConfig:
    """How a band composes; the defaults of a genre stand in its ``genre.toml`` and were chosen on validation pieces.

    ``temperature`` and ``floor`` of the draws (``Walk.draw``); ``human`` which kind of player the networks imitate (1
    human, 0 rendered); ``fullness`` how many spreads busier than the corpus each part is asked to be (0: nothing is
    asked); ``refine_passes`` hide ``refine_share`` of the symbols each; ``vary`` is the chance that a part
    plays a returning section anew instead of as before; ``repeat`` is the share of the repeated bars of an
    instrumentation that are carried out (0: the networks repeat as they like); ``pull`` is what a tone costs, in nats,
    that is no chord's own, and ``rooted`` what it costs a bass to meet a new chord without its root (both with an
    instrumentation). ``drawn_plan`` is the power of the odds by which a plan of chords is drawn (0: the likeliest is
    taken). Where the user gives the chords, the most typical of ``typical_of`` drafts at ``typical_temperature`` is
    taken.
    """

    draft: str = "autoregressive"
    temperature: float = 0.95
    floor: float = 0.01
    human: float = 1.0
    fullness: float = 0.0
    refine_passes: int = 0
    refine_share: float = 0.15
    masked_passes: int = 16
    vary: float = 0.3
    repeat: float = 1.0
    pull: float = 0.0
    rooted: float = 0.0
    drawn_plan: float = 0.0
    typical_of: int = 1
    typical_temperature: float = 0.95


def read_config(genre: Genre) -> BandConfig:
    """Read the settings that stand in a genre's ``[band]``.

    Raises:
        GenreError: a setting is unknown, or there is no such draft.
    """
    try:
        config = BandConfig(**genre.band)
    except TypeError as error:
        raise GenreError(
            f"The genre {genre.name!r} has a wrong [band] in genre.toml ({error}): mend or remove it."
        ) from error
    if config.draft not in DRAFTS:
        known = ", ".join(DRAFTS)
        raise GenreError(f"The genre {genre.name!r} asks for the draft {config.draft!r}: choose {known} in genre.toml.")
    return config


class Band:
    """A band's networks, ready to compose."""

    def __init__(
        self,
        genre: Genre,
        config: BandConfig | None = None,
        device: torch.device | None = None,
        checkpoint: BandCheckpoint | None = None,
    ) -> None:
        self.genre = genre
        self.config = config or read_config(genre)
        torch.set_num_threads(1)  # two threads of networks this small wait for each other
        self.device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.checkpoint = checkpoint or load_band(genre, self.device)
        self.walk = Walk(self.checkpoint.autoregressor)
        self.planner = load_planner(self.device, genre.planner if genre.planner.is_file() else WEIGHTS)
        path = genre.folder / INSTRUMENTATION
        names = [part.name for part in genre.parts[1:]]
        self.instrumentation = Instrumentation.load(path, names) if path.is_file() else None
        self.habits = Habits.load(path) if (path := genre.folder / HABITS).is_file() else None
        self.repeats = Repeats.load(path) if (path := genre.folder / REPEATS).is_file() else None

    def compose(self, assignments: Sequence[Assignment], progress: Progress) -> list[Composition]:
        """Compose every assignment, each alone: so its notes cannot depend on its company."""
        compositions = []
        for number, assignment in enumerate(assignments):

            def tick(stage: str, fraction: float, number: int = number) -> None:
                progress(stage, (number + fraction) / len(assignments))

            with torch.inference_mode():
                compositions.append(self._compose(assignment, tick))
        progress("compose", 1.0)
        return compositions

    def _compose(self, assignment: Assignment, tick: Progress) -> Composition:
        """Compose a take; where it quotes a training piece at length, make it again: that with the least is kept."""
        composition = self._take(assignment, np.random.default_rng(assignment.seed), tick)
        if self.repeats is None or (quoted := self._quoted(composition)) <= FEW:
            return composition
        for attempt in range(1, MORE_TRIES + 1):
            another = self._take(assignment, np.random.default_rng([assignment.seed, attempt]), tick)
            if (bars := self._quoted(another)) < quoted:
                composition, quoted = another, bars
            if quoted <= FEW:
                return composition
        notice = f"{quoted} bars in a row are as in one of the training pieces: try another seed, or a higher --risk."
        return replace(composition, notices=(*composition.notices, notice))

    def _quoted(self, composition: Composition) -> int:
        """Bars in a row that some training piece has as well."""
        return self.repeats.longest(roll_of(composition), self.genre.parts[1:]) if self.repeats else 0

    def _take(self, assignment: Assignment, rng: np.random.Generator, tick: Progress) -> Composition:
        melody, controls = assignment.melody, assignment.controls
        tick("plan", 0.0)
        chords = controls.chords or self.plan(melody, controls.reharmonise, rng)
        shift = octave_shift(melody, self.genre)
        notes = [replace(note, pitch=note.pitch + shift) for note in melody.notes]
        context = make_context(notes, melody.timing, chords, melody.end)
        players = self._players(context, assignment.seed)
        piece = self._piece(context, assignment, players)
        bars = self._bar_plan(context, assignment.seed) if self.instrumentation else None
        tick("draft", 0.2)
        if controls.chords and self.config.typical_of > 1:
            symbols = self._typical(piece, context, controls.risk, rng, bars)
        else:
            symbols = self.draft(piece, context, controls.risk, rng, bars)
        tick("refine", 0.6)
        symbols = self._refine(piece, symbols, controls.risk, rng)
        tick("play", 0.9)
        chairs = [_seated(chair, players) for chair in self.checkpoint.chairs]
        return self._composition(assignment, context, chords, symbols, shift, bars, chairs)

    def _players(self, context: Context, seed: int) -> Players:
        """The habits of one of the genre's pieces: another for every seed and every melody."""
        if self.habits is None:
            return {}
        rng = np.random.default_rng([seed, zlib.crc32(context.melody.tobytes()), 1])
        return self.habits.draw(rng, [chair.part.name for chair in self.checkpoint.chairs])

    def _bar_plan(self, context: Context, seed: int) -> BarPlan:
        """Who plays when: another choice for every seed and every melody."""
        assert self.instrumentation is not None
        rng = np.random.default_rng([seed, zlib.crc32(context.melody.tobytes())])
        parts = [chair.part for chair in self.checkpoint.chairs]
        bars = fitting(plan_bars(self.instrumentation, context, rng, self.config.vary), context, parts)
        is_done = rng.random(bars.same.shape) < self.config.repeat
        same, rhythm = (np.where(is_done, earlier, NEW) for earlier in (bars.same, bars.rhythm))
        return replace(bars, same=same, rhythm=rhythm)

    def plan(self, melody: Melody, variant: int, rng: np.random.Generator) -> tuple[Chord, ...]:
        """The harmony that the planner hears in a melody, in the genre's colours."""
        if variant == 0 and self.config.drawn_plan:
            plain = self.planner.draw(melody, self.config.drawn_plan, rng)
        else:
            plain = self.planner.plan(melody, variant)
        return enrich(plain, melody, self.planner.key(melody), self.genre.harmony, rng)

    def _typical(
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
        if self.genre.is_choir:
            return PartWriting(chairs, context)
        return BarRules(bars, context, chairs, self.config.pull, self.config.rooted) if bars else None

    def _piece(self, context: Context, assignment: Assignment, players: Players) -> BandBatch:
        chairs, controls = self.checkpoint.chairs, assignment.controls
        plays = np.array([controls.plays(chair.part) for chair in chairs])
        busier = self.config.fullness + 4.0 * (controls.density - 0.5)
        own = [_density(chair, players) for chair in chairs]
        density = np.array([busier + (0.0 if spreads is None else spreads) for spreads in own])
        told = np.array([busier != 0 or spreads is not None for spreads in own])
        empty = np.zeros((len(chairs), len(context)), dtype=np.int64)
        anchors = np.stack([context.ground.anchors(_seated(chair, players).centre_in(context)) for chair in chairs])
        score = Score(assignment.melody.name, context, empty, plays, self.config.human, density, anchors)
        style = {"style": style_of(self.config.human, density, told)}
        return stack([window(score, 0, -(-len(context) // ALIGN) * ALIGN) | style]).to(self.device)

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

    def _refine(self, piece: BandBatch, symbols: np.ndarray, risk: float, rng: np.random.Generator) -> np.ndarray:
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

    def _composition(
        self,
        assignment: Assignment,
        context: Context,
        chords: Sequence[Chord],
        symbols: np.ndarray,
        shift: int,
        bars: BarPlan | None,
        chairs: Sequence[Chair],
    ) -> Composition:
        melody, genre = assignment.melody, self.genre
        tracks = [melody_track(melody, genre)]
        for number, (chair, row) in enumerate(zip(chairs, symbols[:, : len(context)], strict=True)):
            if assignment.controls.plays(chair.part):
                notes = keep_clear(read_part(row, chair, context), chair.part, context)
                if bars:
                    notes = join_melody(notes, melody.notes, chair.part, bars.carries[number], context)
                tracks.append(accompaniment_track(chair.part, notes))
        composition = Composition(
            name=melody.name,
            timing=melody.timing,
            key=context.key,
            tracks=tuple(tracks),
            chords=tuple(chords),
            genre=genre.name,
            feel=genre.feel,
            technique="accompany",
            seed=assignment.seed,
            card=self.checkpoint.card,
            notices=(*melody.notices, *shift_notice(shift)),
        )
        ended = (end_with_melody if genre.is_choir else end_together)(composition)
        return replace(ended, tracks=(ended.melody, *(_in_range(track, genre) for track in ended.accompaniment)))


def _in_range(track: Track, genre: Genre) -> Track:
    """What an ending put out of an instrument's reach, an octave away."""
    part = next(part for part in genre.parts if part.name == track.name)
    if part.is_drum:
        return track
    notes = (replace(note, pitch=fold(note.pitch, part.low, part.high)) for note in track.notes)
    return replace(track, notes=tuple(sorted(notes)))


def _seated(chair: Chair, players: Players) -> Chair:
    """A chair with the register and the doublings of a piece's player."""
    habit, part = players.get(chair.part.name), chair.part
    if habit is None or part.is_drum:
        return chair
    return replace(chair, centre=float(np.clip(habit.centre, part.low + 6, part.high - 6)), doubled=habit.doubled)


def _density(chair: Chair, players: Players) -> float | None:
    """How many spreads busier than the corpus a piece's player is."""
    habit, (mean, spread) = players.get(chair.part.name), chair.density
    return None if habit is None else float(np.clip((habit.busyness - mean) / spread, -2.5, 2.5))


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
