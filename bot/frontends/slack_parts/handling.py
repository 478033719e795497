"""From a delivery to its answer: taken once, read, asked for more where that is needed, carried out, answered."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.chat import Frontend, Handle, Incoming, Misread, Reply
from bot.command import Command
from bot.frontends.slack_parts.access import introduce
from bot.frontends.slack_parts.answer import Answer, Doors
from bot.frontends.slack_parts.asking import POSTING, Asker, place
from bot.frontends.slack_parts.events import PRESS, SAID, SHORTCUT, SUBMIT, Event
from bot.frontends.slack_parts.faults import TROUBLE
from bot.frontends.slack_parts.forms import Origin, asks, modal
from bot.frontends.slack_parts.keeping import Inbox
from bot.frontends.slack_parts.mouth import Mouth
from bot.frontends.slack_parts.reading import Reader, Wish
from bot.frontends.slack_parts.verdict import Verdict
from bot.frontends.slack_parts.wire import Wire
from bot.frontends.slack_parts.workspaces import Workspace, Workspaces
from bot.frontends.slack_parts.writing import OPENS

AT_HOME = "home"  # the command that fills the Home tab
TOO_LATE = "Slack lets a form open within three seconds only, and I was late: once more, please."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handler:
    """Everything that answering takes, put together by the frontend."""

    frontend: Frontend
    commands: Mapping[str, Command]
    workspaces: Workspaces
    inbox: Inbox
    wire: Wire
    mouth: Mouth
    reader: Reader
    asker: Asker
    doors: Doors
    handle: Handle

    async def answer(self, event: Event, verdict: Verdict | None = None, *, again: bool = False) -> None:
        """Answer a delivery; ``again`` if it was taken by an earlier process, which did not finish it."""
        try:
            workspace = await self.workspaces.find(event.team)
            if workspace is None or event.action.get("action_id", "").partition(" ")[0] == OPENS:
                return
            await self._answer(await self._up_to_date(workspace), event, verdict, again)
        except Exception:
            log.exception("delivery %s could not be answered", event.key)
            with contextlib.suppress(Exception):  # whatever is wrong may well be wrong here too
                await self._apologise(event)
        finally:
            if verdict:
                verdict.accept()

    async def _apologise(self, event: Event) -> None:
        if (workspace := await self.workspaces.find(event.team)) is not None:
            said = f"Sorry, something went wrong on our side. It is in our log under {event.key}."
            origin = Origin(event.channel, event.thread, event.source, event.door)
            await self._speaker(workspace, event, origin).deliver(Reply(said))

    async def show_home(self, event: Event) -> None:
        """Fill the Home tab of whoever looks at it."""
        workspace = await self.workspaces.find(event.team)
        if workspace is None or AT_HOME not in self.commands:
            return
        try:
            who, where = await self.asker.user(event, workspace), place(event, Origin())
            replies = [reply async for reply in self.handle(Incoming(event.key, AT_HOME, who, where))]
            await self.mouth.show_home(workspace, event.user, replies)
        except TROUBLE as error:
            log.warning("the Home tab of %s could not be filled: %s", event.user, error)

    async def _answer(self, workspace: Workspace, event: Event, verdict: Verdict | None, again: bool) -> None:
        wish = misread = None
        try:
            wish = self.reader.wish(event)
            if self._asks(event, wish) and await self._open(workspace, event, wish):
                return
        except Misread as error:
            wish, misread = None, error
        if not again and not await asyncio.to_thread(self.inbox.take, event.key, event.to_json()):
            return  # Slack delivers again what it believes lost
        if wish is None:
            origin = Origin(event.channel, event.thread, event.source, event.door)
            await self._speaker(workspace, event, origin).deliver(Reply(str(misread)))
        elif not await self._carry_out(workspace, event, wish, verdict):
            return await asyncio.to_thread(self.inbox.release, event.key)
        await asyncio.to_thread(self.inbox.finish, event.key)
        if (event.body.get("view") or {}).get("type") == "home":
            await self.show_home(event)

    def _asks(self, event: Event, wish: Wish) -> bool:
        command = self.commands.get(wish.command)
        if command is None or event.kind in (SUBMIT, SHORTCUT) or not event.trigger:
            return False
        return asks(command, {**wish.texts, **wish.files}, pressed=event.kind == PRESS)

    async def _open(self, workspace: Workspace, event: Event, wish: Wish) -> bool:
        """Open the form of a command; false if there is none to be opened any more."""
        view = modal(self.commands[wish.command], wish.origin, wish.texts)
        try:
            await self.mouth.open_modal(workspace, event.trigger, view)
        except TROUBLE as refused:
            log.warning("no form for %s: %s", event.key, refused)
            raise Misread(TOO_LATE) from refused
        return True

    async def _carry_out(self, workspace: Workspace, event: Event, wish: Wish, verdict: Verdict | None) -> bool:
        """Run the command; false if its form stays open because of an error in it."""
        wish = await self._reachable(workspace, event, wish)
        speaker = self._speaker(workspace, event, wish.origin)
        try:
            incoming = await self.asker.incoming(event, wish, workspace)
        except Misread as error:
            if verdict and verdict.refuse(error.option, str(error)):
                return False
            await speaker.deliver(Reply(str(error)))
            return True
        command = self.commands.get(wish.command)
        if command and command.posts and (closed := await self.asker.closed(wish, workspace)):
            await speaker.deliver(Reply(closed))
            return True
        async for reply in self.handle(incoming):
            if verdict and reply.blames is not None and verdict.refuse(reply.blames, reply.text):
                return False
            if verdict:
                verdict.accept()
            await speaker.deliver(reply)
        return True

    async def _up_to_date(self, workspace: Workspace) -> Workspace:
        """Ask again which scopes there are before anybody is told that one is missing."""
        if not workspace.lacks(*POSTING):
            return workspace
        with contextlib.suppress(*TROUBLE):
            workspace = await introduce(self.wire, workspace.token, workspace.team)
            await self.workspaces.add(workspace)
        return workspace

    async def _reachable(self, workspace: Workspace, event: Event, wish: Wish) -> Wish:
        """Let what was asked in other people's conversation, where no bot can be, come to the asker directly."""
        if wish.origin.channel.startswith("D") and event.kind != SAID:
            with contextlib.suppress(*TROUBLE):
                if wish.origin.channel != await self.mouth.direct_channel(workspace, event.user):
                    return replace(wish, origin=Origin(door=wish.origin.door))
        return wish

    def _speaker(self, workspace: Workspace, event: Event, origin: Origin) -> Answer:
        where = place(event, origin)
        return Answer(self.frontend, self.mouth, self.wire, self.doors, workspace, event, where, origin.door)
