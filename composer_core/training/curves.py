"""The picture of a training at the size of a chat: both losses, and the similarity index with its reach and plateau."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from composer_core.training.custom import DRAFT, Record
from composer_core.training.watch import flat_since

SIZE_INCHES, DPI = (8.6, 4.9), 128
SMOOTH = 5  # epochs of the running mean
SHOWN_EPOCHS = 5  # at least: a curve of one epoch is no curve yet
LEFT, RIGHT = 0.07, 0.98

LOSSES_SAID = (
    "generator: minus the critic's score of its music;\n"
    "lower: the critic believes more of it\n"
    "critic: 2 = cannot tell real from generated, 0 = always can"
)
INDEX_SAID = "how far from held-out pieces of the style, 0 = alike;\nfalls and smooths out, need not reach 0\n"


@dataclass(frozen=True)
class Theme:
    """Colours of a picture; each contrasts with its ground by at least 4.5 to 1, but for ``faint``: no text has it."""

    ground: str
    ink: str
    faint: str
    generator: str
    critic: str
    index: str
    draft: str


LIGHT = Theme("#ffffff", "#22252b", "#d5d8de", "#b3430f", "#1f5fa8", "#0f7a4d", "#6d5bb0")
DARK = Theme("#1e2127", "#e8eaee", "#434852", "#ff9d6b", "#74b4ff", "#5fd6a0", "#b7a6f5")


def draw_curves(record: Record, path: Path, theme: Theme = DARK) -> None:
    """Draw a training so far as a PNG.

    Raises:
        OSError: the file cannot be written.
    """
    plot_curves(record, theme).savefig(path, dpi=DPI, facecolor=theme.ground)


def plot_curves(record: Record, theme: Theme) -> Figure:
    """The picture before it is written."""
    figure = Figure(figsize=SIZE_INCHES, dpi=DPI, facecolor=theme.ground)
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    figure.subplots_adjust(left=LEFT, right=RIGHT, top=0.775, bottom=0.235, wspace=0.17)
    begin = "from scratch" if record.base == "none" else f"from {record.base}"
    figure.text(LEFT, 0.945, f"{record.request['name']}, {begin}", color=theme.ink, fontsize=12, weight="bold")
    figure.text(LEFT, 0.895, _state(record), color=theme.ink, fontsize=9)
    _losses(left, record, theme)
    _index(right, record, theme)
    return figure


def smooth(values: list[float]) -> list[float]:
    """A running mean over the last ``SMOOTH`` values, fewer at the beginning."""
    return [float(np.mean(values[max(place - SMOOTH + 1, 0) : place + 1])) for place in range(len(values))]


def _state(record: Record) -> str:
    if not record.epochs:
        return "before the first epoch"
    last = record.epochs[-1]
    best = f"best: epoch {record.best}" if record.best else "nothing better than the start yet"
    return f"epoch {last.epoch} of {last.epochs}  ·  {best}  ·  {last.rounds_per_s:.1f} rounds a second"


def _losses(axis: Axes, record: Record, theme: Theme) -> None:
    epochs = [epoch.epoch for epoch in record.epochs]
    _dress(axis, theme, "Losses", LOSSES_SAID, record)
    style: dict[str, Any] = {"marker": "o", "markersize": 3, "linewidth": 1.8}
    axis.plot(epochs, [e.generator_loss for e in record.epochs], color=theme.generator, label="generator", **style)
    axis.plot(epochs, [e.critic_loss for e in record.epochs], color=theme.critic, label="critic", **style)
    if not epochs:
        axis.set_ylim(0, 2.2)
    _name_lines(axis)


def _index(axis: Axes, record: Record, theme: Theme) -> None:
    values = [float(record.start[DRAFT]["similarity"]), *(epoch.similarity for epoch in record.epochs)]
    drafts = [epoch.draft_similarity for epoch in record.epochs]
    _dress(axis, theme, "Similarity index", f"{INDEX_SAID}bars found in the training pieces: {_copied(record)}", record)
    trend = [values[0], *smooth(values[1:])]
    _mark_plateau(axis, values[1:], theme)
    axis.plot(range(len(values)), values, "o", color=theme.index, markersize=3.5, alpha=0.6, clip_on=False)
    axis.plot(range(len(values)), trend, color=theme.index, linewidth=2.2, label="as composed")
    axis.plot(
        range(1, len(values)),
        smooth(drafts),
        color=theme.draft,
        linewidth=1.4,
        label="generator alone",
        marker=".",
        markersize=3,
    )
    axis.axhline(record.reach, color=theme.ink, linewidth=1, linestyle=":", label="the training pieces")
    axis.set_ylim(0, 1.18 * max([*values, *drafts, record.reach, 0.05]))
    _name_lines(axis)


def _mark_plateau(axis: Axes, similarities: Sequence[float], theme: Theme) -> None:
    if (since := flat_since(similarities)) is not None:
        axis.axvspan(since, len(similarities), color=theme.faint, alpha=0.5, linewidth=0)
        axis.text(since, 0.96, f" flat since epoch {since}", transform=axis.get_xaxis_transform(), color=theme.ink,
                  fontsize=8, va="top")  # fmt: skip


def _copied(record: Record) -> str:
    if not record.epochs:
        return "–"
    made, real = record.epochs[-1].copied
    return f"{made:.0%} (real ones: {real:.0%})"


def _dress(axis: Axes, theme: Theme, title: str, said: str, record: Record) -> None:
    axis.set_facecolor(theme.ground)
    axis.set_title(title, color=theme.ink, fontsize=10, loc="left", weight="bold", pad=20)
    axis.tick_params(colors=theme.ink, labelsize=8)
    axis.grid(color=theme.faint, linewidth=0.6, alpha=0.7)
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color(theme.faint)
    axis.set_xlim(0, max(len(record.epochs), SHOWN_EPOCHS) + 0.3)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_xlabel("epoch", color=theme.ink, fontsize=8, labelpad=1)
    axis.text(0, -0.17, said, transform=axis.transAxes, color=theme.ink, fontsize=8, va="top", linespacing=1.25)


def _name_lines(axis: Axes) -> None:
    """Names in the lines' colours, above the plot: there they cannot cover anything."""
    axis.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.985), ncols=3, frameon=False, labelcolor="linecolor",
                fontsize=8, handlelength=1.0, handletextpad=0.4, columnspacing=1.0, borderpad=0.2)  # fmt: skip
