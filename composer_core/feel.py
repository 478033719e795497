"""How a genre's players play: swing, push and pull, strums, pedal, and what was measured of human players.

Plain data: a genre reads it from ``[feel]`` of its ``genre.toml`` and from ``feel.json``, a composition carries it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SLOTS = 16
"""Places of a bar at which players were measured: sixteenths of 4/4."""

PHRASE_PLACES = 8
STRAIGHT = 0.5
_SHORTEST_OFF_BEAT_S = 0.1


@dataclass(frozen=True)
class DrumTouch:
    """How drummers hit one drum, by the sixteenth of the bar: [SLOTS] each.

    ``velocity`` and ``spread`` (mean and standard deviation); ``late_ms`` and ``loose_ms`` the same for the onset
    against the drummer's own pulse; ``ghosts`` the share of ghost notes, which are played around ``ghost_velocity``.
    """

    velocity: tuple[float, ...]
    spread: tuple[float, ...]
    late_ms: tuple[float, ...]
    loose_ms: tuple[float, ...]
    ghosts: tuple[float, ...] = (0.0,) * SLOTS
    ghost_velocity: float = 30.0


@dataclass(frozen=True)
class PartTouch:
    """How players of one role shade their velocities around their mean.

    ``stress`` [SLOTS] by the sixteenth of the bar, ``phrase`` [PHRASE_PLACES] from the beginning to the end of a
    phrase; what remains has the standard deviation ``spread`` and the correlation ``flow`` from note to note.
    """

    stress: tuple[float, ...]
    phrase: tuple[float, ...]
    spread: float
    flow: float


@dataclass(frozen=True)
class Touch:
    """What was measured of human players.

    ``drums`` by General MIDI pitch, ``parts`` by role. ``together`` is the share of a drummer's variance in velocity
    that a drum's hits of one bar have in common, ``unison`` the share of that in time that hits on one onset have.
    """

    drums: Mapping[int, DrumTouch]
    parts: Mapping[str, PartTouch]
    together: float
    unison: float

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_json`` mirrors it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Touch":
        """Rebuild from ``to_json``'s data."""
        return cls(
            drums={int(pitch): DrumTouch(**_tuples(drum)) for pitch, drum in data["drums"].items()},
            parts={role: PartTouch(**_tuples(part)) for role, part in data["parts"].items()},
            together=data["together"],
            unison=data["unison"],
        )


@dataclass(frozen=True)
class Feel:
    """The liberties that a genre's players take; the defaults are those of a choir.

    ``swing`` is the place of the off-beat eighth in its beat (.5 even, .667 triplets) at medium tempo. ``push_ms``
    says by role who plays behind the beat (ahead if negative). ``looseness_ms`` is the standard deviation of an onset.
    ``strum_ms`` lies between the strings of a strummed guitar, ``roll_ms`` between the notes of a long piano chord.
    ``pedal``: pianos hold a chord with the pedal. ``ritard`` is the share of the tempo that the last bar loses.
    ``energy_steps`` is how much louder or softer (MIDI velocity) the band gets with the energy of the form.
    ``is_played``: a MIDI file holds what is played, not what is written. ``touch`` is what was measured.
    """

    swing: float = STRAIGHT
    push_ms: Mapping[str, float] = field(default_factory=dict)
    looseness_ms: float = 4.0
    strum_ms: float = 0.0
    roll_ms: float = 0.0
    pedal: bool = False
    ritard: float = 0.0
    energy_steps: float = 0.0
    is_played: bool = False
    touch: Touch | None = None

    def __post_init__(self) -> None:
        limits = {"swing": (0.5, 0.75), "looseness_ms": (0, 30), "strum_ms": (0, 30), "roll_ms": (0, 60),
                  "ritard": (0, 0.6), "energy_steps": (0, 30)}  # fmt: skip
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"feel: {name} {getattr(self, name)} is outside {low}-{high}")

    def swing_at(self, tempo_bpm: float) -> float:
        """Place of the off-beat eighth at a tempo.

        Fast players swing less: the second eighth is never shorter than a tenth of a second (Friberg and Sundström,
        Swing Ratios and Ensemble Timing in Jazz Performance, 2002).
        """
        return max(min(self.swing, 1.0 - _SHORTEST_OFF_BEAT_S * tempo_bpm / 60.0), STRAIGHT)


def read_feel(table: Mapping[str, Any], folder: Path) -> Feel:
    """Read a genre's ``[feel]`` table and the ``feel.json`` beside it, if there is one.

    Raises:
        TypeError, ValueError, KeyError: a name or a figure is wrong.
        OSError: the file cannot be read.
    """
    path = folder / "feel.json"
    touch = Touch.from_json(json.loads(path.read_text(encoding="utf-8"))["touch"]) if path.is_file() else None
    return Feel(touch=touch, **table)


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
