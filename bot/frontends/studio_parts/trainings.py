"""Training: files to learn from, the training itself, what becomes of it."""

import secrets
from pathlib import PurePath

from aiohttp import BodyPartReader, web

from bot import trainings as doing
from bot.as_json.trainings import (
    dataset_json,
    datasets_json,
    sample_path,
    training_json,
    training_options_json,
    trainings_json,
)
from bot.cards import plain
from bot.datasets import DATASET_BYTES, SURVEY, Intake, Refused, check_room, intake, survey
from bot.frontends.studio_parts.answers import Problem, file_answer, json_answer
from bot.frontends.studio_parts.pages import kind_of
from bot.frontends.studio_parts.service import Ask
from bot.frontends.studio_parts.uploads import SLACK_BYTES, chunks, file_name, parts, reader
from bot.refusals import Missing
from bot.trainings import TRAIN

NAME_CHARACTERS = 80


async def add_dataset(ask: Ask) -> web.StreamResponse:
    """Take files in, and have them surveyed."""
    await doing.check_may_train(ask.guest, ask.desk)
    await check_room(ask.user, ask.desk)
    upload, dataset, name = reader(ask.request, DATASET_BYTES), secrets.token_hex(6), ""
    first = ""
    try:
        async with intake(ask.desk, dataset) as taken:
            async for part in parts(upload, "files", "name"):
                if part.name == "files":
                    first = first or PurePath(file_name(part)).stem
                    await _take_in(part, taken, ask)
                elif name:
                    raise Problem(400, "There are two names: give one.", "name")
                else:
                    name = await _name(part)
            known = {"name": plain(name or first) or "files", "files": taken.files, "bytes": taken.bytes}
    except Refused as error:
        raise Problem(415, str(error), "files") from error
    job = await survey(dataset, known, ask.guest.wish("survey", dataset), ask.desk)
    return await json_answer(ask, await dataset_json(job, ask.desk), 202)


async def _name(part: BodyPartReader) -> str:
    said = [chunk async for chunk in chunks(part, SLACK_BYTES, "name")]
    name = b"".join(said).decode(errors="replace")
    if len(name) > NAME_CHARACTERS:
        raise Problem(400, f"name is longer than {NAME_CHARACTERS} characters: shorten it.", "name")
    return name


async def _take_in(part: BodyPartReader, taken: Intake, ask: Ask) -> None:
    name = file_name(part)
    await ask.desk.do(taken.begin, name)
    async for chunk in chunks(part, DATASET_BYTES - taken.bytes, "files"):
        await ask.desk.do(taken.write, chunk, name)
    await ask.desk.do(taken.end)


async def datasets(ask: Ask) -> web.StreamResponse:
    """List the user's data sets."""
    return await json_answer(ask, {"datasets": await datasets_json(ask.user, ask.desk)})


async def dataset(ask: Ask) -> web.StreamResponse:
    """Return one with its report."""
    job = await doing.find_own(ask.desk, ask.user, ask.values["dataset"], SURVEY)
    return await json_answer(ask, await dataset_json(job, ask.desk))


async def delete_dataset(ask: Ask) -> web.StreamResponse:
    """Delete one."""
    job = await doing.find_own(ask.desk, ask.user, ask.values["dataset"], SURVEY)
    await ask.desk.do(doing.delete, job, ask.desk)
    return web.Response(status=204)


async def training_options(ask: Ask) -> web.StreamResponse:
    """Return the hyper-parameters."""
    return await json_answer(ask, training_options_json())


async def train(ask: Ask) -> web.StreamResponse:
    """Begin a training."""
    await doing.check_may_train(ask.guest, ask.desk)
    job = await doing.begin(ask.body, ask.guest.wish("train", secrets.token_hex(16)), ask.desk)
    return await json_answer(ask, await training_json(job, ask.desk), 202)


async def trainings(ask: Ask) -> web.StreamResponse:
    """List the user's trainings."""
    return await json_answer(ask, {"trainings": await trainings_json(ask.user, ask.desk)})


async def training(ask: Ask) -> web.StreamResponse:
    """Return one."""
    return await json_answer(ask, await training_json(await _own(ask), ask.desk))


async def stop_training(ask: Ask) -> web.StreamResponse:
    """Stop one; what it has learned is kept, to go on with or to make a genre of."""
    job = await _own(ask)
    now = await ask.desk.do(ask.desk.ledger.cancel, job.id, user=ask.user)
    return await json_answer(ask, await training_json(now or job, ask.desk))


async def resume_training(ask: Ask) -> web.StreamResponse:
    """Go on with one."""
    job = await doing.go_on(await _own(ask), ask.guest.wish("resume", secrets.token_hex(16)), ask.desk)
    return await json_answer(ask, await training_json(job, ask.desk))


async def keep_training(ask: Ask) -> web.StreamResponse:
    """Make a genre of one."""
    wish = ask.guest.wish("keep", secrets.token_hex(16))
    job = await doing.keep(await _own(ask), ask.body.get("name"), wish, ask.desk)
    return await json_answer(ask, await training_json(job, ask.desk))


async def delete_training(ask: Ask) -> web.StreamResponse:
    """Delete one."""
    await ask.desk.do(doing.delete, await _own(ask), ask.desk)
    return web.Response(status=204)


async def training_sample(ask: Ask) -> web.StreamResponse:
    """Return a file of a checkpoint's sample."""
    job = await _own(ask)
    events = await ask.desk.do(ask.desk.ledger.events, job.id)
    stored = sample_path(events, ask.values["epoch"], ask.values["file"])
    path = ask.desk.files.path(stored) if stored else None
    if path is None or not await ask.desk.do(path.is_file):
        raise Missing("There is no such sample.")
    return file_answer(path, kind_of(path), ask_to_save=bool(ask.values.get("download")))


async def _own(ask: Ask) -> doing.Job:
    return await doing.find_own(ask.desk, ask.user, ask.values["training"], TRAIN)
