"""/genres: what can be composed in, and an example of each to hear."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from bot.cards import plain
from bot.chat import Choice, Incoming, OutFile, Reply, Select
from bot.command import Command
from bot.desk import Desk
from bot.examples import HOUSE, make_example
from bot.results import fit, show_takes
from composer_core.genres import Genre
from storage.genre_shelf import Owned
from storage.jobs import Job

PATIENCE_S = 600.0
POLL_S = 0.2


async def genres(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """List the genres, with a menu to hear one."""
    found = await desk.genres(incoming.place, incoming.user.id)
    default = (await desk.decisions(incoming.place)).default_genre
    owners = await desk.do(desk.shelf.genres)
    lines = [f"**{plain(genre.title)}** (`{genre.name}`{_about(genre, owners, incoming, default)}): "
             f"{plain(genre.description, 200)}" for genre in found]  # fmt: skip
    choices = tuple(Choice(genre.name, genre.title) for genre in found[:25])
    rows = (Select("Hear an example …", "example", choices),) if choices else ()
    yield Reply("\n".join(lines) or "There is no genre with weights here yet.", rows=rows)


def _about(genre: Genre, owners: Mapping[str, Owned], incoming: Incoming, default: str) -> str:
    """Say whether it is the default one, and whose."""
    said = ", default here" if genre.name == default else ""
    owned = owners.get(genre.name)
    if owned is None:
        return said
    here = owned.is_shared_in(*incoming.place.community)
    if owned.user != incoming.user.id:
        return f"{said}, shared here"
    return f"{said}, yours, {'shared here' if here else 'for you alone'}"


async def example(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Let the asker hear a genre; it is composed once and kept."""
    genre = await desk.genre(incoming.text("value"), incoming.place, incoming.user.id)
    job = await make_example(genre, desk)
    if not job.ended:
        yield Reply(f"The first example of {plain(genre.title)} is being composed …")
        job = await _wait(job, desk)
    entries = await desk.do(desk.history.for_job, job.id)
    if not entries:
        yield Reply(f"The example of {plain(genre.title)} could not be composed: {job.error or 'it takes too long'}")
        return
    card = await show_takes(desk, entries, incoming.place)
    heard: tuple[OutFile, ...] = tuple(file for file in card.files if file.name.endswith((".mp3", ".png")))
    reply = Reply(f"🎧 **{plain(genre.title)}**: {plain(genre.description, 200)}", heard)
    yield await fit(desk, incoming.place, reply, HOUSE)


async def _wait(job: Job, desk: Desk) -> Job:
    async with asyncio.timeout(PATIENCE_S):
        while not job.ended:
            await asyncio.sleep(POLL_S)
            now = await desk.do(desk.ledger.job, job.id)
            job = now or job
    return job


COMMANDS = (
    Command("genres", "The genres, and an example of each to hear", genres),
    Command("example", "An example of a genre", example, shown="pressed"),
)
