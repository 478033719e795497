"""Songs on disk: a corpus that was built once is read back in seconds."""

import gzip
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from composer_core.corpora.songs import Song, Songs
from composer_core.music import Chord, Metre, Note, Timing


def cached_songs(path: Path, build: Callable[[], Songs]) -> Songs:
    """Read songs from a file, or build and write them."""
    if not path.is_file():
        songs = build()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_songs(songs, path)
        return songs
    return read_songs(path)


def write_songs(songs: Songs, path: Path) -> None:
    """Write a corpus as gzipped JSON; an interrupted write leaves no half file behind."""
    data = {field.name: [_to_json(song) for song in getattr(songs, field.name)] for field in fields(Songs)}
    part = path.with_suffix(".part")
    with gzip.open(part, "wt", encoding="utf-8", compresslevel=5) as file:
        json.dump(data, file)
    part.replace(path)


def read_songs(path: Path) -> Songs:
    """Read what ``write_songs`` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        data = json.load(file)
    return Songs(**{side: tuple(_from_json(entry) for entry in data[side]) for side in data})


def _to_json(song: Song) -> dict[str, Any]:
    timing = song.timing
    return {
        "name": song.name,
        "work": song.work,
        "source": song.source,
        "ticks_per_beat": timing.ticks_per_beat,
        "tempos": timing.tempos,
        "metres": [(tick, metre.numerator, metre.denominator) for tick, metre in timing.metres],
        "pickup_ticks": timing.pickup_ticks,
        "melody": _rows(song.melody),
        "chords": [(chord.tick, chord.label) for chord in song.chords],
        "parts": {name: _rows(notes) for name, notes in song.parts.items()},
        "swing": song.swing,
        "is_human": song.is_human,
    }


def _rows(notes: tuple[Note, ...]) -> list[tuple[int, int, int, int]]:
    return [(note.start, note.pitch, note.duration, note.velocity) for note in notes]


def _notes(rows: list[list[int]]) -> tuple[Note, ...]:
    return tuple(Note(*row) for row in rows)


def _from_json(entry: dict[str, Any]) -> Song:
    return Song(
        name=entry["name"],
        work=entry["work"],
        source=entry["source"],
        timing=Timing(
            entry["ticks_per_beat"],
            tuple((tick, bpm) for tick, bpm in entry["tempos"]),
            tuple((tick, Metre(above, below)) for tick, above, below in entry["metres"]),
            entry["pickup_ticks"],
        ),
        melody=_notes(entry["melody"]),
        chords=tuple(Chord(tick, label) for tick, label in entry["chords"]),
        parts={name: _notes(rows) for name, rows in entry["parts"].items()},
        swing=entry["swing"],
        is_human=entry["is_human"],
    )
