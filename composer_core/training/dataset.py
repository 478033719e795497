"""Pieces as integer rolls, and batches of windows cut from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from composer_core.harmony import CHORDS, NO_CHORD, QUALITIES, recognise_chord
from composer_core.models.planes import LOW, PITCHES, Batch
from composer_core.models.planes import REST as REST_CLASS
from composer_core.music import Note, Timing
from composer_core.pianoroll import REST, Grid, make_grid, to_pianoroll

WINDOW = 128  # timesteps: eight bars of 4/4
ALIGN = 16  # the networks' coarsest stride: full bars of 4/4 begin on a multiple of it
_MAX_TRANSPOSITION = 6


@dataclass(frozen=True)
class Roll:
    """One piece on the grid.

    pitch [voice, T] in MIDI (``REST`` for silence), the melody first; onset [voice, T], true where a note **or a
    rest** begins; chord [T], an index into ``harmony.CHORDS``, constant within a pulse.
    """

    name: str
    pitch: np.ndarray
    onset: np.ndarray
    chord: np.ndarray
    grid: Grid

    def __len__(self) -> int:
        return self.pitch.shape[1]

    @property
    def lead(self) -> int:
        """Padding before the roll that puts its first full bar on a multiple of ``ALIGN``."""
        first = np.flatnonzero((self.grid.step == 0) & (self.grid.pulse == 0))
        return -int(first[0]) % ALIGN if len(first) else 0


def make_roll(name: str, timing: Timing, voices: Sequence[Sequence[Note]], end_tick: int | None = None) -> Roll:
    """Put voices on the grid and name the chord of every pulse; the roll ends with the pulse of the last note."""
    end = end_tick if end_tick is not None else max(note.end for voice in voices for note in voice)
    grid = make_grid(timing, end)
    pitch, onset = to_pianoroll(voices, grid)
    length = _round_up_to_pulse(grid, grid.nearest(end))
    pitch, onset = pitch[:, :length], onset[:, :length]
    onset[:, 1:] |= pitch[:, 1:] != pitch[:, :-1]
    onset[:, 0] = True
    cut = Grid(grid.ticks[: length + 1], *(a[:length] for a in (grid.step, grid.pulse, grid.pulses, grid.bar)))
    return Roll(name, pitch, onset, pulse_chords(pitch, cut), cut)


def _round_up_to_pulse(grid: Grid, step: int) -> int:
    step = max(step, 1)
    while step < len(grid) and grid.step[step] != 0:
        step += 1
    return step


def pulse_chords(pitch: np.ndarray, grid: Grid) -> np.ndarray:
    """Recognise the chord of every pulse from all voices [voice, T]; the first timestep counts double: [T]."""
    chords = np.full(pitch.shape[1], NO_CHORD, dtype=np.int64)
    for start, end in pulse_spans(grid, pitch.shape[1]):
        weights = np.zeros(12)
        for offset in range(start, end):
            sounding = pitch[:, offset][pitch[:, offset] != REST]
            np.add.at(weights, sounding % 12, 2.0 if offset == start else 1.0)
        first = pitch[:, start][pitch[:, start] != REST]
        chords[start:end] = recognise_chord(weights, int(first.min()) if len(first) else None)
    return chords


def pulse_spans(grid: Grid, length: int) -> list[tuple[int, int]]:
    """[start, end) timesteps of every pulse."""
    starts = sorted({0, *np.flatnonzero(grid.step[:length] == 0).tolist()})
    return list(zip(starts, [*starts[1:], length], strict=True))


def collate(rolls: Sequence[Roll], length: int | None = None) -> Batch:
    """Stack whole rolls, each after its ``lead``, into one padded batch of a multiple of ``ALIGN`` timesteps."""
    longest = max(roll.lead + len(roll) for roll in rolls)
    total = length or -(-longest // ALIGN) * ALIGN
    return _to_batch([_place(roll, roll.lead, total) for roll in rolls])


class Windows:
    """Random windows of a set of pieces, transposed at random within the networks' range."""

    def __init__(self, rolls: Sequence[Roll], seed: int) -> None:
        self.rolls = list(rolls)
        self.rng = np.random.default_rng(seed)
        lengths = np.array([len(roll) for roll in self.rolls], dtype=float)
        self._weights = lengths / lengths.sum()

    def sample(self, size: int, length: int = WINDOW) -> Batch:
        """Draw ``size`` windows of ``length`` timesteps; longer pieces are drawn more often."""
        chosen = self.rng.choice(len(self.rolls), size=size, p=self._weights)
        return _to_batch([self._window(self.rolls[index], length) for index in chosen])

    def _window(self, roll: Roll, length: int) -> dict[str, np.ndarray]:
        total = -(-(roll.lead + len(roll)) // ALIGN) * ALIGN
        starts = max((total - length) // ALIGN + 1, 1)
        start = int(self.rng.integers(starts)) * ALIGN
        placed = _place(roll, roll.lead, max(total, length))
        window = {name: array[..., start : start + length] for name, array in placed.items()}
        return _transpose(window, self.rng)


def _place(roll: Roll, lead: int, total: int) -> dict[str, np.ndarray]:
    after = total - lead - len(roll)

    def pad(array: np.ndarray, fill: int) -> np.ndarray:
        return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(lead, after)], constant_values=fill)

    grid = roll.grid
    return {
        "pitch": pad(roll.pitch, REST),
        "onset": pad(roll.onset.astype(np.int64), 0),
        "chord": pad(roll.chord, NO_CHORD),
        "step": pad(grid.step, 0),
        "pulse": pad(grid.pulse, 0),
        "pulses": pad(grid.pulses, 4),
        "valid": pad(np.ones(len(roll), dtype=np.int64), 0),
    }


def _transpose(window: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    pitch = window["pitch"]
    sounding = pitch[pitch != REST]
    if not len(sounding):
        return window
    low = max(-_MAX_TRANSPOSITION, LOW - int(sounding.min()))
    high = min(_MAX_TRANSPOSITION, LOW + PITCHES - 1 - int(sounding.max()))
    shift = int(rng.integers(low, high + 1)) if high >= low else 0
    return {
        **window,
        "pitch": np.where(pitch == REST, REST, pitch + shift),
        "chord": transpose_chords(window["chord"], shift),
    }


def transpose_chords(chord: np.ndarray, shift: int) -> np.ndarray:
    """Move chord indices by semitones."""
    quality, root = np.divmod(chord, 12)
    return np.where(chord == NO_CHORD, NO_CHORD, quality * 12 + (root + shift) % 12)


assert CHORDS[12] == (0, list(QUALITIES)[1])  # transpose_chords counts on quality-major order


def _to_batch(rows: Sequence[dict[str, np.ndarray]]) -> Batch:
    stacked = {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}
    pitch = stacked.pop("pitch")
    classes = torch.where(pitch == REST, REST_CLASS, (pitch - LOW).clamp(0, PITCHES - 1))
    onset = stacked.pop("onset")
    return Batch(
        melody=classes[:, 0],
        melody_onset=onset[:, 0],
        voices=classes[:, 1:],
        onset=onset[:, 1:],
        **stacked,
    )
