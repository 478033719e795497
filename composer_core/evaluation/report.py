"""One row of figures a system, and the table and the plot of them all."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from composer_core.metrics import rolls as metrics
from composer_core.genres import Genre
from composer_core.music import Key
from composer_core.roll import Roll

COLUMNS = {
    "overlapped_area": "OA",
    "chord_tone_beats": "chordal",
    "fifths": "p5/100",
    "octaves": "p8/100",
    "in_scale": "in scale",
    "empty_bars": "empty",
    "out_of_range": "range",
    "near_copies": "copies",
    "seeds_differ": "differ",
    "agreement": "exact",
}


@dataclass(frozen=True)
class Row:
    """A system's figures, each a mean over pieces and seeds; ``areas`` are the parts of the overlapped area."""

    system: str
    figures: dict[str, float | None]
    areas: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Truth:
    """What systems are measured against: the held-out pieces, their keys, the training set and the genre."""

    real: Sequence[Roll]
    keys: dict[str, Key]
    training: Sequence[Roll]
    genre: Genre


def measure(system: str, takes: Sequence[Sequence[Roll]], truth: Truth) -> Row:
    """Measure a system's takes, one list of rolls a seed."""
    rolls = [roll for take in takes for roll in take]
    real = {roll.name: roll for roll in truth.real}
    ranges = [(part.low, part.high) for part in truth.genre.parts[1:]]
    areas = [metrics.overlapped_areas(take, truth.real) for take in takes]
    mean_areas = {name: _mean([a for area in areas if (a := area[name]) is not None]) or 0.0 for name in areas[0]}
    figures: dict[str, float | None] = {
        "overlapped_area": float(np.mean(list(mean_areas.values()))),
        "chord_tone_beats": _mean([metrics.chord_tone_beats(roll) for roll in rolls]),
        "fifths": _mean([metrics.parallels_per_100(roll, 7) for roll in rolls]),
        "octaves": _mean([metrics.parallels_per_100(roll, 0) for roll in rolls]),
        "in_scale": _mean([metrics.in_scale_ratio(roll, truth.keys[roll.name]) for roll in rolls]),
        "empty_bars": _mean([metrics.empty_bar_rate(roll) for roll in rolls]),
        "out_of_range": _mean([metrics.out_of_range(roll, ranges) for roll in rolls]),
        "near_copies": metrics.near_copies(rolls, truth.training),
        "seeds_differ": _difference(takes),
        "agreement": _mean([_agreement(roll, real[roll.name]) for roll in rolls if roll.name in real]),
    }
    return Row(system, figures, mean_areas)


def _difference(takes: Sequence[Sequence[Roll]]) -> float | None:
    if len(takes) < 2:
        return None
    pairs = itertools.pairwise(takes)
    return _mean([metrics.difference(a, b) for first, second in pairs for a, b in zip(first, second, strict=True)])


def _agreement(roll: Roll, real: Roll) -> float:
    length = min(len(roll), len(real))
    return float((roll.pitch[1:, :length] == real.pitch[1:, :length]).mean())


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| system | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for row in rows:
        cells = ["–" if (value := row.figures[name]) is None else f"{value:.3f}" for name in COLUMNS]
        lines.append(f"| {row.system} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(rows: Sequence[Row], path: Path) -> None:
    """Draw overlapped area and chord-tone beats upwards and parallels downwards, a bar a system."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    panels = (("overlapped_area", "Overlapped area (1 = like Bach)"), ("chord_tone_beats", "Chord-tone beats"))
    axes = figure.subplots(1, 3, sharey=True)
    names = [row.system for row in rows]
    places = np.arange(len(rows))
    for axis, (column, title) in zip(axes, panels, strict=False):
        values = [row.figures[column] or 0.0 for row in rows]
        bars = axis.barh(places, values, color="#4c78a8")
        axis.bar_label(bars, fmt="%.2f", padding=2, fontsize=8)
        axis.set_xlim(0, 1.12)
        axis.set_title(title, fontsize=10)
    fifths = [row.figures["fifths"] or 0.0 for row in rows]
    octaves = [row.figures["octaves"] or 0.0 for row in rows]
    axes[2].barh(places - 0.2, fifths, 0.4, label="fifths", color="#e45756")
    axes[2].barh(places + 0.2, octaves, 0.4, label="octaves", color="#f2a65a")
    axes[2].axvline(0.5, color="#888", linewidth=0.8, linestyle="--")
    axes[2].set_title("Parallels per 100 verticals (less is better)", fontsize=10)
    axes[2].legend(fontsize=8)
    axes[0].set_yticks(places, names, fontsize=9)
    axes[0].invert_yaxis()
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130)
