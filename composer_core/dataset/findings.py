"""What a survey of a dataset found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from composer_core.corpora.songs import Song, Songs
from composer_core.corpora.swing import EVEN
from composer_core.dataset.excerpts import split_songs
from composer_core.dataset.listing import Refused
from composer_core.dataset.report import make_report
from composer_core.feel import Feel
from composer_core.genres import Part


@dataclass(frozen=True)
class Item:
    """One usable file: its song, its tags (each with its values), its name in the dataset, its length.

    ``melody_track`` is what the file calls the melody's track, ``tracks`` the others' names and roles.
    """

    song: Song
    tags: Mapping[str, tuple[str, ...]]
    name: str
    minutes: float
    melody_track: str = ""
    tracks: tuple[tuple[str, str], ...] = ()


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
