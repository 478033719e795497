"""Genres: cards, examples to hear, how they were trained."""

from aiohttp import web

from bot.as_json.genres import (
    card_text,
    example_json,
    find_named,
    genre_json,
    genres_json,
    training_json,
)
from bot.examples import find_example
from bot.examples import make_example as make
from bot.frontends.studio_parts.answers import file_answer, json_answer
from bot.frontends.studio_parts.service import Ask
from bot.refusals import Missing


async def genres(ask: Ask) -> web.StreamResponse:
    """List them, and say which is taken when none is named."""
    decided = await ask.desk.decisions(ask.guest.wish("genres", "").place)
    return json_answer({"genres": await genres_json(ask.desk), "default": decided.default_genre})


async def genre(ask: Ask) -> web.StreamResponse:
    """Return one with its model card."""
    found = await find_named(ask.desk, ask.values["genre"])
    card = await ask.desk.do(card_text, found)
    return json_answer(await genre_json(found, ask.desk) | {"card": card})


async def genre_training(ask: Ask) -> web.StreamResponse:
    """Return how one was trained."""
    return json_answer(await ask.desk.do(training_json, await find_named(ask.desk, ask.values["genre"])))


async def make_example(ask: Ask) -> web.StreamResponse:
    """Have the example composed."""
    found = await find_named(ask.desk, ask.values["genre"])
    if not await ask.desk.do(found.weights.is_file):
        raise Missing(f"The genre {found.name} has no weights here: nothing can be composed in it.")
    return json_answer(example_json(found, await make(found, ask.desk)))


async def example_file(ask: Ask, kind: str, mime: str) -> web.StreamResponse:
    """Return the example's sound or picture."""
    found = await find_named(ask.desk, ask.values["genre"])
    job = await find_example(found, ask.desk) if await ask.desk.do(found.weights.is_file) else None
    entries = await ask.desk.do(ask.desk.history.for_job, job.id) if job else []
    path = ask.desk.files.path(entries[0].files[kind]) if entries and kind in entries[0].files else None
    if path is None or not await ask.desk.do(path.is_file):
        raise Missing(f"There is no example of {found.name} yet: ask for it first.")
    return file_answer(path, mime, ask_to_save=False)
