"""The picture of a training at the size of a chat: both losses, and the similarity index with its reach and plateau."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from composer_core.training.custom import Record
from composer_core.training.watch import flat_since

SIZE_INCHES, DPI = (10.0, 4.6), 110
SMOOTH = 5  # epochs of the running mean


@dataclass(frozen=True)
class Theme:
    """Colours of a picture; each contrasts with its background by at least 4.5 to 1."""

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
    figure = Figure(figsize=SIZE_INCHES, facecolor=theme.ground)
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.07, right=0.975, top=0.86, bottom=0.22, wspace=0.17)
    name, base = record.request["name"], record.base
    begin = "from scratch" if base == "none" else f"from {base}"
    figure.text(0.07, 0.945, f"{name}, {begin}", color=theme.ink, fontsize=13, weight="bold")
    figure.text(0.975, 0.945, _state(record), color=theme.ink, fontsize=10, ha="right")
    _losses(left, record, theme)
    _index(right, record, theme)
    figure.savefig(path, dpi=DPI, facecolor=theme.ground)


def _state(record: Record) -> str:
    last = record.epochs[-1] if record.epochs else None
    if last is None:
        return "before the first epoch"
    speed = f"epoch {last.epoch} of {last.epochs}, {last.rounds_per_s:.1f} rounds a second"
    return f"{speed}, best: epoch {record.best or 'start'}"


def _losses(axis: Axes, record: Record, theme: Theme) -> None:
    epochs = [epoch.epoch for epoch in record.epochs]
    _dress(axis, theme, "Losses", record)
    axis.plot(epochs, [e.generator_loss for e in record.epochs], color=theme.generator, marker="o", markersize=3)
    axis.plot(epochs, [e.critic_loss for e in record.epochs], color=theme.critic, marker="o", markersize=3)
    _name(axis, epochs, [e.generator_loss for e in record.epochs], "generator", theme.generator)
    _name(axis, epochs, [e.critic_loss for e in record.epochs], "critic", theme.critic)
    said = (
        "generator: minus the critic's score of what it plays; lower: the critic believes more of it\n"
        "critic: 2 = cannot tell real from generated, 0 = always can; a lively game stays between"
    )
    axis.text(0, -0.2, said, transform=axis.transAxes, color=theme.ink, fontsize=7.5, va="top")


def _index(axis: Axes, record: Record, theme: Theme) -> None:
    start = float(record.start[record.draft]["similarity"])
    values = [start, *(epoch.similarity for epoch in record.epochs)]
    _dress(axis, theme, "Similarity index", record)
    axis.plot(range(len(values)), values, "o", color=theme.index, markersize=3.5, alpha=0.6)
    trend = [start, *smooth(values[1:])]
    axis.plot(range(len(values)), trend, color=theme.index, linewidth=2.2)
    drafts = [epoch.draft_similarity for epoch in record.epochs]
    axis.plot(range(1, len(values)), smooth(drafts), color=theme.draft, linewidth=1.2)
    axis.axhline(record.reach, color=theme.ink, linewidth=1, linestyle=":")
    axis.set_ylim(0, 1.12 * max([*values, *drafts, record.reach, 0.05]))
    edge = len(values) - 1
    axis.annotate("as composed", (edge, trend[-1]), xytext=(4, 6), textcoords="offset points",
                  color=theme.index, fontsize=8, ha="right")  # fmt: skip
    if drafts:
        axis.annotate("generator alone", (edge, smooth(drafts)[-1]), xytext=(4, 6), textcoords="offset points",
                      color=theme.draft, fontsize=8, ha="right")  # fmt: skip
    axis.annotate("training pieces themselves", (0, record.reach), xytext=(2, -10), textcoords="offset points",
                  color=theme.ink, fontsize=8)  # fmt: skip
    if (since := flat_since(values[1:])) is not None:
        axis.axvspan(since, edge, color=theme.faint, alpha=0.5, linewidth=0)
        axis.annotate("flat", (since, axis.get_ylim()[1]), xytext=(3, -11), textcoords="offset points",
                      color=theme.ink, fontsize=8)  # fmt: skip
    said = (
        "distance from held-out pieces of the style: falls, smooths out, need not reach 0 (alike)\n"
        f"bars found in the training pieces: {_copied(record)}"
    )
    axis.text(0, -0.2, said, transform=axis.transAxes, color=theme.ink, fontsize=7.5, va="top")


def smooth(values: list[float]) -> list[float]:
    """A running mean over the last ``SMOOTH`` values, fewer at the beginning."""
    return [float(np.mean(values[max(place - SMOOTH + 1, 0) : place + 1])) for place in range(len(values))]


def _copied(record: Record) -> str:
    if not record.epochs:
        return "–"
    made, real = record.epochs[-1].copied
    return f"{made:.0%} (of the held-out pieces' own: {real:.0%})"


def _dress(axis: Axes, theme: Theme, title: str, record: Record) -> None:
    axis.set_facecolor(theme.ground)
    axis.set_title(title, color=theme.ink, fontsize=10.5, loc="left")
    axis.tick_params(colors=theme.ink, labelsize=8)
    axis.grid(color=theme.faint, linewidth=0.6, alpha=0.7)
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color(theme.faint)
    last = max((epoch.epoch for epoch in record.epochs), default=1)
    axis.set_xlim(0, max(last, 5) + 0.3)
    axis.set_xlabel("epoch", color=theme.ink, fontsize=8, labelpad=1)


def _name(axis: Axes, epochs: list[int], values: list[float], name: str, colour: str) -> None:
    if epochs:
        axis.annotate(name, (epochs[-1], values[-1]), xytext=(2, 6), textcoords="offset points", color=colour,
                      fontsize=9, ha="right")  # fmt: skip
