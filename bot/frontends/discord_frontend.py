"""Tutti in Discord. The parts are in ``discord_parts``: reading events, writing replies, the requests themselves."""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import discord
import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.chat import FileRefused, Handle, Incoming, MessageGone, Place, PlaceClosed, Reply, Sent, SetupRefused, Suggest
from bot.command import Command
from bot.frontends.discord_parts.reading import NAME, Reader
from bot.frontends.discord_parts.registration import registered
from bot.frontends.discord_parts.wire import CHANGE_LATER, THINK_PRIVATELY, Wire
from bot.settings import DiscordSettings

FORUMS = (15, 16)  # resources/channel.mdx, "Channel Types": GUILD_FORUM, GUILD_MEDIA
ORIGINAL = "@original"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
# Scopes bot and applications.commands; View Channel, Send Messages, Send Messages in Threads, Attach Files,
# Embed Links, Read Message History (to answer a message), Send Voice Messages.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    embed_links=True,
    read_message_history=True,
    send_voice_messages=True,
)

log = logging.getLogger(__name__)


class DiscordFrontend:
    """The frontend. ``clock`` returns seconds since 1970; ``ready_s`` is how long READY waits for the servers."""

    name = NAME

    def __init__(
        self,
        settings: DiscordSettings,
        commands: Mapping[str, Command],
        *,
        clock: Callable[[], float],
        pace_s: float = 1.5,
        ready_s: float = 2.0,
    ) -> None:
        self.settings, self.pace_s, self.ready_s = settings, pace_s, ready_s
        self._commands, self._clock = commands, clock
        self._wire: Wire | None = None
        self._ready = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self, handle: Handle, suggest: Suggest) -> None:
        """Listen until cancelled.

        Raises:
            SetupRefused: the token is wrong.
        """
        point_at(self.settings)
        client = _Client(self.ready_s)
        async with aiohttp.ClientSession() as session, client:
            self._wire = wire = Wire(client, session, self.settings.cdn_base)
            reader = Reader(self._commands, wire.fetch, self._clock)
            client.receive = lambda interaction: self._take(wire, reader, interaction, handle, suggest)
            await _log_in(client, self.settings.token)
            await client.http.bulk_upsert_global_commands(
                client.application_id or 0, registered(self._commands.values())
            )
            self._ready.set()
            try:
                await client.connect()
            finally:
                self._ready.clear()
                for answer in self._answers:
                    answer.cancel()

    async def send(self, place: Place, reply: Reply, replacing: Sent | None = None) -> Sent:
        """Say something in a place, or change what was said there; raises as the port says."""
        await self._ready.wait()
        wire = self._speaking()
        if place.door:
            return await self._send_by_token(wire, place, reply, replacing)
        if replacing is not None:
            await wire.change(replacing.channel, replacing.message, reply)
            return replacing
        channel = place.thread or place.channel or await wire.direct_channel(place.person)
        if reply.title and await wire.channel_type(channel) in FORUMS:
            thread = await wire.start_thread(channel, reply)
            return _sent(place, str(thread["id"]), str(thread["id"]))  # the first message has its thread's id
        said = await wire.say(channel, reply, reference=place.source, nonce=reply.key)
        return _sent(place, str(said["channel_id"]), str(said["id"]))

    async def retract(self, place: Place, sent: Sent) -> None:
        """Delete a message of ours."""
        await self._ready.wait()
        await self._speaking().remove(sent.channel, sent.message)

    async def _send_by_token(self, wire: Wire, place: Place, reply: Reply, replacing: Sent | None) -> Sent:
        if self._clock() >= place.door_until:
            raise PlaceClosed("Discord lets me answer there for 15 minutes only: add me to the server for more.")
        if replacing is not None:
            await wire.change_by_token(place.door, replacing.message, reply)
            return replacing
        said = await wire.follow_up(place.door, reply, private=False)
        return _sent(place, str(said["channel_id"]), str(said["id"]))

    def _speaking(self) -> Wire:
        assert self._wire, "the frontend does not run"
        return self._wire

    def _take(
        self, wire: Wire, reader: Reader, interaction: discord.Interaction[Any], handle: Handle, suggest: Suggest
    ) -> None:
        """Begin to answer an event."""
        if interaction.type is discord.InteractionType.autocomplete:
            task = asyncio.create_task(suggest_values(wire, reader, interaction, suggest))
        else:
            task = asyncio.create_task(self._answer(wire, reader, interaction, handle))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, wire: Wire, reader: Reader, interaction: discord.Interaction[Any], handle: Handle) -> None:
        """Acknowledge at once, then deliver the replies as they come."""
        is_press = interaction.type is discord.InteractionType.component
        if not await wire.acknowledge(interaction, CHANGE_LATER if is_press else THINK_PRIVATELY):
            return
        answer = _Answer(self, wire, reader.read(interaction), interaction.token, is_press)
        try:
            async for reply in handle(answer.incoming):
                await answer.deliver(reply)
            await answer.close()
        except Exception:
            log.exception("the answer to event %s could not be delivered", interaction.id)


class _Answer:
    """The replies to one event, delivered."""

    def __init__(self, frontend: DiscordFrontend, wire: Wire, incoming: Incoming, token: str, is_press: bool) -> None:
        self.frontend, self.wire, self.incoming, self.token, self.is_press = frontend, wire, incoming, token, is_press
        self.waits = not is_press  # "Tutti is thinking ..." is shown until something replaces it

    async def deliver(self, reply: Reply) -> None:
        """Deliver one reply; if its place is closed to us, say so to the asker."""
        try:
            sent = await self._send(reply)
            if reply.sent and sent:
                await reply.sent(sent)
        except PlaceClosed as closed:
            await self._privately(Reply(str(closed)))
        except MessageGone:
            await self._privately(Reply("That message is gone."))
        except FileRefused:
            await self._privately(Reply(f"{reply.text}\n-# The files are too large for Discord here."))

    async def close(self) -> None:
        """End the waiting, if nothing has."""
        if self.waits:
            await self.wire.remove_by_token(self.token, ORIGINAL)

    async def _send(self, reply: Reply) -> Sent | None:
        source = Sent(self.incoming.place.channel, self.incoming.place.source)
        for old in reply.retracts:
            await self.wire.remove(old.channel, old.message)
        if reply.removes_source:
            await self.wire.remove_by_token(self.token, ORIGINAL)
            return None
        if reply.replaces_source:
            await self.wire.change_by_token(self.token, ORIGINAL, reply)
            return source
        if reply.place or not reply.private:
            return await self.frontend.send(reply.place or self.incoming.place, reply)
        return await self._privately(reply)

    async def _privately(self, reply: Reply) -> Sent:
        if self.waits:
            said = await self.wire.change_by_token(self.token, ORIGINAL, reply)
            self.waits = False
        else:
            said = await self.wire.follow_up(self.token, reply, private=True)
        return Sent(str(said.get("channel_id", "")), str(said["id"]))


async def suggest_values(wire: Wire, reader: Reader, interaction: discord.Interaction[Any], suggest: Suggest) -> None:
    """Propose values for the option that is being typed."""
    data: dict[str, Any] = dict(interaction.data or {})
    options = data.get("options", [])
    focused = next((str(option["name"]) for option in options if option.get("focused")), "")
    choices = await suggest(reader.read(interaction), focused)
    shown = [{"name": choice.label[:100], "value": choice.value[:100]} for choice in choices[:25]]
    await wire.acknowledge(interaction, {"type": 8, "data": {"choices": shown}})


def invite_link(application_id: int) -> str:
    """Return the link by which a server's manager, or any user, adds the bot."""
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands"))


async def fetch_application_id(settings: DiscordSettings) -> int:
    """Ask Discord whose token this is.

    Raises:
        SetupRefused: the token is wrong.
    """
    point_at(settings)
    async with _Client(0.0) as client:
        await _log_in(client, settings.token)
        return client.application_id or 0


async def _log_in(client: discord.Client, token: str) -> None:
    """Log in, however long Discord cannot be reached."""
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


class _Client(discord.Client):
    """No privileged intent, no caches beyond the servers and their channels."""

    receive: Callable[[discord.Interaction[Any]], None]

    def __init__(self, ready_s: float) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=ready_s,
        )

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self.receive(interaction)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        log.exception("event %s failed", event_method)


def _sent(place: Place, channel: str, message: str) -> Sent:
    link = f"https://discord.com/channels/{place.space or '@me'}/{channel}/{message}"
    return Sent(channel, message, link)
