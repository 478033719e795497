"""The two ways to the app: websockets that it opens (Socket Mode), or signed requests to its address (Events API)."""

import asyncio
import contextlib
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.fakes.slack import schemas
from tests.fakes.slack.delivery import ANSWERABLE, Delivery, Office
from tests.fakes.slack.world import World

MOST_SOCKETS = 10


class SocketMode:
    """The app's websockets, of which any may be given an event.

    Events that find none are kept for the next one; so is everything else while a connection is refreshed.
    """

    def __init__(self, world: World, office: Office) -> None:
        self.world, self.office = world, office
        self.connected = asyncio.Event()
        self.connections = 0
        """How many there ever were."""
        self._sockets: list[web.WebSocketResponse] = []
        self._retiring: set[web.WebSocketResponse] = set()
        self._is_refreshing = False
        self._open: dict[str, tuple[Delivery, float]] = {}
        self._kept: list[Delivery] = []
        self._turn = 0

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """A connection, from hello to its end."""
        socket = web.WebSocketResponse(timeout=0.5)
        await socket.prepare(request)
        if len(self._sockets) >= MOST_SOCKETS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await socket.close()
            return socket
        self._sockets.append(socket)
        self.connections += 1
        await socket.send_json(self._hello())
        self.connected.set()
        self._is_refreshing = False
        kept, self._kept = self._kept, []
        for delivery in kept:
            await self.office.again(delivery)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._take(json.loads(message.data))
        self._gone(socket)
        return socket

    def _hello(self) -> dict[str, Any]:
        debug = {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060}
        about = {"app_id": self.world.app.id}
        return {"type": "hello", "num_connections": len(self._sockets), "debug_info": debug, "connection_info": about}

    def _take(self, message: dict[str, Any]) -> None:
        envelope = message.get("envelope_id")
        if envelope not in self._open:
            self.world.violations.append(f"an acknowledgement of what was not sent, or twice: {message}")
            return
        delivery, sent_at = self._open.pop(envelope)
        if message.get("payload") and delivery.about not in ANSWERABLE:
            self.world.violations.append(f"{delivery.about}: an answer in an envelope that accepts none")
        self.office.acknowledge(delivery, sent_at, message.get("payload"))

    def _gone(self, socket: web.WebSocketResponse) -> None:
        self._retiring.discard(socket)
        if socket in self._sockets:
            self._sockets.remove(socket)
        if not self._sockets:
            self.connected.clear()

    async def carry(self, delivery: Delivery, retry: int, reason: str) -> None:
        usable = [one for one in self._sockets if not one.closed and one not in self._retiring]
        if not usable and (delivery.kind == "events_api" or self._is_refreshing):
            self._kept += [] if delivery in self._kept else [delivery]
            return
        if not usable:
            delivery.failed = "dispatch_failed"
            return
        envelope: dict[str, Any] = {
            "envelope_id": self.world.new_id("e"),
            "payload": delivery.payload,
            "type": delivery.kind,
            "accepts_response_payload": delivery.about in ANSWERABLE,
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason.removeprefix("http_")}
        self.world.violations += schemas.payload_problems(delivery.kind, envelope)
        self._open[envelope["envelope_id"]] = (delivery, self.world.clock())
        self._turn += 1
        with contextlib.suppress(ConnectionError):
            await usable[self._turn % len(usable)].send_json(envelope)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask the app to open a new connection in place of the oldest one, which stays until it is closed."""
        socket = self._sockets[0]
        self._retiring.add(socket)
        self._is_refreshing = True
        self.connected.clear()
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}})

    async def drop(self) -> None:
        """Break every connection."""
        sockets, self._sockets = self._sockets, []
        self.connected.clear()
        for socket in sockets:
            await socket.close(code=1001, message=b"dropped")


class Http:
    """Requests to the app's address, signed with the app's secret."""

    def __init__(self, world: World, office: Office, url: str) -> None:
        self.world, self.office, self.url = world, office, url

    async def carry(self, delivery: Delivery, retry: int, reason: str) -> None:
        body, kind = encoded(delivery)
        headers = {"Content-Type": kind}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        sent_at = self.world.clock()
        try:
            status, answer = await self.request(body, headers)
        except aiohttp.ClientError:
            delivery.failed = "dispatch_failed"
            return
        if status == 200:
            self.office.acknowledge(delivery, sent_at, answer)
        else:
            delivery.failed = f"http_error {status}"

    async def request(
        self, body: str, headers: dict[str, str], *, secret: str = "", age_s: float = 0.0
    ) -> tuple[int, Any]:
        """Send one request and return its status and body; ``secret`` forges the signature, ``age_s`` makes it old."""
        stamp = str(int(self.world.clock() - age_s))
        signature = sign(secret or self.world.app.signing_secret, stamp, body)
        signed = {**headers, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body.encode(), headers=signed) as response,
        ):
            text = await response.text()
            if response.content_type == "application/json" and text:
                return response.status, json.loads(text)
            return response.status, {"text": text} if text else None


def encoded(delivery: Delivery) -> tuple[str, str]:
    """The body and content type of an event as a request."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload), "application/json"
    form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
    return urlencode({key: _as_form(value) for key, value in form.items()}), "application/x-www-form-urlencoded"


def _as_form(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def sign(secret: str, stamp: str, body: str) -> str:
    """The signature of a request (Slack's v0)."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
