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
    bass_notes,
    drum_notes,
    from_symbols,
    line_notes,
    make_codebook,
    strikes,
    to_symbols,
)
from composer_core.voicing import chord_notes


@dataclass(frozen=True)
class Chair:
    """One part of an ensemble as its corpus taught it.

    ``centre`` is the MIDI pitch around which it plays; ``density`` the mean and spread of log(1 + strikes a bar).
    """

    part: Part
    codebook: Codebook
    centre: float
    density: tuple[float, float]


@dataclass(frozen=True)
class Score:
    """One piece as symbols.

    ``symbols`` [P, T]; ``plays`` [P], whether the part is in the piece at all; ``human`` 0-1; ``density`` [P], how many
    spreads busier than the corpus the part is.
    """

    name: str
    context: Context
    symbols: np.ndarray
    plays: np.ndarray
    human: float
    density: np.ndarray

    def __len__(self) -> int:
        return self.symbols.shape[1]


def learn_chairs(songs: Sequence[Song], genre: Genre) -> list[Chair]:
    """Collect what each part of a genre strikes, where it lies and how busy it is."""
    contexts = [context_of(song) for song in songs]
    chairs = []
    for part in genre.parts[1:]:
        shapes, pitches, densities = [], [], []
        for song, context in zip(songs, contexts, strict=True):
            if not (notes := song.parts.get(part.name)):
                continue
            struck = strikes(notes, part.role, context.ground, centre_of(notes))
            shapes += [shape for shape, _ in struck.values()]
            pitches += [note.pitch for note in notes]
            densities.append(_busyness(len(struck), context))
        if not shapes:
            shapes, pitches, densities = [(0,)], [(part.low + part.high) // 2], [0.0]
        spread = max(float(np.std(densities)), 0.1)
        centre = float(np.clip(np.median(pitches), part.low + 6, part.high - 6))
        chairs.append(Chair(part, make_codebook(part.role, shapes), centre, (float(np.mean(densities)), spread)))
    return chairs


def context_of(song: Song) -> Context:
    """The context of a piece of a corpus."""
    return make_context(song.melody, song.timing, song.chords, song.end)


def make_score(song: Song, chairs: Sequence[Chair]) -> Score:
    """Write a piece of a corpus as symbols."""
    context = context_of(song)
    rows, plays, density = [], [], []
    for chair in chairs:
        notes = song.parts.get(chair.part.name, ())
        struck = strikes(notes, chair.part.role, context.ground, centre_of(notes)) if notes else {}
        rows.append(to_symbols(struck, chair.codebook, len(context)))
        plays.append(bool(struck))
        mean, spread = chair.density
        density.append((_busyness(len(struck), context) - mean) / spread)
    return Score(song.name, context, np.stack(rows), np.array(plays), float(song.is_human), np.clip(density, -2.5, 2.5))


def centre_of(notes: Sequence[Note]) -> float:
    """Median pitch of a part."""
    return float(np.median([note.pitch for note in notes]))


def read_part(symbols: np.ndarray, chair: Chair, context: Context) -> tuple[Note, ...]:
    """Play one row of symbols [T] on the genre's own instrument."""
    struck, part = from_symbols(symbols, chair.codebook), chair.part
    if part.role == "drums":
        return drum_notes(struck, context.grid)
    if part.role == "chords":
        return chord_notes(struck, context.ground, chair.centre, part.low, part.high, context.melody)
    play = bass_notes if part.role == "bass" else line_notes
    return play(struck, context.ground, chair.centre, part.low, part.high)


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


def _busyness(count: int, context: Context) -> float:
    return float(np.log1p(count / (int(context.grid.bar[-1]) + 1)))
