"""Melodies far above or below the ensemble: the accompaniment is written as if they lay octaves nearer."""

from composer_core.genres import Genre
from composer_core.music import Melody
from composer_core.transposition import in_octaves, octaves_into


def octave_shift(melody: Melody, genre: Genre) -> int:
    """Octaves (in semitones) that bring most of a melody into the range of the genre's first part."""
    return octaves_into(melody, genre.parts[0].low, genre.parts[0].high)


def shift_notice(shift: int) -> list[str]:
    """Say so, if the melody was taken in another octave."""
    if not shift:
        return []
    word = "higher" if shift > 0 else "lower"
    return [f"The melody lies outside the first part's range: it was harmonised as if {in_octaves(shift)} {word}."]
