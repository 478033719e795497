"""Human pieces as songs of a genre: which pieces belong to it, their parts in its ranges, their chords."""

from collections.abc import Iterator, Sequence

from composer_core.chord_symbols import parse_chord
from composer_core.corpora.chord_reading import read_chords
from composer_core.corpora.midi_songs import MidiPiece
from composer_core.corpora.registers import into_range, keep_kit, lowest_line, thinned, without_overlaps
from composer_core.corpora.roles import Band, assign_roles
from composer_core.corpora.songs import Song
from composer_core.corpora.swing import EVEN
from composer_core.genres import Genre, Part
from composer_core.music import Note

_DISTORTED = (29, 30)
_ACOUSTIC = (24, 25)
_ENOUGH = 100  # notes of an instrument that marks a style
_HAND = 4  # notes at once


def human_songs(pieces: Sequence[MidiPiece], genre: Genre) -> Iterator[Song]:
    """Yield the pieces of a genre in which a band of at least three plays."""
    for piece in pieces:
        if _belongs(piece, genre.name):
            song = _to_song(piece, assign_roles(piece, genre), genre)
            if song is not None:
                yield song


def _belongs(piece: MidiPiece, genre: str) -> bool:
    pitched = [track for track in piece.tracks if not track.is_drum]
    distorted = sum(len(track.notes) for track in pitched if track.program in _DISTORTED)
    acoustic = sum(len(track.notes) for track in pitched if track.program in _ACOUSTIC)
    if genre == "rock":
        return distorted >= _ENOUGH
    if distorted >= _ENOUGH:
        return False
    if genre == "jazz":
        return piece.swing > EVEN
    return genre == "pop" or acoustic >= _ENOUGH


def _to_song(piece: MidiPiece, band: Band, genre: Genre) -> Song | None:
    parts = {part.name: _fit(band.parts[part.name], part) for part in genre.parts[1:] if part.name in band.parts}
    pitched = [name for name in parts if name != "Drums"]
    if len(parts) < 3 or not {"Bass", "Drums"} & parts.keys() or len(pitched) < 2:
        return None
    others = [note for name in pitched if name != "Bass" for note in parts[name]]
    chords = read_chords(piece.timing, piece.end, parts.get("Bass", ()), others, band.melody)
    if all(parse_chord(chord.label) is None for chord in chords):
        return None
    melody = tuple(into_range(band.melody, genre.parts[0]))
    work = f"{piece.source}/{piece.name}"
    return Song(piece.name, work, piece.source, piece.timing, melody, chords, parts, piece.swing)


def _fit(notes: Sequence[Note], part: Part) -> tuple[Note, ...]:
    """A part as its players could play it; drums keep their kit."""
    if part.is_drum:
        return tuple(keep_kit(notes))
    if part.role == "bass":
        return tuple(into_range(lowest_line(notes), part))
    return without_overlaps(thinned(into_range(notes, part), _HAND))
