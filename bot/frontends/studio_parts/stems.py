"""Stems, recorded when they are first wanted."""

import secrets
from typing import Any

from aiohttp import web

from bot.frontends.studio_parts.answers import file_answer, json_answer
from bot.frontends.studio_parts.ownership import own_take
from bot.frontends.studio_parts.service import Ask
from bot.refusals import Missing
from bot.stems import find_stems, stems_json
from bot.stems import make_stems as make


async def stems(ask: Ask) -> web.StreamResponse:
    """Say how they stand."""
    entry = await own_take(ask)
    return await json_answer(ask, stems_json(entry, await find_stems(entry, ask.desk)))


async def make_stems(ask: Ask) -> web.StreamResponse:
    """Have them recorded."""
    entry = await own_take(ask)
    incoming = ask.guest.wish("stems", secrets.token_hex(16))
    return await json_answer(ask, stems_json(entry, await make(entry, incoming, ask.desk)))


async def stem(ask: Ask) -> web.StreamResponse:
    """Return one."""
    apart = (await _result(ask)).get("apart", [])
    found = next((one["file"] for one in apart if one["number"] == ask.values["stem"]), None)
    return await _file(ask, found, "audio/mpeg", bool(ask.values.get("download")))


async def stems_zip(ask: Ask) -> web.StreamResponse:
    """Return all."""
    return await _file(ask, (await _result(ask)).get("file"), "application/zip", ask_to_save=True)


async def _result(ask: Ask) -> dict[str, Any]:
    job = await find_stems(await own_take(ask), ask.desk)
    return (job.result if job else None) or {}


async def _file(ask: Ask, stored: str | None, kind: str, ask_to_save: bool) -> web.StreamResponse:
    path = ask.desk.files.path(stored) if stored else None
    if path is None or not await ask.desk.do(path.is_file):
        raise Missing("There are no such stems yet: ask for them first.")
    return file_answer(path, kind, ask_to_save)
