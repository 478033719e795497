"""Tutti in Slack. The parts are in ``slack_parts``: reading deliveries, writing replies, the calls, the ways in."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

import aiohttp

from bot.chat import Handle, MessageGone, Place, PlaceClosed, Reply, Sent, Suggest
from bot.command import Command
from bot.frontends.slack_parts.access import check, oauth_flow, own_workspace
from bot.frontends.slack_parts.answer import Doors
from bot.frontends.slack_parts.app import make_app
from bot.frontends.slack_parts.asking import DIRECT, NAME, Asker, suggestion
from bot.frontends.slack_parts.doors import open_doors
from bot.frontends.slack_parts.events import HOME, LEFT, SUBMIT, SUGGEST, Event
from bot.frontends.slack_parts.handling import Handler
from bot.frontends.slack_parts.keeping import Keeps
from bot.frontends.slack_parts.markup import Markup
from bot.frontends.slack_parts.mouth import Mouth
from bot.frontends.slack_parts.pacing import Pacer, Tempo
from bot.frontends.slack_parts.reading import Reader
from bot.frontends.slack_parts.uploads import Uploads
from bot.frontends.slack_parts.verdict import PATIENCE_S, Verdict
from bot.frontends.slack_parts.wire import Wire
from bot.frontends.slack_parts.workspaces import Workspace, Workspaces
from bot.frontends.slack_parts.writing import options
from bot.settings import SlackSettings

PACE_S = 1.3  # between edits of one message; Slack's staff: at most one a second (slackapi/bolt-js #2073)
PRUNE_S = 3600.0

log = logging.getLogger(__name__)


class SlackFrontend:
    """The frontend. ``keeps`` is what outlives it; ``clock`` returns seconds since 1970."""

    name = NAME

    def __init__(
        self, settings: SlackSettings, commands: Mapping[str, Command], keeps: Keeps, *, pace_s: float = PACE_S
    ) -> None:
        self.settings = settings
        self._commands, self._keeps, self._tempo = commands, keeps, Tempo(pace_s)
        self._workspaces = Workspaces(keeps.installations)
        self._mouth: Mouth | None = None
        self._ready = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pace_s(self) -> float:
        """Least time between two edits of one message: the more are edited, the longer."""
        return self._tempo.pace_s

    async def run(self, handle: Handle, suggest: Suggest) -> None:
        """Listen until cancelled.

        Raises:
            SetupRefused: a setting is missing, or Slack refuses a token.
        """
        check(self.settings)
        async with aiohttp.ClientSession() as session:
            wire = Wire(session, self.settings.api_base, Pacer(min(self._tempo.least_s, 1.0)))
            self._workspaces.own = await own_workspace(self.settings, wire)
            handler = self._handler(wire, handle)

            async def receive(body: Mapping[str, Any], team: str) -> Mapping[str, Any] | None:
                return await self._receive(handler, suggest, body, team)

            flow = oauth_flow(self.settings, wire, self._workspaces)
            app = make_app(wire.client(), self._workspaces, receive, self.settings.signing_secret, flow)
            self._mouth = handler.mouth
            self._ready.set()
            try:
                await self._resume(handler)
                async with open_doors(self.settings, app, wire):
                    await self._prune()
            finally:
                self._ready.clear()
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send(self, place: Place, reply: Reply, replacing: Sent | None = None) -> Sent:
        """Say something in a place, or change what was said there; raises as the port says."""
        await self._ready.wait()
        assert self._mouth, "the frontend does not run"
        team, _, person = place.person.partition("/")
        workspace = await self._workspaces.find(place.space or team)
        if workspace is None:
            raise PlaceClosed("I am not installed in that workspace any more: install me again.")
        if replacing is not None:
            self._tempo.edited(replacing.message)
            thread = message_of(place.thread)
            await self._mouth.change(workspace, replacing.channel, replacing.message, thread, person, reply)
            return replacing
        channel = place.channel
        if not channel or channel.startswith(DIRECT):
            channel = await self._mouth.direct_channel(workspace, channel.removeprefix(DIRECT) or person)
        return await self._post(self._mouth, workspace, channel, message_of(place.thread), person, reply)

    async def _post(
        self, mouth: Mouth, workspace: Workspace, channel: str, thread: str, person: str, reply: Reply
    ) -> Sent:
        try:
            at = await mouth.say(workspace, channel, thread, person, reply)
        except MessageGone:  # the message that was answered is deleted, and its thread with it
            if not thread:
                raise
            thread, at = "", await mouth.say(workspace, channel, "", person, reply)
        opened = f"{channel}/{thread or at}" if reply.thread_title else ""  # every message can begin a thread
        return Sent(channel, at, workspace.link(channel, at, thread), opened)

    def _handler(self, wire: Wire, handle: Handle) -> Handler:
        typed = frozenset(command.name for command in self._commands.values() if command.shown == "typed")

        def markup(person: str) -> Markup:
            return Markup(person, self.settings.prefix, typed)

        return Handler(
            frontend=self,
            commands=self._commands,
            workspaces=self._workspaces,
            inbox=self._keeps.inbox,
            wire=wire,
            mouth=Mouth(wire, Uploads(wire, self._keeps.enclosures), markup),
            reader=Reader(self._commands, self.settings.prefix),
            asker=Asker(self._commands, wire),
            doors=Doors(),
            handle=handle,
        )

    async def _receive(
        self, handler: Handler, suggest: Suggest, body: Mapping[str, Any], team: str
    ) -> Mapping[str, Any] | None:
        """Begin the answer to a delivery; returns at once what acknowledges it, of a modal within its time."""
        event = Event.of(body, team)
        if event is None:
            return None
        if event.kind == SUGGEST:
            async with asyncio.timeout(PATIENCE_S):
                return {"options": options(await suggest(*suggestion(event)))}
        if event.kind == SUBMIT:
            verdict = Verdict(body["view"])
            self._begin(handler.answer(event, verdict))
            return await verdict.within()
        if event.kind == HOME:
            self._begin(handler.show_home(event))
        elif event.kind == LEFT:
            self._begin(self._leave(event))
        else:
            self._begin(handler.answer(event))
        return None

    async def _leave(self, event: Event) -> None:
        """Forget a workspace that has removed us, or revoked our token."""
        if event.event["type"] == "tokens_revoked" and not (event.event.get("tokens") or {}).get("bot"):
            return  # a person's own token, of which we have none
        log.info("workspace %s has removed us", event.team)
        await self._workspaces.remove(event.team)

    async def _resume(self, handler: Handler) -> None:
        """Take up what an earlier process acknowledged and did not finish."""
        for kept in await asyncio.to_thread(self._keeps.inbox.unfinished):
            with contextlib.suppress(KeyError):  # written by another version
                self._begin(handler.answer(Event.from_json(kept), again=True))

    async def _prune(self) -> None:
        while True:
            await asyncio.sleep(PRUNE_S)
            await asyncio.to_thread(self._keeps.inbox.prune)

    def _begin(self, answer: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(answer)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def message_of(thread: str) -> str:
    """Return the message that a thread begins with. One that we have opened is known by its channel too."""
    return thread.rpartition("/")[2]
