"""`python -m composer_core rebuild instrumentation`: who plays in each bar of human pieces, where a genre uses it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from composer_core.corpora import build_songs
from composer_core.corpora.songs import Song
from composer_core.genres import Genre, find_genre
from composer_core.instrumentation import FILE, Instrumentation
from composer_core.metrics.orchestra import carried
from composer_core.metrics.patterns import drum_bars, rhythm_bars
from composer_core.metrics.songroll import SongRoll, make_songroll

GENRES = ("pop", "rock", "symphony")
"""Where the human pieces decide; in the others most of the music is rendered, and everybody plays all the time."""

LONGEST_BARS, FEWEST_BARS, MOST_BARS = 96, 8, 12_000
CROWDED = 0.3  # share of the bars with everybody from which an orchestral piece teaches nothing about taking turns


def learn_instrumentation(songs: Sequence[Song], genre: Genre) -> Instrumentation:
    """Learn from the human ones among the songs that have every part, from the bar in which their melody begins."""
    names = [part.name for part in genre.parts[1:]]
    pieces, bars = [], 0
    for song in songs:
        if song.is_human and song.melody and bars < MOST_BARS:
            roll = make_songroll(song)
            first = int(roll.grid.bar[roll.melody[0, 0]]) - int(roll.grid.bar[0])
            piece = bars_of(roll, genre)[first : first + LONGEST_BARS]
            if len(piece) >= FEWEST_BARS and _teaches(piece, genre):
                pieces.append(piece)
                bars += len(piece)
    return Instrumentation(names, pieces)


def _teaches(piece: np.ndarray, genre: Genre) -> bool:
    """Whether every part of the genre is in the piece [B, 3, P], and in an orchestra not all of them all the time."""
    playing = piece[:, 0].sum(axis=1)  # [B] parts that play
    heard: list[bool] = np.any(piece[:, 0], axis=0).tolist()  # type: ignore[assignment, union-attr]
    is_crowded = genre.name == "symphony" and float((playing == len(heard)).mean()) > CROWDED
    return all(heard) and not is_crowded


def bars_of(roll: SongRoll, genre: Genre) -> np.ndarray:
    """What each part does in each bar: [B, 3, P], in the order of ``instrumentation.KINDS``."""
    rows = np.zeros((len(roll.bars), 3, len(genre.parts) - 1), dtype=bool)
    for number, part in enumerate(genre.parts[1:]):
        table = roll.parts.get(part.name)
        if table is None or not len(table):
            continue
        sounding: np.ndarray = np.any(roll.sounding(table), axis=1)
        bars = (drum_bars if part.is_drum else rhythm_bars)(roll, part.name)
        for bar, (start, end) in enumerate(roll.bars):
            rows[bar, 0, number] = sounding[start:end].any()
            rows[bar, 1, number] = bar > 0 and bars[bar] == bars[bar - 1] and bool(bars[bar][1])
        if not part.is_drum:
            rows[:, 2, number] = carried(roll, table)
    return rows


def rebuild_instrumentation(data: Path, cache: Path, out: Path) -> list[Path]:
    """Write ``instrumentation.json`` of every genre that uses one below ``out``."""
    paths = []
    for name in GENRES:
        genre = find_genre(name)
        songs = build_songs(genre, data, cache).training
        path = out / name / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        sources = sorted({song.source for song in songs if song.is_human})
        learn_instrumentation(songs, genre).save(path, {"sources": sources})
        paths.append(path)
    return paths
