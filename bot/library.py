"""Finding takes by id, and who may see them: the owner, and whoever is where it was composed or shared."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.cards import plain
from bot.chat import Incoming
from bot.desk import Desk
from composer_core.errors import UserError, about
from composer_core.midi import read_melody
from composer_core.music import Melody
from composer_core.request import ComposeRequest
from storage.history import Entry, Search
from storage.pages import Page

ID = re.compile(r"[0-9a-f]{12}(-\d{1,2})?")


class UnknownTake(UserError):
    """There is no such take, or it is not for this user to see: which of both is not said."""


async def find_take(desk: Desk, incoming: Incoming, wanted: str) -> Entry:
    """Find a take by its id, or a job's first take by the job's.

    Raises:
        UnknownTake: there is none that this user may see here.
    """
    entries = await find_takes(desk, incoming, wanted)
    return entries[0]


async def find_takes(desk: Desk, incoming: Incoming, wanted: str) -> list[Entry]:
    """Find the take of an id, or all takes of a job's id; raises as ``find_take``."""
    wanted = wanted.strip().lower()
    entries: list[Entry] = []
    if ID.fullmatch(wanted):
        if "-" in wanted:
            entry = await desk.do(desk.history.entry, wanted)
            entries = [entry] if entry else []
        else:
            entries = await desk.do(desk.history.for_job, wanted)
    if not entries or not await may_see(desk, incoming, entries[0]):
        raise UnknownTake(f"There is no composition {wanted[:40]!r} for you here: see the ids of yours with /history.")
    return entries


async def may_see(desk: Desk, incoming: Incoming, entry: Entry) -> bool:
    """Whether a take may be shown to who asks, where they ask."""
    if entry.user == incoming.user.id:
        return True
    place = incoming.place
    job = await desk.do(desk.ledger.job, entry.job_id)
    if job and place.space and _is_in(job.origin, place.platform, place.channel):
        return True
    shares = await desk.do(desk.spaces.shares, entry.id)
    return any((share.platform, share.channel) == (place.platform, place.channel) for share in shares)


def looked_for(user: str, **wanted: Any) -> Search:  # noqa: ANN401 - as ``Search`` says
    """Return a search among a user's takes."""
    return Search(user, **wanted)


def label_take(desk: Desk, entry: Entry, change: Mapping[str, Any]) -> None:
    """Change what the user calls a take: of ``title``, ``tags`` and ``favourite`` those that are given."""
    title, tags = change.get("title"), change.get("tags")
    desk.history.label(
        entry.id,
        title=None if title is None else plain(title),
        tags=None if tags is None else list(dict.fromkeys(filter(None, (plain(tag, 40) for tag in tags)))),
        favourite=change.get("favourite"),
    )


def delete_take(desk: Desk, entry: Entry) -> None:
    """Delete a take with all that was made of it."""
    desk.privacy.forget_take(entry.id, entry.job_id)


async def find_shared(desk: Desk, token: str) -> tuple[Page, Entry]:
    """Find what a share page shows.

    Raises:
        UnknownTake: the link was taken back, or never was one.
    """
    page = await desk.do(desk.pages.page, token)
    entry = await desk.do(desk.history.entry, page.take_id) if page else None
    if page is None or entry is None:
        raise UnknownTake("This link leads nowhere: it was taken back, or a part of it is missing.")
    return page, entry


def line_of(desk: Desk, entry: Entry, number: int | None) -> Melody:
    """Return a take's melody as it was given, or the top line of one of its tracks as a melody.

    Takes part of a second; call it off the event loop.

    Raises:
        UserError: there is no such track, or no melody in it.
    """
    if number is None:
        return ComposeRequest.from_json(entry.settings).melody
    with about("track"):
        path = desk.files.path(entry.files["roll"]) if "roll" in entry.files else None
        tracks = json.loads(path.read_text(encoding="utf-8"))["tracks"] if path and path.is_file() else []
        track = next((track for track in tracks if track["number"] == number), None)
        if track is None:
            raise UserError(f"There is no track {number}: choose one of those in the roll.")
        if track["is_melody"]:
            return ComposeRequest.from_json(entry.settings).melody
        name = track["name"]
        return read_melody(desk.files.path(entry.files["mid"]).read_bytes(), f"{entry.heading}, {name}", track=name)


def must_own(incoming: Incoming, entry: Entry, what: str) -> None:
    """Refuse what only the owner may do.

    Raises:
        UserError: it is somebody else's.
    """
    if entry.user != incoming.user.id:
        raise UserError(f"Only who composed this may {what}. Your own are in /history.")


def _is_in(origin: dict[str, object], platform: str, channel: str) -> bool:
    return (origin.get("platform"), origin.get("channel")) == (platform, channel)
