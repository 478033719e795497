"""Which staves a part gets: clefs, a brace where one staff would be all ledger lines, the octave it is written in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from composer_core.corpora.instruments import family_of
from composer_core.music import Note, Track

MIDDLE_C = 60
_STAFF_STEP = 3.5  # semitones from one line to the next
_WORTH = 0.4  # ledger lines a note that a second staff must spare
_FEW = 0.25  # ledger lines a note that disturb nobody
_LOW_MELODY = 64  # a guitar's melody that lies lower is written as guitarists read


@dataclass(frozen=True, slots=True)
class Clef:
    """A clef as MusicXML names it; ``octave`` is the 8 below (-1) a tenor's.

    ``range`` are the MIDI pitches between which it needs no ledger lines.
    """

    sign: str
    line: int | None
    range: tuple[int, int]
    octave: int = 0


TREBLE, BASS = Clef("G", 2, (62, 79)), Clef("F", 4, (41, 59))
TENOR, ALTO = Clef("G", 2, (50, 67), -1), Clef("C", 3, (51, 69))
PERCUSSION = Clef("percussion", None, (0, 127))


@dataclass(frozen=True, slots=True)
class Staff:
    """One staff: its clef and its notes at sounding pitch."""

    clef: Clef
    notes: tuple[Note, ...]


def octaves_up(track: Track) -> int:
    """How many octaves higher than it sounds a part is written: guitars and double basses one, by custom."""
    family = "" if track.is_drum else family_of("", track.program)
    if track.is_melody and _middle(track.notes) >= _LOW_MELODY:
        return 0
    return 1 if family in ("guitar", "bass guitar", "double bass") else 0


def lay_staves(track: Track, notes: Sequence[Note]) -> tuple[Staff, ...]:
    """Give the notes of a part one staff, or two that part at middle C where chords would be all ledger lines."""
    up = 12 * octaves_up(track)
    clef = _clef(track, [replace(note, pitch=note.pitch + up) for note in notes])
    has_chords = any(before.start == after.start for before, after in pairwise(notes))
    if has_chords and not up and clef in (TREBLE, TENOR, BASS):
        upper = tuple(note for note in notes if note.pitch >= MIDDLE_C)
        lower = tuple(note for note in notes if note.pitch < MIDDLE_C)
        spared = _ledger(notes, clef) - _ledger(upper, TREBLE) - _ledger(lower, BASS)
        if upper and lower and spared > _WORTH * len(notes):
            return Staff(TREBLE, upper), Staff(BASS, lower)
    return (Staff(clef, tuple(notes)),)


def _ledger(notes: Sequence[Note], clef: Clef) -> float:
    """About how many ledger lines notes need in a clef."""
    low, high = clef.range
    return sum(max(low - note.pitch, note.pitch - high, 0) for note in notes) / _STAFF_STEP


def _clef(track: Track, notes: Sequence[Note]) -> Clef:
    """The clef that the instrument is read in, else the one that needs the fewest ledger lines."""
    family = family_of("", track.program)
    if family in ("bass guitar", "double bass", "timpani", "tuba"):
        return BASS
    if family == "guitar":
        return TREBLE
    clefs = [TREBLE, BASS]
    if family == "viola":
        clefs = [ALTO, TREBLE]
    elif track.role in ("", "voice") and not track.is_melody:
        clefs = [TREBLE, BASS, TENOR]
    few = _FEW * len(notes)
    return min(clefs, key=lambda clef: max(_ledger(notes, clef), few))


def _middle(notes: Sequence[Note]) -> float:
    return median([note.pitch for note in notes]) if notes else MIDDLE_C
