"""Stems as a zip, and the take as a voice message: jobs of a kind of their own, sized to where they go."""

from collections.abc import AsyncIterator
from dataclasses import replace

from bot.chat import Incoming, Reply
from bot.command import Command
from bot.desk import Desk
from bot.library import find_take
from bot.results import EXPORT
from bot.wishes import enqueue
from composer_core.request import ComposeRequest
from storage.history import Entry


async def stems(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Have each track's own sound put into a zip."""
    entry = await find_take(desk, incoming, incoming.text("id"))
    job = await enqueue(incoming, desk, EXPORT, stems_payload(entry, incoming.place.file_bytes))
    yield Reply(f"Each instrument is recorded alone now: job `{job.id}`.")


def stems_payload(entry: Entry, limit_bytes: int, *, apart: bool = False) -> dict[str, object]:
    """Return what a worker needs to record a take's stems; ``apart`` asks for one MP3 a stem beside the zip."""
    request = replace(ComposeRequest.from_json(entry.settings), seed=entry.seed, takes=1)
    return {
        "form": "stems",
        "take": entry.id,
        "request": request.to_json(),
        "limit_bytes": limit_bytes,
        "apart": apart,
    }


async def voice(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Have the take sent as a voice message."""
    entry = await find_take(desk, incoming, incoming.text("id"))
    payload = {
        "form": "voice",
        "take": entry.id,
        "source": entry.files["ogg"],
        "limit_bytes": incoming.place.file_bytes,
    }
    await enqueue(incoming, desk, EXPORT, payload)
    yield Reply("The voice message will be here in a moment.")


COMMANDS = (
    Command("stems", "Every instrument alone, in a zip", stems, shown="pressed", posts=True),
    Command("voice", "As a voice message", voice, shown="pressed", posts=True),
)
