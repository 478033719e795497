"""Ways of composing, one file each, behind one door.

A technique takes assignments (one a take) and returns one composition for each, composed together as one batch. It
must be a pure function of each assignment: the same seed gives the same notes, whatever else is in the batch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from composer_core.errors import SettingError
from composer_core.genres import Genre
from composer_core.music import Composition, Melody
from composer_core.request import Controls

Progress = Callable[[str, float], None]
"""Called with a stage's name and the fraction done (0-1); may raise ``Cancelled`` to stop the work."""


@dataclass(frozen=True)
class Assignment:
    """One take to compose: a melody already cut to length, the seed of everything random, and the user's controls."""

    melody: Melody
    seed: int
    controls: Controls = field(default_factory=Controls)


class Technique(Protocol):
    """A loaded way of composing in one genre."""

    def compose(self, assignments: Sequence[Assignment], progress: Progress) -> list[Composition]:
        """Compose every assignment, in order."""
        ...


def _accompany(genre: Genre) -> Technique:
    from composer_core.techniques.band import Band

    return Band(genre)


def _blocks(genre: Genre) -> Technique:
    from composer_core.techniques.blocks import Blocks

    return Blocks(genre)


TECHNIQUES: dict[str, Callable[[Genre], Technique]] = {"accompany": _accompany, "blocks": _blocks}
"""Name → loader. Loaders import late, so that naming a technique costs nothing."""


def load_technique(name: str, genre: Genre) -> Technique:
    """Load a technique with a genre's weights.

    Raises:
        SettingError: there is no such technique.
        GenreError: the genre's weights are missing or damaged.
    """
    if name not in TECHNIQUES:
        raise SettingError(f"There is no technique {name[:40]!r}: choose one of {', '.join(TECHNIQUES)}.")
    return TECHNIQUES[name](genre)
