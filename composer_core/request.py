"""What is asked of the composer: plain data that travels through the ledger as JSON."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from composer_core.errors import SettingError
from composer_core.music import Chord, Melody, Metre, Note, Timing

TAKES = range(1, 9)
TEMPO_BPM = (20.0, 300.0)
LENGTH_BARS = (1, 1000)
SEED = (0, 2**31 - 1)


@dataclass(frozen=True)
class Controls:
    """What the user decides about the accompaniment beyond melody, genre and seed.

    ``chords`` is the user's own harmony (empty: it is planned); ``reharmonise`` takes the n-th other plausible plan;
    ``risk`` is the temperature of the draws (DeepComposer's creative risk); ``density`` asks for fewer (0) or more (1)
    notes than the genre has on average (.5); ``parts`` names the parts that play (empty: all of the genre's).
    """

    chords: tuple[Chord, ...] = ()
    reharmonise: int = 0
    risk: float = 1.0
    density: float = 0.5
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComposeRequest:
    """One wish: a melody, a genre and the settings; validated on creation.

    ``tempo_bpm`` replaces the melody's tempo map when given; ``length_bars`` cuts the melody or repeats it.
    Take ``k`` (from 0) is composed with seed ``seed + k``.

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

    def __post_init__(self) -> None:
        _within("--takes", self.takes, TAKES[0], TAKES[-1])
        _within("--seed", self.seed, *SEED)
        if self.tempo_bpm is not None:
            _within("--tempo", self.tempo_bpm, *TEMPO_BPM)
        if self.length_bars is not None:
            _within("--bars", self.length_bars, *LENGTH_BARS)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_json`` mirrors it."""
        data = asdict(self)
        data["melody"] = melody_to_json(self.melody)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "ComposeRequest":
        """Rebuild a request from ``to_json``'s data."""
        return cls(**{**data, "melody": melody_from_json(data["melody"])})


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


def _within(option: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingError(f"{option} {value:g} is outside {low:g}-{high:g}: choose a number in that range.")
