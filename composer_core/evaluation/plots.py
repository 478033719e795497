"""The pictures of an evaluation: bars with their targets, features one by one, distances to the training set."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from composer_core.evaluation.report import Row
from composer_core.evaluation.study import Panel

_REAL, _OURS, _OTHERS, _TARGET = "#8c8c8c", "#e45756", "#4c78a8", "#222222"
_ACROSS = 3


def plot_bars(rows: Sequence[Row], panels: Sequence[Panel], path: Path) -> None:
    """A panel a figure, a bar a system; the dashed line is the target."""
    down = math.ceil(len(panels) / _ACROSS)
    figure = _figure(13, (0.32 * len(rows) + 1.1) * down)
    axes = figure.subplots(down, _ACROSS, sharey=True, squeeze=False)
    for axis, panel in zip(axes.flat, panels, strict=False):
        _bars(axis, rows, panel)
    for axis in axes.flat[len(panels) :]:
        axis.set_axis_off()
    axes[0, 0].set_yticks(range(len(rows)), [row.system for row in rows], fontsize=8)
    axes[0, 0].invert_yaxis()
    figure.savefig(path, dpi=120)


def _bars(axis: Axes, rows: Sequence[Row], panel: Panel) -> None:
    values = [row.figures.get(panel.figure) for row in rows]
    bars = axis.barh(range(len(rows)), [value or 0.0 for value in values], color=_colours(rows))
    axis.bar_label(bars, ["–" if value is None else f"{value:.2f}" for value in values], padding=2, fontsize=8)
    if panel.target is not None:
        axis.axvline(panel.target, color=_TARGET, linewidth=0.9, linestyle="--")
    axis.set_xlim(0, 1.15 * max([value for value in values if value is not None] + [panel.target or 0.0, 1e-3]))
    axis.set_title(panel.title, fontsize=9)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _colours(rows: Sequence[Row]) -> list[str]:
    """Grey for players, red for Tutti and its variants, blue for the rest."""
    return [_REAL if row.is_real else _OURS if row.system.startswith("Tutti") else _OTHERS for row in rows]


def plot_areas(rows: Sequence[Row], path: Path) -> None:
    """Overlapped area of every feature (and part) as a map, one row a system."""
    names = list(dict.fromkeys(name for row in rows for name in row.areas))
    figure = _figure(0.34 * len(names) + 3.5, 0.32 * len(rows) + 2.4)
    axis = figure.subplots()
    grid = np.array([[row.areas.get(name, math.nan) for name in names] for row in rows])
    image = axis.imshow(grid, vmin=0, vmax=1, cmap="viridis", aspect="auto")
    axis.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=7)
    axis.set_yticks(range(len(rows)), [row.system for row in rows], fontsize=8)
    figure.colorbar(image, ax=axis, label="overlapped area")
    figure.savefig(path, dpi=120)


def plot_distances(rows: Sequence[Row], path: Path) -> None:
    """Histograms of the distance to the nearest training piece, a panel a system; the line is the mean."""
    shown = [row for row in rows if row.nearest]
    down = max(math.ceil(len(shown) / _ACROSS), 1)
    figure = _figure(11, 1.7 * down + 0.4)
    axes = figure.subplots(down, _ACROSS, sharex=True, squeeze=False)
    for axis, row, colour in zip(axes.flat, shown, _colours(shown), strict=False):
        weights = np.full(len(row.nearest), 1 / len(row.nearest))
        axis.hist(row.nearest, bins=np.linspace(0, 1, 21), weights=weights, color=colour)
        axis.axvline(float(np.mean(row.nearest)), color=_TARGET, linewidth=0.9)
        axis.set_title(row.system, fontsize=9)
        axis.tick_params(labelsize=7, labelbottom=True)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes.flat[len(shown) :]:
        axis.set_axis_off()
    figure.supylabel("share of pieces", fontsize=9)
    figure.supxlabel("distance to the nearest training piece (0: every bar of it stands there)", fontsize=9)
    figure.savefig(path, dpi=120)


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure
