"""How the players of real pieces play: where each part lies, how busy it is, how often it doubles a chord's note.

A take borrows the habits of one piece of the genre, so that takes differ as pieces do. Free of torch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from composer_core.errors import GenreError

FILE = "habits.json"
"""Name of the file in a genre's folder."""


@dataclass(frozen=True)
class Habit:
    """How one part plays in one piece.

    ``centre`` is its median MIDI pitch, ``busyness`` log(1 + strikes a bar), ``doubled`` the share of its chords that
    have more notes than pitch classes.
    """

    centre: float
    busyness: float
    doubled: float


Players = Mapping[str, Habit]
"""The parts that a piece has, by name."""


class Habits:
    """The habits of a genre's pieces."""

    def __init__(self, pieces: Sequence[Players]) -> None:
        self.pieces = list(pieces)

    def draw(self, rng: np.random.Generator, parts: Sequence[str]) -> Players:
        """Borrow a piece's habits; a part that it lacks borrows from another piece, and has none if no piece has it."""
        order = [self.pieces[place] for place in rng.permutation(len(self.pieces)).tolist()]
        found = {part: next((piece[part] for piece in order if part in piece), None) for part in parts}
        return {part: habit for part, habit in found.items() if habit is not None}

    def save(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write as JSON: three numbers a part and piece."""
        pieces = [{part: [round(x, 2) for x in astuple(habit)] for part, habit in p.items()} for p in self.pieces]
        path.write_text(json.dumps({**about, "pieces": pieces}, separators=(",", ":")) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Habits":
        """Mirror ``save``.

        Raises:
            GenreError: the file is missing or damaged.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            pieces = [{part: Habit(*map(float, habit)) for part, habit in piece.items()} for piece in data["pieces"]]
            if not all(np.isfinite(astuple(habit)).all() for piece in pieces for habit in piece.values()):
                raise ValueError("a number is none")
            return cls(pieces)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise GenreError(
                f"{path.name} of {path.parent.name} is damaged ({error}): restore or delete it."
            ) from error
