"""Melodies far above or below the ensemble: the accompaniment is written as if they lay octaves nearer."""

from composer_core.genres import Genre
from composer_core.music import Melody


def octave_shift(melody: Melody, genre: Genre) -> int:
    """Octaves (in semitones) that bring most of a melody into the range of the genre's first part."""
    part = genre.parts[0]
    shifts = sorted(range(-60, 61, 12), key=abs)
    return max(shifts, key=lambda shift: sum(part.low <= note.pitch + shift <= part.high for note in melody.notes))


def shift_notice(shift: int) -> list[str]:
    """Say so, if the melody was taken in another octave."""
    if not shift:
        return []
    octaves, word = abs(shift) // 12, "higher" if shift > 0 else "lower"
    return [f"The melody lies outside the first part's range: it was harmonised as if {octaves} octave(s) {word}."]
