"""Finding takes by id, and who may see them: the owner, and whoever is where it was composed or shared."""

import re

from bot.chat import Incoming
from bot.desk import Desk
from composer_core.errors import UserError
from storage.history import Entry

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


def must_own(incoming: Incoming, entry: Entry, what: str) -> None:
    """Refuse what only the owner may do.

    Raises:
        UserError: it is somebody else's.
    """
    if entry.user != incoming.user.id:
        raise UserError(f"Only who composed this may {what}. Your own are in /history.")


def _is_in(origin: dict[str, object], platform: str, channel: str) -> bool:
    return (origin.get("platform"), origin.get("channel")) == (platform, channel)
