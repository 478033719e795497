"""The copy baseline of the band genres: what the nearest training song plays."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from composer_core.chords import ChordSymbol, parse_chord
from composer_core.corpora.songs import Song
from composer_core.evaluation.band_systems import System
from composer_core.genres import Genre
from composer_core.metrics.songroll import SongRoll, make_songroll
from composer_core.music import Chord, Note
from composer_core.pianoroll import REST

_SHIFTS = range(-6, 7)


def copy_baseline(training: Sequence[Song], genre: Genre) -> System:
    """The parts of the training song whose melody, in the best key, agrees in most timesteps.

    They are repeated or cut to length. Songs of the same number of pulses in a bar are preferred; nothing is fitted to
    the melody beyond the key.
    """
    rolls = [make_songroll(song) for song in training]
    drums = {part.name for part in genre.parts if part.is_drum}

    def compose(songs: Sequence[Song], seed: int) -> list[Song]:
        return [_copy(song, training, rolls, drums) for song in songs]

    return compose


def _copy(song: Song, training: Sequence[Song], rolls: Sequence[SongRoll], drums: set[str]) -> Song:
    melody = make_songroll(song)
    pulses = melody.grid.pulses[-1]
    choice = [place for place, roll in enumerate(rolls) if roll.grid.pulses[-1] == pulses]
    choice = choice or list(range(len(rolls)))
    lines, wanted = np.stack([_looped(rolls[place], melody) for place in choice]), melody.melody_line()  # [N, T], [T]
    agreement = [(np.where(lines == REST, REST, lines + shift) == wanted).mean(axis=1) for shift in _SHIFTS]
    row, best = divmod(int(np.argmax(agreement)), len(lines))
    place, shift = choice[best], _SHIFTS[row]
    offset = _first_bar(melody) - _first_bar(rolls[place])
    parts = {
        name: _looped_notes(table, 0 if name in drums else shift, offset, len(rolls[place]), melody)
        for name, table in rolls[place].parts.items()
    }
    chords = _looped_chords(training[place].chords, shift, offset, rolls[place], melody)
    return replace(song, source="copied", chords=chords, parts=parts, is_human=False)


def _first_bar(roll: SongRoll) -> int:
    """Timestep of the first full bar."""
    bars = roll.bars
    return bars[1][0] if len(bars) > 1 and roll.place[0] else 0


def _looped(roll: SongRoll, melody: SongRoll) -> np.ndarray:
    """A song's melody with its full bars on ours, repeated or cut to our length: [T]."""
    offset = _first_bar(melody) - _first_bar(roll)
    return roll.melody_line()[(np.arange(len(melody)) - offset) % len(roll)]


def _looped_notes(table: np.ndarray, shift: int, offset: int, period: int, melody: SongRoll) -> tuple[Note, ...]:
    ticks, length = melody.grid.ticks, len(melody)
    notes = []
    for start, end, pitch in table.tolist():
        for at in range((start + offset) % period - period, length, period):
            if at >= 0:
                first, last = int(ticks[at]), int(ticks[min(at + end - start, length)])
                notes.append(Note(first, int(np.clip(pitch + shift, 0, 127)), last - first))
    return tuple(sorted(notes))


def _looped_chords(
    chords: Sequence[Chord], shift: int, offset: int, roll: SongRoll, melody: SongRoll
) -> tuple[Chord, ...]:
    moved = []
    for chord in chords:
        start = roll.grid.nearest(chord.tick)
        for at in range((start + offset) % len(roll) - len(roll), len(melody), len(roll)):
            if start < len(roll) and at >= 0:
                moved.append(Chord(int(melody.grid.ticks[at]), transposed(chord.label, shift)))
    return tuple(sorted(moved, key=lambda chord: chord.tick))


def transposed(label: str, shift: int) -> str:
    """A chord's label so many semitones higher."""
    chord = parse_chord(label)
    if chord is None:
        return label
    bass = None if chord.bass is None else (chord.bass + shift) % 12
    return str(ChordSymbol((chord.root + shift) % 12, chord.quality, bass))
