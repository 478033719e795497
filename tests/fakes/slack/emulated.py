"""Slack's state by other people (``emulate`` 0.8.0 on Node): what a bot did at our fake is done there once more.

Ours checks, limits and plays the events; theirs has never seen our code. If both hold the same messages, files and
views in the end, then the bot did it, and not a fake that was made to please it.
"""

import asyncio
import json
import os
import shutil
import socket
from pathlib import Path
from typing import Any

import aiohttp

from tests.fakes.slack.api import Done
from tests.fakes.slack.things import CHANNEL, DIRECT, Channel, Message, Team, User
from tests.fakes.slack.world import World

FOLDER = Path(__file__).parents[1] / "emulate"
PROGRAM = FOLDER / "node_modules" / "emulate" / "dist" / "index.js"
INSTALL = "npm install --prefix tests/fakes/emulate --no-package-lock"
BOT, READY_S = "xoxb-bot", 30
# What it has no notion of: connections, ephemeral state of threads. Compared is what lasts.
SKIPPED = {"apps.connections.open", "assistant.threads.setStatus", "chat.getPermalink", "auth.revoke"}


def missing() -> str:
    """Why it cannot be had here; empty if it can."""
    if shutil.which("node") is None:
        return "Node is not installed"
    return "" if PROGRAM.is_file() else f"emulate is not installed: {INSTALL}"


class Emulated:
    """One workspace of it, with the people and channels of a workspace of ours."""

    def __init__(self, world: World, team: Team, folder: Path) -> None:
        self.world, self.team, self.folder = world, team, folder
        self.people = [user for user in world.users.values() if user.team is team and not user.is_bot]
        self.channels = [one for one in world.channels.values() if one.team is team]
        self.names: dict[str, str] = {}
        """Our ids, timestamps and hashes → theirs."""
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self._port = 0

    async def __aenter__(self) -> "Emulated":
        self._port = _free_port()
        seed = self.folder / "slack.json"
        seed.write_text(json.dumps({"slack": self._seed()}))
        node = ("node", "-r", str(FOLDER / "loopback.js"), str(PROGRAM), "start", "-s", "slack", "--seed", str(seed))
        self._process = await asyncio.create_subprocess_exec(
            *node, "-p", str(self._port), cwd=self.folder, stdout=asyncio.subprocess.DEVNULL, env=dict(os.environ)
        )
        self._session = aiohttp.ClientSession()
        await self._ready()
        await self._learn()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()
        if self._process:
            self._process.kill()
            await self._process.wait()

    async def replay(self, done: list[Done]) -> list[str]:
        """Do everything once more; return what it refused although ours did not."""
        for message in [one for one in self.world.order if not one.author.is_bot]:
            answer = await self._post(message)
            self.names[message.ts] = str(answer.get("ts"))
        problems = []
        for one in done:
            if one.team is self.team and one.method not in SKIPPED:
                answer = await self._again(one)
                if not answer.get("ok"):
                    problems.append(f"{one.method}: {answer}")
        return problems

    async def shown(self, channel: Channel) -> list[dict[str, Any]]:
        """Every message that everybody sees in a conversation, threads too, oldest first."""
        found: dict[str, dict[str, Any]] = {}
        for top in (await self.call("conversations.history", channel=self._id(channel.id), limit=500))["messages"]:
            replies = await self.call("conversations.replies", channel=self._id(channel.id), ts=top["ts"], limit=500)
            found |= {one["ts"]: one for one in (top, *replies.get("messages", []))}
        return [found[ts] for ts in sorted(found)]

    async def file(self, file_id: str) -> bytes:
        """A file's bytes, by our id of it."""
        about = (await self.call("files.info", file=self._id(file_id)))["file"]
        assert self._session
        headers = {"Authorization": f"Bearer {BOT}"}
        async with self._session.get(self._here(about["url_private"]), headers=headers) as response:
            return await response.read()

    async def call(self, method: str, token: str = BOT, **arguments: Any) -> dict[str, Any]:
        """Call one of its methods."""
        assert self._session
        url, headers = f"http://127.0.0.1:{self._port}/api/{method}", {"Authorization": f"Bearer {token}"}
        async with self._session.post(url, json=arguments, headers=headers) as response:
            return dict(await response.json())

    async def _again(self, done: Done) -> dict[str, Any]:
        arguments = self._theirs(done.arguments)
        if trigger := arguments.get("trigger_id"):
            user = self._id(self.world.triggers[trigger].user.id)
            arguments["trigger_id"] = (await self.call("views.generateTriggerId", user_id=user))["trigger_id"]
        answer = await self.call(done.method, **arguments)
        self._match(done.answer, answer)
        if done.method == "files.getUploadURLExternal" and self._session:
            data = self.world.files[done.answer["file_id"]].data
            await self._session.post(self._here(answer["upload_url"]), data=data)
        return answer

    def _match(self, ours: Any, theirs: Any) -> None:
        """Learn their names of what a call has made."""
        for key in ("ts", "message_ts", "file_id", "id", "hash", "root_view_id"):
            if isinstance(ours.get(key), str) and isinstance(theirs.get(key), str):
                self.names[ours[key]] = theirs[key]
        for key in ("view", "channel"):
            if isinstance(ours.get(key), dict) and isinstance(theirs.get(key), dict):
                self._match(ours[key], theirs[key])

    def _theirs(self, value: Any) -> Any:
        text = json.dumps(value)
        for ours, theirs in self.names.items():
            text = text.replace(ours, theirs)
        return json.loads(text)

    def written(self, text: str) -> str:
        """A text of ours as it stands there: with their ids."""
        return str(self._theirs(text))

    def _id(self, ours: str) -> str:
        return self.names.get(ours, ours)

    async def _post(self, message: Message) -> dict[str, Any]:
        about = {"channel": self._id(message.channel.id), "text": self.written(message.text) or " "}
        if message.thread_ts:
            about["thread_ts"] = self._id(message.thread_ts)
        return await self.call("chat.postMessage", _token(message.author), **about)

    # ── the beginning ─────────────────────────────────────────────────────────────────────────────────────────────

    def _seed(self) -> dict[str, Any]:
        every = sorted({*self.team.scopes, "channels:history", "groups:history", "im:history", "channels:join"})
        every = sorted({*every, "channels:read", "users:read", "im:write", "im:read", "mpim:write", "groups:read"})
        app = {"client_id": "1", "client_secret": "2", "app_id": "A1", "name": "Tutti", "bot_name": "tutti"}
        user_scopes = ["chat:write", "channels:write", "im:write", "channels:read"]
        return {
            "signing_secret": "s",
            "strict_scopes": True,
            "team": {"name": self.team.name, "domain": self.team.domain},
            "users": [{"name": user.id.lower(), "real_name": user.name} for user in self.people],
            "channels": [{"name": one.id.lower(), "topic": one.name} for one in self.channels if one.kind == CHANNEL],
            "bots": [{"name": "tutti"}],
            "oauth_apps": [{**app, "redirect_uris": ["http://127.0.0.1/"], "scopes": every}],
            "tokens": [
                {"token": BOT, "type": "bot", "user": "tutti", "app_id": "A1", "scopes": every},
                *(
                    {"token": _token(one), "type": "user", "user": one.id.lower(), "scopes": user_scopes}
                    for one in self.people
                ),
            ],
        }

    async def _learn(self) -> None:
        """Match people and conversations, and bring the bot where it is with us."""
        self.names[self.team.bot.id] = (await self.call("auth.test"))["user_id"]
        users = {one["name"]: one["id"] for one in (await self.call("users.list"))["members"]}
        self.names |= {user.id: users[user.id.lower()] for user in self.people}
        channels = {one["name"]: one["id"] for one in (await self.call("conversations.list", limit=500))["channels"]}
        for one in self.channels:
            if one.kind == CHANNEL:
                self.names[one.id] = channels[one.id.lower()]
                for token in (BOT, *map(_token, self.people)):
                    await self.call("conversations.join", token, channel=self.names[one.id])
            elif one.kind == DIRECT and self.team.bot.id in one.members:
                (other,) = one.members - {self.team.bot.id}
                opened = await self.call("conversations.open", users=self.names[other])
                self.names[one.id] = opened["channel"]["id"]

    async def _ready(self) -> None:
        async with asyncio.timeout(READY_S):
            while True:
                try:
                    await self.call("auth.test")
                    return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)

    def _here(self, url: str) -> str:
        return url.replace("//localhost:", "//127.0.0.1:")


def _token(user: User) -> str:
    return f"xoxp-{user.id}"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
