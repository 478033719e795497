"""Fits notes to the parts of a genre: its range, one bass note at a time, power chords."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from composer_core.chord_symbols import ChordSymbol
from composer_core.corpora.drum_kit import fold
from composer_core.corpora.songs import TICKS_PER_BEAT
from composer_core.genres import Part
from composer_core.music import Note

ChordAt = Callable[[int], ChordSymbol | None]
_LATE = TICKS_PER_BEAT  # after a chord change
_PUMP = 8  # strokes of one note at most, before a rest is a rest
_OCTAVES = (0, 12, -12, 24, -24, 36)
_HOME = 0.42  # where in its range an accompaniment is at home, from the bottom: below the melody
_PERCUSSION = {69: 70, 82: 70}  # cabasa, shaker → maracas
_KIT = frozenset((36, 37, 38, 39, 42, 43, 44, 45, 46, 48, 49, 51, 53, 54, 56, 57, 70, 75))
"""What a drummer with a tambourine, a cowbell, a shaker and claves can play; the rest belongs to percussionists."""


def keep_kit(notes: Iterable[Note]) -> list[Note]:
    """Fold doubles of the kit onto one number each and leave out what is no part of it."""
    folded = (replace(note, pitch=_PERCUSSION.get(fold(note.pitch), fold(note.pitch))) for note in notes)
    return list(unique(note for note in folded if note.pitch in _KIT))


def unique(notes: Iterable[Note]) -> list[Note]:
    """Keep one note, the loudest, of those that share start and pitch."""
    ordered = sorted(notes, key=lambda note: (note.start, note.pitch, note.velocity))
    return [list(same)[-1] for _, same in groupby(ordered, key=lambda note: (note.start, note.pitch))]


def into_range(notes: Sequence[Note], part: Part) -> list[Note]:
    """Move a part by octaves: all of it so that most lies within the range, then each note that still does not."""
    shift = max(_OCTAVES, key=lambda step: _inside(notes, step, part))
    return _moved(notes, shift, part)


def into_register(notes: Sequence[Note], part: Part) -> list[Note]:
    """Move a part by octaves to the middle of its range, a little below, then each note that still lies outside."""
    middle = sum(note.pitch for note in notes) / max(len(notes), 1)
    home = part.low + _HOME * (part.high - part.low)
    return _moved(notes, min(_OCTAVES, key=lambda step: abs(middle + step - home)), part)


def _moved(notes: Iterable[Note], shift: int, part: Part) -> list[Note]:
    return unique(replace(note, pitch=fold_into(note.pitch + shift, part.low, part.high)) for note in notes)


def _inside(notes: Sequence[Note], shift: int, part: Part) -> tuple[int, int]:
    return sum(part.low <= note.pitch + shift <= part.high for note in notes), -abs(shift)


def thinned(notes: Iterable[Note], most: int) -> list[Note]:
    """Keep at most so many notes of a chord: the lowest and the highest ones."""
    kept: list[Note] = []
    for _, same in groupby(sorted(notes), key=lambda note: note.start):
        chord = list(same)
        kept += chord if len(chord) <= most else [chord[0], *chord[len(chord) - most + 1 :]]
    return kept


def fold_into(pitch: int, low: int, high: int) -> int:
    """Move a pitch by the fewest octaves into a range of an octave or more."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def lowest_line(notes: Iterable[Note]) -> list[Note]:
    """One note at a time: the lowest of each onset, cut where the next begins."""
    line: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.start, note.pitch)):
        if line and note.start == line[-1].start:
            continue
        if line and line[-1].end > note.start:
            line[-1] = replace(line[-1], duration=note.start - line[-1].start)
        line.append(note)
    return line


def pumped(line: Iterable[Note], step: int) -> list[Note]:
    """Strike every note again, step by step, as long as it sounds and through the rest after it: driving eighths."""
    struck: list[Note] = []
    notes = sorted(line)
    for note, following in zip(notes, [*notes[1:], None], strict=True):
        end = note.end if following is None else min(following.start, note.start + _PUMP * step)
        struck += [replace(note, start=at, duration=min(step, end - at)) for at in range(note.start, end, step)]
    return struck


def root_at_changes(line: Sequence[Note], changes: Iterable[int], chord_at: ChordAt, part: Part) -> list[Note]:
    """Let a line begin every new chord with its bass: a pattern of root and fifth, or a long note, may miss it.

    A line that comes in late, within a beat of the change, begins so too.
    """
    new = sorted(changes)
    cut = [piece for note in line for piece in _cut_at(note, new[bisect_right(new, note.start) :])]
    starts = [note.start for note in cut]
    firsts = {bisect_left(starts, change): change for change in new}  # the last change before it
    return [
        _to_bass(note, chord_at(note.start), part) if note.start - firsts.get(at, -TICKS_PER_BEAT) < _LATE else note
        for at, note in enumerate(cut)
    ]


def _cut_at(note: Note, changes: Sequence[int]) -> list[Note]:
    """The note in pieces that begin with it and with every change before its end."""
    edges = [note.start, *(tick for tick in changes if tick < note.end), note.end]
    return [replace(note, start=start, duration=end - start) for start, end in pairwise(edges)]


def _to_bass(note: Note, chord: ChordSymbol | None, part: Part) -> Note:
    if chord is None or note.pitch % 12 == chord.lowest:
        return note
    up = (chord.lowest - note.pitch) % 12
    return replace(note, pitch=fold_into(note.pitch + (up if up <= 6 else up - 12), part.low, part.high))


def power_chords(notes: Sequence[Note], chord_at: ChordAt, part: Part) -> list[Note]:
    """Play the chord's root, its fifth (flat or sharp where the chord has it) and octave in the rhythm of the notes."""
    played: list[Note] = []
    for start, same in groupby(sorted(notes), key=lambda note: note.start):
        chord = chord_at(start)
        if chord is None:
            continue
        together = list(same)
        longest = max(together, key=lambda note: note.duration)
        root = fold_into(chord.root + 36, part.low, part.low + 11)
        fifth = next((step for step in (7, 6, 8) if step in chord.steps), 7)
        pitches = (root, root + fifth, root + 12)
        played += [Note(start, pitch, longest.duration, longest.velocity) for pitch in pitches if pitch <= part.high]
    return played


def without_overlaps(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Cut a note where its own pitch is struck again."""
    sounding: dict[int, Note] = {}
    kept: list[Note] = []
    for note in sorted(notes):
        before = sounding.get(note.pitch)
        if before is not None and before.end > note.start:
            kept[kept.index(before)] = replace(before, duration=note.start - before.start)
        sounding[note.pitch] = note
        kept.append(note)
    return tuple(sorted(kept))
