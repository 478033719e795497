"""The replies to one delivery, each to where it belongs: the channel, the thread, or one person's eyes alone."""

import time
from dataclasses import replace

from bot.chat import FileRefused, Frontend, MessageGone, Place, PlaceClosed, Reply, Sent
from bot.frontends.slack_parts.asking import DIRECT
from bot.frontends.slack_parts.events import PRESS, Event
from bot.frontends.slack_parts.faults import TROUBLE
from bot.frontends.slack_parts.mouth import Mouth
from bot.frontends.slack_parts.uploads import is_picture
from bot.frontends.slack_parts.wire import Wire
from bot.frontends.slack_parts.workspaces import Workspace

USES, OPEN_S = 5, 30 * 60 - 30.0  # interactivity/handling-user-interaction: five times within 30 minutes
DOORS_MOST = 5000


class Doors:
    """Response URLs, and how often each was used."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[float, int]] = {}

    def enter(self, door: str) -> bool:
        """Whether a door takes one more answer, which is counted."""
        if not door:
            return False
        since, uses = self._used.get(door, (time.monotonic(), 0))
        if uses >= USES or time.monotonic() - since > OPEN_S:
            return False
        if len(self._used) >= DOORS_MOST:
            del self._used[next(iter(self._used))]
        self._used[door] = (since, uses + 1)
        return True


class Answer:
    """Delivers replies to whoever caused a delivery. ``door`` is its response URL, if it has one."""

    def __init__(
        self, frontend: Frontend, mouth: Mouth, wire: Wire, doors: Doors, workspace: Workspace, event: Event,
        place: Place, door: str,
    ) -> None:  # fmt: skip
        self._frontend, self._mouth, self._wire, self._doors = frontend, mouth, wire, doors
        self._workspace, self._event, self._place, self._door = workspace, event, place, door

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
            await self._privately(Reply(f"{reply.text}\n-# Slack does not take the files here."))

    async def _send(self, reply: Reply) -> Sent | None:
        for old in reply.retracts:
            await self._mouth.remove(self._workspace, old.channel, old.message)
        if reply.aloud:  # bots cannot speak in huddles: the sound comes as a file
            reply = replace(reply, files=(*reply.files, reply.aloud))
        if reply.removes_source:
            await self._remove_source()
            return None
        if reply.replaces_source:
            return await self._replace_source(reply)
        if reply.place or not reply.private:
            return await self._frontend.send(reply.place or self._place, reply)
        await self._privately(reply)
        return None

    async def _remove_source(self) -> None:
        if self._event.is_ephemeral:
            await self._respond({"delete_original": True})
        elif self._place.source:
            await self._mouth.remove(self._workspace, self._place.channel, self._place.source)

    async def _replace_source(self, reply: Reply) -> Sent:
        place = self._place
        if self._event.is_ephemeral:
            await self._respond(self._mouth.replaced(self._event.user, reply))
        else:
            await self._mouth.change(
                self._workspace, place.channel, place.source, place.thread, self._event.user, reply
            )
        return Sent(place.channel, place.source)

    async def _privately(self, reply: Reply) -> None:
        """Tell the asker alone. Files that are no pictures cannot be shown to one person: they go to them directly."""
        if not all(is_picture(file) for file in reply.files):
            return await self._directly(reply)
        elsewhere = self._place.channel.startswith(DIRECT)  # a picture cannot be shown where we are not
        if (elsewhere or not (reply.files or self._in_thread)) and await self._by_door(replace(reply, files=())):
            return
        try:
            if elsewhere or self._place.channel.startswith("D"):
                await self._frontend.send(replace(self._place, source=""), reply)
            else:
                await self._mouth.whisper(
                    self._workspace, self._place.channel, self._in_thread, self._event.user, reply
                )
        except PlaceClosed:
            if not await self._by_door(replace(reply, files=())):
                await self._directly(reply)

    async def _directly(self, reply: Reply) -> None:
        """Write to the asker in the conversation with us, and say so where they asked."""
        channel = await self._mouth.direct_channel(self._workspace, self._event.user)
        here = self._place.channel in (channel, DIRECT + self._event.user)
        thread = self._place.thread if here else ""
        at = await self._mouth.say(self._workspace, channel, thread, self._event.user, reply)
        if not here:
            link = self._workspace.link(channel, at)
            await self._privately(Reply(f"I have sent it to you directly. {link}".strip()))

    async def _by_door(self, reply: Reply) -> bool:
        """Answer by the response URL; false if there is none, or it is used up."""
        if not self._doors.enter(self._door):
            return False
        try:
            await self._wire.respond(self._door, self._mouth.whispered(self._event.user, reply))
        except TROUBLE:
            return False
        return True

    async def _respond(self, payload: dict[str, object]) -> None:
        if self._doors.enter(self._door):
            await self._wire.respond(self._door, payload)

    @property
    def _in_thread(self) -> str:
        """The thread in which something was pressed or said: a whisper in one that is not open yet is not seen."""
        message = self._event.body.get("message") if self._event.kind == PRESS else self._event.event
        return str((message or {}).get("thread_ts") or "")
