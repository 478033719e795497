"""Composing, and jobs on their way."""

import secrets

from aiohttp import web

from bot.as_json.jobs import OPEN, job_json
from bot.as_json.melodies import melody_json
from bot.as_json.wishes import melody_of, wish_of
from bot.commands.again import once_more
from bot.frontends.studio_parts.answers import json_answer
from bot.frontends.studio_parts.ownership import own_job, own_take, seen_job
from bot.frontends.studio_parts.service import Ask
from bot.wishes import submit, wish

COMMANDS = {"another": "another", "vary": "vary", "genre": "regenre", "tempo": "retempo"}


async def compose(ask: Ask) -> web.StreamResponse:
    """Put a wish into the queue."""
    key = ask.values.get("Idempotency-Key") or secrets.token_hex(16)
    incoming = wish_of(ask.body, ask.guest, key)
    melody, is_without_tempo = await melody_of(ask.body, incoming, ask.desk)
    request = await wish(incoming, ask.desk, melody, is_without_tempo)
    job = await submit(incoming, ask.desk, request)
    understood = {
        "job": await job_json(job, ask.desk),
        "melody": await ask.desk.do(melody_json, melody),
        "seed": job.payload["seed"],
    }
    return await json_answer(ask, understood, 202)


async def again(ask: Ask) -> web.StreamResponse:
    """Put a take's wish into the queue once more, changed."""
    entry = await own_take(ask)
    command = COMMANDS[ask.body["change"]]
    incoming = ask.guest.wish(command, secrets.token_hex(16), id=entry.id, value=ask.body.get("value"))
    return await json_answer(ask, await job_json(await once_more(incoming, ask.desk), ask.desk), 202)


async def jobs(ask: Ask) -> web.StreamResponse:
    """List the user's jobs; of the others' only how many there are."""
    ledger = ask.desk.ledger
    statuses = OPEN if ask.values.get("open") else None
    own = await ask.desk.do(ledger.jobs, user=ask.user, statuses=statuses, limit=ask.values["limit"])
    everyone = await ask.desk.do(ledger.count, OPEN)
    mine = await ask.desk.do(ledger.jobs, user=ask.user, statuses=OPEN, limit=1000)
    workers = await ask.desk.do(ledger.live_workers)
    return await json_answer(
        ask,
        {
            "jobs": [await job_json(job, ask.desk) for job in own],
            "others": max(everyone - len(mine), 0),
            "workers": len(workers),
        },
    )


async def job(ask: Ask) -> web.StreamResponse:
    """Return one job."""
    return await json_answer(ask, await job_json(await seen_job(ask), ask.desk))


async def cancel(ask: Ask) -> web.StreamResponse:
    """Cancel a job; one that has ended stays as it is."""
    own = await own_job(ask)
    now = await ask.desk.do(ask.desk.ledger.cancel, own.id, user=ask.user)
    return await json_answer(ask, await job_json(now or own, ask.desk))
