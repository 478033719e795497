"""The replies to one event, delivered by its token or to wherever they belong."""

import asyncio
import logging

from bot.chat import FileRefused, Frontend, Incoming, MessageGone, OutFile, PlaceClosed, Refused, Reply, Sent
from bot.frontends.discord_parts.reading import COMPONENT, Event
from bot.frontends.discord_parts.wire import Wire

ORIGINAL = "@original"

log = logging.getLogger(__name__)


class Answer:
    """Delivers replies. A command shows "thinking ..." to its asker until ``close`` or a private reply ends it."""

    def __init__(self, frontend: Frontend, wire: Wire, incoming: Incoming, event: Event) -> None:
        self._frontend, self._wire, self.incoming, self._token = frontend, wire, incoming, event.token
        self.settled = asyncio.Event()
        """Whether nothing thinks any more."""
        if event.kind == COMPONENT:
            self.settled.set()

    async def deliver(self, reply: Reply) -> None:
        """Deliver one reply; if its place is closed to us, say so to the asker."""
        try:
            sent = await self._send(reply)
            if reply.sent and sent:
                await reply.sent(sent)
        except PlaceClosed as closed:
            await self._privately(Reply(str(closed), files=self._instead(reply)))
        except MessageGone:
            await self._privately(Reply("That message is gone."))
        except FileRefused:
            await self._privately(Reply(f"{reply.text}\n-# The files are too large for Discord here."))
        except Refused:
            log.exception("a reply to event %s was refused: it is given in words alone", self.incoming.key)
            await self._privately(Reply(reply.text or "Discord refuses my answer. It is in our log."))

    async def close(self) -> None:
        """End the thinking, if nothing has."""
        if not self.settled.is_set():
            await self._wire.remove_by_token(self._token, ORIGINAL)
            self.settled.set()

    async def _send(self, reply: Reply) -> Sent | None:
        for old in reply.retracts:
            await self._wire.remove(old.channel, old.message)
        if reply.aloud:
            await self._wire.play(self.incoming.place, reply.aloud)
        if reply.removes_source:
            await self._wire.remove_by_token(self._token, ORIGINAL)
            return None
        if reply.replaces_source:
            await self._wire.change_by_token(self._token, ORIGINAL, reply)
            return Sent(self.incoming.place.channel, self.incoming.place.source)
        if reply.place or not reply.private:
            place = reply.place or self.incoming.place
            if place.door:
                await self.close()
            return await self._frontend.send(place, reply)
        return await self._privately(reply)

    def _instead(self, reply: Reply) -> tuple[OutFile, ...]:
        """What could not be played aloud, to be heard in the chat, if it may be sent there."""
        sound = reply.aloud
        return (sound,) if sound and sound.size_bytes <= self.incoming.place.file_bytes else ()

    async def _privately(self, reply: Reply) -> Sent:
        if not self.settled.is_set():
            said = await self._wire.change_by_token(self._token, ORIGINAL, reply)
            self.settled.set()
        else:
            said = await self._wire.follow_up(self._token, reply, private=True)
        return Sent(str(said.get("channel_id", "")), str(said["id"]))
