"""The corpora of rock, pop, jazz and songwriter: human MIDI, lead sheets played by MMA, human drummers.

Lead sheets are split by composer, human pieces by work, drummers as Groove MIDI splits them; nothing that shares a work
stands on two sides. A human piece whose melody was not found is only trained on.
"""

import hashlib
import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from composer_core.corpora.arrangements import ARRANGEMENTS, Arrangement
from composer_core.corpora.drummer import find_drummers
from composer_core.corpora.groove import ARCHIVE as GROOVE
from composer_core.corpora.groove import Performance, drum_performances
from composer_core.corpora.human import human_songs
from composer_core.corpora.lead_sheets import ARCHIVE as LEAD_SHEETS
from composer_core.corpora.lead_sheets import make_folds, read_lead_sheets
from composer_core.corpora.midi_songs import ARCHIVES as HUMAN
from composer_core.corpora.midi_songs import read_pieces
from composer_core.corpora.rendering import Sheet, prepare_sheet, render_sheet
from composer_core.corpora.song_files import cached_songs
from composer_core.corpora.songs import Song, Songs
from composer_core.genres import Genre

VERSION = 4  # of what this module makes: a corpus in the cache is used only by the version that built it
SIDES = ("training", "validation", "test")
_FOLDS = 10  # of lead sheets: the first, by far the largest, is for testing, the second for validation
_RENDERS = {"rock": 1, "pop": 1, "jazz": 2, "songwriter": 2}  # of each sheet, so that human bars keep their weight
_TEST_SHARE, _VALIDATION_SHARE, _FEWEST_TESTS = 0.13, 0.08, 10  # of the human pieces
_SUNG = 0.4  # share of the bars that the melody of a held-out piece must reach
_HUMAN_DRUMS = 0.8  # share of the renders with a fitting drummer in which he plays


def build_songs(genre: Genre, data: Path, cache: Path) -> Songs:
    """Build a band's corpus, or read it from the cache folder; ``data`` is the folder of the archives.

    Building takes a few minutes.

    Raises:
        ResourceError: an archive or MMA is missing.
    """
    return cached_songs(cache / f"{genre.name}-{_fingerprint(data)}.json.gz", lambda: _build(genre, data))


def _fingerprint(data: Path) -> str:
    digest = hashlib.sha256(str(VERSION).encode())
    for archive in (GROOVE, LEAD_SHEETS, *HUMAN.values()):
        path = data / archive
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:12]


def _build(genre: Genre, data: Path) -> Songs:
    sides: dict[str, list[Song]] = {side: [] for side in SIDES}
    for song, side in _split(list(human_songs(read_pieces(data).pieces, genre))):
        sides[side].append(song)
    studio = Studio(genre, drum_performances(data))
    for number, fold in enumerate(make_folds(read_lead_sheets(data).songs, _FOLDS)):
        side = {0: "test", 1: "validation"}.get(number, "training")
        for sheet in fold:
            sides[side] += studio.record(sheet, side)
    return Songs(**{side: tuple(songs) for side, songs in sides.items()})


def _split(songs: Sequence[Song]) -> Iterator[tuple[Song, str]]:
    """Give every human piece its side: by a hash of its work, a share of those with a melody is held out."""
    sung = sorted((song for song in songs if _is_sung(song)), key=lambda song: _hash(song.work))
    tests = min(max(round(_TEST_SHARE * len(songs)), _FEWEST_TESTS), len(sung) // 4)
    validations = min(round(_VALIDATION_SHARE * len(songs)), len(sung) // 4)
    side = {song.work: "test" for song in sung[:tests]}
    side |= {song.work: "validation" for song in sung[tests : tests + validations]}
    for song in songs:
        yield song, side.get(song.work, "training")


def _is_sung(song: Song) -> bool:
    bars = song.timing.bar_starts(song.end)
    return len({bisect_right(bars, note.start) for note in song.melody}) >= _SUNG * len(bars)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Studio:
    """Where lead sheets are played: the genre's arrangements and the drummers at hand."""

    genre: Genre
    performances: tuple[Performance, ...]

    def record(self, song: Song, side: str) -> Iterator[Song]:
        """Play a sheet in a few arrangements of its metre; the same sheet gives the same songs."""
        sheet = prepare_sheet(song)
        if sheet is None:
            return
        chance = random.Random(f"{self.genre.name}/{song.work}")
        fitting = [a for a in ARRANGEMENTS[self.genre.name] if a.metre == _metre(sheet)]
        for arrangement in chance.sample(fitting, min(_RENDERS[self.genre.name], len(fitting))):
            yield self._play(sheet, arrangement, side, chance)

    def _play(self, sheet: Sheet, arrangement: Arrangement, side: str, chance: random.Random) -> Song:
        there = [p for p in self.performances if p.split == side]
        drummers = []
        if arrangement.metre == "4/4":
            drummers = find_drummers(
                there, arrangement.drums, arrangement.tempo_bpm, arrangement.is_swung, arrangement.busiest_drums
            )
        drummer = chance.choice(drummers) if drummers and chance.random() < _HUMAN_DRUMS else None
        return render_sheet(sheet, arrangement, self.genre, drummer, chance)


def _metre(sheet: Sheet) -> str:
    return str(sheet.song.timing.metres[0][1])
