"""A keyboard's notes divided between two hands."""

from collections.abc import Sequence
from itertools import groupby

from composer_core.corpora.registers import lowest_line
from composer_core.music import Note

_LOWEST_SPLIT, _HIGHEST_SPLIT = 48, 64  # MIDI pitches between which the hands of a piece part
_MIDDLE = 57
_CENTRE_PULL = 0.02  # share of the notes that one semitone from the middle is worth


def divide_hands(notes: Sequence[Note], *, whole_left: bool) -> tuple[list[Note], list[Note]]:
    """Return the left hand's lowest line, one note at a time, and all the other notes.

    ``whole_left``: all the notes are the left hand's; else the pitch is found at which the hands of the piece part.
    """
    below = 128 if whole_left else _split(notes)
    left = [note for note in notes if note.pitch < below]
    line = lowest_line(left)
    taken = {(note.start, note.pitch) for note in line}
    return line, [note for note in notes if (note.start, note.pitch) not in taken]


def _split(notes: Sequence[Note]) -> int:
    """The pitch that most onsets have notes on both sides of, or all on one: where the fewest clusters are cut."""
    struck = [[note.pitch for note in same] for _, same in groupby(sorted(notes), key=lambda note: note.start)]

    def cost(pitch: int) -> float:
        cut = sum(_is_cut(chord, pitch) for chord in struck)
        return cut + _CENTRE_PULL * len(struck) * abs(pitch - _MIDDLE)

    return min(range(_LOWEST_SPLIT, _HIGHEST_SPLIT + 1), key=cost)


def _is_cut(pitches: Sequence[int], at: int) -> bool:
    """Whether a split runs through notes that lie within a fifth of each other."""
    below = [pitch for pitch in pitches if pitch < at]
    above = [pitch for pitch in pitches if pitch >= at]
    return bool(below and above) and min(above) - max(below) < 7
