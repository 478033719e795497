"""Well-known melodies in the public domain, to begin with."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from composer_core.music import Melody
from composer_core.notation import parse_notes

TUNES = Path(__file__).parent / "samples" / "gallery.toml"


@dataclass(frozen=True)
class Tune:
    """A melody in the public domain: ``notes`` as ``notation`` reads them, ``bars`` without the pick-up."""

    title: str
    source: str
    key: str
    tempo_bpm: float
    bars: int
    notes: str

    @property
    def melody(self) -> Melody:
        """The melody under its title."""
        return parse_notes(self.notes, self.title)


def read_tunes() -> list[Tune]:
    """Read the melodies that come with us."""
    return [Tune(**entry) for entry in tomllib.loads(TUNES.read_text(encoding="utf-8"))["tune"]]
