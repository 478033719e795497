"""A file's bytes as a piece: MIDI and MusicXML alike become tracks on the straight grid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from composer_core.corpora.midi_songs import MidiPiece, MidiTrack, lasting_tempo, make_piece, read_tracks, steady
from composer_core.corpora.musicxml import Score, ScorePart, read_score
from composer_core.corpora.snap import snap
from composer_core.corpora.songs import TICKS_PER_BEAT
from composer_core.corpora.swing import EVEN
from composer_core.errors import MelodyError
from composer_core.melody import MAX_LENGTH_S
from composer_core.music import Key, Note, until
from composer_core.pianoroll import Grid, make_grid

T = TypeVar("T")
RIGHT_HAND, LEFT_HAND = "right hand", "left hand"
MAX_SOUNDING_BEATS = 400_000  # of all notes together; the fullest piece known to us has 9 000
_KEYBOARD = "keyboard"
_FEW_ONSETS = 60
_ENOUGH_BARS = 12  # from which a band's music, rather than the file, says where bars begin
_TURNS = (1, 2, 3, 4, 6)  # a beat
_LEAST_PULSE = 0.15


@dataclass(frozen=True)
class ScorePiece(MidiPiece):
    """A score made ready; ``signature`` is the major key of the sharps or flats that it has for the most part."""

    signature: Key


def read_file(data: bytes, name: str, source: str, *, is_score: bool) -> MidiPiece:
    """Read a MusicXML file (``is_score``) or a MIDI file.

    Raises:
        MelodyError: it cannot be read; ``reason_of`` says why in words for a dataset.
    """
    return _from_score(read_score(data), name, source) if is_score else _read_midi(data, name, source)


def reason_of(error: MelodyError) -> str:
    """What was wrong with a file, without the advice for somebody who sends a single melody."""
    return f"{str(error).split(': ')[0].rstrip('.')}."


def _read_midi(data: bytes, name: str, source: str) -> MidiPiece:
    """Read a MIDI file whole, with the bar lines that it has."""
    tracks, timing, end = read_tracks(data)
    sounding = sum(note.duration for track in tracks for note in track.notes)
    if sounding > MAX_SOUNDING_BEATS * TICKS_PER_BEAT:
        raise MelodyError("Its notes are held far longer than any player would.")
    if timing.seconds_at(end) > MAX_LENGTH_S:
        raise MelodyError("The file lasts longer than 15 minutes.")
    if _follows_no_beat([note.start for track in tracks for note in track.notes]):
        raise MelodyError("Its notes follow no beat (it was played freely, not to a click).")
    if len(timing.metres) > 1 or timing.pickup_ticks:
        return make_piece(name, source, tracks, replace(timing, tempos=((0, lasting_tempo(timing, 0, end)),)))
    is_band = any(track.is_drum for track in tracks) and end >= _ENOUGH_BARS * 4 * TICKS_PER_BEAT
    return make_piece(name, source, tracks, steady(timing, 0, end), trusts_bars=not is_band)


def _follows_no_beat(ticks: Sequence[int]) -> bool:
    """Whether onsets are spread evenly over the beat: the file's tempo is not the music's.

    The measure is the longest mean of unit vectors that turn with the beat, or two to six times as fast: 1 for a
    metronome, 0.3 and more for players who hear a click, 0.1 and less for those who hear none.
    """
    if len(ticks) < _FEW_ONSETS:
        return False
    phase = 2j * np.pi * np.asarray(ticks) / TICKS_PER_BEAT
    return max(abs(np.exp(turns * phase).mean()) for turns in _TURNS) < _LEAST_PULSE


def _from_score(score: Score, name: str, source: str) -> MidiPiece:
    grid = make_grid(score.timing, score.end)
    tracks = tuple(track for part in score.parts for track in _tracks(part, grid, score.end) if track.notes)
    if not tracks:
        raise MelodyError("The score holds no notes.")
    tempos = ((0, _lasting(score.timing.tempos, score.end)),)
    signatures = [(tick, key.tonic if key.is_major else (key.tonic + 3) % 12) for tick, key in score.keys]
    signature = Key(_lasting(signatures, score.end))
    return ScorePiece(name, source, replace(score.timing, tempos=tempos), EVEN, tracks, signature)


def _lasting(changes: Sequence[tuple[int, T]], end: int) -> T:
    """The value that is in force for most of a piece."""
    lasting: dict[T, int] = {}
    for (tick, value), following in zip(changes, [*(tick for tick, _ in changes[1:]), end], strict=True):
        lasting[value] = lasting.get(value, 0) + following - tick
    return max(lasting, key=lambda value: lasting[value])


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
