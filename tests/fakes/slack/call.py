"""One call of the Web API: who calls, with which arguments, and what may be reached."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.slack import schemas
from tests.fakes.slack.things import CHANNEL, DIRECT, Channel, Message, Refused, StoredFile, Team, User
from tests.fakes.slack.world import World

JSON_ARGUMENTS = ("blocks", "attachments", "metadata", "view", "files", "file_ids", "chunks", "prompts")


@dataclass
class Call:
    """``tell`` is handed every message that appears or changes: apps hear of their own ones too."""

    world: World
    origin: str
    team: Team
    method: str
    arguments: dict[str, Any]
    tell: Callable[[str, Message], None]

    def get(self, name: str, default: Any = None) -> Any:
        value = self.arguments.get(name)
        return default if value is None else value

    def wrong(self, problems: list[str]) -> None:
        """Remember what was wrong with the call."""
        self.world.violations += [f"{self.method}: {problem}" for problem in problems]

    def channel(self, channel_id: str, *, to_write: bool = False) -> Channel:
        """A conversation that the bot reaches."""
        if to_write and (user := self.world.users.get(channel_id)) is not None and user.team is self.team:
            return self.world.direct(self.team.bot, user)  # chat.postMessage takes a person's id
        channel = self.world.channels.get(channel_id)
        if channel is None or channel.team is not self.team:
            raise Refused("channel_not_found")
        is_member = self.team.bot.id in channel.members
        if channel.kind != CHANNEL and not is_member:
            raise Refused("channel_not_found")
        if not to_write:
            return channel
        if not is_member and "chat:write.public" not in self.team.scopes:
            raise Refused("not_in_channel")
        if channel.is_archived:
            raise Refused("is_archived")
        if not channel.may_post:
            raise Refused("restricted_action")
        return channel

    def message(self, channel: Channel, ts: str) -> Message:
        found = channel.messages.get(ts)
        if found is None or found.only_for:
            raise Refused("message_not_found")
        return found

    def thread(self, channel: Channel) -> str:
        """The thread to write in, empty for none."""
        ts = str(self.get("thread_ts", ""))
        if not ts:
            return ""
        parent = channel.messages.get(ts)
        if parent is None or parent.only_for:
            raise Refused("cannot_reply_to_message")
        if parent.thread_ts not in ("", ts):
            self.wrong(["thread_ts of a reply: it should be its parent's"])
        return ts

    def user(self, user_id: str) -> User:
        user = self.world.users.get(user_id)
        if user is None or user.team is not self.team:
            raise Refused("user_not_found")
        return user

    def file(self, file_id: str) -> StoredFile:
        file = self.world.files.get(file_id)
        if file is None or file.team is not self.team or not file.is_uploaded:
            raise Refused("file_not_found")
        return file


def needed_scopes(world: World, method: str, arguments: dict[str, Any]) -> list[str]:
    """Scopes of which a call needs one."""
    wanted = (schemas.method(method) or {}).get("scope", {}).get("bot", [])
    if not method.startswith("conversations.") or len(wanted) < 2:
        return list(wanted)
    channel = world.channels.get(str(arguments.get("channel")))
    kind = channel.kind if channel else DIRECT
    prefix = {CHANNEL: "channels:", DIRECT: "im:", "group": "groups:", "mpim": "mpim:"}[kind]
    return [scope for scope in wanted if scope.startswith(prefix)]


async def read_arguments(request: web.Request, method: str) -> dict[str, Any]:
    """The arguments of a call, from its body or its address, in the types that the reference names."""
    if request.content_type == "application/json":
        takes_json = (schemas.method(method) or {"json_input_supported": True}).get("json_input_supported")
        return {**request.query, **(json.loads(await request.read() or b"{}") if takes_json else {})}
    form = {**request.query, **(await request.post())}
    known = (schemas.method(method) or {}).get("args", {}).get("properties", {})
    return {name: _typed(name, value, known.get(name, {})) for name, value in form.items()}


def _typed(name: str, value: Any, wanted: dict[str, Any]) -> Any:
    kinds = {one.get("type") for one in wanted.get("anyOf", [wanted])}
    if not isinstance(value, str) or ("string" in kinds and name not in JSON_ARGUMENTS):
        return value
    if "boolean" in kinds:
        return value.lower() in ("1", "true")
    if name == "file_ids" and not value.startswith("["):
        return value.split(",")
    if name in JSON_ARGUMENTS or kinds & {"integer", "number", "array", "object"}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
