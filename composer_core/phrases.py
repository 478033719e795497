"""Breaths: where a melody rests, lingers, or has run on for long enough."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from composer_core.music import Note, Timing

PHRASE_BARS = 4  # where the melody neither rests nor lingers


class Phrase(NamedTuple):
    """A breath of the melody, in ticks."""

    start: int
    end: int


def find_phrases(notes: Sequence[Note], timing: Timing) -> list[Phrase]:
    """Cut a melody where it rests, lingers on a long note, or has run for PHRASE_BARS."""
    if not notes:
        return []
    pulse = timing.metre_at(0).pulse_ticks(timing.ticks_per_beat)
    long_note = max(2 * median(note.duration for note in notes), pulse)
    longest = PHRASE_BARS * timing.metre_at(0).bar_ticks(timing.ticks_per_beat)
    phrases, start = [], notes[0].start
    for note, following in pairwise(notes):
        rests = following.start - note.end >= pulse // 2
        lingers = note.duration >= long_note and note.end - start >= 4 * pulse
        if rests or lingers or following.start - start >= longest:
            phrases.append(Phrase(start, note.end))
            start = following.start
    return [*phrases, Phrase(start, notes[-1].end)]
