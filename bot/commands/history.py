"""/history: what the asker composed, newest first, with a menu to bring one back."""

import time
from collections.abc import AsyncIterator

from bot.cards import plain, settings_line
from bot.chat import Choice, Incoming, Reply, Select
from bot.command import Command, Option
from bot.commands.takes import show
from bot.desk import Desk

SHOWN = 10


async def history(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """List the asker's compositions, to them alone."""
    page = int(incoming.options.get("page", 1))
    entries = (await desk.do(desk.history.entries, user=incoming.user.id, limit=page * SHOWN))[(page - 1) * SHOWN :]
    if not entries:
        yield Reply("Nothing here yet: begin with /compose." if page == 1 else f"There is no page {page}.")
        return
    lines = [
        f"`{entry.id}` **{plain(entry.heading, 40)}** · {settings_line(entry)} · {_day(entry.created_at)}"
        for entry in entries
    ]
    choices = tuple(Choice(entry.id, f"{entry.heading[:60]} · {entry.genre}", entry.id) for entry in entries)
    yield Reply("\n".join(lines), rows=(Select("Bring one back …", "bring", choices),))


async def bring(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Show the chosen one."""
    chosen = Incoming(**{**vars(incoming), "options": {"id": incoming.text("value")}})
    async for reply in show(chosen, desk):
        yield reply


def _day(at_s: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at_s))


PAGE = Option("page", "further back", "integer", low=1, high=1000)
COMMANDS = (
    Command("history", "What you have composed", history, (PAGE,)),
    Command("bring", "Bring one back", bring, shown="pressed"),
)
