"""Who plays in each bar, who plays an earlier bar again, and who joins in the melody, as the genre's players do.

Learned from the genre's pieces as what stands in their bars, never as notes: a plan walks along the bars of a real
piece and jumps, where that ends, to a bar where the same parts play. Sections that return are planned as before.
Free of torch.
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
USUAL = 0.6  # share of a genre's bars from which a part is missed where it never plays
KINDS = ("plays", "lag", "carries")
NEW = -1
"""In a plan: a bar that repeats none."""


@dataclass(frozen=True)
class BarPlan:
    """For each part and bar [P, B].

    ``plays``, whether it plays; ``same``, the earlier bar that it plays again over its own chords, or ``NEW``;
    ``rhythm``, the earlier bar whose rhythm it takes for other notes, or ``NEW``; ``carries``, whether it joins in the
    melody.
    """

    plays: np.ndarray
    same: np.ndarray
    rhythm: np.ndarray
    carries: np.ndarray


class Instrumentation:
    """The bars of a genre's pieces: for each piece [B, 3, P], in the order of ``KINDS``.

    A lag is 0 in a bar that is new, d > 0 where it is the same as d bars before (over the chord, whatever that is), and
    -d where only the rhythm is.
    """

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
        at = self._opening(sum(end - first for first, end, earlier in sections if earlier is None), rng)
        for first, end, earlier in sections:
            source = sections[earlier] if earlier is not None else None
            if source and source[1] - source[0] == end - first and rng.random() >= vary:
                chosen[first:end] = chosen[source[0] : source[1]]
                continue
            for bar in range(first, end):
                chosen[bar] = at = self._next(int(chosen[bar - 1]), end - bar, rng) if bar else at
        plays, lags, carries = self._bars[chosen].transpose(1, 2, 0)
        plays = _peopled(plays > 0)
        again = self._earlier(chosen, plays)
        same, rhythm = (np.where(sign * lags > 0, again, NEW) for sign in (1, -1))
        return BarPlan(plays, same, rhythm, self._handed_on((carries > 0) & plays, plays))

    def _opening(self, wanted: int, rng: np.random.Generator) -> int:
        """The first bar of a piece in whose first ``wanted`` bars as many as can be of the genre's usual parts come in.

        Else a short piece would be nothing but the introduction of a long one: a rock band without its drummer.
        """
        usual = self._bars[:, 0].mean(axis=0) >= USUAL  # [P]
        lacking = [int((usual & ~(piece[:wanted, 0] > 0).any(axis=0)).sum()) for piece in self.pieces]
        return int(self._openings[rng.choice(np.flatnonzero(np.equal(lacking, min(lacking))))])

    def _handed_on(self, carries: np.ndarray, plays: np.ndarray) -> np.ndarray:
        """In an orchestra somebody always joins in the melody: where nobody does, those go on who did last [P, B]."""
        if (self._bars[:, 2] > 0).any(axis=1).mean() < MELODIC:
            return carries
        joined = carries.copy()
        for bar in np.flatnonzero(~carries.any(axis=0)).tolist():
            joined[:, bar] = joined[:, bar - 1] & plays[:, bar] if bar else False
        return joined

    def _earlier(self, chosen: np.ndarray, plays: np.ndarray) -> np.ndarray:
        """The planned bar that stands for the real bar which each bar repeats [P, B], ``NEW`` where there is none."""
        earlier = np.full(plays.shape, NEW, dtype=np.int64)
        planned: dict[int, int] = {}
        for bar, real in enumerate(chosen.tolist()):
            for part in np.flatnonzero(self._bars[real, 1]).tolist():
                source = planned.get(real - abs(int(self._bars[real, 1, part])), NEW)
                if source != NEW and plays[part, bar] and plays[part, source]:
                    earlier[part, bar] = source
            planned[real] = bar
        return earlier

    def _next(self, bar: int, wanted: int, rng: np.random.Generator) -> int:
        return bar + 1 if self._left[bar] else self._jump(bar, wanted, rng)

    def _jump(self, bar: int, wanted: int, rng: np.random.Generator) -> int:
        """A bar, anywhere, in which (nearly) the same parts play as in this one, rather with enough bars after it."""
        unlike = (self._bars[:, 0] != self._bars[bar, 0]).sum(axis=1) + (self._left < wanted)
        return int(rng.choice(np.flatnonzero(unlike == unlike.min())))

    def save(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write as JSON: for each bar those who play and who carry, as bits, and the lag of every part."""
        bits = 1 << np.arange(len(self.parts))
        pieces = [
            [[int(bar[0] @ bits), int(bar[2] @ bits), *bar[1].tolist()] for bar in piece.astype(np.int64)]
            for piece in self.pieces
        ]
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
            return cls(parts, [_read(np.array(piece, dtype=np.int64), len(parts)) for piece in data["pieces"]])
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise GenreError(
                f"{path.name} of {path.parent.name} is damaged ({error}): restore or delete it."
            ) from error


def _read(rows: np.ndarray, parts: int) -> np.ndarray:
    """Mirror a row of ``Instrumentation.save`` for every bar: [B, 2 + P] → [B, 3, P]."""
    if rows.ndim != 2 or rows.shape[1] != 2 + parts:
        raise ValueError("its bars have other parts")
    plays, carries = (rows[:, column, None] >> np.arange(parts) & 1 for column in (0, 1))
    return np.stack([plays, rows[:, 2:], carries], axis=1)


def _peopled(plays: np.ndarray) -> np.ndarray:
    """In a bar without anybody those play who did before; in a first one, everybody [P, B]."""
    peopled = plays.copy()
    for bar in np.flatnonzero(~plays.any(axis=0)).tolist():
        peopled[:, bar] = peopled[:, bar - 1] if bar else True
    return peopled
