"""What happens to a job, as server-sent events (HTML standard, section 9.2): resumable, one writer for all."""

from bisect import bisect_right

from aiohttp import web

from bot.frontends.studio_parts.accounts import who
from bot.frontends.studio_parts.answers import Problem
from bot.frontends.studio_parts.feed import Topic
from bot.frontends.studio_parts.ownership import seen_job
from bot.frontends.studio_parts.service import Ask

HEARTBEAT_S = 15.0
RETRY_MS = 1000
HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def job_events(ask: Ask) -> web.StreamResponse:
    """Tell what has happened after the last event that the browser knows of, then what happens."""
    job = await seen_job(ask)
    after = _after(ask)
    if job.ended and after and not await ask.desk.do(ask.desk.ledger.events, job.id, after):
        return web.Response(status=204)  # an EventSource that connects again stops here
    if not ask.service.limits.open_stream(ask.user):
        raise Problem(429, "You follow too many jobs at once: close some windows.", retry_after_s=10)
    try:
        async with ask.service.feed.follow(job.id) as topic:
            return await _tell(ask, topic, after)
    finally:
        ask.service.limits.close_stream(ask.user)


async def _tell(ask: Ask, topic: Topic, after: int) -> web.StreamResponse:
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(ask.request)
    await response.write(f"retry: {RETRY_MS}\n\n".encode())
    version = 0
    while True:
        told = topic.told[bisect_right(topic.told, after, key=lambda one: one[0]) :]
        pieces = [topic.state] if topic.version != version else []
        pieces += [piece for _, piece in told]
        version, after, end = topic.version, max(after, topic.last), topic.end
        if pieces or end:
            await response.write(b"".join([*pieces, end]))
        if end:
            break
        is_all = topic.version == version and topic.last <= after and not topic.end
        if is_all and not await topic.news(HEARTBEAT_S):
            if (await who(ask.request, ask.service))[1] is None:
                break  # signed out meanwhile
            await response.write(b": still here\n\n")
    await response.write_eof()
    return response


def _after(ask: Ask) -> int:
    """The last event that the browser knows of; what is no number counts as none."""
    said = ask.request.headers.get("Last-Event-ID", "")
    return int(said) if said.isdecimal() and len(said) < 10 else int(ask.values.get("after", 0))
