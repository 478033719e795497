"""Band: plan the harmony, draft every part as symbols, let the refiner rework, then play them by rule.

melody ─► plan (planner, or the user's chords) ─► context (metre, harmony, melody, form)
       ─► draft (autoregressor, generator or refiner) ─► refine (masked passes) ─► voice leading, rules, ending
"""

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from composer_core.band_rules import keep_clear
from composer_core.checkpoints import BandCheckpoint, load_band
from composer_core.context import Context, make_context
from composer_core.ending import end_together, end_with_melody
from composer_core.genres import Genre
from composer_core.habits import FILE as HABITS
from composer_core.habits import Habits, Players
from composer_core.instrumentation import FILE as INSTRUMENTATION
from composer_core.instrumentation import NEW, BarPlan, Instrumentation
from composer_core.metrics.repeats import FEW, REPEATS, Repeats
from composer_core.metrics.songroll import roll_of
from composer_core.models.band.batch import ALIGN, BandBatch, stack, style_of, window
from composer_core.music import Chord, Composition, Melody, Track
from composer_core.patterns import fold
from composer_core.planner.enrich import enrich
from composer_core.planner.plan import load_planner
from composer_core.planner.weights import WEIGHTS
from composer_core.scores import Chair, Score, read_part
from composer_core.techniques import Assignment, Progress
from composer_core.techniques.band_config import BandConfig, read_config
from composer_core.techniques.bar_plan import fitting, join_melody, plan_bars
from composer_core.techniques.drafting import Drafting
from composer_core.techniques.ensemble import accompaniment_track, melody_track
from composer_core.techniques.reach import octave_shift, shift_notice

MORE_TRIES = 3  # for a take that quotes too much


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
        self.drafting = Drafting(self.checkpoint, self.config, self.device, genre.is_choir)
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
            symbols = self.drafting.typical(piece, context, controls.risk, rng, bars)
        else:
            symbols = self.drafting.draft(piece, context, controls.risk, rng, bars)
        tick("refine", 0.6)
        symbols = self.drafting.refine(piece, symbols, controls.risk, rng)
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
    if habit is None or part.role in ("drums", "voice"):  # a voice goes with the melody
        return chair
    return replace(chair, centre=float(np.clip(habit.centre, part.low + 6, part.high - 6)), doubled=habit.doubled)


def _density(chair: Chair, players: Players) -> float | None:
    """How many spreads busier than the corpus a piece's player is."""
    habit, (mean, spread) = players.get(chair.part.name), chair.density
    return None if habit is None else float(np.clip((habit.busyness - mean) / spread, -2.5, 2.5))
