"""A page of one's own, on platforms that have one: how to begin, jobs, compositions, genres, settings."""

from collections.abc import AsyncIterator

from bot.cards import plain, settings_line
from bot.chat import Button, Incoming, Reply, Row, Sent
from bot.command import Command
from bot.commands.queue import queue
from bot.commands.settings import lines
from bot.desk import Desk
from storage.history import Entry

SHOWN = 5
BEGIN = """**Give me a melody, and I bring the band.**
Type notes or choose a MIDI file, pick a genre, and get sound, MIDI and a picture back."""


async def home(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Show everything, each part as a reply of its own."""
    start = (Button("Compose", "compose", "primary"), Button("Genres", "genres"), Button("Help", "help"))
    yield Reply(BEGIN, rows=(start,))
    async for jobs in queue(incoming, desk):
        yield Reply(f"**Your jobs**\n{jobs.text}", rows=jobs.rows)
    entries = await desk.do(desk.history.entries, user=incoming.user.id, limit=SHOWN)
    yield Reply("**Your latest compositions**" + ("" if entries else "\nNothing here yet."))
    for entry in entries:
        yield await _composition(entry, desk)
    yield Reply(f"**Genres of your own**\n{await _own_genres(incoming, desk)}")
    decided = await desk.decisions(incoming.place)
    may = incoming.user.manages and incoming.place.space
    rows: tuple[Row, ...] = ((Button("Change", "settings"),),) if may else ()
    yield Reply("\n".join(("**Settings here**", *lines(decided))), rows=rows)


async def _composition(entry: Entry, desk: Desk) -> Reply:
    posting = await desk.do(desk.postings.of, entry.job_id)
    play = (Button("▶ Play", f"play {entry.id}", leads_to=Sent(posting.channel, posting.message)),) if posting else ()
    buttons = (*play, Button("Bring back", f"show {entry.id}"), Button("Another take", f"another {entry.id}"))
    return Reply(f"**{plain(entry.heading, 40)}** · {settings_line(entry)}\n`{entry.id}`", rows=(buttons,))


async def _own_genres(incoming: Incoming, desk: Desk) -> str:
    own = await desk.do(desk.privacy.genres, incoming.user.id)
    names = {owned.name for owned in own}
    found = [genre for genre in await desk.genres(incoming.place, incoming.user.id) if genre.name in names]
    said = [f"**{plain(genre.title)}** (`{genre.name}`): {plain(genre.description, 200)}" for genre in found]
    return "\n".join(said) or "None yet."


COMMANDS = (Command("home", "A page of your own", home, shown="pressed"),)
