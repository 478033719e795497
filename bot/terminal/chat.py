"""``tutti chat``: studio and chats in the foreground. ``tutti invite``, ``manifest``, ``studio``: what lets one in."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from bot.chat import Frontend
from bot.settings import DiscordSettings, Settings, SlackSettings
from bot.terminal import Commands
from composer_core.errors import SettingError
from storage.enclosures import Enclosures
from storage.inbox import Inbox
from storage.installations import Installations
from storage.vault import BadKey, Vault

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.frontends.slack_parts.keeping import Keeps

PARENT_CHECK_S = 1.0


def add(commands: Commands) -> None:
    """Add the parsers."""
    chat = commands.add_parser("chat", help="run the studio and the chats whose tokens are set", description=__doc__)
    chat.add_argument("--parent", type=int, metavar="PID", help="stop when this parent process is gone")
    chat.set_defaults(run=run)
    invite = commands.add_parser("invite", help="print the link that adds the Discord bot to a server")
    invite.set_defaults(run=print_invite)
    studio = commands.add_parser("studio", help="print the studio's address, or a link to sign in")
    studio.set_defaults(run=print_studio)
    manifest = commands.add_parser("manifest", help="print the manifest of the Slack app, made of the commands")
    manifest.add_argument("--url", default="", help="its public address, for HTTP (default: none, for Socket Mode)")
    manifest.add_argument("--prefix", help="what slash commands begin with (default: SLACK_COMMAND_PREFIX)")
    manifest.set_defaults(run=print_manifest)


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


def print_studio(options: argparse.Namespace, settings: Settings) -> int:
    """Print where the studio is; where people must sign in, a link that signs in this machine's own user, once."""
    from bot.commands.studio import sign_in_link
    from bot.desk import Desk
    from bot.guests import Guest

    if not settings.studio.port:
        raise SettingError("TUTTI_STUDIO_PORT is 0: the studio is off.")
    address = f"http://{settings.studio.host}:{settings.studio.port}"
    is_public = bool(settings.studio.public_url)
    print(asyncio.run(sign_in_link(Guest.local(), Desk.open(settings))) if is_public else address)
    return 0


def print_manifest(options: argparse.Namespace, settings: Settings) -> int:
    """Print what Slack's form for a new app takes."""
    from bot.commands import COMMANDS
    from bot.frontends.slack_parts.manifest import manifest

    slack = settings.slack or SlackSettings()
    prefix = slack.prefix if options.prefix is None else options.prefix
    url = (options.url or slack.public_url).rstrip("/")
    print(json.dumps(manifest(COMMANDS.values(), prefix=prefix, public_url=url), indent=2, ensure_ascii=False))
    return 0


async def _serve(settings: Settings, parent: int | None) -> None:
    from bot.commands import COMMANDS  # the SDKs take part of a second: other commands need not wait for them
    from bot.desk import Desk
    from bot.serve import serve

    desk = await asyncio.to_thread(Desk.open, settings)
    work = asyncio.create_task(serve(desk, _frontends(settings, desk), COMMANDS))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    while not work.done() and (parent is None or os.getppid() == parent):
        await asyncio.wait({work}, timeout=PARENT_CHECK_S)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    if not work.cancelled():
        work.result()


def _frontends(settings: Settings, desk: "Desk") -> dict[str, Frontend]:
    from bot.commands import COMMANDS
    from bot.frontends.studio_frontend import StudioFrontend

    frontends: list[Frontend] = []
    if settings.discord:
        from bot.frontends.discord_frontend import DiscordFrontend

        frontends.append(DiscordFrontend(settings.discord, COMMANDS, clock=time.time))
    if settings.slack:
        from bot.frontends.slack_frontend import SlackFrontend

        frontends.append(SlackFrontend(settings.slack, COMMANDS, slack_keeps(settings)))
    if settings.studio.port:
        chats = {frontend.name: frontend for frontend in frontends}
        frontends.append(StudioFrontend(settings.studio, desk, chats))
    if not frontends:
        raise SettingError(
            "Neither DISCORD_TOKEN nor SLACK_BOT_TOKEN is set, and TUTTI_STUDIO_PORT turns the studio off: "
            "the README says how to get one."
        )
    return {frontend.name: frontend for frontend in frontends}


def slack_keeps(settings: Settings) -> "Keeps":
    """Return where the Slack frontend keeps what outlives it.

    Raises:
        SettingError: the key that encrypts tokens cannot be used.
    """
    from bot.frontends.slack_parts.asking import NAME
    from bot.frontends.slack_parts.keeping import Keeps

    home = settings.home
    try:
        vault = Vault.open(settings.slack.secret_key if settings.slack else "", home.secret_key)
    except BadKey as error:
        raise SettingError(f"TUTTI_SECRET_KEY or {home.secret_key} cannot be used. {error}") from error
    return Keeps(Installations(home.database, NAME, vault), Inbox(home.database), Enclosures(home.database))


def _discord(settings: Settings) -> DiscordSettings:
    if settings.discord is None:
        raise SettingError("DISCORD_TOKEN is not set: the README says how to get one.")
    return settings.discord
