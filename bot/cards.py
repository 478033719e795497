"""What a job and a take look like in a chat: text, files, buttons. Pure: whatever it takes is handed in."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.chat import Button, Choice, OutFile, Reply, Row, Select, Step
from bot.variations import VARIATIONS
from composer_core.genres import Genre
from storage.files import FileStore
from storage.history import Entry
from storage.jobs import Job

CELLS = 12
STAGES = {
    "load": "warming up",
    "read": "reading the files",
    "harmonise": "finding the chords",
    "compose": "composing",
    "refine": "polishing",
    "render": "the band is playing",
    "encode": "recording",
    "engrave": "engraving the score",
    "draw": "drawing",
}
SUBJECTS = {"survey": "data for", "train": "training of"}
FORMS = {"score": "🎼", "stems": "🎚️"}
TEMPOS = (0.5, 0.75, 0.9, 1.1, 1.25, 1.5, 2.0)
MOST_NOTICES = 3
_MARKUP = {ord(sign): " " for sign in "*_~`|<>[]\\"}
SHOWN = ("mp3", "mid", "png")


def plain(text: str, most: int = 80) -> str:
    """Return a stranger's text on one line, without signs that are markup on any platform."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text.translate(_MARKUP)).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def who(job: Job) -> str:
    """Say for whom a job is."""
    mention = job.origin.get("mention")
    return f" for {mention}" if mention else ""


def subject(job: Job) -> str:
    """Say what a job is about: the melody and the genre, or the take."""
    payload = job.payload
    if job.kind == "compose":
        return f"**{plain(payload['melody']['name'])}** in {plain(payload['genre'])}"
    if job.kind in SUBJECTS:
        return f"{SUBJECTS[job.kind]} **{plain(str(payload['name']))}**"
    return f"{plain(str(payload.get('form', job.kind)))} of `{plain(str(payload.get('take', '')))}`"


def waiting(job: Job, place: int | None, wait_s: float | None, has_worker: bool) -> Reply:
    """Say where a job is in the queue."""
    where = f"place {place} in the queue" if place else "in the queue"
    eta = f", about {duration(wait_s)}" if wait_s is not None else ""
    if not has_worker:
        eta = ". No composer is at work right now: it starts as soon as one is back"
    return Reply(f"⏳ {subject(job)}{who(job)}: {where}{eta}. `{job.id}`", rows=(_cancel(job),), private=False)


def running(job: Job) -> Reply:
    """Say how far a job is."""
    progress = job.progress or {}
    stage, fraction = str(progress.get("stage", "load")), float(progress.get("fraction", 0.0))
    full = round(CELLS * min(max(fraction, 0.0), 1.0))
    bar = "▰" * full + "▱" * (CELLS - full)
    text = f"🎼 {subject(job)}{who(job)}: {STAGES.get(stage, stage)} {bar} {fraction:.0%}. `{job.id}`"
    return Reply(text, rows=(_cancel(job),), private=False, steps=_steps(stage))


def ended_without_result(job: Job) -> Reply:
    """Say why there is no result."""
    if job.status == "cancelled":
        return Reply(f"🚫 {subject(job)}{who(job)}: cancelled. `{job.id}`", private=False)
    return Reply(f"⚠️ {subject(job)}{who(job)}: {job.error} `{job.id}`", private=False)


def ended_in_words(job: Job, why: str = "") -> Reply:
    """Say that a job has ended, without anything that a platform might refuse, and why there is no more of it."""
    if job.status != "done":
        return ended_without_result(job)
    more = f"Bring it with /show {job.id}" if job.kind == "compose" else "Try again, or in a conversation with me."
    text = f"✅ {subject(job)}{who(job)} is done, but could not be shown here. {more}"
    return Reply(f"{text}\n-# {why}" if why else text, private=False)


def settings_line(entry: Entry) -> str:
    """Say in one line how a take was made."""
    facts = (
        entry.genre,
        entry.key,
        entry.metre,
        f"{entry.tempo_bpm:g} bpm",
        f"seed {entry.seed}",
        duration(entry.length_s),
    )
    return " · ".join(facts)


def take_card(
    entry: Entry,
    files: FileStore,
    genres: Sequence[Genre],
    *,
    heading: str = "",
    notices: Iterable[str] = (),
    described: Mapping[str, str] = {},
) -> Reply:
    """Show one take with everything that can be done with it."""
    lines = [heading or f"🎶 **{plain(entry.heading)}**", settings_line(entry), *_notices(notices), f"`{entry.id}`"]
    return Reply(
        "\n".join(lines),
        tuple(take_files(entry, files, said=described.get(entry.id, ""))),
        take_rows(entry, genres),
        private=False,
    )


def takes_card(
    entries: Sequence[Entry],
    files: FileStore,
    *,
    heading: str = "",
    notices: Iterable[str] = (),
    described: Mapping[str, str] = {},
) -> Reply:
    """Show several takes to pick one of: sound and picture of each."""
    lines = [heading or f"🎶 **{plain(entries[0].heading)}**: {len(entries)} takes"]
    lines += [f"{entry.take}. {settings_line(entry)}" for entry in entries]
    lines += [*_notices(notices), "Pick the one to keep working with."]
    shown = tuple(
        file for entry in entries for file in take_files(entry, files, ("mp3", "png"), described.get(entry.id, ""))
    )
    picks = tuple(Button(f"Take {entry.take}", f"pick {entry.id}", "primary") for entry in entries)
    more = (Button("More takes", f"another {entries[0].id}"), Button("Delete", f"delete {entries[0].job_id}", "danger"))
    return Reply("\n".join(lines), shown, (picks[:5], more), private=False)


def take_files(entry: Entry, files: FileStore, kinds: Sequence[str] = SHOWN, said: str = "") -> list[OutFile]:
    """Return a take's files to send; ``said`` is what its picture shows."""
    said = said or f"Piano roll of {entry.heading}: {settings_line(entry)}"
    found = [(kind, files.path(entry.files[kind])) for kind in kinds if kind in entry.files]
    return [OutFile(path.name, path, said if kind == "png" else "") for kind, path in found]


def take_rows(entry: Entry, genres: Sequence[Genre], *, shared: bool = False) -> tuple[Row, ...]:
    """Return the buttons under a take; a shared one has none of those that are for its owner alone, and one to hear it.

    Their actions carry the take's id: they work after a restart and days later.
    """
    others = [genre for genre in genres if genre.name != entry.genre][:25]
    another = (Button("Another take", f"another {entry.id}", "primary"),)
    for_all = (Button("Play", f"play {entry.id}"),)
    for_owner = (Button("Share", f"share {entry.id}"), Button("Delete", f"delete {entry.id}", "danger"))
    forms = (("Score", "score"), ("Stems", "stems"), ("Voice message", "voice"))
    rows: list[Row] = [
        another + (for_all if shared else for_owner),
        tuple(Button(label, f"{name} {entry.id}") for label, name in forms),
        Select("Vary …", f"vary {entry.id}", VARIATIONS),
    ]
    if others:
        choices = tuple(Choice(genre.name, genre.title, genre.description[:100]) for genre in others)
        rows.append(Select("Other genre …", f"regenre {entry.id}", choices))
    tempos = tuple(_tempo(entry.tempo_bpm, factor) for factor in TEMPOS if 20 <= entry.tempo_bpm * factor <= 300)
    rows.append(Select("Other tempo …", f"retempo {entry.id}", tempos))
    return tuple(rows)


def duration(seconds: float) -> str:
    """Say a time as people do: 45 s, 3 min."""
    return f"{max(math.ceil(seconds), 1)} s" if seconds < 90 else f"{round(seconds / 60)} min"


def result_notices(result: dict[str, Any]) -> list[str]:
    """Return what the user should be told about how a job went."""
    return list(dict.fromkeys(notice for take in result.get("takes", []) for notice in take.get("notices", [])))


def _tempo(tempo_bpm: float, factor: float) -> Choice:
    word = "slower" if factor < 1 else "faster"
    return Choice(f"{round(tempo_bpm * factor)}", f"{round(tempo_bpm * factor)} bpm ({word}, × {factor:g})")


def _notices(notices: Iterable[str]) -> list[str]:
    return [f"-# {plain(notice, 300)}" for notice in list(notices)[:MOST_NOTICES]]


def _steps(stage: str) -> tuple[Step, ...]:
    """Return the stages with what is done, goes on and is to come; none if it is not one of them."""
    names = list(STAGES)
    if stage not in names:
        return ()
    states = ["done"] * names.index(stage) + ["running"] + ["pending"] * len(names)
    return tuple(Step(label, state) for label, state in zip(STAGES.values(), states, strict=False))


def _cancel(job: Job) -> tuple[Button, ...]:
    return (Button("Cancel", f"cancel {job.id}", "danger"),)
