"""Every request that we make of Discord, beside those of the library's own."""

import asyncio
import contextlib
import logging
import time
from pathlib import Path
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.chat import NotFetched, OutFile, Place, PlaceClosed, Reply, Unreachable
from bot.frontends.discord_parts import faults, voice
from bot.frontends.discord_parts.reading import Event
from bot.frontends.discord_parts.writing import Body, body

ACK_S = 2.8  # receiving-and-responding.mdx:351 gives 3 s
ACK_PAUSE_S = 0.1
SERVER_TRIES = 3
WEEK_MINUTES = 10080
THINK_PRIVATELY = {"type": 5, "data": {"flags": 1 << 6}}
CHANGE_LATER = {"type": 6}
CDN_HOSTS = ("https://cdn.discordapp.com", "https://media.discordapp.net")

log = logging.getLogger(__name__)


class Wire:
    """Speaks to the REST interface through the library's client, which keeps to the rate limits, and to the CDN."""

    def __init__(self, client: discord.Client, session: aiohttp.ClientSession, cdn: str = "") -> None:
        self._client, self._session, self._cdn = client, session, cdn
        self._calls: set[asyncio.Future[None]] = set()

    async def acknowledge(self, event: Event, answer: dict[str, Any]) -> bool:
        """Answer an event within three seconds; False if it was answered before, or the time is over.

        Not by the library: its first retry comes after a whole second.
        """
        url = Route("POST", f"/interactions/{event.id}/{event.token}/callback").url
        pause_s, ends = ACK_PAUSE_S, time.monotonic() + ACK_S
        tries = 0
        while time.monotonic() < ends:
            tries += 1
            try:
                async with self._session.post(url, json=answer) as response:
                    if response.status < 300:
                        return True
                    said = await response.json(content_type=None) if response.status < 500 else {}
            except (aiohttp.ClientError, ValueError, OSError) as error:
                said = {"message": str(error)}
            code = said.get("code") if isinstance(said, dict) else None
            if code == faults.ACKNOWLEDGED:
                return tries > 1  # an earlier try of ours came through after all
            if code == faults.UNKNOWN_INTERACTION:
                break
            pause_s = float(said.get("retry_after", 2 * pause_s)) if isinstance(said, dict) else 2 * pause_s
            await asyncio.sleep(min(pause_s, 1.0))
        log.error("event %s could not be acknowledged", event.id)
        return False

    async def say(self, channel: str, reply: Reply, *, reference: str = "", nonce: str = "") -> dict[str, Any]:
        """Post in a channel, as an answer to another message where we may."""
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        try:
            return await self._send(route, reply, body(reply, reference=reference, nonce=nonce))
        except faults.NoReference:
            return await self._send(route, reply, body(reply, nonce=nonce))

    async def change(self, channel: str, message: str, reply: Reply) -> dict[str, Any]:
        """Edit a message of ours."""
        path = "/channels/{channel_id}/messages/{message_id}"
        route = Route("PATCH", path, channel_id=channel, message_id=message)
        return await self._send(route, reply, body(reply, edit=True))

    async def start_thread(self, forum: str, reply: Reply) -> dict[str, Any]:
        """Open a post in a forum; returns the thread."""
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum)
        message = body(reply)
        message.payload = {"name": reply.title[:100] or "Tutti", "message": message.payload}
        return await self._send(route, reply, message)

    async def open_thread(self, channel: str, message: str, name: str) -> str:
        """Open a thread under a message of ours; returns its id, empty where there can be none, or we may not.

        It stays open as long as Discord lets it: a week after the last message.
        """
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        route = Route("POST", path, channel_id=channel, message_id=message)
        try:
            made = await self._request(route, json={"name": name[:100], "auto_archive_duration": WEEK_MINUTES})
        except discord.HTTPException as error:
            if error.code == faults.HAS_THREAD:
                return message  # a thread has the id of the message that it hangs under
            if error.status >= 500:
                raise faults.translate(error) from error
            log.info("no thread under %s: %s", message, error)
            return ""
        return str(made["id"])

    async def follow_up(self, token: str, reply: Reply, *, private: bool) -> dict[str, Any]:
        """Add a message by an interaction's token."""
        return await self._send(self._webhook("POST", token), reply, body(reply, private=private))

    async def change_by_token(self, token: str, message: str, reply: Reply) -> dict[str, Any]:
        """Edit a message by an interaction's token; ``@original`` is its first."""
        return await self._send(self._webhook("PATCH", token, message), reply, body(reply, edit=True))

    async def remove_by_token(self, token: str, message: str) -> None:
        """Delete a message by an interaction's token."""
        with contextlib.suppress(discord.NotFound):
            await self._request(self._webhook("DELETE", token, message))

    async def remove(self, channel: str, message: str) -> None:
        """Delete a message of ours; one that is gone, or out of reach, is no error."""
        with contextlib.suppress(discord.NotFound, discord.Forbidden):
            await self._client.http.delete_message(channel, message)

    async def play(self, place: Place, sound: OutFile) -> None:
        """Begin to play a sound in the voice channel where who asked listens; raises as ``voice.play``."""
        assert isinstance(sound.content, Path)
        rest = await voice.play(self._client, place.space, place.person, sound.content)
        call = asyncio.ensure_future(rest)
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def hang_up(self) -> None:
        """Leave every voice channel."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def direct_channel(self, person: str) -> str:
        """Return the channel of a private conversation."""
        route = Route("POST", "/users/@me/channels")
        try:
            return str((await self._request(route, json={"recipient_id": person}))["id"])
        except discord.HTTPException as error:
            fault = faults.translate(error)
            closed = PlaceClosed("I cannot write to you directly: allow direct messages.")
            raise fault if isinstance(fault, Unreachable) else closed from error

    async def channel_type(self, channel: str) -> int:
        """Return what kind of channel it is."""
        known = self._client.get_channel(int(channel))
        if known is not None and not isinstance(known, discord.abc.PrivateChannel):
            return known.type.value
        try:
            return int((await self._request(Route("GET", "/channels/{channel_id}", channel_id=channel)))["type"])
        except discord.HTTPException as error:
            raise faults.translate(error) from error

    async def fetch(self, url: str, limit: int) -> bytes:
        """Fetch an attachment.

        Raises:
            NotFetched: it is larger than it should be, or cannot be had.
        """
        for host in CDN_HOSTS if self._cdn else ():
            url = self._cdn + url.removeprefix(host) if url.startswith(host) else url
        for tries in range(1, SERVER_TRIES + 1):
            try:
                async with self._session.get(url) as response:
                    response.raise_for_status()
                    data = bytearray()
                    while len(data) <= limit and (more := await response.content.read(limit + 1 - len(data))):
                        data += more
                if len(data) > limit:
                    raise NotFetched(f"The file is larger than {limit // 1024} KB: send a smaller one.")
                return bytes(data)
            except aiohttp.ClientError as error:
                log.warning("attachment, try %d: %s", tries, error)
                await asyncio.sleep(0.2 * tries)
        raise NotFetched("Discord did not hand over the file: attach it once more.")

    def _webhook(self, method: str, token: str, message: str = "") -> Route:
        path = "/webhooks/{webhook_id}/{webhook_token}" + ("/messages/{message_id}" if message else "")
        names: dict[str, Any] = {"webhook_id": self._client.application_id, "webhook_token": token}
        return Route(method, path, **names, **({"message_id": message} if message else {}))

    async def _send(self, route: Route, reply: Reply, message: Body) -> dict[str, Any]:
        try:
            if message.multipart:
                return dict(await self._request(route, files=message.files, form=message.multipart))
            return dict(await self._request(route, json=message.payload))
        except discord.HTTPException as error:
            raise faults.translate(error, reply) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(str(error)) from error
        finally:
            message.close()

    async def _request(self, route: Route, **content: Any) -> Any:  # noqa: ANN401 - JSON is anything
        """Ask; the library waits out rate limits and repeats after most server errors, we after the others."""
        for tries in range(1, SERVER_TRIES + 1):
            try:
                return await self._client.http.request(route, **content)
            except discord.DiscordServerError:
                if tries == SERVER_TRIES:
                    raise
                await asyncio.sleep(0.3 * tries)
        raise AssertionError("unreachable")
