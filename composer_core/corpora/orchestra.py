"""Orchestral movements with their annotated main line, and string quartets for the inner voices.

The melody is the line that the Hauptstimme project's annotators heard as the main one, handed from player to player;
the parts are the full score's, reduced to sections. A quartet's melody is its first violin. Composers named in
``TEST_COMPOSERS`` are held out entirely, quartets included; some works of the others are held out too.
"""

import hashlib
import zipfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from composer_core.corpora.excerpts import SHORTEST, cut_excerpts, good_runs
from composer_core.corpora.main_line import settle
from composer_core.corpora.musicxml import MAX_MEASURES, Score, ScorePart, read_score
from composer_core.corpora.sections import SYMPHONY, reduce_parts
from composer_core.corpora.snap import off_grid, snap
from composer_core.corpora.song_files import cached_songs
from composer_core.corpora.songs import Song, Songs
from composer_core.corpora.sounding import sounding_chords
from composer_core.errors import ResourceError, SettingError
from composer_core.genres import Genre
from composer_core.music import Note, monophonic, until
from composer_core.pianoroll import make_grid

VERSION = 1  # of what is read: a cache of another one is not used
ORCHESTRA, QUARTETS = "orchestra_hauptstimme.zip", "string_quartets.zip"
TEST_COMPOSERS = ("Beach", "Boulanger", "Haydn", "Schubert")
TEST_WORKS = ("Symphony_No.8,_Op.93",)
VALIDATION_WORKS = ("Symphony_No.2,_Op.36", "Symphony_No.3,_Op.90", "Brandenburg_Concerto_No.4,_BWV.1049")
QUARTET_COMPOSERS = ("Arriaga", "Beethoven", "Borodin", "Brahms", "Dvořák", "Mendelssohn", "Mozart", "Schumann")
QUARTET_BARS = 160  # of each quartet, from its beginning: inner voices, without making everything a quartet
OFF_GRID = 1 / 3  # of a bar's onsets
FEWEST_NOTES = 16  # in a song's melody


def build_songs(genre: Genre, data: Path, cache: Path) -> Songs:
    """Read, reduce, cut and split the movements and quartets, or take them from the cache folder.

    ``data`` is the corpus folder. Reading takes about two minutes.

    Raises:
        ResourceError: an archive is missing.
        SettingError: the genre's parts are not the sections read here.
    """
    names = [part.name for part in genre.parts[1:]]
    if set(names) != set(SYMPHONY):
        raise SettingError(f"The orchestral corpus has the parts {', '.join(SYMPHONY)}: {genre.name} has others.")
    digest = hashlib.sha256(str(VERSION).encode())
    for name in (ORCHESTRA, QUARTETS):
        digest.update(_archive(data, name).read_bytes())
    path = cache / f"{genre.name}-{digest.hexdigest()[:12]}.json.gz"
    return cached_songs(path, lambda: _split(_read(data)))


def _split(songs: Iterable[Song]) -> Songs:
    sides: dict[str, list[Song]] = {"training": [], "validation": [], "test": []}
    for song in songs:
        sides[split_of(song.work)].append(song)
    return Songs(**{side: tuple(kept) for side, kept in sides.items()})


def split_of(work: str) -> str:
    """Say on which side a work (``composer/title``) stands: training, validation or test."""
    composer, title = work.split("/")[:2]
    if composer.split(",")[0] in TEST_COMPOSERS or title in TEST_WORKS:
        return "test"
    return "validation" if title in VALIDATION_WORKS else "training"


def _archive(data: Path, name: str) -> Path:
    path = data / name
    if not path.is_file():
        raise ResourceError(f"{path} is missing: it holds orchestral scores; --data names its folder.")
    return path


def _read(data: Path) -> Iterator[Song]:
    counts: Counter[str] = Counter()
    yield from read_movements(_archive(data, ORCHESTRA), counts)
    yield from read_quartets(_archive(data, QUARTETS), counts)


def read_movements(path: Path, counts: Counter[str]) -> Iterator[Song]:
    """Yield the excerpts of every movement; ``counts`` tells bars read and left out, by reason."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for name in sorted(names):
            melody_name = name.removesuffix(".mxl") + "_melody.mxl"
            if name.endswith(".mxl") and melody_name in names:
                score = read_score(archive.read(name))
                melody = align(read_score(archive.read(melody_name)), score)
                yield from _songs(name, "hauptstimme", score, score.parts, melody, counts)


def read_quartets(path: Path, counts: Counter[str]) -> Iterator[Song]:
    """Yield excerpts of the quartets by ``QUARTET_COMPOSERS``: the first violin above the other three."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".mxl") and name.split(",")[0] in QUARTET_COMPOSERS:
                score = read_score(archive.read(name))
                first, *others = score.parts
                yield from _songs(name, "openscore quartets", score, others, first.notes, counts, QUARTET_BARS)


def align(melody: Score, score: Score) -> list[Note]:
    """Return the melody's notes on the bars of the full score, measure by measure."""
    shifts = [there[0] - here[0] for here, there in zip(melody.bars, score.bars, strict=False)]
    starts = [start for start, _ in melody.bars]
    return [
        replace(note, start=note.start + shifts[min(bisect_right(starts, note.start), len(shifts)) - 1])
        for note in melody.parts[0].notes
    ]


def _songs(
    name: str,
    source: str,
    score: Score,
    players: Sequence[ScorePart],
    melody: Sequence[Note],
    counts: Counter[str],
    most_bars: int = MAX_MEASURES,
) -> Iterator[Song]:
    """Cut one movement into songs; bars whose onsets often lie off the grid are left out where they come in a row."""
    end = score.bars[:most_bars][-1][1]
    grid = make_grid(score.timing, end)
    melody = until(end, melody)
    written = [until(end, voice) for part in score.parts for voice in part.voices.values()]
    off, onsets = off_grid([note for voice in written for note in voice], grid)
    runs = good_runs((off > OFF_GRID * onsets).tolist())
    line = settle(monophonic(snap(melody, grid)))
    sounding = [*line, *(note for voice in written for note in snap(voice, grid))]
    parts = reduce_parts(players, grid, SYMPHONY, end)
    title = PurePosixPath(name).stem.replace("_", " ")
    work = "/".join(name.split("/")[:2])
    whole = Song(title, work, source, score.timing, line, sounding_chords(sounding, grid), parts)
    counts["bars read"] += len(onsets)
    counts["bars off the grid"] += len(onsets) - sum(end - first for first, end in runs)
    counts["bars in runs too short"] += sum(end - first for first, end in runs if end - first < SHORTEST)
    for song in cut_excerpts(whole, grid, runs):
        if len(song.melody) >= FEWEST_NOTES:
            yield song
        else:
            counts["songs without melody"] += 1
