"""``tutti chat``: the chat frontends in the foreground. ``tutti invite``: the link that adds the bot to a server."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time

from bot.chat import Frontend
from bot.settings import DiscordSettings, Settings
from bot.terminal import Commands
from composer_core.errors import SettingError

PARENT_CHECK_S = 1.0


def add(commands: Commands) -> None:
    """Add the parsers."""
    chat = commands.add_parser("chat", help="run the chat frontends whose tokens are set", description=__doc__)
    chat.add_argument("--parent", type=int, metavar="PID", help="stop when this parent process is gone")
    chat.set_defaults(run=run)
    invite = commands.add_parser("invite", help="print the link that adds the Discord bot to a server")
    invite.set_defaults(run=print_invite)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    asyncio.run(_serve(settings, options.parent))
    return 0


def print_invite(options: argparse.Namespace, settings: Settings) -> int:
    """Ask Discord whose token it is, and print the link."""
    from bot.frontends.discord_parts.access import fetch_application_id, invite_link

    print(invite_link(asyncio.run(fetch_application_id(_discord(settings)))))
    return 0


async def _serve(settings: Settings, parent: int | None) -> None:
    from bot.commands import COMMANDS  # the SDKs take part of a second: other commands need not wait for them
    from bot.desk import Desk
    from bot.serve import serve

    desk = await asyncio.to_thread(Desk.open, settings)
    work = asyncio.create_task(serve(desk, _frontends(settings), COMMANDS))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    while not work.done() and (parent is None or os.getppid() == parent):
        await asyncio.wait({work}, timeout=PARENT_CHECK_S)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    if not work.cancelled():
        work.result()


def _frontends(settings: Settings) -> dict[str, Frontend]:
    from bot.commands import COMMANDS
    from bot.frontends.discord_frontend import DiscordFrontend

    discord = DiscordFrontend(_discord(settings), COMMANDS, clock=time.time)
    return {discord.name: discord}


def _discord(settings: Settings) -> DiscordSettings:
    if settings.discord is None:
        raise SettingError("DISCORD_TOKEN is not set: the README says how to get one.")
    return settings.discord
