"""A piece as arrays on the grid: what the networks, the rules and the metrics look at. Free of torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from composer_core.harmony import NO_CHORD, recognise_chord
from composer_core.music import Note, Timing
from composer_core.pianoroll import REST, Grid, make_grid, to_pianoroll

ALIGN = 16  # the networks' coarsest stride: full bars of 4/4 begin on a multiple of it


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
