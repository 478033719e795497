"""Share pages for everybody with the link, and results sent to the chat."""

from aiohttp import web

from bot.as_json.compositions import page_json, shared_json
from bot.frontends.studio_parts.accounts import place_json
from bot.frontends.studio_parts.answers import json_answer
from bot.frontends.studio_parts.library import take_file
from bot.frontends.studio_parts.ownership import own_take
from bot.frontends.studio_parts.service import Ask
from bot.library import find_shared
from bot.refusals import Busy
from bot.sending import send_to_chat


async def share(ask: Ask) -> web.StreamResponse:
    """Open a take's page."""
    entry = await own_take(ask)
    page = await ask.desk.do(ask.desk.pages.open, entry.id, ask.user)
    return await json_answer(ask, page_json(page, ask.base_url))


async def unshare(ask: Ask) -> web.StreamResponse:
    """Close it."""
    entry = await own_take(ask)
    await ask.desk.do(ask.desk.pages.close, entry.id)
    return web.Response(status=204)


async def send(ask: Ask) -> web.StreamResponse:
    """Send a take to the chat that the user came from."""
    entry = await own_take(ask)
    place = place_json(ask.guest, ask.service)
    if place is None:
        raise Busy("You did not come from a chat: open the studio with the link of /studio to send there.")
    sent = await send_to_chat(entry.id, ask.guest, ask.desk, ask.service.others[place["platform"]])
    return await json_answer(ask, {"link": sent.link})


async def shared(ask: Ask) -> web.StreamResponse:
    """Return what a share page shows."""
    page, entry = await find_shared(ask.desk, ask.values["token"])
    return await json_answer(ask, await shared_json(entry, page, ask.desk))


async def shared_file(ask: Ask, name: str) -> web.StreamResponse:
    """Return one of its files, by its name in addresses."""
    _, entry = await find_shared(ask.desk, ask.values["token"])
    return await take_file(ask, entry.files, name)
