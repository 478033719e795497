"""/train: files become a data report, the report a training, the training a genre; and the buttons on that way."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from bot.cards import plain
from bot.chat import MIB, Attachment, Choice, Incoming, Place, Reply
from bot.command import Command, Option
from bot.commands.compose import complete_genre
from bot.datasets import DATASET_BYTES, SURVEY, Intake, intake, stored, survey
from bot.desk import Desk, job_id_for
from bot.training_cards import report_card
from bot.training_news import ROOM
from bot.trainings import TRAIN, check_base, check_name_free, check_trainer, must_own, root_of
from bot.wishes import enqueue
from composer_core.errors import SettingError, UserError, about
from composer_core.training_request import (
    AUTO,
    EPOCHS,
    LEARNING_RATE,
    MINUTES,
    NONE,
    UPDATE_RATIO,
    TrainRequest,
    read_tags,
)
from storage.jobs import Job

FILE_BYTES = 32 * MIB  # of one file: it is held in memory on its way
MOST_FILES = 10
FILES = "files"


async def train(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Take the files in and have them surveyed; nothing is learned before the asker has seen the report."""
    await check_trainer(incoming.user, incoming.place, desk)
    await check_name_free(incoming.text("name"), desk)
    await check_base(incoming.text("base") or AUTO, incoming, desk)
    dataset = job_id_for(incoming)
    request = _request(incoming, dataset)
    files = [file for name, file in incoming.files.items() if name.partition("-")[0] == FILES]
    with about(FILES):
        _check_sizes(files)
    async with intake(desk, dataset) as taken:
        for file in files:
            await _take_in(file, taken, desk)
    known = {"name": plain(files[0].name), "files": taken.files, "bytes": taken.bytes}
    job = await survey(dataset, known, incoming, desk, request)
    yield Reply(f"{taken.files} file{'s' if taken.files > 1 else ''} received: the report comes here. Job `{job.id}`.")


async def start(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Begin the training that a data report proposes; the report stays, without its buttons."""
    job = await _own(incoming, desk, "start it")
    if job.kind != SURVEY or job.status != "done":
        raise UserError("There is no report here to start from: begin anew with /train.")
    request = TrainRequest.from_json(job.payload)
    await check_trainer(incoming.user, incoming.place, desk)
    await check_name_free(request.name, desk)
    training = await enqueue(incoming, desk, TRAIN, request.to_json())
    yield replace(report_card(job, started=True), replaces_source=True)
    yield Reply(f"It begins: job `{training.id}`. It goes on without you; what you see here is told in its thread.")


async def drop(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Delete files that shall not be learned from."""
    job = await _own(incoming, desk, "cancel it")
    await desk.do(desk.privacy.forget_job, job.id)
    yield Reply("", removes_source=True)
    yield Reply("Cancelled: the files are deleted.")


async def stop(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Stop a training; what it has learned is kept."""
    job = await _own(incoming, desk, "stop it")
    if job.ended:
        raise UserError(f"This training is {job.status} already.")
    await desk.do(desk.ledger.cancel, job.id, user=job.user)
    yield Reply("It stops. What it has learned is kept for you, to go on with or to keep.")


async def keep(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Make a genre of the best that a training has reached, and stop it if it has not."""
    job = await _own(incoming, desk, "keep it")
    if job.status == "done":
        raise UserError("This training is done: its genre is there already.")
    await check_name_free(str(job.payload["name"]), desk, root_of(job))
    if not any(event.kind == "epoch" for event in await desk.do(desk.ledger.events, job.id)):
        raise UserError("Nothing is learned yet that could be kept: wait for the first epoch, or stop it.")
    await _follow_up(job, incoming, desk, finish=True)
    await desk.do(desk.ledger.cancel, job.id, user=job.user)
    yield Reply("Its best becomes a genre now.")


async def resume(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Go on with a training that has stopped."""
    job = await _own(incoming, desk, "resume it")
    if not job.ended:
        raise UserError("It is still on its way: stop it first.")
    await check_trainer(incoming.user, incoming.place, desk)
    await check_name_free(str(job.payload["name"]), desk, root_of(job))
    again = await _follow_up(job, incoming, desk, finish=False)
    yield Reply(f"It goes on: job `{again.id}`.")


async def _follow_up(job: Job, incoming: Incoming, desk: Desk, *, finish: bool) -> Job:
    """Put a job into the queue that takes a training up where it was, told of in the same place."""
    request = replace(TrainRequest.from_json(job.payload), resume=root_of(job), finish=finish)
    room = await desk.do(desk.postings.of, job.id, ROOM)
    origin = Place.from_json(job.origin)
    thread = origin.thread or (room.channel if room and room.channel != origin.channel else "")
    place = replace(origin, thread=thread, source=incoming.place.source)
    return await enqueue(replace(incoming, place=place), desk, TRAIN, request.to_json())


async def _own(incoming: Incoming, desk: Desk, what: str) -> Job:
    return must_own(await desk.do(desk.ledger.job, incoming.text("id")), incoming, what)


def _request(incoming: Incoming, dataset: str) -> TrainRequest:
    """Return what the options ask for.

    Raises:
        SettingError: one of them lies outside its range.
    """
    given: dict[str, Any] = {name: incoming.options[name] for name in NUMBERS if name in incoming.options}
    given |= {name: incoming.text(name) for name in ("base", "melody") if incoming.text(name)}
    given |= {name: plain(incoming.text(name), 300) for name in ("description", "licence")}
    with about("tags"):
        given["tags"] = read_tags(incoming.text("tags"))
    return TrainRequest(incoming.text("name"), stored(dataset), **given)


def _check_sizes(files: list[Attachment]) -> None:
    if not files:
        raise SettingError("There is nothing to learn from yet: attach a zip of MIDI files, or up to ten of them.")
    if sum(file.size_bytes for file in files) > DATASET_BYTES:
        raise SettingError(f"Together these have more than {DATASET_BYTES // MIB} MB: send a part of them.")
    for file in files:
        if file.size_bytes > FILE_BYTES:
            raise SettingError(
                f"{file.name[:60]!r} has {file.size_bytes / MIB:.0f} MB, more than the {FILE_BYTES // MIB} MB that "
                "I take here: send less at once, or use the studio (/studio)."
            )


async def _take_in(file: Attachment, taken: Intake, desk: Desk) -> None:
    await desk.do(taken.begin, file.name)
    await desk.do(taken.write, await file.read(FILE_BYTES), file.name)
    await desk.do(taken.end)


async def complete_base(incoming: Incoming, desk: Desk, typed: str) -> list[Choice]:
    """Propose what to begin from."""
    fixed = (Choice(AUTO, "auto: what fits your files best"), Choice(NONE, "none: from nothing, which takes hours"))
    genres = await complete_genre(incoming, desk, typed)
    return [*(choice for choice in fixed if typed.strip().lower() in choice.label), *genres][:25]


def _number(name: str, summary: str, limits: tuple[float, float], kind: str = "number") -> Option:
    return Option(name, summary, kind, low=limits[0], high=limits[1])


OPTIONS = (
    Option("name", "the new genre's name: small letters, digits, hyphens", required=True, low=2, high=32),
    Option(FILES, "a zip of MIDI files, or the files themselves", kind="file", most=MOST_FILES),
    _number("epochs", "most epochs; more takes longer and comes nearer to the files", EPOCHS, "integer"),
    _number("minutes", "stop after so many minutes of training", MINUTES),
    Option("base", "the genre to begin from; what fits best when left out", complete=complete_base, high=40),
    _number("learning_rate", "size of an update; higher learns faster and forgets more", LEARNING_RATE),
    _number("update_ratio", "critic updates per generator update; higher is stricter, slower", UPDATE_RATIO, "integer"),
    Option("tags", "only files with these tags: mode=minor folder=waltzes", high=2000),
    Option("melody", "the melody's track in every file; found when left out", high=100),
    Option("description", "one line about the genre", high=200),
    Option("licence", "what you state about the rights in the files", high=300),
)
NUMBERS = ("epochs", "minutes", "learning_rate", "update_ratio")
COMMANDS = (
    Command("train", "Train a genre of your own on your MIDI files", train, OPTIONS, posts=True),
    Command("train_start", "Begin the training", start, shown="pressed", posts=True),
    Command("train_drop", "Delete the files instead", drop, shown="pressed"),
    Command("train_stop", "Stop a training", stop, shown="pressed"),
    Command("train_keep", "Make the best so far a genre", keep, shown="pressed"),
    Command("train_resume", "Go on with a training", resume, shown="pressed", posts=True),
)
