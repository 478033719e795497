"""Tutti in Discord. The parts are in ``discord_parts``: reading events, writing replies, the requests themselves."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import aiohttp

from bot.chat import Handle, Misread, Place, PlaceClosed, Reply, Sent, Suggest
from bot.command import Command
from bot.frontends.discord_parts.access import Client, log_in, point_at
from bot.frontends.discord_parts.answer import ORIGINAL, Answer
from bot.frontends.discord_parts.forms import Forms
from bot.frontends.discord_parts.reading import AUTOCOMPLETE, COMPONENT, NAME, Event, Reader
from bot.frontends.discord_parts.registration import registered
from bot.frontends.discord_parts.wire import CHANGE_LATER, THINK_PRIVATELY, Wire
from bot.settings import DiscordSettings

FORUMS = (15, 16)  # resources/channel.mdx, "Channel Types": GUILD_FORUM, GUILD_MEDIA
FORM_S = 1.5  # to find out what is wrong before a form opens, which it must within three seconds
PACE_S = 1.5  # between edits of one message: no limit is published, five in five seconds is lore

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
        pace_s: float = PACE_S,
        ready_s: float = 2.0,
    ) -> None:
        self.settings, self.pace_s, self.ready_s = settings, pace_s, ready_s
        self._commands, self._clock, self._forms = commands, clock, Forms(commands)
        self._wire: Wire | None = None
        self._ready = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()
        self._open: dict[str, Answer] = {}

    async def run(self, handle: Handle, suggest: Suggest) -> None:
        """Listen until cancelled.

        Raises:
            SetupRefused: the token is wrong.
        """
        point_at(self.settings)

        def receive(event: Event) -> None:
            if event.kind == AUTOCOMPLETE:
                self._begin(self._suggest(wire, reader, event, suggest))
            else:
                self._begin(self._answer(wire, reader, event, handle))

        client = Client(self.ready_s, receive)
        async with aiohttp.ClientSession() as session, client:
            self._wire = wire = Wire(client, session, self.settings.cdn_base)
            reader = Reader(self._commands, self._forms, wire.fetch, self._clock)
            await log_in(client, self.settings.token)
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
                await wire.hang_up()

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
        sent = _sent(place, str(said["channel_id"]), str(said["id"]))
        if reply.thread_title:
            return replace(sent, thread=await wire.open_thread(sent.channel, sent.message, reply.thread_title))
        return sent

    async def _send_by_token(self, wire: Wire, place: Place, reply: Reply, replacing: Sent | None) -> Sent:
        if self._clock() >= place.door_until:
            raise PlaceClosed("Discord lets me answer there for 15 minutes only: add me to the server for more.")
        if answer := self._open.get(place.door):
            await answer.settled.wait()  # or this would take the place, and the privacy, of "thinking ..."
        if replacing is not None:
            await wire.change_by_token(place.door, replacing.message, reply)
            return replacing
        said = await wire.follow_up(place.door, reply, private=False)
        return _sent(place, str(said["channel_id"]), str(said["id"]))

    def _speaking(self) -> Wire:
        assert self._wire, "the frontend does not run"
        return self._wire

    def _begin(self, answer: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(answer)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, wire: Wire, reader: Reader, event: Event, handle: Handle) -> None:
        """Acknowledge at once, then deliver the replies as they come."""
        if form := await self._form(reader, event, handle):
            await wire.acknowledge(event, form)
            return
        if not await wire.acknowledge(event, CHANGE_LATER if event.kind == COMPONENT else THINK_PRIVATELY):
            return
        try:
            answer = self._open[event.token] = Answer(self, wire, reader.read(event), event)
            async for reply in handle(answer.incoming):
                await answer.deliver(reply)
            await answer.close()
        except Misread as error:
            await wire.change_by_token(event.token, ORIGINAL, Reply(str(error)))
        except Exception:
            log.exception("the answer to event %s could not be delivered", event.id)
        finally:
            self._open.pop(event.token, None)

    async def _form(self, reader: Reader, event: Event, handle: Handle) -> dict[str, Any] | None:
        """Return the form that a command needs, unless something else is wrong with it, which is said first."""
        if (asked := self._forms.ask(event)) is None:
            return None
        option, form = asked
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FORM_S):
                first = await anext(handle(reader.read(event)), None)
                return form if first is None or first.blames == option else None
        return form

    async def _suggest(self, wire: Wire, reader: Reader, event: Event, suggest: Suggest) -> None:
        """Propose values for the option that is being typed."""
        choices = await suggest(reader.read(event), event.focused)
        shown = [{"name": choice.label[:100], "value": choice.value[:100]} for choice in choices[:25]]
        await wire.acknowledge(event, {"type": 8, "data": {"choices": shown}})


def _sent(place: Place, channel: str, message: str) -> Sent:
    link = f"https://discord.com/channels/{place.space or '@me'}/{channel}/{message}"
    return Sent(channel, message, link)
