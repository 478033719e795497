"""Sheets retold in the parallel minor: nineteen of twenty lead sheets are in major, and a planner must know both.

A tune in C major becomes one in C minor as a musician would retell it: E and A are lowered, B too unless the chord
needs its leading note; chords change with them, secondary dominants stay.
"""

from dataclasses import replace

from composer_core.chords import ChordSymbol, chord_line, parse_chord
from composer_core.corpora.songs import Song
from composer_core.music import Chord, Note

_THIRD, _SIXTH, _SEVENTH = 4, 9, 11

_RETOLD: dict[tuple[int, str], tuple[int, str]] = {
    (0, ""): (0, "m"),
    (0, "maj7"): (0, "m"),
    (2, "m"): (2, "dim"),
    (2, "m7"): (2, "m7b5"),
    (4, "m"): (3, ""),
    (4, "m7"): (3, "maj7"),
    (4, "7"): (3, "7"),
    (5, ""): (5, "m"),
    (5, "maj7"): (5, "m7"),
    (9, "m"): (8, ""),
    (9, "m7"): (8, "maj7"),
    (9, "7"): (8, "7"),
    (11, "m7b5"): (11, "dim7"),
}
"""(Degree in semitones, basic quality) in major → in minor; what is not here stays."""


def to_minor(song: Song, tonic: int) -> Song:
    """Retell a song in ``tonic`` major in the parallel minor; slash chords lose their bass."""
    chords = tuple(Chord(chord.tick, _retold(chord.label, tonic)) for chord in song.chords)
    sounding = chord_line(chords, [note.start for note in song.melody])
    following = [*(note.pitch for note in song.melody[1:]), song.melody[-1].pitch]
    melody = tuple(
        _lowered(note, symbol, after, tonic)
        for note, symbol, after in zip(song.melody, sounding, following, strict=True)
    )
    return replace(song, name=f"{song.name} (minor)", chords=chords, melody=melody, is_human=False)


def _retold(label: str, tonic: int) -> str:
    symbol = parse_chord(label)
    if symbol is None:
        return label
    degree = (symbol.root - tonic) % 12
    lowered, quality = _RETOLD.get((degree, symbol.basic), (degree, symbol.basic))
    return str(ChordSymbol((tonic + lowered) % 12, quality))


def _lowered(note: Note, symbol: ChordSymbol | None, after: int, tonic: int) -> Note:
    degree = (note.pitch - tonic) % 12
    needs_leading = symbol is not None and (tonic + _SEVENTH) % 12 in symbol.tones
    rises = degree == _SIXTH and (after - tonic) % 12 == _SEVENTH and needs_leading
    is_lowered = degree == _THIRD or (degree == _SIXTH and not rises) or (degree == _SEVENTH and not needs_leading)
    return replace(note, pitch=note.pitch - 1) if is_lowered and note.pitch > 0 else note
