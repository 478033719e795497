"""One take of a chorale in the making."""

import numpy as np

from composer_core.chord_symbols import ChordSymbol
from composer_core.chords import chord_line
from composer_core.genres import Genre
from composer_core.harmony import CHORD_TONES, CHORDS, NO_CHORD
from composer_core.models.planes import LOW, PITCHES, REST
from composer_core.music import Chord, Key, Note
from composer_core.pianoroll import REST as SILENT
from composer_core.roll import make_roll, pulse_chords, pulse_spans
from composer_core.techniques import Assignment
from composer_core.techniques.reach import octave_shift, shift_notice


class Piece:
    """One take in the making: its grid, its own source of chance, and what is composed so far.

    voices and onset are [V, T] classes and flags; chord is [T]; beats [B] holds the first timestep of every pulse;
    all without padding. ``wanted`` [B] is the user's own chord of every pulse, None where it is ours to plan.
    """

    def __init__(self, assignment: Assignment, genre: Genre) -> None:
        self.assignment, self.controls = assignment, assignment.controls
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
        self.wanted = chord_line(self.controls.chords, self.roll.grid.ticks[self.beats].tolist())
        self.set_chords(np.array([NO_CHORD if symbol is None else symbol.index for symbol in self.wanted]), self.given)

    @property
    def given(self) -> np.ndarray:
        """Whether the user named the chord of a pulse: [B]."""
        return np.array([symbol is not None for symbol in self.wanted])

    @property
    def pitch(self) -> np.ndarray:
        """MIDI pitches of melody and voices [1 + V, T]."""
        classes = np.concatenate([np.where(self.roll.pitch == SILENT, REST, self.roll.pitch - LOW), self.voices])
        return np.where(classes == REST, SILENT, classes + LOW)

    def set_chords(self, chords: np.ndarray, where: np.ndarray) -> None:
        """Set the chord of the pulses ``where`` [B] holds: [B] indices into ``harmony.CHORDS``."""
        for (start, end), chord, is_set in zip(self.spans, chords.tolist(), where.tolist(), strict=True):
            if is_set:
                self.chord[start:end] = chord

    def strayed(self) -> np.ndarray:
        """How far each pulse strays from the chord that the user named: [B], 0 = not at all.

        Each voice beside the chord weighs .6, a bass that is not the one written after the stroke as well.
        """
        sounding = self.pitch[1:, self.beats]  # [V, B]
        weights = np.zeros(len(self.beats))
        for beat, symbol in enumerate(self.wanted):
            if symbol is not None:
                column = sounding[:, beat][sounding[:, beat] != SILENT] % 12
                tones = {*symbol.tones, symbol.lowest}
                weights[beat] = 0.6 * sum(tone not in tones for tone in column.tolist())
                weights[beat] += 0.6 * (symbol.bass is not None and column[-1:].tolist() != [symbol.bass])
        return weights

    def symbols(self, key: Key) -> tuple[Chord, ...]:
        """The user's chords, or else the harmony as composed, spelled for a key: one symbol at each change."""
        if self.controls.chords:
            return self.controls.chords
        pitch, chords = self.pitch, pulse_chords(self.pitch, self.roll.grid)
        symbols: list[Chord] = []
        for start, _ in self.spans:
            label = _name(int(chords[start]), int(pitch[-1, start]), key)
            if not symbols or symbols[-1].label != label:
                symbols.append(Chord(int(self.roll.grid.ticks[start]), label))
        return tuple(symbols)

    def notices(self) -> list[str]:
        """What the user should be told about how the melody was taken."""
        notices = shift_notice(self.shift)
        if self.controls.density != 0.5:
            notices.append("The voices of this genre move with the melody: --density changes nothing here.")
        return notices


def _name(chord: int, bass: int, key: Key) -> str:
    """Name a chord by its number in ``harmony.CHORDS``, with the bass pitch where that is another of its tones."""
    if chord == NO_CHORD:
        return "N"
    other = bass != SILENT and bool(CHORD_TONES[chord, bass % 12])
    return ChordSymbol(*CHORDS[chord], bass % 12 if other else None).name(key)


def _folded(note: Note, shift: int) -> Note:
    pitch = note.pitch + shift
    while pitch >= LOW + PITCHES:
        pitch -= 12
    while pitch < LOW:
        pitch += 12
    return Note(note.start, pitch, note.duration, note.velocity)
