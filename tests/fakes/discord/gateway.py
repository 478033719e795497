"""The gateway: HELLO, IDENTIFY, READY, heartbeats, RESUME with everything that was missed."""

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord import schemas
from tests.fakes.discord.world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
DEFINITIONS = {
    "READY": "GatewayReadyDispatchData",
    "GUILD_CREATE": "GatewayGuildCreateDispatchData",
    "INTERACTION_CREATE": "GatewayInteractionCreateDispatchData",
}


class Gateway:
    """One bot's connection. What is dispatched while it is away waits for its RESUME."""

    def __init__(self, world: World, token: str) -> None:
        self.world, self.token = world, token
        self.origin = ""
        self.sequence = 0
        self.sent: list[dict[str, Any]] = []
        self.session = "session"
        self.identified = self.resumed = 0
        self.ready = asyncio.Event()
        self._socket: web.WebSocketResponse | None = None

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            await self._take(socket, json.loads(message.data))
        if self._socket is socket:
            self._socket = None
            self.ready.clear()
        return socket

    async def _take(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        if message["op"] == HEARTBEAT:
            await socket.send_json({"op": HEARTBEAT_ACK, "d": None, "s": None, "t": None})
        elif message["op"] == IDENTIFY:
            await self._identify(socket, message["d"])
        elif message["op"] == RESUME:
            await self._resume(socket, message["d"])

    async def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        if data["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed")
            return
        if data["intents"] & (1 << 1 | 1 << 8 | 1 << 15):
            self.world.violations.append("a privileged intent was asked for")
        self.identified += 1
        self._socket, self.sent, self.sequence = socket, [], 0
        guilds = [guild for guild in self.world.guilds.values() if guild.has_bot]
        await self.dispatch(
            "READY",
            {
                "v": 10,
                "user": self.world.bot.to_json() | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0},
                "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
                "session_id": self.session,
                "resume_gateway_url": self.origin.replace("http", "ws") + "/gateway",
                "application": {"id": self.world.application_id, "flags": 0, "flags_new": "0"},
                "shard": [0, 1],
            },
        )
        for guild in guilds:
            await self.dispatch("GUILD_CREATE", guild.to_json(self.world.bot))
        self.ready.set()

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        if data["session_id"] != self.session:
            await socket.send_json({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        self.resumed += 1
        self._socket = socket
        for message in [one for one in self.sent if one["s"] > data["seq"]]:
            await socket.send_json(message)
        self.sequence += 1
        await socket.send_json({"op": DISPATCH, "t": "RESUMED", "s": self.sequence, "d": {}})
        self.ready.set()

    async def dispatch(self, event: str, data: dict[str, Any]) -> None:
        """Send an event, or keep it for the RESUME."""
        self.world.violations += schemas.payload_problems(DEFINITIONS[event], data)
        self.sequence += 1
        message = {"op": DISPATCH, "t": event, "s": self.sequence, "d": data}
        self.sent.append(message)
        if self._socket is not None:
            with contextlib.suppress(ConnectionError):
                await self._socket.send_json(message)

    async def again(self) -> None:
        """Deliver the last event once more, as a RESUME may."""
        assert self._socket
        await self._socket.send_json(self.sent[-1])

    async def drop(self) -> None:
        """Break the connection without a word."""
        socket, self._socket = self._socket, None
        self.ready.clear()
        if socket is not None:
            await socket.close(code=4000, message=b"dropped")

    async def ask_to_reconnect(self) -> None:
        """Ask the bot to come back."""
        socket, self._socket = self._socket, None
        self.ready.clear()
        if socket is not None:
            await socket.send_json({"op": RECONNECT, "d": None, "s": None, "t": None})
