"""The studio about itself: is it well, who is signed in, what can be set."""

from collections import Counter

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.as_json.options import options_json
from bot.frontends.studio_parts.accounts import place_json
from bot.frontends.studio_parts.answers import json_answer
from bot.frontends.studio_parts.service import Ask


async def health(ask: Ask) -> web.StreamResponse:
    """Say whether the ledger can be read, and who works."""
    try:
        workers = await ask.desk.do(ask.desk.ledger.live_workers)
    except Exception:  # whatever is the matter with the disk: that is the answer
        return await json_answer(ask, {"status": "unavailable", "workers": {}, "version": ask.service.version}, 503)
    kinds = Counter(kind for worker in workers for kind in worker.kinds)
    return await json_answer(ask, {"status": "ok", "workers": dict(kinds), "version": ask.service.version})


async def metrics(ask: Ask) -> web.StreamResponse:
    """Return figures."""
    text = await ask.service.metrics.text(ask.service.feed.followers)
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def openapi(ask: Ask) -> web.StreamResponse:
    """Return the description."""
    return await json_answer(ask, ask.service.description.data)


async def me(ask: Ask) -> web.StreamResponse:
    """Say who is signed in."""
    workers = await ask.desk.do(ask.desk.ledger.live_workers)
    return await json_answer(
        ask,
        {
            "name": ask.guest.user.name,
            "mode": "public" if ask.service.is_public else "local",
            "place": place_json(ask.guest, ask.service),
            "workers": len(workers),
            "version": ask.service.version,
        },
    )


async def options(ask: Ask) -> web.StreamResponse:
    """Return ranges and choices."""
    return await json_answer(ask, options_json())
