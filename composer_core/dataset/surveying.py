"""From what a user hands over to pieces that a genre can learn from, with a report on everything that was found."""

import logging
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from composer_core.corpora.songs import Song, Songs
from composer_core.corpora.swing import EVEN
from composer_core.dataset.casting import AUTO, Cast, make_cast
from composer_core.dataset.duplicates import alike, find_duplicates
from composer_core.dataset.ensemble import Ensemble, learn_ensemble
from composer_core.dataset.excerpts import split_songs
from composer_core.dataset.known import open_dataset
from composer_core.dataset.leads import NoSuchTrack
from composer_core.dataset.names import SCORES, ending, shown
from composer_core.dataset.opening import Dataset, Entry, Refused
from composer_core.dataset.reading import read_file, reason_of
from composer_core.dataset.report import make_report
from composer_core.dataset.seating import make_song
from composer_core.dataset.tag_file import read_tag_file
from composer_core.dataset.tags import choose, count_values, tags_of
from composer_core.dataset.verdict import DRUMS_ONLY, FAULTS, MELODY_ONLY, NO_MELODY, UNREADABLE, Facts, judge
from composer_core.errors import MelodyError
from composer_core.feel import Feel
from composer_core.genres import Part

DATA = Path("../shared/data")
Progress = Callable[[int, int, str], None]
"""Called with how many files are read, of how many, and the name of the one that comes next."""


@dataclass(frozen=True)
class Item:
    """One usable file: its song, its tags (each with its values), its name in the dataset, its length."""

    song: Song
    tags: Mapping[str, tuple[str, ...]]
    name: str
    minutes: float
    melody_track: str = ""


@dataclass(frozen=True)
class Duplicate:
    """A file that repeats another one."""

    name: str
    of: str


@dataclass(frozen=True)
class Survey:
    """What a dataset holds.

    ``items`` are the usable files that have the tags asked for; ``parts`` the learned ensemble, the melody's place
    first. ``tempo_bpm`` is the median, ``tempo_bpm_range`` what most pieces keep within; ``metres`` come the
    commonest first; ``swing`` is the median of the swung pieces, and ``swung_share`` how many those are.
    """

    name: str
    items: tuple[Item, ...]
    refused: tuple[Refused, ...]
    duplicates: tuple[Duplicate, ...]
    ignored: int
    parts: tuple[Part, ...]
    tempo_bpm: float
    tempo_bpm_range: tuple[float, float]
    metres: tuple[str, ...]
    swing: float
    swung_share: float
    verdict: str
    usable: bool
    advice: tuple[str, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    total: int = 0

    @property
    def minutes(self) -> float:
        """Length of all usable pieces."""
        return sum(item.minutes for item in self.items)

    @property
    def feel(self) -> Feel:
        """How a genre of these pieces is played: swung if most of them are, with what its instruments ask for."""
        programs = {part.program for part in self.parts if not part.is_drum}
        has_piano, has_guitar = bool(programs & set(range(6))), bool(programs & set(range(24, 32)))
        has_drums = any(part.is_drum for part in self.parts)
        swing = round(min(self.swing, 0.67), 3) if self.swung_share > 0.5 else EVEN
        return Feel(
            swing=swing,
            looseness_ms=6.0 if has_drums else 8.0,
            strum_ms=12.0 if has_guitar else 0.0,
            roll_ms=12.0 if has_piano else 0.0,
            pedal=has_piano and swing == EVEN,
            ritard=0.0 if has_drums else 0.18,
            energy_steps=8.0,
            is_played=has_drums,
        )

    def report(self) -> dict[str, Any]:
        """Return everything found as plain JSON data."""
        return make_report(self)

    def split(self, seed: int) -> Songs:
        """Split by piece into about 80 % for training and 20 % for validation; long pieces are cut into excerpts."""
        return split_songs([item.song for item in self.items], seed)


def survey(
    source: str | Path,
    *,
    data: Path = DATA,
    melody: str = AUTO,
    tags: Mapping[str, str] = {},
    progress: Progress = lambda done, total, name: None,
) -> Survey:
    """Read a dataset and say what is in it; ``source`` is a zip, a folder or the name of a corpus in ``data``.

    ``melody`` names the melody's track in every file (``auto``: it is found), ``tags`` limits the pieces.

    Raises:
        UserError: the source cannot be opened, its ``tags.csv`` is wrong, or a tag or value asked for is unknown.
    """
    dataset = open_dataset(source, data)
    return _Surveyor(dataset, melody or AUTO).run({**dataset.tags, **tags}, progress)


Chosen = tuple[Entry, Cast, Mapping[str, tuple[str, ...]]]


class _Surveyor:
    """Collects what becomes of every file."""

    def __init__(self, dataset: Dataset, melody: str) -> None:
        self.dataset, self.melody = dataset, melody
        self.refused = list(dataset.listing.refused)
        self.faults: dict[str, list[str]] = {fault: [] for fault in FAULTS}
        self.faults[UNREADABLE] += [file.name for file in self.refused]

    def run(self, wanted: Mapping[str, str], progress: Progress) -> Survey:
        from_file = read_tag_file(self.dataset.tag_text())
        heard = [pair for pair in self._heard(progress)]
        repeats = find_duplicates([cast for _, cast in heard])
        duplicates = tuple(Duplicate(heard[a][0].name, heard[b][0].name) for a, b in repeats.items())
        files = [pair for number, pair in enumerate(heard) if number not in repeats]
        all_tags = [tags_of(cast, entry.folder) | from_file.of(entry) for entry, cast in files]
        is_chosen = choose(all_tags, wanted) if wanted and files else [True] * len(files)
        chosen = [(*pair, tags) for pair, tags, yes in zip(files, all_tags, is_chosen, strict=True) if yes]
        ensemble = learn_ensemble([cast for _, cast, _ in chosen])
        items = tuple(self._items(chosen, ensemble))
        facts = Facts(
            accepted=len(items),
            minutes=sum(item.minutes for item in items),
            parts=len(ensemble.parts) - 1,
            faults=self.faults,
            duplicates=len(duplicates),
            alike=alike([cast for _, cast, _ in chosen]),
            filtered=len(files),
        )
        usable, verdict, advice = judge(facts)
        tempo, tempo_range = _tempi(items)
        swings = [item.song.swing for item in items if item.song.swing > EVEN]
        return Survey(
            name=self.dataset.name,
            items=items,
            refused=tuple(self.refused),
            duplicates=duplicates,
            ignored=self.dataset.listing.ignored,
            parts=ensemble.parts,
            tempo_bpm=tempo,
            tempo_bpm_range=tempo_range,
            metres=tuple(count_values(item.tags for item in items).get("metre", {})),
            swing=statistics.median(swings) if swings else EVEN,
            swung_share=len(swings) / max(len(items), 1),
            verdict=verdict,
            usable=usable,
            advice=advice,
            tags=dict(wanted),
            total=len(self.dataset) + len(self.dataset.listing.refused),
        )

    def _heard(self, progress: Progress) -> Iterator[tuple[Entry, Cast]]:
        """Every file in which a melody stands above an accompaniment."""
        total = len(self.dataset)
        for done, (entry, data) in enumerate(self.dataset.files()):
            progress(done, total, entry.name)
            if isinstance(data, Refused):
                self._refuse(entry, UNREADABLE, data.reason)
                continue
            cast = self._cast(entry, data)
            if cast is not None:
                yield entry, cast
        progress(total, total, "")

    def _cast(self, entry: Entry, data: bytes) -> Cast | None:
        is_score = ending(entry.name) in SCORES
        try:
            piece = read_file(data, entry.name, self.dataset.name)
            cast = make_cast(piece, is_score=is_score, melody=self.melody)
        except MelodyError as error:
            fault, reason = UNREADABLE, reason_of(error)
        except NoSuchTrack as error:
            fault, reason = NO_MELODY, f"It has no track {shown(self.melody)!r}: its tracks are {error}."
        except Exception:  # a stranger's file: whatever it breaks, the others are read
            logging.getLogger(__name__).exception("reading %s failed", entry.name)
            fault, reason = UNREADABLE, "It could not be read: export it again."
        else:
            fault, reason = _fault_of(cast)
            if not fault:
                return cast
        self._refuse(entry, fault, reason)
        return None

    def _refuse(self, entry: Entry, fault: str, reason: str) -> None:
        self.refused.append(Refused(entry.name, reason))
        self.faults[fault].append(entry.name)

    def _items(self, chosen: Sequence[Chosen], ensemble: Ensemble) -> Iterator[Item]:
        for number, (entry, cast, tags) in enumerate(chosen):
            song = make_song(cast, number, ensemble, f"{self.dataset.name}/{entry.name}")
            if song.parts:
                minutes = song.timing.seconds_at(cast.piece.end) / 60
                yield Item(song, tags, entry.name, minutes, cast.melody_title)
            else:
                self._refuse(entry, MELODY_ONLY, "None of the parts that the pieces have in common plays in it.")


def _fault_of(cast: Cast) -> tuple[str, str]:
    """Why a piece cannot be learned from, and that as a sentence; empty if it can."""
    pitched = [member for member in cast.members if member.role != "drums"]
    if not cast.melody and not pitched:
        return DRUMS_ONLY, "It holds only drums."
    if not cast.melody:
        return NO_MELODY, "No track of it looks like a melody."
    if not pitched:
        return MELODY_ONLY, "It holds a melody only: there is no accompaniment to learn."
    return "", ""


def _tempi(items: Sequence[Item]) -> tuple[float, tuple[float, float]]:
    """The median tempo, and a range around what nine of ten pieces have."""
    tempi = sorted(item.song.timing.tempos[0][1] for item in items) or [100.0]
    cut = len(tempi) // 20
    slow, fast = tempi[cut], tempi[-1 - cut]
    return round(statistics.median(tempi), 1), (max(round(slow * 0.8), 20), min(round(fast * 1.25), 300))
