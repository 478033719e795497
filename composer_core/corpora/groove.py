"""Human drumming: the Groove MIDI Dataset.

From Gillick et al., Learning to Groove with Inverse Sequence Transformations (2019). The performances were played to
a click on an electronic kit, so tick 0 is a bar line and the file's tempo is exact. They keep what the player did:
velocity and micro-timing. ``Performance.places`` says which timestep each hit means.
"""

import csv
import io
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from statistics import median

from composer_core.corpora.drum_kit import TICK, fold
from composer_core.corpora.songs import TICKS_PER_BEAT
from composer_core.corpora.swing import find_swing, straighten
from composer_core.errors import ResourceError
from composer_core.midi_policy import scan
from composer_core.music import Note

ARCHIVE = "groove.zip"
SPLITS = {"train": "training", "validation": "validation", "test": "test"}
BAR_TICKS = 4 * TICKS_PER_BEAT
PHRASE_BARS = 4
_STEP = TICKS_PER_BEAT // 4
_LEAST_HITS = 0.4  # of the usual number, in half a bar of a groove that goes on
_DRIFTING = {"drummer2/session1/1"}  # 20 minutes whose accents wander through every place of the bar


@dataclass(frozen=True)
class Performance:
    """One drummer's take in 4/4.

    ``styles`` is the style and the finer styles below it (``("jazz", "swing")``). ``hits`` are as played, in ticks of
    ``TICKS_PER_BEAT`` from a bar line, their pitches folded onto General MIDI. ``split`` is the data set's own:
    training, validation or test.
    """

    name: str
    drummer: str
    styles: tuple[str, ...]
    tempo_bpm: float
    is_fill: bool
    split: str
    swing: float
    hits: tuple[Note, ...]

    @cached_property
    def places(self) -> tuple[int, ...]:
        """For each hit the tick of the straight sixteenth that it means; its distance from there is feel.

        Compare ``places`` with ``straighten(hit.start / TICKS_PER_BEAT, swing)``, or swing the place out.
        """
        even = (straighten(hit.start / TICKS_PER_BEAT, self.swing) * 4 for hit in self.hits)
        return tuple(round(sixteenth) * _STEP for sixteenth in even)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """The hits on the straight grid: of several on one place (flams, drags) the loudest."""
        loudest: dict[tuple[int, int], Note] = {}
        for place, hit in zip(self.places, self.hits, strict=True):
            note = Note(place, hit.pitch, TICK, hit.velocity)
            known = loudest.setdefault((place, hit.pitch), note)
            if note.velocity > known.velocity:
                loudest[place, hit.pitch] = note
        return tuple(sorted(loudest.values()))

    @property
    def length_bars(self) -> int:
        """Bars that the take touches."""
        return -(-(max(self.places) + 1) // BAR_TICKS)

    @cached_property
    def phrases(self) -> tuple[int, ...]:
        """Bars at which four begin that are all played; takes begin on a phrase, so fills stand at its end."""
        hits = [0] * (2 * self.length_bars)  # by half bar
        for note in self.notes:
            hits[note.start * 2 // BAR_TICKS] += 1
        least = max(_LEAST_HITS * median(hits), 2)
        starts = range(0, self.length_bars - PHRASE_BARS + 1, PHRASE_BARS)
        return tuple(start for start in starts if min(hits[2 * start : 2 * (start + PHRASE_BARS)]) >= least)

    def bars(self, first: int, count: int) -> tuple[Note, ...]:
        """Cut ``count`` bars from the straightened notes; they start at tick 0."""
        start, end = first * BAR_TICKS, (first + count) * BAR_TICKS
        return tuple(replace(note, start=note.start - start) for note in self.notes if start <= note.start < end)


def drum_performances(data: Path, styles: Collection[str] = ()) -> tuple[Performance, ...]:
    """Read the performances in 4/4, all or those of which any style, coarse or fine, is among ``styles``.

    ``data`` is the folder of ``groove.zip``. Reading all takes a few seconds.

    Raises:
        ResourceError: the archive is missing.
    """
    path = data / ARCHIVE
    if not path.is_file():
        raise ResourceError(f"{path} is missing: it holds the human drumming; --data names its folder.")
    with zipfile.ZipFile(path) as archive:
        return tuple(_read(archive, frozenset(styles)))


def _read(archive: zipfile.ZipFile, wanted: frozenset[str]) -> Iterator[Performance]:
    table = io.TextIOWrapper(archive.open("groove/info.csv"), encoding="utf-8", newline="")
    for row in csv.DictReader(table):
        styles = tuple(row["style"].split("/"))
        if row["time_signature"] != "4-4" or row["id"] in _DRIFTING or (wanted and wanted.isdisjoint(styles)):
            continue
        hits = _hits(archive.read(str(PurePosixPath("groove") / row["midi_filename"])))
        if hits:
            yield Performance(
                name=row["id"],
                drummer=row["drummer"],
                styles=styles,
                tempo_bpm=float(row["bpm"]),
                is_fill=row["beat_type"] == "fill",
                split=SPLITS[row["split"]],
                swing=find_swing([hit.start / TICKS_PER_BEAT for hit in hits]),
                hits=hits,
            )


def _hits(data: bytes) -> tuple[Note, ...]:
    found = scan(data)
    strokes = (stroke for part in found.parts for stroke in part.events)
    return tuple(
        sorted(
            Note(round(tick * TICKS_PER_BEAT / found.ticks_per_beat), fold(pitch), TICK, velocity)
            for tick, pitch, velocity in strokes
            if velocity
        )
    )
