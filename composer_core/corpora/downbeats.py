"""Where the bars of a MIDI file really begin: some stand a beat or two beside the bar lines of the file.

The place is judged by what bands do: harmony, crashes and long notes begin on the downbeat, snares play two and four.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from composer_core.corpora.drum_kit import CRASH, KICK, SECOND_CRASH, SNARE, fold
from composer_core.music import Note

_BEATS = 4
_FEW = 6  # events that prove nothing
_AS_WRITTEN = 0.3  # advantage of the file's own bar lines


def find_downbeat(drums: Sequence[Note], pitched: Sequence[Note], beat_ticks: int) -> int:
    """Return the beat, 0-3, of the file's bars in 4/4 on which the music's bars begin."""
    harmony = _novelty(pitched, beat_ticks)
    long = _histogram((note for note in pitched if note.duration >= 3 * beat_ticks), beat_ticks)
    kick = _histogram((note for note in drums if fold(note.pitch) == KICK), beat_ticks)
    snare = _histogram((note for note in drums if fold(note.pitch) == SNARE), beat_ticks)
    crash = _histogram((note for note in drums if fold(note.pitch) in (CRASH, SECOND_CRASH)), beat_ticks)
    scores = 3.0 * harmony + long + crash
    for beat in range(_BEATS):
        scores[beat] += 0.5 * (kick[beat] + kick[beat - 2]) + 1.5 * (snare[beat - 1] + snare[beat - 3])
    scores[0] += _AS_WRITTEN
    return int(np.argmax(scores))


def _histogram(notes: Iterable[Note], beat_ticks: int) -> np.ndarray:
    """Share of the notes that begin on each beat of the bar [4]; even where they are few."""
    counts = np.zeros(_BEATS)
    for note in notes:
        beat, off = divmod(note.start, beat_ticks)
        counts[beat % _BEATS] += off == 0
    return counts / counts.sum() if counts.sum() >= _FEW else np.full(_BEATS, 1 / _BEATS)


def _novelty(notes: Sequence[Note], beat_ticks: int) -> np.ndarray:
    """Share of the harmonic change that falls on each beat of the bar [4]."""
    beats = max((note.end for note in notes), default=0) // beat_ticks + 1
    chroma = np.zeros((beats, 12))
    for note in notes:
        first, last = note.start // beat_ticks, (note.end - 1) // beat_ticks
        chroma[first : last + 1, note.pitch % 12] += 1
    change = np.zeros(_BEATS)
    for beat in range(2, beats - 1):
        before, after = chroma[beat - 2 : beat].sum(axis=0), chroma[beat : beat + 2].sum(axis=0)
        scale = float(np.linalg.norm(before) * np.linalg.norm(after))
        if scale:
            change[beat % _BEATS] += 1 - float(before @ after) / scale
    return change / change.sum() if change.sum() > 1 else np.full(_BEATS, 1 / _BEATS)
