"""What is asked of the composer: plain data that travels through the ledger as JSON."""

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from composer_core.controls import Controls, check_range
from composer_core.music import Melody, Metre, Note, Timing

TAKES = (1, 8)
TEMPO_BPM = (20.0, 300.0)
LENGTH_BARS = (1, 1000)
SEED = (0, 2**31 - 1)

__all__ = ["ComposeRequest", "Controls", "melody_from_json", "melody_to_json", "new_seed"]


@dataclass(frozen=True)
class ComposeRequest:
    """One wish: a melody as the user gave it, a genre and the settings; validated on creation.

    ``tempo_bpm`` replaces the melody's tempo map when given; ``length_bars`` cuts the melody or repeats it; ``key``
    moves it, and the user's chords with it; ``intro`` lets the band begin alone. All of them are carried out by
    ``preparation.prepare``. Take ``k`` (from 0) is composed with seed ``seed + k``.

    Raises:
        SettingError: a setting lies outside its range.
    """

    melody: Melody
    genre: str
    seed: int
    technique: str = "accompany"
    length_bars: int | None = None
    tempo_bpm: float | None = None
    takes: int = 1
    stems: bool = False
    score: bool = False
    key: str | None = None
    intro: bool = False
    controls: Controls = field(default_factory=Controls)

    def __post_init__(self) -> None:
        check_range("--takes", self.takes, TAKES)
        check_range("--seed", self.seed, SEED)
        if self.tempo_bpm is not None:
            check_range("--tempo", self.tempo_bpm, TEMPO_BPM)
        if self.length_bars is not None:
            check_range("--bars", self.length_bars, LENGTH_BARS)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_json`` mirrors it."""
        return asdict(self) | {"melody": melody_to_json(self.melody)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "ComposeRequest":
        """Rebuild a request from ``to_json``'s data; what older data lacks has its default."""
        controls = Controls.from_json(data.get("controls", {}))
        return cls(**{**data, "melody": melody_from_json(data["melody"]), "controls": controls})


def new_seed() -> int:
    """Draw a seed for a request that names none; short enough to be typed again."""
    return secrets.randbelow(1_000_000)


def melody_to_json(melody: Melody) -> dict[str, Any]:
    """Return a melody as plain JSON data."""
    timing = melody.timing
    return {
        "name": melody.name,
        "track": melody.track,
        "program": melody.program,
        "notices": list(melody.notices),
        "notes": [[n.start, n.pitch, n.duration, n.velocity] for n in melody.notes],
        "timing": {
            "ticks_per_beat": timing.ticks_per_beat,
            "tempos": [list(change) for change in timing.tempos],
            "metres": [[tick, metre.numerator, metre.denominator] for tick, metre in timing.metres],
            "pickup_ticks": timing.pickup_ticks,
        },
    }


def melody_from_json(data: dict[str, Any]) -> Melody:
    """Rebuild a melody from ``melody_to_json``'s data."""
    timing = data["timing"]
    return Melody(
        notes=tuple(Note(*note) for note in data["notes"]),
        timing=Timing(
            ticks_per_beat=timing["ticks_per_beat"],
            tempos=tuple((tick, float(bpm)) for tick, bpm in timing["tempos"]),
            metres=tuple((tick, Metre(above, below)) for tick, above, below in timing["metres"]),
            pickup_ticks=timing["pickup_ticks"],
        ),
        name=data["name"],
        track=data["track"],
        program=data["program"],
        notices=tuple(data["notices"]),
    )
