"""A piece as a song of the learned ensemble: everyone's notes in the part that they were seated in."""

from collections.abc import Iterable, Sequence

from composer_core.corpora.midi_songs import one_of_each
from composer_core.corpora.registers import fold_into, keep_kit, lowest_line, thinned
from composer_core.corpora.sections import thin
from composer_core.corpora.songs import Song
from composer_core.dataset.casting import Cast
from composer_core.dataset.ensemble import Ensemble
from composer_core.dataset.instruments import INSTRUMENTS
from composer_core.dataset.members import Member
from composer_core.genres import Part
from composer_core.music import Note

_HAND = 5  # notes at once that a part may strike
_SECTION = 4


def make_song(cast: Cast, number: int, ensemble: Ensemble, work: str) -> Song:
    """Seat the ``number``-th piece; parts in which it has no players are left out."""
    parts = {}
    for part, seat in zip(ensemble.parts[1:], ensemble.seats, strict=True):
        notes = _play(seat.members.get(number, ()), part, cast)
        if notes:
            parts[part.name] = notes
    piece = cast.piece
    melody = _into_range(cast.melody, ensemble.parts[0])
    return Song(piece.name, work, piece.source, piece.timing, melody, cast.chords, parts, piece.swing)


def _play(members: Sequence[Member], part: Part, cast: Cast) -> tuple[Note, ...]:
    if not members:
        return ()
    if part.is_drum:
        return tuple(keep_kit([note for member in members for note in member.notes]))
    notes = _together(members, cast)
    if part.role == "bass":
        return one_of_each(_into_range(lowest_line(notes), part))
    return one_of_each(thinned(sorted(_into_range(notes, part)), _HAND))


def _together(members: Sequence[Member], cast: Cast) -> list[Note]:
    """Several players of one part: a section sounds as one, others take turns bar by bar, the busiest first."""
    if len(members) == 1:
        return list(members[0].notes)
    if all(INSTRUMENTS[member.kind].group in ("strings", "winds", "brass", "voices") for member in members):
        return list(thin(sorted(note for member in members for note in member.notes), _SECTION))
    bar = cast.piece.timing.metres[0][1].bar_ticks(cast.piece.timing.ticks_per_beat)
    taken: set[int] = set()
    notes: list[Note] = []
    for member in sorted(members, key=lambda member: -len({note.start // bar for note in member.notes})):
        mine = {note.start // bar for note in member.notes} - taken
        notes += [note for note in member.notes if note.start // bar in mine]
        taken |= mine
    return sorted(notes)


def _into_range(notes: Iterable[Note], part: Part) -> tuple[Note, ...]:
    return tuple(Note(n.start, fold_into(n.pitch, part.low, part.high), n.duration, n.velocity) for n in notes)
