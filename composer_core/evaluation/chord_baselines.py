"""Plain ways to harmonise a melody, measured beside the planner: a hidden Markov model, and the tonic for ever."""

from collections.abc import Sequence

import numpy as np

from composer_core.chords import chord_line
from composer_core.corpora.songs import Song
from composer_core.harmony import CHORDS, find_key
from composer_core.music import Melody
from composer_core.planner.cells import Cells, find_scale, make_cells, sounding, transpose
from composer_core.planner.chain import Chain


def always_tonic(melody: Melody) -> np.ndarray:
    """The tonic triad in every cell: [T] indices of ``CHORDS``."""
    key = find_key(melody.notes)
    return np.full(len(make_cells(melody)), CHORDS.index((key.tonic, "" if key.is_major else "m")))


class HiddenMarkovModel:
    """Half bars as states, the pulses that each pitch class sounds as what they emit, Viterbi.

    After MySong (Simon, Morris & Basu 2008), without its dials: both tables are counted in the training sheets, told
    from the scale's tonic, and smoothed by ``prior`` counts.
    """

    def __init__(self, songs: Sequence[Song], prior: float = 0.5) -> None:
        moves = np.full((len(CHORDS), len(CHORDS)), prior / 10)
        first, emits = np.full(len(CHORDS), prior), np.full((len(CHORDS), 12), prior)
        for song in songs:
            melody, tonic = Melody(song.melody, song.timing), find_scale(song.melody)
            cells = make_cells(melody)
            line = chord_line(song.chords, cells.starts[:-1][cells.is_half])
            states = [None if symbol is None else int(transpose(symbol.index, -tonic)) for symbol in line]
            for number, (state, sounds) in enumerate(zip(states, _half_bars(melody, cells, tonic), strict=True)):
                if state is None:
                    continue
                first[state] += 1
                emits[state] += sounds
                before = states[number - 1] if number else None
                if before is not None:
                    moves[before, state] += 1
        self.first = np.log(first / first.sum())
        self.moves = np.log(moves / moves.sum(axis=1, keepdims=True))
        self.emits = np.log(emits / emits.sum(axis=1, keepdims=True))

    def __call__(self, melody: Melody) -> np.ndarray:
        """Return the likeliest chords of a melody: [T] indices of ``CHORDS``, one a cell."""
        cells, tonic = make_cells(melody), find_scale(melody.notes)
        emission = _half_bars(melody, cells, tonic) @ self.emits.T  # [N, C]
        emission[0] += self.first
        chords = Chain(emission, np.zeros(len(emission)), self.moves).likeliest()
        return np.asarray(transpose(chords, tonic)[_numbers(cells)])


def _half_bars(melody: Melody, cells: Cells, tonic: int) -> np.ndarray:
    """[N, 12] pulses that each pitch class, counted from the tonic, sounds in each half bar."""
    numbers = _numbers(cells)
    sounds = np.zeros((numbers[-1] + 1, 12))
    np.add.at(sounds, numbers, np.roll(sounding(melody.notes, cells), -tonic, axis=1))
    return sounds


def _numbers(cells: Cells) -> np.ndarray:
    """[T] number of the half bar that a cell lies in; a pick-up too short for one belongs to the first."""
    return np.asarray((np.cumsum(cells.is_half) - 1).clip(0))
