"""Genres: cards, examples to hear, how they were trained; what owners do with theirs."""

from typing import TYPE_CHECKING

from aiohttp import web

from bot import genre_keeping as keeping
from bot.as_json.genres import (
    card_text,
    example_json,
    find_named,
    genre_json,
    genres_json,
    own_json,
    training_json,
)
from bot.examples import find_example
from bot.examples import make_example as make
from bot.frontends.studio_parts.answers import file_answer, json_answer
from bot.frontends.studio_parts.service import Ask
from bot.refusals import Missing

if TYPE_CHECKING:
    from bot.as_json.genres import Genre


async def genres(ask: Ask) -> web.StreamResponse:
    """List them, and say which is taken when none is named."""
    place = ask.guest.wish("genres", "").place
    decided = await ask.desk.decisions(place)
    return await json_answer(
        ask, {"genres": await genres_json(place, ask.user, ask.desk), "default": decided.default_genre}
    )


async def genre(ask: Ask) -> web.StreamResponse:
    """Return one with its model card."""
    return await _card(ask, await _named(ask))


async def change_genre(ask: Ask) -> web.StreamResponse:
    """Rename one's own, describe it, share it or keep it private."""
    place = ask.guest.wish("genre", "").place
    name = await ask.desk.do(keeping.change, await _own(ask), ask.body, place, ask.desk)
    return await _card(ask, await find_named(ask.desk, name, place, ask.user))


async def delete_genre(ask: Ask) -> web.StreamResponse:
    """Delete one's own; what was composed in it stays."""
    await ask.desk.do(keeping.delete, await _own(ask), ask.desk)
    return web.Response(status=204)


async def genre_training(ask: Ask) -> web.StreamResponse:
    """Return how one was trained."""
    return await json_answer(ask, await ask.desk.do(training_json, await _named(ask)))


async def make_example(ask: Ask) -> web.StreamResponse:
    """Have the example composed."""
    found = await _named(ask)
    if not await ask.desk.do(found.weights.is_file):
        raise Missing(f"The genre {found.name} has no weights here: nothing can be composed in it.")
    return await json_answer(ask, example_json(found, await make(found, ask.desk)))


async def example_file(ask: Ask, kind: str, mime: str) -> web.StreamResponse:
    """Return the example's sound or picture."""
    found = await _named(ask)
    job = await find_example(found, ask.desk) if await ask.desk.do(found.weights.is_file) else None
    entries = await ask.desk.do(ask.desk.history.for_job, job.id) if job else []
    path = ask.desk.files.path(entries[0].files[kind]) if entries and kind in entries[0].files else None
    if path is None or not await ask.desk.do(path.is_file):
        raise Missing(f"There is no example of {found.name} yet: ask for it first.")
    return file_answer(path, mime, ask_to_save=bool(ask.values.get("download")))


async def _named(ask: Ask) -> "Genre":
    return await find_named(ask.desk, ask.values["genre"], ask.guest.wish("genres", "").place, ask.user)


async def _own(ask: Ask) -> "keeping.Owned":
    return await ask.desk.do(keeping.own, (await _named(ask)).name, ask.user, ask.desk)


async def _card(ask: Ask, found: "Genre") -> web.StreamResponse:
    place = ask.guest.wish("genre", "").place
    own = own_json(await ask.desk.do(ask.desk.shelf.genre, found.name), place, ask.user)
    card = await ask.desk.do(card_text, found)
    return await json_answer(ask, await genre_json(found, ask.desk) | own | {"card": card})
