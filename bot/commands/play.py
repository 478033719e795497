"""/play: a take in the voice channel where the asker listens, on platforms that have one."""

from collections.abc import AsyncIterator

from bot.cards import plain
from bot.chat import Incoming, OutFile, Reply
from bot.command import Command
from bot.commands.takes import ID
from bot.desk import Desk
from bot.library import find_take
from composer_core.errors import UserError


async def play(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Hand the sound to the frontend, which begins to play it or says why it cannot."""
    entry = await find_take(desk, incoming, incoming.text("id"))
    sound = desk.files.path(entry.files["ogg"])
    if not await desk.do(sound.is_file):
        raise UserError("Its sound was deleted: compose it again.")
    yield Reply(f"▶️ {plain(entry.heading)} in {plain(entry.genre)}.", aloud=OutFile(sound.name, sound))


COMMANDS = (Command("play", "Play a composition in your voice channel", play, (ID,)),)
