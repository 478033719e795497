"""What a genre brings to an evaluation: its real pieces, its systems, its measures and its targets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from composer_core.evaluation.reference import Training
from composer_core.evaluation.report import Row, Target


@dataclass(frozen=True)
class Options:
    """What is run: seeds a system, Tutti's variants as well, the reference where it is trained, the judge."""

    seeds: int = 3
    ablate: bool = False
    reference: Training | None = None
    with_judge: bool = True


@dataclass(frozen=True)
class Contender:
    """A system as a study runs it: ``compose`` takes a seed and composes every piece; ``seeds`` of them are asked."""

    name: str
    compose: Callable[[int], Sequence[Any]]
    seeds: int = 1


@dataclass(frozen=True)
class Panel:
    """One plot of bars: a figure, its title, and the bar that it must reach or stay below."""

    figure: str
    title: str
    target: float | None = None


@dataclass(frozen=True)
class Layout:
    """How a study's rows are shown: figure → heading of the two tables, and the plots of bars."""

    columns: Mapping[str, str]
    panels: Sequence[Panel]
    part_columns: Mapping[str, str] = field(default_factory=dict)


class Study(Protocol):
    """A genre's held-out pieces and everything that is asked of them."""

    layout: Layout

    def real_rows(self) -> list[Row]:
        """Measure the real pieces themselves; the first row is what targets refer to."""
        ...

    def contenders(self) -> list[Contender]:
        """Every system to measure, Tutti first."""
        ...

    def measure(self, name: str, takes: Sequence[Sequence[Any]]) -> Row:
        """Measure a system's takes, one list of pieces a seed."""
        ...

    def finished(self, rows: Sequence[Row]) -> list[Row]:
        """Add the figures that need other rows."""
        ...

    def targets(self, rows: Sequence[Row]) -> list[Target]:
        """Hold the rows against what the genre must reach."""
        ...
