"""Says replies: posts, edits and deletes messages, for all or for one person, and shows views."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.chat import PlaceClosed, Reply, Row, Select
from bot.frontends.slack_parts.faults import TROUBLE, SlackRefused, translate
from bot.frontends.slack_parts.markup import Markup
from bot.frontends.slack_parts.uploads import Uploads, is_picture
from bot.frontends.slack_parts.wire import Answer, Wire
from bot.frontends.slack_parts.workspaces import Memory, Workspace
from bot.frontends.slack_parts.writing import VIEW_BLOCKS, Block, blocks, message

DAY_S = 24 * 3600.0
READY_S = (0.5, 1.0, 2.0, 4.0)  # until a picture that was uploaded can be shown: "invalid_blocks" before that

log = logging.getLogger(__name__)


class Mouth:
    """``markup(person)`` tells how to write for somebody."""

    def __init__(self, wire: Wire, uploads: Uploads, markup: Callable[[str], Markup]) -> None:
        self._wire, self.uploads, self._markup = wire, uploads, markup
        self._memory = Memory()
        self._without_plans: set[str] = set()

    async def say(self, workspace: Workspace, channel: str, thread: str, person: str, reply: Reply) -> str:
        """Post; pictures alone are shown in the message, other files in its thread. Raises as ``Frontend.send``.

        Returns the message's timestamp.
        """
        held = await self.uploads.held(workspace, reply.files) if _is_shown(reply) else {}
        arguments = {"channel": channel, "thread_ts": thread or None, "unfurl_links": False, "unfurl_media": False}
        said = await self._speak(workspace, "chat.postMessage", arguments, person, reply, held)
        channel, at = str(said["channel"]), str(said["ts"])
        try:
            await self._enclose(workspace, channel, at, thread, reply, held)
        except PlaceClosed:
            raise  # nobody tries once more: the text is better than nothing
        except Exception:  # whoever tries once more must not say it twice
            await self.remove(workspace, channel, at)
            raise
        return at

    async def change(self, workspace: Workspace, channel: str, at: str, thread: str, person: str, reply: Reply) -> None:
        """Edit a message of ours; files, if there are any, take the place of those before. Raises as ``say``."""
        held = await self.uploads.held(workspace, reply.files, channel, at) if _is_shown(reply) else {}
        await self._speak(workspace, "chat.update", {"channel": channel, "ts": at}, person, reply, held)
        await self._enclose(workspace, channel, at, thread, reply, held)  # last: a message that is gone gets none

    async def _enclose(
        self, workspace: Workspace, channel: str, at: str, thread: str, reply: Reply, held: dict[str, str]
    ) -> None:
        if held:
            await self.uploads.keep(workspace, channel, at, held)
        elif reply.files:
            await self.uploads.enclose(workspace, channel, at, thread, reply.files, reply.key)

    async def remove(self, workspace: Workspace, channel: str, at: str) -> None:
        """Delete a message of ours with its files; one that is gone, or out of reach, is no error.

        Where a thread is told as its place, the channel is the first part of it: see ``Sent.thread``.
        """
        channel = channel.partition("/")[0]
        await self.uploads.remove(workspace, channel, at)
        try:
            await self._call(workspace, "chat.delete", channel=channel, ts=at)
        except TROUBLE as error:
            log.info("nothing to delete: %s", error)

    async def whisper(self, workspace: Workspace, channel: str, thread: str, person: str, reply: Reply) -> None:
        """Say something that one person sees, its pictures in it if they can be shown. Raises as ``say``."""
        held: dict[str, str] = {}
        try:
            held = await self.uploads.held(workspace, [file for file in reply.files if is_picture(file)])
        except TROUBLE as error:
            log.warning("without its picture: %s", error)
            reply = replace(reply, text=f"{reply.text}\n-# The picture cannot be shown: {error}")
        arguments = {"channel": channel, "user": person, "thread_ts": thread or None}
        await self._speak(workspace, "chat.postEphemeral", arguments, person, reply, held)

    def whispered(self, person: str, reply: Reply) -> dict[str, Any]:
        """Return what a response URL takes to tell one person something."""
        return {"response_type": "ephemeral", "replace_original": False, **message(reply, self._markup(person))}

    def replaced(self, person: str, reply: Reply) -> dict[str, Any]:
        """Return what a response URL takes to change the message that it belongs to."""
        return {"replace_original": True, **message(reply, self._markup(person))}

    async def show_home(self, workspace: Workspace, person: str, replies: Sequence[Reply]) -> None:
        """Fill somebody's Home tab."""
        markup = self._markup(person)
        parts: list[Block] = []
        for reply in replies:
            parts += [{"type": "divider"}] if parts else []
            parts += blocks(replace(reply, rows=tuple(_linked(row, workspace) for row in reply.rows)), markup)
        view = {"type": "home", "blocks": parts[:VIEW_BLOCKS]}
        await self._call(workspace, "views.publish", user_id=person, view=view)

    async def open_modal(self, workspace: Workspace, trigger: str, view: dict[str, Any]) -> None:
        """Open a modal, within three seconds of what triggered it."""
        await self._call(workspace, "views.open", trigger_id=trigger, view=view)

    async def direct_channel(self, workspace: Workspace, person: str) -> str:
        """Return the channel of the conversation with one person; raises as ``say``."""

        async def fetch() -> Answer:
            return await self._call(workspace, "conversations.open", users=person)

        opened = await self._memory.ask(("direct", workspace.team, person), fetch, DAY_S)
        return str(opened["channel"]["id"])

    async def _speak(
        self,
        workspace: Workspace,
        method: str,
        arguments: Mapping[str, object],
        person: str,
        reply: Reply,
        held: Mapping[str, str],
    ) -> Answer:
        """Say a reply as well as Slack lets us: some workspaces know no plans, and a fresh picture takes a moment."""
        for pause_s in (*READY_S, None):
            with_plan = bool(reply.steps) and workspace.team not in self._without_plans
            said = message(reply, self._markup(person), pictures=list(held), with_plan=with_plan)
            try:
                return await self._wire.call(workspace, method, **arguments, **said)
            except SlackRefused as refused:
                if not refused.error.startswith("invalid_blocks") or pause_s is None or not (with_plan or held):
                    raise translate(refused) from refused
                if with_plan:
                    self._without_plans.add(workspace.team)
                else:
                    await asyncio.sleep(pause_s)
        raise AssertionError("unreachable")

    async def _call(self, workspace: Workspace, method: str, /, **arguments: object) -> Answer:
        try:
            return await self._wire.call(workspace, method, **arguments)
        except SlackRefused as refused:
            raise translate(refused) from refused


def _linked(row: Row, workspace: Workspace) -> Row:
    """Let the buttons that lead to a message know its address; where there is none, they act after all."""
    if isinstance(row, Select):
        return row
    return tuple(
        replace(one, leads_to=replace(one.leads_to, link=workspace.link(one.leads_to.channel, one.leads_to.message)))
        if one.leads_to
        else one
        for one in row
    )


def _is_shown(reply: Reply) -> bool:
    """Whether a reply's files are shown in its message: they are pictures, and nothing else."""
    return bool(reply.files) and all(is_picture(file) for file in reply.files)
