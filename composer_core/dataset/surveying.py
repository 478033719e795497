"""From what a user hands over to pieces that a genre can learn from, with a report on everything that was found."""

import logging
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from composer_core.corpora.swing import EVEN
from composer_core.dataset.casting import AUTO, Cast, make_cast
from composer_core.dataset.duplicates import alike, find_duplicates
from composer_core.dataset.ensemble import Ensemble, learn_ensemble
from composer_core.dataset.findings import Duplicate, Item, Survey
from composer_core.dataset.known import open_dataset
from composer_core.dataset.leads import NoSuchTrack
from composer_core.dataset.listing import Entry, Refused
from composer_core.dataset.names import shown
from composer_core.dataset.opening import Dataset
from composer_core.dataset.reading import read_file, reason_of
from composer_core.dataset.seating import make_song
from composer_core.dataset.tag_file import read_tag_file
from composer_core.dataset.tags import choose, count_values, tags_of
from composer_core.dataset.verdict import DRUMS_ONLY, FAULTS, MELODY_ONLY, NO_MELODY, NO_TRACK, UNREADABLE, Facts, judge
from composer_core.errors import MelodyError, UserError

DATA = Path("../shared/data")
Progress = Callable[[int, int, str], None]
"""Called with how many files are read, of how many, and the name of the one that comes next."""


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
        UserError: the source cannot be opened or is too large, its ``tags.csv`` is wrong, or a tag or value asked for
            is unknown.
    """
    dataset = open_dataset(source, data)
    return _Surveyor(dataset, melody or AUTO).run({**dataset.tags, **tags}, progress)


MAX_NOTES = 2_000_000  # they are held in memory; all 1 460 songs of the largest corpus have 1.4 million
_TRACKS_NAMED = 8
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
        heard = list(self._heard(progress))
        repeats = find_duplicates([cast for _, cast in heard])
        duplicates = tuple(Duplicate(heard[a][0].name, heard[b][0].name) for a, b in repeats.items())
        files = [pair for number, pair in enumerate(heard) if number not in repeats]
        all_tags = [tags_of(cast, entry.folders) | from_file.of(entry) for entry, cast in files]
        is_chosen = choose(all_tags, wanted) if wanted and files else [True] * len(files)
        chosen = [(*pair, tags) for pair, tags, yes in zip(files, all_tags, is_chosen, strict=True) if yes]
        return self._found(chosen, duplicates, len(files), wanted)

    def _found(
        self, chosen: Sequence[Chosen], duplicates: tuple[Duplicate, ...], usable_files: int, wanted: Mapping[str, str]
    ) -> Survey:
        casts = [cast for _, cast, _ in chosen]
        ensemble = learn_ensemble(casts)
        items = tuple(self._items(chosen, ensemble))
        minutes = sum(item.minutes for item in items)
        parts = len(ensemble.parts) - 1
        facts = Facts(len(items), minutes, parts, self.faults, len(duplicates), alike(casts), usable_files)
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
        total, notes = len(self.dataset), 0
        for done, (entry, data) in enumerate(self.dataset.files()):
            progress(done, total, entry.name)
            if isinstance(data, Refused):
                self._refuse(entry, UNREADABLE, data.reason)
                continue
            cast = self._cast(entry, data)
            if cast is not None:
                notes += sum(len(track.notes) for track in cast.piece.tracks)
                if notes > MAX_NOTES:
                    raise UserError(f"{self.dataset.name} holds more than {MAX_NOTES:,} notes: send a part of it.")
                yield entry, cast
        progress(total, total, "")

    def _cast(self, entry: Entry, data: bytes) -> Cast | None:
        is_score = entry.form == "MusicXML"
        try:
            piece = read_file(data, entry.name, self.dataset.name, is_score=is_score)
            cast = make_cast(piece, is_score=is_score, melody=self.melody)
        except MelodyError as error:
            fault, reason = UNREADABLE, reason_of(error)
        except NoSuchTrack as error:
            fault, reason = NO_TRACK, f"It has no track {shown(self.melody)!r}: its tracks are {error}."
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
                tracks = tuple((member.name or member.kind, member.role) for member in cast.members)
                yield Item(song, tags, entry.name, minutes, cast.melody_title, tracks)
            else:
                self._refuse(entry, MELODY_ONLY, "None of the parts that the pieces have in common plays in it.")


def _fault_of(cast: Cast) -> tuple[str, str]:
    """Why a piece cannot be learned from, and that as a sentence; empty if it can."""
    pitched = [member for member in cast.members if member.role != "drums"]
    if not cast.melody and not pitched:
        return DRUMS_ONLY, "It holds only drums."
    if not cast.melody:
        names = ", ".join(dict.fromkeys(member.name or member.kind for member in pitched[:_TRACKS_NAMED]))
        return NO_MELODY, f"No track of it looks like a melody: it has {names}."
    if not pitched:
        return MELODY_ONLY, "It holds a melody only: there is no accompaniment to learn."
    return "", ""


def _tempi(items: Sequence[Item]) -> tuple[float, tuple[float, float]]:
    """The median tempo, and a range around what nine of ten pieces have."""
    tempi = sorted(item.song.timing.tempos[0][1] for item in items) or [100.0]
    cut = len(tempi) // 20
    slow, fast = tempi[cut], tempi[-1 - cut]
    return round(statistics.median(tempi), 1), (max(round(slow * 0.8), 20), min(round(fast * 1.25), 300))
