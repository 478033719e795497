"""The REST interface and the CDN, over the world."""

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord import rules, schemas
from tests.fakes.discord.world import (
    ADMINISTRATOR,
    ANNOUNCEMENT,
    DM,
    FORUM,
    GROUP,
    PERMISSIONS,
    TEXT,
    THREAD,
    Channel,
    Interaction,
    Message,
    Refusal,
    StoredFile,
    World,
)

PREFIX = "/api/v10"
FIRST_RESPONSE_S, TOKEN_S = 3.0, 15 * 60.0
Files = dict[str, tuple[str, bytes, str]]


@dataclass
class Fault:
    """What the fake does wrong on purpose: ``status`` for the next ``times`` requests that match."""

    method: str
    path: str
    status: int = 500
    times: int = 1
    retry_after_s: float = 0.05
    after_doing: bool = False
    """The request takes effect, only its answer is lost."""
    code: int = 0


@dataclass
class Bucket:
    """A rate limit: so many requests in so many seconds."""

    limit: int
    per_s: float
    times: deque[float] = field(default_factory=deque)

    def take(self) -> tuple[int, float, bool]:
        """(left, seconds until reset, allowed) after one more request."""
        now = asyncio.get_running_loop().time()
        while self.times and now - self.times[0] > self.per_s:
            self.times.popleft()
        allowed = len(self.times) < self.limit
        if allowed:
            self.times.append(now)
        return self.limit - len(self.times), self.per_s - (now - self.times[0]), allowed


class Rest:
    """Serves requests. ``origin`` is set once the port is known."""

    def __init__(self, world: World, token: str, bucket: tuple[int, float]) -> None:
        self.world, self.token = world, token
        self.origin = ""
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.refusals: list[tuple[str, str, int, int]] = []
        self.limited = 0
        self._buckets: dict[str, Bucket] = defaultdict(lambda: Bucket(*bucket))
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Awaitable[Any]]]] = []
        for method, path, handler in (
            ("GET", "/users/@me", self.me),
            ("GET", "/oauth2/applications/@me", self.application),
            ("GET", "/gateway/bot", self.gateway),
            ("PUT", "/applications/{app}/commands", self.set_commands),
            ("POST", "/interactions/{interaction}/{token}/callback", self.callback),
            ("POST", "/webhooks/{app}/{token}", self.follow_up),
            ("PATCH", "/webhooks/{app}/{token}/messages/{message}", self.edit_by_token),
            ("DELETE", "/webhooks/{app}/{token}/messages/{message}", self.delete_by_token),
            ("POST", "/channels/{channel}/messages", self.post),
            ("PATCH", "/channels/{channel}/messages/{message}", self.edit),
            ("DELETE", "/channels/{channel}/messages/{message}", self.delete),
            ("POST", "/channels/{channel}/threads", self.start_thread),
            ("POST", "/channels/{channel}/messages/{message}/threads", self.open_thread),
            ("GET", "/channels/{channel}", self.get_channel),
            ("POST", "/users/@me/channels", self.open_direct),
            ("GET", "/guilds/{guild}/voice-states/{user}", self.voice_state),
        ):
            pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")
            self._routes.append((method, pattern, handler))

    @property
    def cdn(self) -> str:
        return f"{self.origin}/cdn"

    # ── the way of every request ──────────────────────────────────────────────────────────────────────────────────

    async def serve(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix(PREFIX)
        self.requests.append((request.method, path))
        lost = False
        if (fault := self._fault(request.method, path)) is not None:
            if not fault.after_doing:
                return self._faulty(fault)
            lost = True
        exempt = path.startswith("/interactions/")
        left, reset_s, allowed = (1, 1.0, True) if exempt else self._buckets[_bucket(request.method, path)].take()
        limits = {
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset-After": f"{reset_s:.3f}",
            "X-RateLimit-Bucket": re.sub(r"\W", "", _bucket(request.method, re.sub(r"\d{15,}", "x", path)))[-32:],
        }
        if exempt:
            limits = {}
        if not allowed:
            self.limited += 1
            return self._faulty(Fault("", "", 429, retry_after_s=reset_s))
        try:
            answer = await self._do(request, path)
        except Refusal as refusal:
            self.refusals.append((request.method, path, refusal.status, refusal.code))
            if refusal.code in (50035, 50006, 50160, 50161):
                self.world.violations.append(f"{request.method} {path}: {refusal}")
            return _json({"code": refusal.code, "message": str(refusal)}, refusal.status, limits)
        if lost and fault:
            return self._faulty(fault)
        return web.Response(status=204, headers=limits) if answer is None else _json(answer, 200, limits)

    async def _do(self, request: web.Request, path: str) -> Any:
        for method, pattern, handler in self._routes:
            if method == request.method and (match := pattern.match(path)):
                body, files = await _read(request)
                self.world.violations += schemas.request_problems(method, path, body)
                names = match.groupdict()
                if "token" not in names and request.headers.get("Authorization") != f"Bot {self.token}":
                    raise Refusal(401, 0, "401: Unauthorized")
                return await handler(body, files, **names)
        self.world.violations.append(f"{request.method} {path}: not a route of the fake")
        raise Refusal(404, 0, "404: Not Found")

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.method == method and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None

    def _faulty(self, fault: Fault) -> web.Response:
        if fault.status != 429:
            return _json({"code": fault.code, "message": "a fault on purpose"}, fault.status)
        headers = {
            "Via": "1.1 google",
            "Retry-After": str(fault.retry_after_s),
            "X-RateLimit-Scope": "user",
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset-After": str(fault.retry_after_s),
        }
        body = {"message": "You are being rate limited.", "retry_after": fault.retry_after_s, "global": False}
        return _json(body, 429, headers)

    async def cdn_file(self, request: web.Request) -> web.Response:
        if (fault := self._fault("GET", "/cdn" + request.path)) is not None:
            return self._faulty(fault)
        file = self.world.files.get(request.match_info["file"])
        return web.Response(status=404) if file is None else web.Response(body=file.data)

    # ── who and what ──────────────────────────────────────────────────────────────────────────────────────────────

    async def me(self, body: Any, files: Files) -> Any:
        return self.world.bot.to_json()

    async def application(self, body: Any, files: Files) -> Any:
        return {
            "id": self.world.application_id,
            "name": "Tutti",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "summary": "",
            "verify_key": "0" * 64,
            "team": None,
            "flags": 0,
            "owner": self.world.bot.to_json(),
        }

    async def gateway(self, body: Any, files: Files) -> Any:
        start = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
        return {"url": self.origin.replace("http", "ws") + "/gateway", "shards": 1, "session_start_limit": start}

    async def set_commands(self, body: Any, files: Files, app: str) -> Any:
        rules.check_commands(body)
        about = {"application_id": app, "version": "1", "default_member_permissions": None}
        self.world.commands = [{**about, **command, "id": self.world.new_id()} for command in body]
        return self.world.commands

    # ── interactions ──────────────────────────────────────────────────────────────────────────────────────────────

    async def callback(self, body: Any, files: Files, interaction: str, token: str) -> Any:
        event = self.world.interactions.get(token)
        if event is None or event.id != interaction:
            raise Refusal(404, 10062, "Unknown interaction")
        if event.response is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        waited_s = self.world.clock() - event.sent_at
        if waited_s > FIRST_RESPONSE_S:
            self.world.violations.append(f"interaction {event.id}: answered after {waited_s:.1f} s")
            raise Refusal(404, 10062, "Unknown interaction")
        data, kind = body.get("data") or {}, body["type"]
        if (kind == 8) != (event.kind == 4) or (kind in (6, 7) and event.kind != 3) or (kind == 9 and event.kind == 5):
            raise Refusal(400, 50035, f"response {kind} to interaction {event.kind}")
        event.response, event.acknowledged_after_s = kind, waited_s
        if kind == 8:
            if len(data["choices"]) > 25:
                raise Refusal(400, 50035, "choices: Must be 25 or fewer in length.")
            event.choices = data["choices"]
        elif kind == 9:
            rules.check_modal(data)
            event.modal = data
        elif kind in (4, 5):
            event.original = self._answer(event, data, files, thinking=kind == 5)
        else:
            event.original = event.source
        return None

    def _answer(self, event: Interaction, data: dict[str, Any], files: Files, thinking: bool) -> Message:
        only_for = event.user.id if (data.get("flags") or 0) & rules.EPHEMERAL else None
        message = Message(self.world.new_id(), event.channel, self.world.bot, only_for=only_for)
        message.flags = (rules.LOADING if thinking else 0) | (rules.EPHEMERAL if only_for else 0)
        event.channel.messages[message.id] = message
        if not thinking:
            self._write(message, data, files, event.payload["attachment_size_limit"], is_new=True)
        return message

    def _open(self, token: str) -> Interaction:
        event = self.world.interactions.get(token)
        if event is None or event.response is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        if self.world.clock() - event.sent_at > TOKEN_S:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return event

    async def follow_up(self, body: Any, files: Files, app: str, token: str) -> Any:
        event = self._open(token)
        limit = event.payload["attachment_size_limit"]
        if event.original and event.original.is_thinking:  # the first follow-up takes its place, and its privacy
            self._write(event.original, body, files, limit, is_new=True)
            return event.original.to_json(self.cdn)
        if event.by_user_install and len(event.followups) >= 5:
            raise Refusal(400, 40094, "Maximum number of follow up messages for this interaction has been reached")
        only_for = event.user.id if (body.get("flags") or 0) & rules.EPHEMERAL else None
        message = Message(self.world.new_id(), event.channel, self.world.bot, only_for=only_for)
        message.flags = rules.EPHEMERAL if only_for else 0
        self._write(message, body, files, limit, is_new=True)
        event.channel.messages[message.id] = message
        event.followups.append(message)
        return message.to_json(self.cdn)

    async def edit_by_token(self, body: Any, files: Files, app: str, token: str, message: str) -> Any:
        event = self._open(token)
        found = self._of_token(event, message)
        self._write(found, body, files, event.payload["attachment_size_limit"], is_new=False)
        return found.to_json(self.cdn)

    async def delete_by_token(self, body: Any, files: Files, app: str, token: str, message: str) -> None:
        event = self._open(token)
        found = self._of_token(event, message)
        del event.channel.messages[found.id]

    def _of_token(self, event: Interaction, message: str) -> Message:
        own = {one.id: one for one in event.followups}
        found = event.original if message == "@original" else own.get(message)
        if found is None and event.original and event.original.id == message:
            found = event.original
        if found is None or found.id not in event.channel.messages:
            raise Refusal(404, 10008, "Unknown Message")
        return found

    # ── channels ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _channel(self, channel_id: str, *needs: str) -> Channel:
        channel = self.world.channels.get(channel_id)
        if channel is None or channel.gone:
            raise Refusal(404, 10003, "Unknown Channel")
        if channel.kind == GROUP or (channel.kind == DM and self.world.bot not in channel.members):
            raise Refusal(403, 50001, "Missing Access")
        if channel.kind == DM and not all(user.takes_direct_messages for user in channel.members):
            raise Refusal(403, 50007, "Cannot send messages to this user")
        if channel.guild and (not channel.guild.has_bot or not _may(channel, "View Channel")):
            raise Refusal(403, 50001, "Missing Access")
        if channel.guild and not all(_may(channel, name) for name in needs):
            raise Refusal(403, 50013, "Missing Permissions")
        return channel

    async def post(self, body: Any, files: Files, channel: str) -> Any:
        return self._new(self._to_write(channel, body, files), body, files).to_json(self.cdn)

    def _to_write(self, channel_id: str, body: dict[str, Any], files: Files) -> Channel:
        kind = self.world.channels[channel_id].kind if channel_id in self.world.channels else 0
        needs = ["Send Messages in Threads" if kind == THREAD else "Send Messages"]
        needs += ["Attach Files"] if files else []
        needs += ["Send Voice Messages"] if (body.get("flags") or 0) & rules.VOICE else []
        channel = self._channel(channel_id, *needs)
        if channel.kind == FORUM:
            raise Refusal(400, 50008, "Cannot send messages in a non-text channel")
        return channel

    def _new(self, channel: Channel, body: dict[str, Any], files: Files) -> Message:
        nonce = body.get("nonce")
        if nonce and body.get("enforce_nonce") and nonce in self.world.nonces:
            return self.world.nonces[nonce]
        message = Message(self.world.new_id(), channel, self.world.bot)
        reference = body.get("message_reference") or {}
        if reference and not _may(channel, "Read Message History"):
            raise Refusal(400, 160002, "Cannot reply without permission to read message history")
        message.answers = reference.get("message_id") if reference.get("message_id") in channel.messages else None
        if reference and message.answers is None and reference.get("fail_if_not_exists", True):
            raise Refusal(400, 50035, "message_reference: Unknown message")
        self._write(message, body, files, channel.file_bytes, is_new=True)
        channel.messages[message.id] = message
        if nonce:
            self.world.nonces[nonce] = message
        return message

    async def edit(self, body: Any, files: Files, channel: str, message: str) -> Any:
        found = self._message(self._channel(channel), message)
        if found.author is not self.world.bot:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        if files and not _may(found.channel, "Attach Files"):
            raise Refusal(403, 50013, "Missing Permissions")
        self._write(found, body, files, found.channel.file_bytes, is_new=False)
        return found.to_json(self.cdn)

    async def delete(self, body: Any, files: Files, channel: str, message: str) -> None:
        found = self._message(self._channel(channel), message)
        if found.author is not self.world.bot:
            raise Refusal(403, 50013, "Missing Permissions")
        del found.channel.messages[found.id]

    def _message(self, channel: Channel, message: str) -> Message:
        found = channel.messages.get(message)
        if found is None or found.only_for:
            raise Refusal(404, 10008, "Unknown Message")
        return found

    async def start_thread(self, body: Any, files: Files, channel: str) -> Any:
        forum = self._channel(channel, "Send Messages")
        if forum.kind != FORUM or not forum.guild or not 1 <= len(body["name"]) <= 100:
            raise Refusal(400, 50035, "not a forum, or no name")
        rules.check_message(body["message"], files, forum.file_bytes, is_new=True)
        thread = self.world.channel(forum.guild, body["name"], THREAD)
        first = self._new(thread, body["message"], files)
        del thread.messages[first.id]
        first.id = thread.id  # the first message has its thread's id
        thread.messages[first.id] = first
        return thread.to_json() | {"message": first.to_json(self.cdn)}

    async def open_thread(self, body: Any, files: Files, channel: str, message: str) -> Any:
        parent = self._channel(channel, "Create Public Threads")
        found = self._message(parent, message)
        if parent.kind not in (TEXT, ANNOUNCEMENT) or not parent.guild:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        if found.id in self.world.channels:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        if not 1 <= len(body["name"]) <= 100 or body.get("auto_archive_duration") not in (None, 60, 1440, 4320, 10080):
            raise Refusal(400, 50035, "no name, or no such duration")
        return self.world.thread(parent, found, body["name"]).to_json()

    async def get_channel(self, body: Any, files: Files, channel: str) -> Any:
        return self._channel(channel).to_json()

    async def open_direct(self, body: Any, files: Files) -> Any:
        person = self.world.users.get(str(body["recipient_id"]))
        if person is None:
            raise Refusal(400, 50033, "Invalid Recipient(s)")
        return self.world.private(self.world.bot, person).to_json()

    async def voice_state(self, body: Any, files: Files, guild: str, user: str) -> Any:
        person = self.world.users.get(user)
        channel = person.listens_in if person else None
        if channel is None or channel.guild is None or channel.guild.id != guild:
            raise Refusal(404, 10065, "Unknown Voice State")
        flags = ("deaf", "mute", "self_deaf", "self_mute", "self_video", "suppress")
        state = {"channel_id": channel.id, "guild_id": guild, "user_id": user, "session_id": "x"}
        return state | dict.fromkeys(flags, False) | {"request_to_speak_timestamp": None}

    # ── messages ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _write(self, message: Message, body: dict[str, Any], files: Files, limit: int, *, is_new: bool) -> None:
        """Fill or change a message; what an edit does not name stays."""
        rules.check_message(body, files, limit, is_new=is_new)
        if message.flags & rules.VOICE:
            raise Refusal(400, 50173, "Cannot edit a voice message")
        message.flags = message.flags & ~rules.LOADING
        if is_new:
            message.flags |= (body.get("flags") or 0) & ~rules.EPHEMERAL
        if "content" in body:
            message.content = body["content"] or ""
            message.edits.append(message.content)
        if "components" in body:
            message.components = body["components"] or []
        if "attachments" in body or files:
            message.files = self._files(message, body.get("attachments") or [], files)

    def _files(self, message: Message, wanted: list[dict[str, Any]], files: Files) -> list[StoredFile]:
        kept = {file.id: file for file in message.files}
        result = []
        for one in wanted:
            new = files.get(f"files[{one['id']}]")
            if new is None:
                result.append(kept[str(one["id"])])
                continue
            extra = {key: one[key] for key in ("description", "duration_secs", "waveform") if key in one}
            result.append(self.world.keep(new[0], new[1], new[2], **extra))
        return result


def _may(channel: Channel, name: str) -> bool:
    return not channel.guild or bool(channel.bot_may & (PERMISSIONS[name] | ADMINISTRATOR))


def _bucket(method: str, path: str) -> str:
    """Requests that share a limit: one method on one channel or webhook, whatever the message."""
    return method + re.sub(r"/messages/.*", "/messages/x", path)


async def _read(request: web.Request) -> tuple[Any, Files]:
    if not request.can_read_body:
        return None, {}
    if request.content_type != "multipart/form-data":
        return json.loads(await request.read()), {}
    form = await request.post()
    files = {}
    body = None
    for name, value in form.items():
        if name == "payload_json":
            body = json.loads(value)
        else:
            files[name] = (value.filename, value.file.read(), value.content_type)
    return body, files


def _json(data: Any, status: int, headers: dict[str, str] | None = None) -> web.Response:
    # Exactly this content type: with a charset, discord.py would take the body for text.
    return web.Response(
        body=json.dumps(data).encode(), status=status, headers=headers or {}, content_type="application/json"
    )
