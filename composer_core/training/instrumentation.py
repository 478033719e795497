"""`python -m composer_core rebuild instrumentation`: who plays in each bar of a genre's pieces, and how."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from composer_core.corpora import build_songs
from composer_core.corpora.songs import Song
from composer_core.genres import Genre, Part, find_genre
from composer_core.habits import FILE as HABITS
from composer_core.habits import Habit, Habits
from composer_core.instrumentation import FILE, Instrumentation
from composer_core.metrics.orchestra import carried
from composer_core.metrics.originality import bar_marks
from composer_core.metrics.patterns import drum_bars, rhythm_bars
from composer_core.metrics.songroll import SongRoll, make_songroll
from composer_core.music import Note
from composer_core.pianoroll import Grid
from composer_core.scores import busyness, centre_of, context_of

GENRES = ("jazz", "pop", "rock", "symphony")
"""Where the bars of pieces are planned; a songwriter's renders repeat too much, and everybody plays all the time."""

WITH_HABITS = (*GENRES, "songwriter")
HUMAN = ("pop", "rock", "symphony")
"""Where the human pieces decide; in the others most of the music is rendered."""

LONGEST_BARS, FEWEST_BARS, MOST_BARS = 96, 8, 12_000
LONGEST_LAG = 16  # bars
CROWDED = 0.3  # share of the bars with everybody from which an orchestral piece teaches nothing about taking turns


def learn_instrumentation(songs: Sequence[Song], genre: Genre) -> Instrumentation:
    """Learn from the songs that have every part, from the bar in which their melody begins."""
    names = [part.name for part in genre.parts[1:]]
    pieces, bars = [], 0
    for song in songs:
        if song.melody and bars < MOST_BARS:
            roll = make_songroll(song)
            first = int(roll.grid.bar[roll.melody[0, 0]]) - int(roll.grid.bar[0])
            piece = bars_of(roll, genre)[first : first + LONGEST_BARS]
            piece[:, 1] = np.where(np.abs(piece[:, 1]) <= np.arange(len(piece))[:, None], piece[:, 1], 0)
            if len(piece) >= FEWEST_BARS and _teaches(piece, genre):
                pieces.append(piece)
                bars += len(piece)
    return Instrumentation(names, pieces)


def _teaches(piece: np.ndarray, genre: Genre) -> bool:
    """Whether every part of the genre is in the piece [B, 3, P], and in an orchestra not all of them all the time."""
    playing = piece[:, 0].sum(axis=1)  # [B] parts that play
    heard = piece[:, 0].max(axis=0) > 0  # [P]
    is_crowded = genre.name == "symphony" and float((playing == len(heard)).mean()) > CROWDED
    return bool(heard.all()) and not is_crowded


def bars_of(roll: SongRoll, genre: Genre) -> np.ndarray:
    """What each part does in each bar: [B, 3, P], in the order of ``instrumentation.KINDS``."""
    rows = np.zeros((len(roll.bars), 3, len(genre.parts) - 1), dtype=np.int64)
    for number, part in enumerate(genre.parts[1:]):
        table = roll.parts.get(part.name)
        if table is None or not len(table):
            continue
        sounding: np.ndarray = np.any(roll.sounding(table), axis=1)
        rows[:, 0, number] = [sounding[start:end].any() for start, end in roll.bars]
        rows[:, 1, number] = lags_of(roll, part)
        if not part.is_drum:
            rows[:, 2, number] = carried(roll, table)
    return rows


def lags_of(roll: SongRoll, part: Part) -> list[int]:
    """How many bars ago each bar was played before, as ``instrumentation.Instrumentation`` has it: [B]."""
    rhythms = (drum_bars if part.is_drum else rhythm_bars)(roll, part.name)
    marks = bar_marks(roll, part)
    lags = []
    for bar, rhythm in enumerate(rhythms):
        alike = [lag for lag in range(1, min(bar, LONGEST_LAG) + 1) if rhythm[1] and rhythms[bar - lag] == rhythm]
        same = [lag for lag in alike if bar in marks and marks.get(bar - lag) == marks[bar]]
        lags.append(same[0] if same else -alike[0] if alike else 0)
    return lags


def learn_habits(songs: Sequence[Song], genre: Genre) -> Habits:
    """Learn where each part of each song lies, how busy it is and how often its chords are doubled."""
    pieces = []
    for song in songs:
        context, habits = context_of(song), {}
        for part in genre.parts[1:]:
            if notes := song.parts.get(part.name):
                strikes = _strikes(notes, context.grid)
                doubled = np.mean([len(pitches) > len({p % 12 for p in pitches}) for pitches in strikes])
                habits[part.name] = Habit(centre_of(notes), busyness(len(strikes), context), float(doubled))
        pieces.append(habits)
    return Habits([piece for piece in pieces if piece])


def _strikes(notes: Sequence[Note], grid: Grid) -> list[set[int]]:
    """Pitches that begin together, at each timestep where some do."""
    found: dict[int, set[int]] = defaultdict(set)
    for note in notes:
        found[grid.nearest(note.start)].add(note.pitch)
    return list(found.values())


def rebuild_instrumentation(data: Path, cache: Path, out: Path) -> list[Path]:
    """Write ``instrumentation.json`` and ``habits.json`` of every genre that uses them below ``out``."""
    paths = []
    for name in WITH_HABITS:
        genre = find_genre(name)
        songs = _teachers(build_songs(genre, data, cache).training, name)
        about = {"sources": sorted({song.source for song in songs})}
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        learn_habits(songs, genre).save(folder / HABITS, about)
        paths.append(folder / HABITS)
        if name in GENRES:
            learn_instrumentation(songs, genre).save(folder / FILE, about)
            paths.append(folder / FILE)
    return paths


def _teachers(songs: Sequence[Song], name: str) -> list[Song]:
    """The songs to learn from: human ones where there are enough of them."""
    return [song for song in songs if song.is_human or name not in HUMAN]
