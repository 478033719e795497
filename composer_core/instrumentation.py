"""Who plays in each bar, who goes on as in the bar before, and who joins in the melody, as the genre's players do.

Learned from the genre's human pieces as what stands in their bars, never as notes: a plan walks along the bars of real
pieces and jumps, where a section of the melody begins, to a bar where the same parts play. Free of torch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from composer_core.errors import GenreError

FILE = "instrumentation.json"
MELODIC = 0.5  # share of bars in which some part joins in the melody, from which it is an orchestra's way
KINDS = ("plays", "repeats", "carries")


@dataclass(frozen=True)
class BarPlan:
    """For each part and bar [P, B]: whether it plays; goes on as in the bar before; joins in the melody."""

    plays: np.ndarray
    repeats: np.ndarray
    carries: np.ndarray


class Instrumentation:
    """The bars of a genre's human pieces: for each piece [B, 3, P], true or false."""

    def __init__(self, parts: Sequence[str], pieces: Sequence[np.ndarray]) -> None:
        self.parts, self.pieces = tuple(parts), [piece for piece in pieces if len(piece)]
        self._bars = np.concatenate(self.pieces)  # [N, 3, P]
        self._left = np.concatenate([np.arange(len(piece))[::-1] for piece in self.pieces])  # bars left in the piece
        self._openings = np.cumsum([0, *(len(piece) for piece in self.pieces[:-1])])

    def plan(self, sections: Sequence[tuple[int, int, int | None]], rng: np.random.Generator, vary: float) -> BarPlan:
        """Plan a piece.

        Args:
            sections: [first, end) bars of every section, and the number of the earlier one that it repeats, if any.
            rng: the take's source of chance.
            vary: the chance that a section that returns is planned anew.
        """
        chosen = np.zeros(sections[-1][1] if sections else 0, dtype=np.int64)
        at = int(rng.choice(self._openings))
        for first, end, earlier in sections:
            source = sections[earlier] if earlier is not None else None
            if source and source[1] - source[0] == end - first and rng.random() >= vary:
                chosen[first:end] = chosen[source[0] : source[1]]
                continue
            if first:
                at = self._jump(int(chosen[first - 1]), end - first, rng)
            for bar in range(first, end):
                chosen[bar] = at
                at = at + 1 if self._left[at] else self._jump(at, end - bar, rng)
        plays, repeats, carries = self._bars[chosen].transpose(1, 2, 0)
        plays = _peopled(plays)
        before = np.concatenate([np.zeros((len(self.parts), 1), dtype=bool), plays[:, :-1]], axis=1)
        carries = carries & plays
        return BarPlan(plays, repeats & plays & before, self._handed_on(carries, plays))

    def _handed_on(self, carries: np.ndarray, plays: np.ndarray) -> np.ndarray:
        """In an orchestra somebody always joins in the melody: where nobody does, those go on who did last [P, B]."""
        if self._bars[:, 2].any(axis=1).mean() < MELODIC:
            return carries
        joined = carries.copy()
        for bar in np.flatnonzero(~carries.any(axis=0)).tolist():
            joined[:, bar] = joined[:, bar - 1] & plays[:, bar] if bar else False
        return joined

    def _jump(self, bar: int, wanted: int, rng: np.random.Generator) -> int:
        """A bar, anywhere, in which (nearly) the same parts play as in this one, rather with enough bars after it."""
        unlike = (self._bars[:, 0] != self._bars[bar, 0]).sum(axis=1) + (self._left < wanted)
        return int(rng.choice(np.flatnonzero(unlike == unlike.min())))

    def save(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write as JSON: a number a bar and kind, whose bits are the parts."""
        bits = 1 << np.arange(len(self.parts))
        pieces = [(piece * bits).sum(axis=2).tolist() for piece in self.pieces]
        data = {**about, "parts": self.parts, "pieces": pieces}
        path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path, parts: Sequence[str]) -> "Instrumentation":
        """Mirror ``save``.

        Raises:
            GenreError: the file is missing or damaged, or of other parts.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if tuple(data["parts"]) != tuple(parts):
                raise ValueError("it is of other parts")
            bits = 1 << np.arange(len(parts))
            pieces = [np.array(piece, dtype=np.int64)[:, :, None] & bits > 0 for piece in data["pieces"]]
            return cls(parts, pieces)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise GenreError(
                f"{path.name} of {path.parent.name} is damaged ({error}): restore or delete it."
            ) from error


def _peopled(plays: np.ndarray) -> np.ndarray:
    """In a bar without anybody those play who did before; in a first one, everybody [P, B]."""
    peopled = plays.copy()
    for bar in np.flatnonzero(~plays.any(axis=0)).tolist():
        peopled[:, bar] = peopled[:, bar - 1] if bar else True
    return peopled
