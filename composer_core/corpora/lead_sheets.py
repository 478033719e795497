"""Lead sheets of OpenEWLD: a melody with the chords that were printed above it.

The archive is read in place. Repeats are played out, as a player of the sheet does. The mode written in the files is
not to be trusted (nearly all say major), and a few name no metre: those are left out.
"""

import random
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from composer_core.chords import tidy
from composer_core.corpora.musicxml import Score, read_score
from composer_core.corpora.songs import TICKS_PER_BEAT, Song
from composer_core.errors import MelodyError, ResourceError, SettingError
from composer_core.melody import changes_only
from composer_core.music import Chord, monophonic

ARCHIVE = "lead_sheets_openewld.zip"
FEWEST_NOTES = 8
_DEGREE = re.compile(r"(?:add|no|[#b])\d+$")
_SUSPENDED = re.compile(r"sus4add([79])")


@dataclass(frozen=True)
class LeadSheets:
    """The sheets, and how many sheets or chords were left out or changed on the way, by reason."""

    songs: tuple[Song, ...]
    counts: Counter[str]


def read_lead_sheets(data: Path) -> LeadSheets:
    """Read every sheet with a metre, a melody and chords; ``data`` is the corpus folder.

    Raises:
        ResourceError: the archive is missing.
    """
    path = data / ARCHIVE
    if not path.is_file():
        raise ResourceError(f"{path} is missing: it holds the lead sheets; --data names its folder.")
    counts: Counter[str] = Counter()
    songs = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".mxl")):
            try:
                song = _to_song(name, read_score(archive.read(name), expand_repeats=True), counts)
            except MelodyError:
                counts["sheets: unreadable"] += 1
                continue
            songs += [song] if song else []
    return LeadSheets(tuple(songs), counts)


def make_folds(songs: Sequence[Song], folds: int, seed: int = 0) -> list[list[Song]]:
    """Split sheets so that no work and no composer or lyricist stands in two folds, as evenly as that allows."""
    groups: list[tuple[set[str], list[Song]]] = []
    for song in songs:
        people, members = set(_people(song)) or {song.work}, [song]
        apart = []
        for group in groups:
            if group[0] & people:
                people, members = people | group[0], members + group[1]
            else:
                apart.append(group)
        groups = [*apart, (people, members)]
    random.Random(seed).shuffle(groups)
    parts: list[list[Song]] = [[] for _ in range(folds)]
    for _, members in sorted(groups, key=lambda group: -len(group[1])):
        min(parts, key=len).extend(members)
    return parts


def _people(song: Song) -> list[str]:
    """Who wrote a sheet, as its folder in the archive is named; nobody for traditional ones."""
    people = song.work.split("/")[0]
    return [] if people.startswith("[") else people.split("-")


def _to_song(name: str, score: Score, counts: Counter[str]) -> Song | None:
    people, title = name.split("/")[:2]
    melody = monophonic(score.parts[0].notes)
    chords = changes_only((chord.tick, _label(chord.label, counts)) for chord in score.chords)
    if not _has_metre(score):
        counts["sheets: metre missing or wrong"] += 1
    elif len(melody) < FEWEST_NOTES or len(chords) < 2:
        counts["sheets: without melody or chords"] += 1
    else:
        plan = tuple(Chord(tick, label) for tick, label in chords)
        return Song(title.replace("_", " "), f"{people}/{title}", "openewld", score.timing, melody, plan, {})
    return None


def _has_metre(score: Score) -> bool:
    """Whether most measures are as long as the metre says; a file that names none is read as 4/4."""
    lengths = [(end - start, score.timing.metre_at(start).bar_ticks(TICKS_PER_BEAT)) for start, end in score.bars]
    return sum(length == full for length, full in lengths) > 0.5 * len(lengths)


def _label(label: str, counts: Counter[str]) -> str:
    """Our name of a chord; added degrees that have no name here are left out, last first."""
    shorter = _SUSPENDED.sub(r"\1sus4", label)
    while True:
        try:
            return tidy(shorter)
        except SettingError:
            counts["chords: degrees left out"] += 1
        if not _DEGREE.search(shorter):
            counts["chords: unknown"] += 1
            return "N"
        shorter = _DEGREE.sub("", shorter)
