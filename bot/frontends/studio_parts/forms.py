"""A take's stems and sheet music, made when they are first wanted."""

import secrets
from typing import Any

from aiohttp import web

from bot.forms import SCORE, STEMS, find_form, make_form, score_json, stems_json
from bot.frontends.studio_parts.answers import file_answer, json_answer
from bot.frontends.studio_parts.ownership import own_take
from bot.frontends.studio_parts.service import Ask
from bot.refusals import Missing

_SHOWN = {STEMS: stems_json, SCORE: score_json}


async def form(ask: Ask, form: str) -> web.StreamResponse:
    """Say how a form stands."""
    entry = await own_take(ask)
    return await json_answer(ask, _SHOWN[form](entry, await find_form(form, entry, ask.desk)))


async def make(ask: Ask, form: str) -> web.StreamResponse:
    """Have it made."""
    entry = await own_take(ask)
    incoming = ask.guest.wish(form, secrets.token_hex(16))
    return await json_answer(ask, _SHOWN[form](entry, await make_form(form, entry, incoming, ask.desk)))


async def stem(ask: Ask) -> web.StreamResponse:
    """Return one stem."""
    apart = (await _result(ask, STEMS)).get("apart", [])
    found = next((one["file"] for one in apart if one["number"] == ask.values["stem"]), None)
    return await _file(ask, found, "audio/mpeg")


async def stems_zip(ask: Ask) -> web.StreamResponse:
    """Return all stems."""
    return await _file(ask, (await _result(ask, STEMS)).get("file"), "application/zip")


async def musicxml(ask: Ask) -> web.StreamResponse:
    """Return the score to edit."""
    return await _file(ask, (await _result(ask, SCORE)).get("file"), "application/vnd.recordare.musicxml+xml")


async def score_page(ask: Ask) -> web.StreamResponse:
    """Return a page of the score as a picture."""
    pictures = (await _result(ask, SCORE)).get("pictures", [])
    number = ask.values["page"]
    return await _file(ask, pictures[number - 1] if number <= len(pictures) else None, "image/png")


async def _result(ask: Ask, form: str) -> dict[str, Any]:
    job = await find_form(form, await own_take(ask), ask.desk)
    return (job.result if job else None) or {}


async def _file(ask: Ask, stored: str | None, kind: str) -> web.StreamResponse:
    path = ask.desk.files.path(stored) if stored else None
    if path is None or not await ask.desk.do(path.is_file):
        raise Missing("There is no such file yet: ask for it first.")
    return file_answer(path, kind, ask_to_save=kind == "application/zip" or bool(ask.values.get("download")))
