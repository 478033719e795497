"""Says replies: posts, edits and deletes messages, for all or for one person, and shows views."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.chat import MessageGone, OutFile, PlaceClosed, Reply, Row, Select
from bot.frontends.slack_parts.faults import SlackRefused, translate
from bot.frontends.slack_parts.markup import Markup
from bot.frontends.slack_parts.uploads import PICTURES, Uploads
from bot.frontends.slack_parts.wire import Answer, Wire
from bot.frontends.slack_parts.workspaces import Memory, Workspace
from bot.frontends.slack_parts.writing import VIEW_BLOCKS, Block, blocks, message

DAY_S = 24 * 3600.0
READY_TRIES, READY_S = 4, 0.5  # an uploaded picture can be shown a moment later ("invalid_blocks" until then)

log = logging.getLogger(__name__)


class Mouth:
    """``markup(person)`` tells how to write for somebody."""

    def __init__(self, wire: Wire, uploads: Uploads, markup: Callable[[str], Markup]) -> None:
        self._wire, self.uploads, self._markup = wire, uploads, markup
        self._memory = Memory()

    async def say(self, workspace: Workspace, channel: str, thread: str, person: str, reply: Reply) -> str:
        """Post, files in the thread; returns the message's timestamp. Raises as ``Frontend.send``."""
        said = await self._call(
            workspace, "chat.postMessage", channel=channel, thread_ts=thread or None, unfurl_links=False,
            unfurl_media=False, **message(reply, self._markup(person)),
        )  # fmt: skip
        at = str(said["ts"])
        if reply.files:
            try:
                await self.uploads.enclose(workspace, str(said["channel"]), at, thread, reply.files, reply.key)
            except Exception:  # whoever says it again, in another way, must not say it twice
                await self.remove(workspace, str(said["channel"]), at)
                raise
        return at

    async def change(self, workspace: Workspace, channel: str, at: str, thread: str, person: str, reply: Reply) -> None:
        """Edit a message of ours; files, if there are any, take the place of those before."""
        await self._call(workspace, "chat.update", channel=channel, ts=at, **message(reply, self._markup(person)))
        if reply.files:  # last: of a message that is gone, none must be left behind
            await self.uploads.enclose(workspace, channel, at, thread, reply.files, reply.key)

    async def remove(self, workspace: Workspace, channel: str, at: str) -> None:
        """Delete a message of ours with its files; one that is gone, or out of reach, is no error."""
        await self.uploads.remove(workspace, channel, at)
        try:
            await self._call(workspace, "chat.delete", channel=channel, ts=at)
        except (MessageGone, PlaceClosed) as error:
            log.info("nothing to delete: %s", error)

    async def whisper(self, workspace: Workspace, channel: str, thread: str, person: str, reply: Reply) -> None:
        """Say something that one person sees, pictures in it. Raises as ``say``."""
        pictures = [await self.uploads.hold(workspace, file) for file in _pictures(reply)]
        said = message(reply, self._markup(person), pictures=pictures)
        arguments = {"channel": channel, "user": person, "thread_ts": thread or None}
        for tries in range(READY_TRIES):
            try:
                await self._call(workspace, "chat.postEphemeral", **arguments, **said)
                return
            except SlackRefused as refused:
                if not pictures or not refused.error.startswith("invalid_blocks"):
                    raise
                await asyncio.sleep(READY_S * 2**tries)
        await self._call(
            workspace, "chat.postEphemeral", **arguments, **message(replace(reply, files=()), self._markup(person))
        )

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


def _pictures(reply: Reply) -> list[OutFile]:
    return [file for file in reply.files if file.name.lower().endswith(PICTURES)]
