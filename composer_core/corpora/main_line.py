"""Bringing a main line that wanders from piccolo to double bass into one register."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from composer_core.music import Note

CENTRE = 71  # MIDI B4: the middle of what people sing, whistle and play as a tune
COMFORT = 11  # semitones about the centre in which a phrase may lie as it is
LEAP = 11  # semitones: a wider step, or a long rest, begins a phrase
REST_TICKS = 960


def settle(line: Sequence[Note]) -> tuple[Note, ...]:
    """Move phrases by octaves towards the centre; within a phrase every interval stays.

    A phrase whose middle lies within ``COMFORT`` stays where it is; of the octaves for another one the nearest to the
    centre is taken, of two as near that which follows more smoothly.
    """
    settled: list[Note] = []
    for phrase in _phrases(line):
        middle = sorted(note.pitch for note in phrase)[len(phrase) // 2]
        shift = 0
        if abs(middle - CENTRE) > COMFORT:
            before = settled[-1].pitch if settled else CENTRE
            shift = min(range(-60, 61, 12), key=lambda s: _cost(middle + s, phrase[0].pitch + s - before))
        settled += [replace(note, pitch=note.pitch + shift) for note in phrase]
    return tuple(settled)


def _cost(middle: int, leap: int) -> float:
    return abs(middle - CENTRE) + 0.3 * abs(leap)


def _phrases(line: Sequence[Note]) -> Iterator[list[Note]]:
    phrase: list[Note] = []
    for note in line:
        if phrase and (abs(note.pitch - phrase[-1].pitch) > LEAP or note.start - phrase[-1].end >= REST_TICKS):
            yield phrase
            phrase = []
        phrase.append(note)
    if phrase:
        yield phrase
