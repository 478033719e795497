"""A file's bytes as a piece: MIDI and MusicXML alike become tracks on the straight grid."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from composer_core.corpora.midi_songs import MidiPiece, MidiTrack, read_piece
from composer_core.corpora.musicxml import Score, ScorePart, read_score
from composer_core.corpora.snap import snap, until
from composer_core.corpora.swing import EVEN
from composer_core.dataset.names import MIDI, ending
from composer_core.errors import MelodyError
from composer_core.music import Note
from composer_core.pianoroll import Grid, make_grid

RIGHT_HAND, LEFT_HAND = "right hand", "left hand"
_KEYBOARD = "keyboard"


def read_file(data: bytes, name: str, source: str) -> MidiPiece:
    """Read a MIDI or MusicXML file, told by the ending of its name.

    Raises:
        MelodyError: it cannot be read; ``reason_of`` says why in words for a dataset.
    """
    if ending(name) in MIDI:
        return read_piece(data, name, source)
    return _from_score(read_score(data, expand_repeats=False), name, source)


def reason_of(error: MelodyError) -> str:
    """What was wrong with a file, without the advice for somebody who sends a single melody."""
    return f"{str(error).split(': ')[0].rstrip('.')}."


def _from_score(score: Score, name: str, source: str) -> MidiPiece:
    grid = make_grid(score.timing, score.end)
    tracks = tuple(track for part in score.parts for track in _tracks(part, grid, score.end) if track.notes)
    if not tracks:
        raise MelodyError("The score holds no notes.")
    tempos = ((0, _lasting(score.timing.tempos, score.end)),)
    return MidiPiece(name, source, replace(score.timing, tempos=tempos), EVEN, tracks)


def _lasting(tempos: Sequence[tuple[int, float]], end: int) -> float:
    """The tempo at which most of a piece is played."""
    lasting: dict[float, int] = {}
    for (tick, bpm), (following, _) in zip(tempos, [*tempos[1:], (end, 0.0)], strict=True):
        lasting[bpm] = lasting.get(bpm, 0) + following - tick
    return max(lasting, key=lambda bpm: lasting[bpm])


def _tracks(part: ScorePart, grid: Grid, end: int) -> Iterator[MidiTrack]:
    """A part as one track; a keyboard's two staves as two, named by the hands."""
    staves = sorted({staff for staff, _ in part.voices})
    if part.family != _KEYBOARD or len(staves) < 2:
        yield MidiTrack(part.program, False, part.name, _snapped(part, None, grid, end))
        return
    yield MidiTrack(part.program, False, f"{part.name} {RIGHT_HAND}", _snapped(part, staves[:-1], grid, end))
    yield MidiTrack(part.program, False, f"{part.name} {LEFT_HAND}", _snapped(part, staves[-1:], grid, end))


def _snapped(part: ScorePart, staves: list[int] | None, grid: Grid, end: int) -> tuple[Note, ...]:
    voices = (notes for (staff, _), notes in part.voices.items() if staves is None or staff in staves)
    return tuple(sorted({(n.start, n.pitch): n for notes in voices for n in snap(until(end, notes), grid)}.values()))
