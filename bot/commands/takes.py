"""/show, and what becomes of a take by a button: pick it among several, delete it."""

from collections.abc import AsyncIterator, Sequence

from bot.cards import plain
from bot.chat import Choice, Incoming, Place, Reply, Sent
from bot.command import Command, Option
from bot.desk import Desk
from bot.library import find_take, find_takes, must_own
from bot.results import fit, show_takes
from storage.history import Entry


async def show(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Bring a take back with its files and buttons, to the asker alone; a job that has none yet, how it stands."""
    job = await desk.do(desk.ledger.job, incoming.text("id").lower())
    if job and job.user == incoming.user.id and job.status != "done":
        yield Reply(f"Job `{job.id}` is {job.status}. {job.error or ''}".strip())
        return
    entries = await find_takes(desk, incoming, incoming.text("id"))
    card = await show_takes(desk, entries, incoming.place, user=incoming.user.id)
    yield await fit(desk, incoming.place, _private(card), incoming.user.id)


async def pick(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Let a message with several takes become the one that was picked; the others stay in the history."""
    entry = await find_take(desk, incoming, incoming.text("id"))
    must_own(incoming, entry, "pick here (the others may press More takes)")
    reply = await fit(desk, incoming.place, await show_takes(desk, [entry], incoming.place), incoming.user.id)
    yield Reply(reply.text, reply.files, reply.rows, private=False, replaces_source=True)


async def delete(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Delete a take, or every take of a job, with its files and all messages that show it.

    The owner may; so may who manages the space in which it was composed.
    """
    entries = await find_takes(desk, incoming, incoming.text("id"))
    if not (incoming.user.manages and await _is_from(incoming.place, entries[0], desk)):
        must_own(incoming, entries[0], "delete it")
    shown = await desk.do(_messages, desk, incoming.place, entries)
    for entry in entries:
        await desk.do(desk.privacy.forget_take, entry.id, entry.job_id)
    if incoming.place.source:
        yield Reply("", removes_source=True)
    said = f"Deleted: {plain(entries[0].heading)}, {len(entries)} take{'s' if len(entries) > 1 else ''}."
    yield Reply(said, retracts=tuple(Sent(*one) for one in sorted(shown) if one[1] != incoming.place.source))


def _messages(desk: Desk, place: Place, entries: Sequence[Entry]) -> set[tuple[str, str]]:
    """Channel and message of everything on this platform that shows takes of one job; call it off the event loop.

    A message that shows several takes stays until the last of them goes.
    """
    job_id, ids = entries[0].job_id, {entry.id for entry in entries}
    found = [posting for take_id in ids for posting in desk.postings.of_take(take_id)]
    posting = desk.postings.of(job_id)
    if posting and ids >= {entry.id for entry in desk.history.for_job(job_id)}:
        found.append(posting)
    shares = [share for take_id in ids for share in desk.spaces.shares(take_id) if share.platform == place.platform]
    job = desk.ledger.job(job_id)
    is_here = job is not None and job.origin.get("platform") == place.platform
    return {(one.channel, one.message) for one in (*(found if is_here else ()), *shares)}


async def _is_from(place: Place, entry: Entry, desk: Desk) -> bool:
    """Whether a take was composed in a place's space; one that was only shared there is not the managers' to delete."""
    job = await desk.do(desk.ledger.job, entry.job_id)
    origin = job.origin if job else {}
    return bool(place.space) and (origin.get("platform"), origin.get("space")) == (place.platform, place.space)


async def complete_take(incoming: Incoming, desk: Desk, typed: str) -> list[Choice]:
    """Propose the user's own takes."""
    entries = await desk.do(desk.history.entries, user=incoming.user.id, limit=100)
    shown = [Choice(entry.id, f"{entry.heading} · {entry.genre} · seed {entry.seed} · {entry.id}") for entry in entries]
    return [choice for choice in shown if typed.strip().lower() in choice.label.lower()][:25]


def _private(reply: Reply) -> Reply:
    return Reply(reply.text, reply.files, reply.rows)


ID = Option("id", "the id under a result, or choose from yours", required=True, complete=complete_take, high=40)
COMMANDS = (
    Command("show", "Bring a composition back, with its files and buttons", show, (ID,)),
    Command("pick", "Pick one of several takes", pick, shown="pressed"),
    Command("delete", "Delete a take", delete, shown="pressed"),
)
