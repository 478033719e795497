"""The user's compositions: search, names, files, deletion."""

from collections.abc import Mapping

from aiohttp import web

from bot.as_json.compositions import KINDS, composition_json, summary_json
from bot.as_json.melodies import melody_json
from bot.frontends.studio_parts.answers import file_answer, json_answer
from bot.frontends.studio_parts.ownership import own_take
from bot.frontends.studio_parts.service import Ask
from bot.library import delete_take, label_take, line_of, looked_for
from bot.refusals import Missing

MIMES = {
    "midi": "audio/midi",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "picture": "image/png",
    "roll": "application/json",
    "facts": "application/json",
}


async def compositions(ask: Ask) -> web.StreamResponse:
    """Return a page of what is looked for."""
    page, per_page = ask.values["page"], ask.values["per_page"]
    search = looked_for(
        ask.user,
        words=ask.values.get("q", ""),
        tag=ask.values.get("tag", ""),
        genre=ask.values.get("genre", ""),
        favourite=ask.values.get("favourite"),
    )
    found, total = await ask.desk.do(ask.desk.history.search, search, limit=per_page, offset=(page - 1) * per_page)
    shared = await ask.desk.do(ask.desk.pages.open_of, ask.user)
    tags = await ask.desk.do(ask.desk.history.tags, ask.user)
    return await json_answer(
        ask,
        {
            "compositions": [summary_json(entry, shared) for entry in found],
            "page": page,
            "pages": max(-(-total // per_page), 1),
            "total": total,
            "tags": [{"tag": tag, "count": count} for tag, count in tags],
        },
    )


async def composition(ask: Ask) -> web.StreamResponse:
    """Return everything about one."""
    return await json_answer(ask, await composition_json(await own_take(ask), ask.desk, ask.base_url))


async def change_composition(ask: Ask) -> web.StreamResponse:
    """Change title, tags, favourite."""
    entry = await own_take(ask)
    await ask.desk.do(label_take, ask.desk, entry, ask.body)
    return await composition(ask)


async def delete_composition(ask: Ask) -> web.StreamResponse:
    """Delete one with all that belongs to it."""
    entry = await own_take(ask)
    await ask.desk.do(delete_take, ask.desk, entry)
    return web.Response(status=204)


async def composition_melody(ask: Ask) -> web.StreamResponse:
    """Return a take's melody, or another track's top line."""
    entry = await own_take(ask)
    melody = await ask.desk.toil(line_of, ask.desk, entry, ask.values.get("track"))
    return await json_answer(ask, await ask.desk.do(melody_json, melody))


async def own_file(ask: Ask, name: str) -> web.StreamResponse:
    """Return one of a take's files, by its name in addresses."""
    return await take_file(ask, (await own_take(ask)).files, name)


async def take_file(ask: Ask, files: Mapping[str, str], name: str) -> web.StreamResponse:
    """Return one of a take's files.

    Raises:
        Missing: it has none of that kind, or not any more.
    """
    stored = files.get(KINDS[name])
    path = ask.desk.files.path(stored) if stored else None
    if path is None or not await ask.desk.do(path.is_file):
        raise Missing("There is no such file of this composition.")
    return file_answer(path, MIMES[name], ask_to_save=bool(ask.values.get("download")))
