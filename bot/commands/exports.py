"""Stems as a zip, a voice message, sheet music: jobs of a kind of their own, sized to where they go."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

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
    return {
        "form": "stems",
        "take": entry.id,
        "request": request_again(entry),
        "limit_bytes": limit_bytes,
        "apart": apart,
    }


def request_again(entry: Entry) -> dict[str, Any]:
    """Return the request that makes this one take again: the same seed gives the same notes."""
    return replace(ComposeRequest.from_json(entry.settings), seed=entry.seed, takes=1).to_json()


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


async def score(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Have the take written as sheet music."""
    entry = await find_take(desk, incoming, incoming.text("id"))
    job = await enqueue(incoming, desk, EXPORT, score_payload(entry))
    yield Reply(f"The score is engraved now: job `{job.id}`.")


def score_payload(entry: Entry) -> dict[str, object]:
    """Return what a worker needs to write a take as sheet music."""
    return {"form": "score", "take": entry.id, "request": request_again(entry)}


COMMANDS = (
    Command("stems", "Every instrument alone, in a zip", stems, shown="pressed", posts=True),
    Command("score", "As sheet music: MusicXML and pictures of the pages", score, shown="pressed", posts=True),
    Command("voice", "As a voice message", voice, shown="pressed", posts=True),
)
