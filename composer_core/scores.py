"""Whole pieces for the band networks: context above, one row of symbols a part below. Free of torch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from composer_core.context import Context, make_context
from composer_core.corpora.songs import Song
from composer_core.genres import Genre, Part
from composer_core.music import Note
from composer_core.patterns import (
    Codebook,
    drum_notes,
    from_symbols,
    line_notes,
    make_codebook,
    strikes,
    to_symbols,
)
from composer_core.pianoroll import REST as SILENT
from composer_core.voicing import chord_notes


@dataclass(frozen=True)
class Chair:
    """One part of an ensemble as its corpus taught it.

    ``centre`` is the MIDI pitch around which it plays, of a voice in semitones from the middle of the melody;
    ``density`` the mean and spread of log(1 + strikes a bar);
    ``doubled`` the share of its chords that are played with an octave (a habit of a piece, not of a checkpoint).
    """

    part: Part
    codebook: Codebook
    centre: float
    density: tuple[float, float]
    doubled: float = 0.0

    def centre_in(self, context: Context) -> float:
        """MIDI pitch around which the part plays in a piece: a voice goes with the melody, others stay as they are."""
        return self.centre + middle_of(context.melody) if self.part.role == "voice" else self.centre


@dataclass(frozen=True)
class Score:
    """One piece as symbols.

    ``symbols`` [P, T]; ``plays`` [P], whether the part is in the piece at all; ``human`` 0-1; ``density`` [P], how many
    spreads busier than the corpus the part is; ``anchors`` [P, T], MIDI pitch of each part's slot 0.
    """

    name: str
    context: Context
    symbols: np.ndarray
    plays: np.ndarray
    human: float
    density: np.ndarray
    anchors: np.ndarray

    def __len__(self) -> int:
        return self.symbols.shape[1]


def learn_chairs(songs: Sequence[Song], genre: Genre) -> list[Chair]:
    """Collect what each part of a genre strikes, where it lies and how busy it is."""
    contexts = [context_of(song) for song in songs]
    chairs = []
    for part in genre.parts[1:]:
        played = [
            (song.parts[part.name], c) for song, c in zip(songs, contexts, strict=True) if song.parts.get(part.name)
        ]
        centre = _learn_centre(part, played)
        shapes, densities = [], []
        for notes, context in played:
            struck = strikes(notes, part.role, context.ground, _own_centre(part, centre, notes, context))
            shapes += [shape for shape, _ in struck.values()]
            densities.append(busyness(len(struck), context))
        if not shapes:
            shapes, densities = [(0,)], [0.0]
        spread = max(float(np.std(densities)), 0.1)
        chairs.append(Chair(part, make_codebook(part.role, shapes), centre, (float(np.mean(densities)), spread)))
    return chairs


def _learn_centre(part: Part, played: Sequence[tuple[Sequence[Note], Context]]) -> float:
    if part.role == "voice":
        return float(np.median([centre_of(notes) - middle_of(context.melody) for notes, context in played] or [-12.0]))
    pitches = [note.pitch for notes, _ in played for note in notes] or [(part.low + part.high) // 2]
    return float(np.clip(np.median(pitches), part.low + 6, part.high - 6))


def _own_centre(part: Part, centre: float, notes: Sequence[Note], context: Context) -> float:
    """Where a piece's own player of a part plays: known of a voice, which goes with the melody."""
    return centre + middle_of(context.melody) if part.role == "voice" else centre_of(notes)


def context_of(song: Song) -> Context:
    """The context of a piece of a corpus."""
    return make_context(song.melody, song.timing, song.chords, song.end)


def make_score(song: Song, chairs: Sequence[Chair]) -> Score:
    """Write a piece of a corpus as symbols."""
    context = context_of(song)
    rows, plays, density, anchors = [], [], [], []
    for chair in chairs:
        notes = song.parts.get(chair.part.name, ())
        centre = _own_centre(chair.part, chair.centre, notes, context) if notes else chair.centre_in(context)
        struck = strikes(notes, chair.part.role, context.ground, centre) if notes else {}
        anchors.append(context.ground.anchors(centre))
        rows.append(to_symbols(struck, chair.codebook, len(context)))
        plays.append(bool(struck))
        mean, spread = chair.density
        density.append((busyness(len(struck), context) - mean) / spread)
    busier = np.clip(density, -2.5, 2.5)
    return Score(song.name, context, np.stack(rows), np.array(plays), float(song.is_human), busier, np.stack(anchors))


def middle_of(melody: np.ndarray) -> float:
    """Median pitch of a melody [T] where it sounds; 60 if it never does."""
    sounding = melody[melody != SILENT]
    return float(np.median(sounding)) if len(sounding) else 60.0


def centre_of(notes: Sequence[Note]) -> float:
    """Median pitch of a part."""
    return float(np.median([note.pitch for note in notes]))


def read_part(symbols: np.ndarray, chair: Chair, context: Context) -> tuple[Note, ...]:
    """Play one row of symbols [T] on the genre's own instrument."""
    struck, part = from_symbols(symbols, chair.codebook), chair.part
    if part.role == "drums":
        return drum_notes(struck, context.grid)
    if part.role == "chords":
        return chord_notes(struck, context.ground, chair.centre, part.low, part.high, context.melody, chair.doubled)
    return line_notes(struck, context.ground, chair.centre_in(context), part.low, part.high)


def chairs_to_json(chairs: Iterable[Chair]) -> list[dict[str, Any]]:
    """Plain data for a checkpoint's header."""
    return [
        {"part": c.part.name, "shapes": c.codebook.shapes, "centre": c.centre, "density": c.density} for c in chairs
    ]


def chairs_from_json(data: Sequence[dict[str, Any]], genre: Genre) -> list[Chair]:
    """Seat the genre's parts again; raises KeyError if the genre has other parts than the checkpoint."""
    parts = {part.name: part for part in genre.parts}
    return [
        Chair(
            parts[entry["part"]],
            Codebook(parts[entry["part"]].role, [tuple(shape) for shape in entry["shapes"]]),
            float(entry["centre"]),
            (float(entry["density"][0]), float(entry["density"][1])),
        )
        for entry in data
    ]


def busyness(count: int, context: Context) -> float:
    """log(1 + strikes a bar) of a part that strikes so often in a piece."""
    return float(np.log1p(count / (int(context.grid.bar[-1]) + 1)))
