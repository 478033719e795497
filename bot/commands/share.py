"""/share, and the button: show a take to everyone in a channel or forum, with who made it and from which melody."""

from collections.abc import AsyncIterator
from dataclasses import replace

from bot.cards import plain, settings_line, take_rows
from bot.chat import Incoming, Place, PlaceClosed, Reply, Sent
from bot.command import Command, Option
from bot.commands.takes import ID
from bot.desk import Desk
from bot.library import find_take, must_own
from bot.results import fit, show_takes
from composer_core.notation import format_notes
from composer_core.request import ComposeRequest
from storage.history import Entry

MELODY_CHARACTERS = 400


async def share(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Post a take where everyone sees it; from then on they may make their own from it."""
    entry = await find_take(desk, incoming, incoming.text("id"))
    must_own(incoming, entry, "share it")
    target = await _target(incoming, desk)
    card = await show_takes(desk, [entry], target)
    text = await desk.do(_text, entry, incoming.user.mention) + await _page_line(entry, desk)
    rows = take_rows(entry, await desk.genres(target), shared=True)
    post = Reply(text, card.files, rows, private=False, place=target, title=f"{entry.heading} · {entry.genre}")
    went: list[Sent] = []

    async def note(sent: Sent) -> None:
        went.append(sent)
        await desk.do(
            desk.spaces.share, entry.id, target.platform, target.space, sent.channel, sent.message, incoming.user.id
        )

    yield replace(await fit(desk, target, post, incoming.user.id), sent=note)
    if went:
        yield Reply(f"Shared. {went[0].link}".strip())


async def _target(incoming: Incoming, desk: Desk) -> Place:
    """Return where to post: the channel that was named, else the space's share channel, else right here.

    Raises:
        PlaceClosed: the user may not write there themselves.
    """
    here = replace(incoming.place, source="")
    wanted = incoming.text("channel")
    if wanted:
        channel = incoming.channels.get(wanted)
        if channel is None or not channel.may_post:
            raise PlaceClosed("You may not write in that channel yourself: choose another one.")
    else:
        wanted = (await desk.decisions(incoming.place)).share_channel
    return replace(here, channel=wanted, thread="", door="") if wanted else here


async def _page_line(entry: Entry, desk: Desk) -> str:
    """Return a line with the take's page in the studio, where that can be reached: player, roll and settings."""
    if not desk.public_url:
        return ""
    page = await desk.do(desk.pages.open, entry.id, entry.user)
    return f"\nIn the studio: {desk.public_url}/s/{page.token}"


def _text(entry: Entry, mention: str) -> str:
    notes = format_notes(ComposeRequest.from_json(entry.settings).melody)
    notes = notes if len(notes) <= MELODY_CHARACTERS else notes[: MELODY_CHARACTERS - 1].rsplit(" ", 1)[0] + " …"
    lines = (
        f"🎶 **{plain(entry.heading)}** by {mention}",
        settings_line(entry),
        f"From the melody `{notes}`",
        f"`{entry.id}`",
    )
    return "\n".join(lines)


CHANNEL = Option("channel", "a channel or forum; the one for sharing when left out", kind="channel")
COMMANDS = (Command("share", "Show a composition to everyone in a channel", share, (ID, CHANNEL)),)
