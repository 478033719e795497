"""The same piece twice, in whatever key and at whatever tempo, and pieces that are much alike."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from math import gcd

from composer_core.dataset.casting import Cast
from composer_core.music import Note

_NEARLY = 0.85  # share of the notes that two pieces with one melody have in common, from which they are one


def find_duplicates(casts: Sequence[Cast]) -> dict[int, int]:
    """Piece → the earlier one that it repeats, by number.

    Two are the same if their melodies are, note for note in any key and at any tempo, and nearly all of the
    accompaniment too.
    """
    repeats: dict[int, int] = {}
    by_melody: dict[str, list[int]] = {}
    contents: dict[int, set[tuple[int, int]]] = {}
    for number, cast in enumerate(casts):
        origin, unit, base = _measure(cast)
        melody = _shape(cast.melody or _pitched(cast), origin, unit, base)
        contents[number] = _shape(_pitched(cast), origin, unit, base) | _beats(cast, origin, unit)
        same = by_melody.setdefault(hashlib.sha256(repr(sorted(melody)).encode()).hexdigest(), [])
        twin = next((other for other in same if _likeness(contents[number], contents[other]) >= _NEARLY), None)
        if twin is None:
            same.append(number)
        else:
            repeats[number] = twin
    return repeats


def _measure(cast: Cast) -> tuple[int, int, int]:
    """Where the piece begins, the length of which all its melody's times are multiples, its melody's first pitch."""
    line = cast.melody or _pitched(cast) or (Note(0, 0, 1),)
    first = min(line)
    unit = gcd(*(note.start - first.start for note in line)) or 1
    return first.start, unit, first.pitch


def _pitched(cast: Cast) -> tuple[Note, ...]:
    return tuple(note for member in cast.members if member.role != "drums" for note in member.notes)


def _shape(notes: Sequence[Note], origin: int, unit: int, base: int) -> set[tuple[int, int]]:
    return {((note.start - origin) * 8 // unit, note.pitch - base) for note in notes}


def _beats(cast: Cast, origin: int, unit: int) -> set[tuple[int, int]]:
    """Drums, told from pitches by numbers that no interval has."""
    drums = (note for member in cast.members if member.role == "drums" for note in member.notes)
    return {((note.start - origin) * 8 // unit, 1000 + note.pitch) for note in drums}


def _likeness(one: set[tuple[int, int]], other: set[tuple[int, int]]) -> float:
    """Share of all notes that both have; 1 where neither has any."""
    return len(one & other) / len(one | other) if one or other else 1.0


def alike(casts: Sequence[Cast]) -> float:
    """Share of the bars that stand in another piece too, in any key: 0 for strangers, 1 for the same again."""
    bars = [list(_bars(cast)) for cast in casts]
    pieces = Counter(bar for piece in bars for bar in set(piece))
    total = sum(len(piece) for piece in bars)
    return sum(pieces[bar] > 1 for piece in bars for bar in piece) / total if total else 0.0


def _bars(cast: Cast) -> Iterator[tuple[tuple[int, int], ...]]:
    """The pitched music of every bar, from its lowest pitch up; bars that hold next to nothing are left out."""
    starts = cast.piece.timing.bar_starts(cast.piece.end)
    notes = sorted((*cast.melody, *_pitched(cast)))
    at = 0
    for start, end in zip(starts, [*starts[1:], cast.piece.end + 1], strict=True):
        bar = []
        while at < len(notes) and notes[at].start < end:
            bar.append((notes[at].start - start, notes[at].pitch))
            at += 1
        if len(bar) >= 4:
            low = min(pitch for _, pitch in bar)
            yield tuple(sorted({(tick, pitch - low) for tick, pitch in bar}))
