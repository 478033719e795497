"""One take of a chorale in the making."""

import numpy as np

from composer_core.genres import Genre
from composer_core.harmony import chord_name
from composer_core.models.planes import LOW, PITCHES, REST
from composer_core.music import Chord, Note
from composer_core.pianoroll import REST as SILENT
from composer_core.roll import make_roll, pulse_chords, pulse_spans
from composer_core.techniques import Assignment
from composer_core.techniques.reach import octave_shift, shift_notice


class Piece:
    """One take in the making: its grid, its own source of chance, and what is composed so far.

    voices and onset are [V, T] classes and flags; chord is [T]; beats [B] holds the first timestep of every pulse;
    all without padding.
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
        self.spans = pulse_spans(self.roll.grid, len(self.roll))
        self.beats = np.array([start for start, _ in self.spans])

    @property
    def pitch(self) -> np.ndarray:
        """MIDI pitches of melody and voices [1 + V, T]."""
        classes = np.concatenate([np.where(self.roll.pitch == SILENT, REST, self.roll.pitch - LOW), self.voices])
        return np.where(classes == REST, SILENT, classes + LOW)

    def set_chords(self, chords: np.ndarray) -> None:
        """Set the chord of every pulse: [B] indices into ``harmony.CHORDS``."""
        for (start, end), chord in zip(self.spans, chords.tolist(), strict=True):
            self.chord[start:end] = chord

    def symbols(self) -> tuple[Chord, ...]:
        """The harmony as composed: one symbol at each change."""
        pitch, chords = self.pitch, pulse_chords(self.pitch, self.roll.grid)
        symbols: list[Chord] = []
        for start, _ in self.spans:
            bass = int(pitch[-1, start])
            label = chord_name(int(chords[start]), None if bass == SILENT else bass)
            if not symbols or symbols[-1].label != label:
                symbols.append(Chord(int(self.roll.grid.ticks[start]), label))
        return tuple(symbols)

    def notices(self) -> list[str]:
        """What the user should be told about how the melody was taken."""
        return shift_notice(self.shift)


def _folded(note: Note, shift: int) -> Note:
    pitch = note.pitch + shift
    while pitch >= LOW + PITCHES:
        pitch -= 12
    while pitch < LOW:
        pitch += 12
    return Note(note.start, pitch, note.duration, note.velocity)
