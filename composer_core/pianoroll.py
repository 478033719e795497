"""The grid on which the networks see music, and the way between notes and grid. Free of torch.

Every felt pulse has four timesteps, whatever the metre: sixteenths in 4/4, and in 6/8 (pulse = dotted quarter) the
three eighths with the last one halved. So a network that learned 4/4 meets the same image in any metre.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from composer_core.music import Note, Timing

STEPS_PER_PULSE = 4
REST = -1

_SIMPLE = (0.0, 0.25, 0.5, 0.75)
_COMPOUND = (0.0, 1 / 3, 2 / 3, 5 / 6)  # eighth, eighth, then two sixteenths


@dataclass(frozen=True)
class Grid:
    """Timesteps over a piece.

    ``ticks`` [T + 1] are the boundaries; ``step`` [T] the place in the pulse (0-3), ``pulse`` [T] the pulse in the
    bar (a pick-up counts from the end of a full bar), ``pulses`` [T] the pulses of a full bar, ``bar`` [T] the bar's
    number from 0.
    """

    ticks: np.ndarray
    step: np.ndarray
    pulse: np.ndarray
    pulses: np.ndarray
    bar: np.ndarray

    def __len__(self) -> int:
        return len(self.step)

    def nearest(self, tick: int) -> int:
        """Index (0-T) of the boundary nearest to a tick."""
        after = int(np.searchsorted(self.ticks, tick))
        if after == 0:
            return 0
        if after == len(self.ticks):
            return after - 1
        return after if self.ticks[after] - tick <= tick - self.ticks[after - 1] else after - 1


def make_grid(timing: Timing, end_tick: int) -> Grid:
    """Lay a grid over whole bars up to at least ``end_tick``."""
    starts = timing.bar_starts(max(end_tick, 1))
    ticks: list[int] = []
    rows: list[tuple[int, int, int, int]] = []
    for bar, start in enumerate(starts):
        metre = timing.metre_at(start)
        full = max(metre.bar_ticks(timing.ticks_per_beat), 1)
        pulse_ticks = max(metre.pulse_ticks(timing.ticks_per_beat), 1)
        pulses = max(-(-full // pulse_ticks), 1)
        end = starts[bar + 1] if bar + 1 < len(starts) else start + full
        # A short first bar is aligned to its end, as a pick-up is felt; a bar cut by a metre change to its start.
        origin = end - full if bar == 0 and timing.pickup_ticks else start
        if bar == 0 and timing.pickup_ticks and len(starts) == 1:
            origin = timing.pickup_ticks - full
            end = timing.pickup_ticks
        for pulse in range(pulses):
            for step, share in enumerate(_COMPOUND if metre.is_compound else _SIMPLE):
                tick = origin + round((pulse + share) * pulse_ticks)
                if start <= tick < end and (not ticks or tick > ticks[-1]):
                    ticks.append(tick)
                    rows.append((step, pulse, pulses, bar))
    if not ticks:  # the piece is all pick-up, and that is shorter than a timestep
        ticks, rows = [0], [(STEPS_PER_PULSE - 1, pulses - 1, pulses, 0)]
    elif ticks[0] > 0:  # a pick-up that is no whole number of timesteps
        ticks[0] = 0
    ticks.append(end)
    step_, pulse_, pulses_, bar_ = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Grid(np.array(ticks, dtype=np.int64), step_, pulse_, pulses_, bar_)


def to_pianoroll(voices: Sequence[Sequence[Note]], grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Put monophonic voices on the grid.

    Returns pitch [voice, T], ``REST`` where silent, and onset [voice, T], true where a note begins. Onsets and ends
    move to the nearest boundary; every note keeps at least one timestep unless a later one takes it.
    """
    pitch = np.full((len(voices), len(grid)), REST, dtype=np.int64)
    onset = np.zeros((len(voices), len(grid)), dtype=bool)
    for voice, notes in enumerate(voices):
        for note in sorted(notes):
            start = min(grid.nearest(note.start), len(grid) - 1)
            end = max(grid.nearest(note.end), start + 1)
            pitch[voice, start:end] = note.pitch
            onset[voice, start:end] = False
            onset[voice, start] = True
    return pitch, onset


def from_pianoroll(pitch: np.ndarray, onset: np.ndarray, grid: Grid, velocity: int = 80) -> list[tuple[Note, ...]]:
    """Read voices off the grid; a change of pitch begins a note even where ``onset`` does not say so."""
    return [_read_voice(line, starts, grid, velocity) for line, starts in zip(pitch, onset, strict=True)]


def _read_voice(pitch: np.ndarray, onset: np.ndarray, grid: Grid, velocity: int) -> tuple[Note, ...]:
    notes = []
    for start, end in segments(pitch, onset):
        if pitch[start] != REST:
            first, last = int(grid.ticks[start]), int(grid.ticks[end])
            notes.append(Note(first, int(pitch[start]), last - first, velocity))
    return tuple(notes)


def segments(pitch: np.ndarray, onset: np.ndarray) -> list[tuple[int, int]]:
    """Split one voice [T] into [start, end) runs of one note or rest."""
    if not len(pitch):
        return []
    begins = np.flatnonzero((np.diff(pitch) != 0) | onset[1:]) + 1
    edges = [0, *begins.tolist(), len(pitch)]
    return list(itertools.pairwise(edges))
