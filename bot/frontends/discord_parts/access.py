"""The way in: where Discord is, who we are, and the link that adds us to a server."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.chat import SetupRefused
from bot.frontends.discord_parts import voice
from bot.frontends.discord_parts.reading import Event
from bot.settings import DiscordSettings

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
# Scopes bot and applications.commands; Read Message History is what answering a message takes.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    attach_files=True,
    embed_links=True,
    read_message_history=True,
    send_voice_messages=True,
)

TO_SPEAK = discord.Permissions(connect=True, speak=True)

log = logging.getLogger(__name__)


class Client(discord.Client):
    """No privileged intent, no caches beyond the servers and their channels; interactions go to ``receive``."""

    def __init__(self, ready_s: float, receive: Callable[[Event], None] = lambda event: None) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, voice_states=voice.is_installed()),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=ready_s,
        )
        self._receive = receive
        # The library would build its objects of every field first; an error there ends the connection.
        self._connection.parsers["INTERACTION_CREATE"] = self._take

    def _take(self, payload: Any) -> None:  # noqa: ANN401 - JSON is anything
        try:
            self._receive(Event.of(payload))
        except Exception:
            log.exception("an interaction could not be taken")


async def log_in(client: discord.Client, token: str) -> None:
    """Log in, however long Discord cannot be reached.

    Raises:
        SetupRefused: the token is wrong.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return await client.login(token)
        except discord.LoginFailure as error:
            raise SetupRefused("Discord refuses DISCORD_TOKEN: copy it again from the developer portal.") from error
        except (OSError, aiohttp.ClientError, discord.HTTPException) as error:
            log.warning("Discord cannot be reached (%s): once more in %g s", error, pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def invite_link(application_id: int) -> str:
    """Return the link by which a server's manager, or any user, adds the bot; it asks to speak only where we can."""
    permissions = PERMISSIONS | TO_SPEAK if voice.is_installed() else PERMISSIONS
    return discord.utils.oauth_url(application_id, permissions=permissions, scopes=("bot", "applications.commands"))


async def fetch_application_id(settings: DiscordSettings) -> int:
    """Ask Discord whose token this is.

    Raises:
        SetupRefused: the token is wrong.
    """
    point_at(settings)
    async with Client(0.0) as client:
        await log_in(client, settings.token)
        return client.application_id or 0


def point_at(settings: DiscordSettings) -> None:
    """Send the library to other servers than Discord's, where the settings say so; it knows no other way than this."""
    if settings.api_base:
        Route.BASE = with_version(settings.api_base)
    if settings.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
    if settings.cdn_base:
        Asset.BASE = settings.cdn_base


def with_version(api_base: str) -> str:
    """Return an API's base with the version that we speak, unless it names one."""
    base = api_base.rstrip("/")
    if re.search(r"/v\d+$", base):
        return base
    return base + ("/v10" if base.endswith("/api") else "/api/v10")
