"""A song on the grid, as the measures see it: notes as timesteps, the plan's chord at each of them. No torch."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from composer_core.chords import chord_line
from composer_core.corpora.songs import Song
from composer_core.music import Chord, Composition, Note
from composer_core.pianoroll import Grid, make_grid

NO_ROOT = -1
PITCHES = 128


@dataclass(frozen=True)
class SongRoll:
    """Melody and parts over the whole bars that the melody touches.

    Notes are tables [N, 3] of first timestep, end timestep and MIDI pitch, sorted. ``root`` and ``bass`` [T] are the
    pitch classes of the plan's chord, ``NO_ROOT`` where there is none; ``tones`` [T, 12] its pitch classes; ``change``
    [T] is true where a new chord begins.
    """

    name: str
    grid: Grid
    melody: np.ndarray
    parts: dict[str, np.ndarray]
    root: np.ndarray
    bass: np.ndarray
    tones: np.ndarray
    change: np.ndarray

    def __len__(self) -> int:
        return len(self.grid)

    @property
    def bars(self) -> list[tuple[int, int]]:
        """[start, end) timesteps of every bar."""
        starts = [0, *(np.flatnonzero(np.diff(self.grid.bar)) + 1).tolist(), len(self)]
        return list(itertools.pairwise(starts))

    @property
    def pulses(self) -> np.ndarray:
        """Timesteps at which a pulse begins."""
        return np.flatnonzero(self.grid.step == 0)

    @property
    def place(self) -> np.ndarray:
        """Each timestep's place in its bar [T], 0-15 in 4/4; a pick-up counts from the end of a full bar."""
        return np.asarray(self.grid.pulse * 4 + self.grid.step)

    def sounding(self, table: np.ndarray) -> np.ndarray:
        """Which pitches sound: [T, 128]."""
        roll = np.zeros((len(self), PITCHES), dtype=bool)
        for start, end, pitch in table.tolist():
            roll[start:end, pitch] = True
        return roll

    def melody_line(self) -> np.ndarray:
        """The melody's pitch at each timestep [T], ``REST`` (-1) where it is silent."""
        line = np.full(len(self), -1, dtype=np.int64)
        for start, end, pitch in self.melody.tolist():
            line[start:end] = pitch
        return line


def make_songroll(song: Song) -> SongRoll:
    """Put a song on the grid; what lies beyond the bars of the melody is left out."""
    end = max((note.end for note in song.melody), default=song.end)
    grid = make_grid(song.timing, end)
    root, bass, tones, change = plan_arrays(song.chords, grid)
    parts = {name: note_table(notes, grid) for name, notes in song.parts.items()}
    return SongRoll(song.name, grid, note_table(song.melody, grid), parts, root, bass, tones, change)


def roll_of(composition: Composition) -> SongRoll:
    """Put a composition on the grid."""
    parts = {track.name: track.notes for track in composition.accompaniment}
    melody = composition.melody.notes
    return make_songroll(Song(composition.name, "", "composed", composition.timing, melody, composition.chords, parts))


def note_table(notes: Iterable[Note], grid: Grid) -> np.ndarray:
    """Notes as rows of first timestep, end timestep and pitch [N, 3]; each keeps at least one timestep."""
    rows = np.array([(note.start, note.end, note.pitch) for note in notes], dtype=np.int64).reshape(-1, 3)
    middles = (grid.ticks[1:] + grid.ticks[:-1]) / 2
    start, end = (np.searchsorted(middles, rows[:, column], side="right") for column in (0, 1))
    table = np.stack([start, np.minimum(np.maximum(end, start + 1), len(grid)), rows[:, 2]], axis=1)
    return np.unique(table[start < len(grid)], axis=0)


def plan_arrays(chords: Iterable[Chord], grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Root [T], bass [T], tones [T, 12] and changes [T] of a plan; a chord begins at the nearest timestep."""
    snapped = [Chord(int(grid.ticks[grid.nearest(chord.tick)]), chord.label) for chord in chords]
    line = chord_line(snapped, grid.ticks[:-1].tolist())
    root = np.array([chord.root if chord else NO_ROOT for chord in line], dtype=np.int64)
    bass = np.array([chord.lowest if chord else NO_ROOT for chord in line], dtype=np.int64)
    tones = np.zeros((len(grid), 12), dtype=bool)
    for timestep, chord in enumerate(line):
        if chord:
            tones[timestep, list(chord.tones)] = True
    change = np.array([chord is not None and (t == 0 or chord != line[t - 1]) for t, chord in enumerate(line)])
    return root, bass, tones, change
