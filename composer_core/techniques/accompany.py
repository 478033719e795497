"""Accompany: plan the harmony, let the generator draft, let the refiner rework, let the rules and the critic object.

melody ─► plan (refiner, chords only) ─► draft (generator, noise) ─► refine (masked passes)
       ─► repair (redraw what breaks a rule) ─► composition
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from composer_core.checkpoints import load_checkpoint
from composer_core.counterpoint import fault_weights, runs
from composer_core.genres import Genre
from composer_core.harmony import NO_CHORD, chord_name, find_key
from composer_core.models.batching import collate
from composer_core.models.planes import CLASSES, LOW, PITCHES, REST, Batch
from composer_core.music import Chord, Composition, Melody, Note
from composer_core.pianoroll import REST as SILENT
from composer_core.pianoroll import from_pianoroll
from composer_core.roll import ALIGN, Roll, make_roll, pulse_chords, pulse_spans
from composer_core.sampling import block_mask, class_affinity, draw, fill
from composer_core.techniques import Assignment, Progress
from composer_core.techniques.ensemble import accompaniment_track, melody_track

# Pieces are padded to a multiple of this many timesteps and run only with others of the same padded length, at least
# two at a time. So no shape that reaches a convolution depends on the company that a piece is in, and the same seed
# gives the same notes in any batch (measured: one piece alone and one of two differ in the last bits; one of two and
# one of eight do not).
BUCKET = 256


@dataclass(frozen=True)
class AccompanyConfig:
    """How the passes are run; chosen on validation pieces (`../LOG.md`).

    Shares are of all cells, falling from the first to the last pass; temperatures likewise. ``interval_weight`` is the
    power of the measured interval affinities: 1 is too weak, because the network's own draws repeat notes too often.
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


class Piece:
    """One take in the making: its grid, its own source of chance, and what is composed so far.

    voices and onset are [V, T] classes and flags; chord is [T]; all without padding.
    """

    def __init__(self, assignment: Assignment, genre: Genre) -> None:
        self.assignment = assignment
        self.rng = np.random.default_rng(assignment.seed)
        self.shift = octave_shift(assignment.melody, genre)
        melody = assignment.melody
        line = [_folded(note, self.shift) for note in melody.notes]
        self.roll = make_roll(melody.name, melody.timing, [line], melody.end)
        voices = len(genre.parts) - 1
        self.voices = np.full((voices, len(self.roll)), REST, dtype=np.int64)
        self.onset = np.zeros((voices, len(self.roll)), dtype=bool)
        self.chord = self.roll.chord.copy()
        self.beats = np.array([start for start, _ in pulse_spans(self.roll.grid, len(self.roll))])

    @property
    def pitch(self) -> np.ndarray:
        """MIDI pitches of melody and voices [1 + V, T]."""
        classes = np.concatenate([np.where(self.roll.pitch == SILENT, REST, self.roll.pitch - LOW), self.voices])
        return np.where(classes == REST, SILENT, classes + LOW)


class Accompany:
    """A genre's generator, critic and refiner, ready to compose."""

    def __init__(self, genre: Genre, config: AccompanyConfig | None = None, device: torch.device | None = None) -> None:
        self.genre = genre
        self.config = config or AccompanyConfig()
        # These networks are too small to share among threads: on two busy cores two threads wait for each other.
        torch.set_num_threads(1)
        self.device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.checkpoint = load_checkpoint(genre.weights, self.device)
        self.allowed = _allowed_classes(genre)
        self.affinity = class_affinity(
            self.checkpoint.refiner.intervals.cpu().numpy() ** self.config.interval_weight, PITCHES
        )

    def compose(self, assignments: Sequence[Assignment], progress: Progress) -> list[Composition]:
        """Compose every assignment; pieces of like length share their passes through the networks."""
        pieces = [Piece(assignment, self.genre) for assignment in assignments]
        buckets: dict[int, list[Piece]] = {}
        for piece in pieces:
            length = -(-(piece.roll.lead + len(piece.roll)) // BUCKET) * BUCKET
            buckets.setdefault(length, []).append(piece)
        total = self.config.plan_passes + 1 + self.config.refine_passes + self.config.repair_passes
        for done, (length, group) in enumerate(buckets.items()):
            ticks = _ticker(progress, done, len(buckets), total)
            with torch.inference_mode():
                self._compose_group(Group(group, length, self.device), ticks)
        progress("compose", 1.0)
        return [self._composition(piece) for piece in pieces]

    def _compose_group(self, group: "Group", tick: Callable[[str], None]) -> None:
        self._plan(group, tick)
        if self.config.draft:
            self._draft(group)
        tick("draft")
        self._refine(group, tick)
        self._repair(group, tick)

    def _plan(self, group: "Group", tick: Callable[[str], None]) -> None:
        """Draw the chord of every pulse, keeping more of them known at each pass."""
        config = self.config
        hidden = [np.ones(len(piece.beats), dtype=bool) for piece in group.pieces]
        for index in range(config.plan_passes):
            logits = group.refine(self.checkpoint.refiner, hidden_beats=hidden, voices_known=False)[2]
            for piece, chords, mask in zip(group.pieces, logits, hidden, strict=True):
                drawn = draw(chords[:, piece.beats], piece.rng, config.plan_temperature)
                _set_chords(piece, np.where(mask, drawn, piece.chord[piece.beats]))
            share = 1 - (index + 1) / config.plan_passes
            hidden = [piece.rng.random(len(piece.beats)) < share for piece in group.pieces]
            tick("plan")

    def _draft(self, group: "Group") -> None:
        """Let the generator compose every voice in one pass."""
        for piece, (voices, onsets) in zip(group.pieces, group.generate(self.checkpoint.generator), strict=True):
            everything = np.ones_like(piece.onset)
            self._fill(piece, voices, onsets, everything, self.config.first_temperature)

    def _refine(self, group: "Group", tick: Callable[[str], None]) -> None:
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

    def _repair(self, group: "Group", tick: Callable[[str], None]) -> None:
        """Redraw the pulses that break a rule; each span takes the draw that breaks fewest, or stays as it is."""
        for _ in range(self.config.repair_passes):
            faults = [fault_weights(piece.pitch, piece.beats) for piece in group.pieces]
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
            weights = fault_weights(piece.pitch, piece.beats)
            for place, (start, end) in enumerate(spans):
                cost = float(weights[start:end].sum())
                if cost < best[place]:
                    best[place] = cost
                    kept[:, start:end] = piece.voices[:, start:end]
                    kept_onset[:, start:end] = piece.onset[:, start:end]
        piece.voices, piece.onset = kept, kept_onset

    def _fill(self, piece: Piece, pitch: np.ndarray, onset: np.ndarray, hidden: np.ndarray, temperature: float) -> None:
        piece.voices, piece.onset = fill(
            pitch + self.allowed, onset, piece.voices, piece.onset, hidden, self.affinity, piece.rng, temperature,
            self.config.onset_temperature,
        )  # fmt: skip

    def _composition(self, piece: Piece) -> Composition:
        melody, genre = piece.assignment.melody, self.genre
        lines = from_pianoroll(piece.pitch[1:], piece.onset, piece.roll.grid)
        tracks = [melody_track(melody, genre)]
        tracks += [accompaniment_track(part, line) for part, line in zip(genre.parts[1:], lines, strict=True)]
        return Composition(
            name=melody.name,
            timing=melody.timing,
            key=find_key([note for track in tracks for note in track.notes]),
            tracks=tuple(tracks),
            chords=_chord_symbols(piece),
            genre=genre.name,
            technique="accompany",
            seed=piece.assignment.seed,
            card=self.checkpoint.card,
            notices=(*melody.notices, *_notices(piece)),
        )


class Group:
    """Pieces of one padded length on their way through the networks together."""

    def __init__(self, pieces: Sequence[Piece], length: int, device: torch.device) -> None:
        self.pieces = pieces
        self.device = device
        self._length = length
        rows = [piece.roll for piece in pieces]
        self._rows = rows * 2 if len(rows) == 1 else rows
        self._static = collate([_with_silence(roll, len(pieces[0].voices)) for roll in self._rows], length)

    def refine(
        self,
        refiner: torch.nn.Module,
        hidden: Sequence[np.ndarray] | None = None,
        hidden_beats: Sequence[np.ndarray] | None = None,
        voices_known: bool = True,
    ) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
        """Logits of voices [V, C, T], onsets [V, T] and chords [CHORD_CLASSES, T] of every piece, without padding.

        ``hidden`` [V, T] and ``hidden_beats`` [beats] say what of each piece the refiner must not see.
        """
        chord_known, voice_known = [], []
        for place, piece in enumerate(self.pieces):
            known = np.ones(len(piece.roll), dtype=np.float32)
            if hidden_beats is not None:
                for (start, end), away in zip(_spans(piece), hidden_beats[place], strict=True):
                    known[start:end] = not away
            chord_known.append(known)
            seen = np.full(piece.onset.shape, voices_known, dtype=np.float32)
            voice_known.append(seen * ~hidden[place] if hidden is not None else seen)
        batch = self._batch()
        out = refiner(batch, self._stack(chord_known), self._stack(voice_known))
        voices, onsets, chords = (self._unstack(tensor) for tensor in out)
        return voices, onsets, chords

    def generate(self, generator: torch.nn.Module) -> list[tuple[np.ndarray, np.ndarray]]:
        """Logits of voices [V, C, T] and onsets [V, T] of every piece, each from noise of its own."""
        batch = self._batch()
        _, channels, length = generator.noise_shape(batch)  # type: ignore[operator]
        drawn = [piece.rng.standard_normal((channels, length), dtype=np.float32) for piece in self.pieces]
        noise = torch.from_numpy(np.stack(self._fill_up(drawn))).to(self.device)
        known = self._stack([np.ones(len(piece.roll), dtype=np.float32) for piece in self.pieces])
        voices, onsets = generator(batch, known, noise)
        return list(zip(self._unstack(voices), self._unstack(onsets), strict=True))

    def _batch(self) -> Batch:
        static = self._static
        return Batch(
            melody=static.melody,
            melody_onset=static.melody_onset,
            voices=self._stack([piece.voices for piece in self.pieces], fill=REST),
            onset=self._stack([piece.onset.astype(np.int64) for piece in self.pieces]),
            chord=self._stack([piece.chord for piece in self.pieces], fill=NO_CHORD),
            step=static.step,
            pulse=static.pulse,
            pulses=static.pulses,
            valid=static.valid,
        ).to(self.device)

    def _stack(self, arrays: Sequence[np.ndarray], fill: int = 0) -> Tensor:
        padded = []
        for piece, array in zip(self.pieces, arrays, strict=True):
            lead = piece.roll.lead
            sides = [(0, 0)] * (array.ndim - 1) + [(lead, self._length - lead - array.shape[-1])]
            padded.append(np.pad(array, sides, constant_values=fill))
        return torch.from_numpy(np.stack(self._fill_up(padded))).to(self.device)

    def _fill_up(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        return arrays * 2 if len(arrays) == 1 else arrays

    def _unstack(self, tensor: Tensor) -> list[np.ndarray]:
        rows = tensor.float().cpu().numpy()
        return [
            rows[place][..., piece.roll.lead : piece.roll.lead + len(piece.roll)].astype(np.float64)
            for place, piece in enumerate(self.pieces)
        ]


def octave_shift(melody: Melody, genre: Genre) -> int:
    """Octaves (in semitones) that bring most of a melody into the range of the genre's first part."""
    part = genre.parts[0]
    shifts = sorted(range(-60, 61, 12), key=abs)
    return max(shifts, key=lambda shift: sum(part.low <= note.pitch + shift <= part.high for note in melody.notes))


def _folded(note: Note, shift: int) -> Note:
    pitch = note.pitch + shift
    while pitch >= LOW + PITCHES:
        pitch -= 12
    while pitch < LOW:
        pitch += 12
    return Note(note.start, pitch, note.duration, note.velocity)


def _allowed_classes(genre: Genre) -> np.ndarray:
    """0 where a part may play, -inf elsewhere: [V, C, 1]. Silence is left to the networks."""
    allowed = np.full((len(genre.parts) - 1, CLASSES, 1), -np.inf)
    for voice, part in enumerate(genre.parts[1:]):
        allowed[voice, part.low - LOW : part.high - LOW + 1] = 0
    allowed[:, REST] = 0
    return allowed


def _with_silence(roll: Roll, voices: int) -> Roll:
    """The melody's roll with empty voices below it, in the shape that ``collate`` takes."""
    pitch = np.concatenate([roll.pitch, np.full((voices, len(roll)), SILENT)])
    onset = np.concatenate([roll.onset, np.zeros((voices, len(roll)), dtype=bool)])
    return Roll(roll.name, pitch, onset, roll.chord, roll.grid)


def _spans(piece: Piece) -> list[tuple[int, int]]:
    return pulse_spans(piece.roll.grid, len(piece.roll))


def _set_chords(piece: Piece, chords: np.ndarray) -> None:
    for (start, end), chord in zip(_spans(piece), chords.tolist(), strict=True):
        piece.chord[start:end] = chord


def _around_faults(piece: Piece, faults: np.ndarray) -> np.ndarray:
    """Hide the pulse of each fault and the one before it, in all voices or in one drawn by chance: [V, T]."""
    hidden = np.zeros_like(piece.onset)
    spans = _spans(piece)
    for index, (start, end) in enumerate(spans):
        if faults[start:end].any():
            first = spans[max(index - int(piece.rng.integers(2)), 0)][0]
            last = spans[min(index + int(piece.rng.integers(2)), len(spans) - 1)][1]
            voices = slice(None) if piece.rng.random() < 0.5 else int(piece.rng.integers(len(hidden)))
            hidden[voices, first:last] = True
    return hidden


def _chord_symbols(piece: Piece) -> tuple[Chord, ...]:
    """The harmony as composed: one symbol at each change."""
    chords = pulse_chords(piece.pitch, piece.roll.grid)
    symbols: list[Chord] = []
    for start, _ in _spans(piece):
        bass = int(piece.pitch[-1, start])
        label = chord_name(int(chords[start]), None if bass == SILENT else bass)
        if not symbols or symbols[-1].label != label:
            symbols.append(Chord(int(piece.roll.grid.ticks[start]), label))
    return tuple(symbols)


def _notices(piece: Piece) -> list[str]:
    if not piece.shift:
        return []
    octaves, word = abs(piece.shift) // 12, "higher" if piece.shift > 0 else "lower"
    return [f"The melody lies outside the first part's range: it was harmonised as if {octaves} octave(s) {word}."]


def _ticker(progress: Progress, done: int, groups: int, total: int) -> Callable[[str], None]:
    count = 0

    def tick(stage: str) -> None:
        nonlocal count
        count += 1
        progress(stage, (done + min(count / total, 1.0)) / groups)

    return tick


assert BUCKET % ALIGN == 0
