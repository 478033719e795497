"""/help: every command in a line, and how to begin."""

from collections.abc import AsyncIterator

from bot.chat import Incoming, Reply
from bot.command import Command
from bot.desk import Desk

BEGIN = """**Give me a melody, and I bring the band.**
Begin: `/compose notes: C4 D E F | G:2 G:2` or attach a MIDI file to `/compose`.
Notes: letter, `#` or `b`, octave (kept until the next one), `:length` in beats.
`R` is a rest, `|` a bar line, `3/4` a metre."""


def make(commands: list[Command]) -> Command:
    """Return /help over the other commands."""

    async def run(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
        typed = [f"`/{one.name}` {one.summary}" for one in (*commands, itself) if one.shown == "typed"]
        menus = [f"*{command.title}* {command.summary}" for command in commands if command.shown == "menu"]
        yield Reply("\n".join([BEGIN, *typed, "In a message's menu, under Apps:", *menus]))

    itself = Command("help", "What I can do, and how to begin", run)
    return itself
