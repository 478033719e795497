"""One row of figures a system, the targets that they are held against, and the tables of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NONE = "–"

Figures = dict[str, float | None]


@dataclass(frozen=True)
class Row:
    """A system's figures, each a mean over pieces and seeds.

    ``areas`` are the parts of the overlapped area; ``parts`` the figures of each part of the ensemble; ``nearest`` the
    distance of every piece to the nearest one of the training set. ``is_real`` tells players from systems.
    """

    system: str
    figures: Figures
    areas: dict[str, float] = field(default_factory=dict)
    parts: dict[str, Figures] = field(default_factory=dict)
    nearest: tuple[float, ...] = ()
    is_real: bool = False


@dataclass(frozen=True)
class Target:
    """What the first system must reach: the wish in words, what was measured, and whether that is enough.

    ``reached`` is None where it could not be measured.
    """

    wish: str
    measured: str
    reached: bool | None

    @property
    def mark(self) -> str:
        """How it stands in a table."""
        return {True: "reached", False: "**missed**", None: "not measured"}[self.reached]


def mean(values: Sequence[float | None]) -> float | None:
    """Mean of the values that there are; None if there are none."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def means(figures: Sequence[Mapping[str, float | None]]) -> Figures:
    """Mean of each figure over several sets of them."""
    names = dict.fromkeys(name for entry in figures for name in entry)
    return {name: mean([entry.get(name) for entry in figures]) for name in names}


def at_least(wish: str, value: float | None, bar: float) -> Target:
    """A target that is a lower bound."""
    return Target(f"{wish} ≥ {bar:g}", shown(value), None if value is None else value >= bar)


def at_most(wish: str, value: float | None, bar: float) -> Target:
    """A target that is an upper bound."""
    return Target(f"{wish} ≤ {bar:g}", shown(value), None if value is None else value <= bar)


def no_more_than(wish: str, value: float | None, other: float | None) -> Target:
    """A target that somebody else's figure sets as the upper bound."""
    reached = None if value is None or other is None else value <= other
    return Target(wish, f"{shown(value)} against {shown(other)}", reached)


def near(wish: str, value: float | None, other: float | None, distance: float) -> Target:
    """A target that asks for a figure close to somebody else's."""
    reached = None if value is None or other is None else abs(value - other) <= distance
    return Target(f"{wish} within {distance:g}", f"{shown(value)} against {shown(other)}", reached)


def lowest(wish: str, figure: str, rows: Sequence[Row]) -> Target:
    """A target that asks the first system of the table to have the lowest figure of all systems.

    Variants of itself (``NAME, how``) are no rivals: some are told more than its rivals are.
    """
    first, *others = [row for row in rows if not row.is_real]
    others = [row for row in others if not row.system.startswith(f"{first.system}, ")]
    known = {row.system: value for row in others if (value := row.figures.get(figure)) is not None}
    value = first.figures.get(figure)
    if value is None or not known:
        return Target(wish, shown(value), None)
    rival = min(known, key=lambda name: known[name])
    return Target(wish, f"{shown(value)}, next {shown(known[rival])} ({rival})", value <= known[rival])


def shown(value: float | None) -> str:
    """A figure as it stands in a table."""
    return NONE if value is None else f"{value:.3f}"


def table(rows: Sequence[Row], columns: Mapping[str, str]) -> str:
    """The rows as a Markdown table; ``columns`` are figure → heading."""
    return _markdown(
        ["system", *columns.values()],
        [[row.system, *(shown(row.figures.get(name)) for name in columns)] for row in rows],
    )


def part_table(rows: Sequence[Row], columns: Mapping[str, str]) -> str:
    """The parts' figures as a Markdown table, one line a system and part."""
    lines = [
        [part, row.system, *(shown(figures.get(name)) for name in columns)]
        for part in (rows[0].parts if rows else ())
        for row in rows
        if (figures := row.parts.get(part)) is not None
    ]
    return _markdown(["part", "system", *columns.values()], lines)


def target_table(targets: Sequence[Target]) -> str:
    """The targets as a Markdown table."""
    return _markdown(["target", "measured", ""], [[target.wish, target.measured, target.mark] for target in targets])


def _markdown(heading: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [heading, ["---"] * len(heading), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
