"""What a data report and a training look like in a chat. Pure: whatever it takes is handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.cards import CELLS, duration, plain, who
from bot.chat import Button, OutFile, Place, Reply, Row
from composer_core.dataset import report_markdown
from storage.files import FileStore
from storage.jobs import Event, Job

STAGES = {"read": "reading the files", "train": "learning", "finish": "choosing the best and writing it down"}
SOUND, PICTURE, CURVES = "mp3", "png", "plot_dark"
WHAT_CURVES_SHOW = "Curves of generator loss, critic loss and similarity index over the epochs"


@dataclass
class Course:
    """What a training's events have told: last epoch, best one, last note and picture, samples to be told."""

    seen: int = 0
    epoch: dict[str, Any] | None = None
    best: float | None = None
    note: str = ""
    plot: str = ""
    samples: list[dict[str, Any]] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Take one more event in."""
        told, self.seen = event.payload, event.sequence
        if event.kind == "epoch":
            self.epoch, self.plot = told, str(told.get(CURVES) or self.plot)
            self.best = float(told["similarity"]) if told["best"] else self.best
        elif event.kind == "sample":
            self.samples.append(told)
        elif event.kind == "note":
            self.note = str(told["text"])


def named(job: Job) -> str:
    """The genre that is learned."""
    return f"**{plain(str(job.payload['name']))}**"


def report_card(job: Job, *, started: bool = False) -> Reply:
    """Show a data report; if the data will do, with buttons that begin the training, or drop it."""
    report: dict[str, Any] = (job.result or {})["report"]
    heading = f"📋 {named(job)}{who(job)}: what there is to learn from. `{job.id}`"
    rows: tuple[Row, ...] = ()
    if report["usable"] and not started:
        rows = ((Button("Start", f"train_start {job.id}", "primary"), Button("Cancel", f"train_drop {job.id}")),)
    return Reply(f"{heading}\n{report_markdown(report)}", rows=rows, private=False)


def beginning_card(job: Job) -> Reply:
    """Open the place where a training is watched."""
    return Reply(f"🎓 {named(job)} is being learned{who(job)}: watch it here. `{job.id}`", private=False)


def course_card(job: Job, course: Course, files: FileStore) -> Reply:
    """Show how far a training is."""
    progress = job.progress or {}
    stage, fraction = str(progress.get("stage", "read")), float(progress.get("fraction", 0.0))
    full = round(CELLS * min(max(fraction, 0.0), 1.0))
    doing = STAGES.get(stage, stage)
    heading = f"🎓 {named(job)}{who(job)}: {doing} {'▰' * full}{'▱' * (CELLS - full)} {fraction:.0%}. `{job.id}`"
    lines = [heading, *_figures(course, is_over=stage == "finish")]
    stop = [Button("Stop", f"train_stop {job.id}", "danger")]
    stop += [Button("Stop and keep", f"train_keep {job.id}")] if course.epoch else []
    return Reply("\n".join(lines), curves(course, files), (tuple(stop),), private=False)


def stopped_card(job: Job, course: Course, files: FileStore, *, goes_on: bool) -> Reply:
    """Say that a training has ended without a genre, and what can be done with what it has learned."""
    how = "stopped" if job.status == "cancelled" else plain(str(job.error), 600)
    lines = [f"{'⏹️' if job.status == 'cancelled' else '⚠️'} {named(job)}{who(job)}: {how} `{job.id}`"]
    rows: tuple[Row, ...] = ()
    if course.epoch:
        lines += _figures(course, is_over=True)
    if course.epoch and not goes_on:
        rows = ((Button("Resume", f"train_resume {job.id}", "primary"), Button("Keep", f"train_keep {job.id}")),)
        lines.append("What it has learned is kept: **Resume** goes on, **Keep** makes the best of it a genre.")
    return Reply("\n".join(lines), curves(course, files), rows, private=False)


def genre_card(job: Job, files: FileStore) -> Reply:
    """Announce a finished genre with its example and its curves."""
    result = job.result or {}
    name, figures = plain(str(result["genre"])), result["figures"]
    button = Button(
        f"Share with this {job.origin.get('space_name', Place.space_name)}", f"genre_share {result['genre']}"
    )
    share = (button,) if job.origin.get("space") else ()
    lines = (
        f"🎓 **{plain(str(result['title']))}** (`{name}`) is ready{who(job)}: {figures['epochs']} epochs in "
        f"{figures['minutes']:g} minutes. It ended because {plain(str(result['reason']) or 'it was stopped', 200)}.",
        f"Similarity index {figures['similarity']:.3f}: {figures['base_similarity']:.3f} before, "
        f"{figures['reach']:.3f} for the pieces themselves. Chord tones {figures['chord_tones']:.0%}. "
        f"Bars that stand in the pieces: {figures['copied']:.0%} (of real ones: {figures['shared']:.0%}).",
        f"Try it: `/compose genre: {name}`. It is for you alone until you share it. `{job.id}`",
    )
    shown = [(kind, result["files"][kind]) for kind in (SOUND, "mid", PICTURE, CURVES) if kind in result["files"]]
    said = {PICTURE: f"Piano roll of an example of {name}", CURVES: WHAT_CURVES_SHOW}
    attached = (_file(files, path, said.get(kind, "")) for kind, path in shown)
    return Reply("\n".join(lines), tuple(file for file in attached if file), (share,) if share else (), private=False)


def sample_card(job: Job, sample: Mapping[str, Any], files: FileStore) -> Reply:
    """Let everybody hear how a genre composes at a checkpoint."""
    epoch = int(sample["epoch"])
    when = f"after epoch {epoch}" if epoch else "before the first epoch"
    said = {PICTURE: f"Piano roll of the sample {when}"}
    attached = (_file(files, sample["files"][kind], said.get(kind, "")) for kind in (SOUND, PICTURE)
                if kind in sample["files"])  # fmt: skip
    text = f"🎧 {named(job)} {when}: the same melody, which it has never learned from, each time."
    return Reply(text, tuple(file for file in attached if file), private=False)


def curves(course: Course, files: FileStore) -> tuple[OutFile, ...]:
    """Return the latest picture of a training's curves, if there is one."""
    file = _file(files, course.plot, WHAT_CURVES_SHOW) if course.plot else None
    return (file,) if file else ()


def _figures(course: Course, *, is_over: bool) -> list[str]:
    """Say what an epoch told."""
    lines = []
    if epoch := course.epoch:
        left = "" if is_over else f" · about {duration(epoch['eta_s'])} left"
        best = f" (best {course.best:.3f})" if course.best is not None else ""
        lines = [
            f"Epoch {epoch['epoch']} of {epoch['epochs']}{left}",
            f"Losses: generator {epoch['generator_loss']:+.2f}, critic {epoch['critic_loss']:.2f}. "
            f"Similarity index {epoch['similarity']:.3f}{best}: the smaller, the nearer to real pieces.",
        ]
    return lines + ([f"-# {plain(course.note, 300)}"] if course.note else [])


def _file(files: FileStore, path: str, said: str) -> OutFile | None:
    """Return a stored file to send; None if it is gone."""
    found = files.path(path)
    return OutFile(found.name, found, said) if found.is_file() else None
