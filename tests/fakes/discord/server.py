"""The fake put together, and what people do in it: type commands, press buttons, open menus."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.rest import PREFIX, Fault, Rest
from tests.fakes.discord.world import (
    ADMINISTRATOR,
    ALL,
    DM,
    GROUP,
    MANAGE_GUILD,
    MIB,
    THREAD,
    Channel,
    Interaction,
    Message,
    StoredFile,
    User,
    World,
)

TOKEN = "MTIz.fake.token"
PATIENCE_S = 30.0
FILE, CHANNEL, INTEGER, NUMBER = 11, 7, 4, 10


class FakeDiscord:
    """Serves on the loopback interface between ``start`` and ``stop``."""

    def __init__(self, bucket: tuple[int, float] = (50, 1.0)) -> None:
        self.world = World()
        self.rest = Rest(self.world, TOKEN, bucket)
        self.gateway = Gateway(self.world, TOKEN)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=64 * MIB)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/cdn/attachments/{channel}/{file}/{name}", self.rest.cdn_file)
        app.router.add_route("*", PREFIX + "/{path:.*}", self.rest.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.rest.origin = self.gateway.origin = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        await self.gateway.drop()
        if self._runner:
            await self._runner.cleanup()

    @property
    def environment(self) -> dict[str, str]:
        """The settings that send a bot here."""
        origin = self.rest.origin
        return {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_BASE": origin + PREFIX,
            "DISCORD_GATEWAY_URL": origin.replace("http", "ws") + "/gateway",
            "DISCORD_CDN_BASE": origin + "/cdn",
        }

    def fail(self, method: str, path: str, **about: Any) -> Fault:
        """Let the next requests that match go wrong."""
        self.rest.faults.append(Fault(method, path, **about))
        return self.rest.faults[-1]

    async def until(self, happened: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
        """Wait until something is the case, and return it."""
        async with asyncio.timeout(patience_s):
            while not (result := happened()):  # noqa: ASYNC110 - what happens there tells nobody
                await asyncio.sleep(0.01)
        return result

    # ── what people do ────────────────────────────────────────────────────────────────────────────────────────────

    async def slash(self, user: User, channel: Channel, name: str, /, **options: Any) -> Interaction:
        """Type a command; a file option is (name, bytes), a channel option a ``Channel``."""
        command = self._command(name, 1)
        missing = [one["name"] for one in command["options"] if one["required"] and one["name"] not in options]
        assert not missing, f"Discord's client does not send /{name} without {missing}"
        data = self._command_data(user, channel, command, options)
        return await self._send(user, channel, 2, data)

    async def complete(self, user: User, channel: Channel, name: str, option: str, typed: str) -> list[dict[str, Any]]:
        """Type into an option that proposes values."""
        command = self._command(name, 1)
        data = self._command_data(user, channel, command, {})
        data["options"] = [{"name": option, "type": 3, "value": typed, "focused": True}]
        event = await self._send(user, channel, 4, data)
        (choices,) = await self.until(lambda: event.choices is not None and [event.choices])
        return choices

    async def fill_in(self, event: Interaction, *files: tuple[str, bytes]) -> Interaction:
        """Choose files in the form that an interaction was answered with, and send it."""
        form = await self.until(lambda: event.modal)
        (label,) = form["components"]
        field = label["component"]
        assert field["min_values"] <= len(files) <= field["max_values"], "Discord's client does not send that"
        kept = [self.world.keep(*file) for file in files]
        shown = {file.id: file.to_json(self.rest.cdn, event.channel.id) | {"ephemeral": True} for file in kept}
        filled = {"type": 19, "id": 2, "custom_id": field["custom_id"], "values": list(shown)}
        data = {
            "custom_id": form["custom_id"],
            "components": [{"type": 18, "id": 1, "component": filled}],
            "resolved": {"attachments": shown},
        }
        return await self._send(event.user, event.channel, 5, data)

    async def menu(self, user: User, message: Message, title: str) -> Interaction:
        """Choose an entry from a message's menu."""
        command = self._command(title, 3)
        data = {
            "id": command["id"],
            "name": title,
            "type": 3,
            "target_id": message.id,
            "resolved": {"messages": {message.id: message.to_json(self.rest.cdn)}},
        }
        return await self._send(user, message.channel, 2, data)

    async def press(self, user: User, message: Message, label: str) -> Interaction:
        """Press a button."""
        (button,) = [one for one in message.controls if one["type"] == 2 and one["label"] == label]
        return await self._component(user, message, button, {})

    async def choose(self, user: User, message: Message, action: str, value: str) -> Interaction:
        """Choose from the menu whose custom id begins with ``action``."""
        (select,) = [one for one in message.controls if one["type"] == 3 and one["custom_id"].startswith(action)]
        assert value in [option["value"] for option in select["options"]]
        return await self._component(user, message, select, {"values": [value]})

    async def say(self, user: User, channel: Channel, text: str, *files: tuple[str, bytes]) -> Message:
        """Post a message as a person."""
        message = Message(self.world.new_id(), channel, user, text, [self.world.keep(*file) for file in files])
        channel.messages[message.id] = message
        return message

    async def download(self, file: StoredFile, channel: Channel) -> bytes:
        """Fetch a file back from the CDN."""
        import aiohttp

        url = file.to_json(self.rest.cdn, channel.id)["url"]
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.read()

    async def answered(self, event: Interaction) -> Message:
        """Wait for the first thing that the asker alone is told."""
        return await self.until(lambda: event.said and event.said[0])

    # ── how it becomes an event ───────────────────────────────────────────────────────────────────────────────────

    def _command(self, name: str, kind: int) -> dict[str, Any]:
        (command,) = [one for one in self.world.commands if one["name"] == name and one.get("type", 1) == kind]
        return command

    def _command_data(
        self, user: User, channel: Channel, command: dict[str, Any], given: dict[str, Any]
    ) -> dict[str, Any]:
        known = {option["name"]: option for option in command["options"]}
        options, resolved = [], {}
        for name, value in given.items():
            kind = known[name]["type"]
            if kind == FILE:
                file = self.world.keep(*value)
                resolved["attachments"] = {file.id: file.to_json(self.rest.cdn, channel.id) | {"ephemeral": True}}
                value = file.id
            elif kind == CHANNEL:
                may = str(ALL & ~ADMINISTRATOR) if getattr(user, "may_post", True) else "0"
                shown = {"id": value.id, "name": value.name, "type": value.kind, "permissions": may}
                if value.kind == THREAD:
                    shown |= {"parent_id": value.parent, "thread_metadata": value.to_json()["thread_metadata"]}
                resolved["channels"] = {value.id: shown}
                value = value.id
            elif kind in (INTEGER, NUMBER):
                low, high = known[name].get("min_value", value), known[name].get("max_value", value)
                assert low <= value <= high, "Discord's client refuses numbers out of range"
            options.append({"name": name, "type": kind, "value": value})
        data = {"id": command["id"], "name": command["name"], "type": 1, "options": options}
        return data | ({"resolved": resolved} if resolved else {})

    async def _component(
        self, user: User, message: Message, control: dict[str, Any], extra: dict[str, Any]
    ) -> Interaction:
        assert message.id in message.channel.messages, "the message is gone"
        data = {"custom_id": control["custom_id"], "component_type": control["type"], "id": 1, **extra}
        return await self._send(user, message.channel, 3, data, source=message)

    async def _send(
        self, user: User, channel: Channel, kind: int, data: dict[str, Any], source: Message | None = None
    ) -> Interaction:
        guild = channel.guild
        by_user = (guild is not None and not guild.has_bot) or channel.kind == GROUP
        event = Interaction(
            self.world.new_id(), secrets.token_hex(40), kind, user, channel, self.world.clock(), by_user, source=source
        )
        bot_may = channel.bot_may if guild else ALL
        payload: dict[str, Any] = {
            "id": event.id,
            "application_id": self.world.application_id,
            "type": kind,
            "token": event.token,
            "version": 1,
            "data": data,
            "locale": user.locale,
            "channel_id": channel.id,
            "channel": channel.to_json(),
            "app_permissions": str(bot_may),
            "entitlements": [],
            "attachment_size_limit": channel.file_bytes,
            "authorizing_integration_owners": {"1": user.id} if by_user else {"0": guild.id if guild else "0"},
            "context": 0 if guild else (1 if channel.kind == DM else 2),
        }
        if guild:
            may = ALL & ~ADMINISTRATOR if user.id in guild.managers else ALL & ~ADMINISTRATOR & ~MANAGE_GUILD
            payload |= {
                "guild_id": guild.id,
                "guild_locale": "en-US",
                "guild": {"id": guild.id, "locale": "en-US", "features": []},
                "member": {
                    "user": user.to_json(),
                    "nick": None,
                    "avatar": None,
                    "banner": None,
                    "roles": [],
                    "flags": 0,
                    "joined_at": "2026-01-01T00:00:00+00:00",
                    "premium_since": None,
                    "deaf": False,
                    "mute": False,
                    "pending": False,
                    "communication_disabled_until": None,
                    "permissions": str(may),
                },
            }
        else:
            payload["user"] = user.to_json()
        if source:
            payload["message"] = source.to_json(self.rest.cdn)
        event.payload = payload
        self.world.interactions[event.token] = event
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return event
