"""What exists in the fake Discord: users, servers, channels, messages, files, and the time."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.clock import Clock

MIB = 1024 * 1024
EPOCH_MS = 1_420_070_400_000
ALL = (1 << 53) - 1
PERMISSIONS = {
    "View Channel": 1 << 10,
    "Send Messages": 1 << 11,
    "Attach Files": 1 << 15,
    "Create Public Threads": 1 << 35,
    "Read Message History": 1 << 16,
    "Send Messages in Threads": 1 << 38,
    "Send Voice Messages": 1 << 46,
    "Connect": 1 << 20,
    "Speak": 1 << 21,
}
MANAGE_GUILD, ADMINISTRATOR = 1 << 5, 1 << 3
TEXT, DM, VOICE, GROUP, ANNOUNCEMENT, THREAD, FORUM = 0, 1, 2, 3, 5, 11, 15


class Refusal(Exception):
    """Discord says no: HTTP status, JSON error code, text."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(eq=False)
class User:
    id: str
    name: str
    is_bot: bool = False
    takes_direct_messages: bool = True
    locale: str = "en-US"
    listens_in: "Channel | None" = None
    """The voice channel that they are in."""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "username": self.name.lower(),
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
            "bot": self.is_bot,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Channel:
    id: str
    kind: int
    name: str
    guild: "Guild | None" = None
    members: tuple[User, ...] = ()
    """Of a private conversation."""
    bot_may: int = ALL & ~ADMINISTRATOR
    messages: "dict[str, Message]" = field(default_factory=dict)
    gone: bool = False
    parent: str | None = None

    def deny(self, *names: str) -> None:
        """Take permissions from the bot."""
        for name in names:
            self.bot_may &= ~PERMISSIONS[name]

    def _overwrites(self) -> list[dict[str, Any]]:
        """What everybody is denied here, as the channel's JSON says it."""
        denied = ALL & ~ADMINISTRATOR & ~self.bot_may
        role = self.guild.id if self.guild else ""
        return [{"id": role, "type": 0, "allow": "0", "deny": str(denied)}] if denied else []

    @property
    def file_bytes(self) -> int:
        return self.guild.file_bytes if self.guild else 10 * MIB

    def seen(self, user: User) -> "list[Message]":
        """The messages that a user sees, oldest first."""
        return [message for message in self.messages.values() if message.only_for in (None, user.id)]

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "id": self.id,
            "type": self.kind,
            "name": self.name,
            "flags": 0,
            "last_message_id": None,
        }
        if self.guild is None:
            return data | {"recipients": [user.to_json() for user in self.members]}
        data |= {
            "guild_id": self.guild.id,
            "position": 0,
            "permission_overwrites": self._overwrites(),
            "nsfw": False,
            "parent_id": self.parent,
            "rate_limit_per_user": 0,
            "topic": None,
        }
        if self.kind == THREAD:
            data |= {
                "owner_id": self.guild.owner.id,
                "message_count": 0,
                "member_count": 1,
                "total_message_sent": 0,
                "thread_metadata": {
                    "archived": False,
                    "auto_archive_duration": 60,
                    "locked": False,
                    "archive_timestamp": "2026-01-01T00:00:00+00:00",
                },
            }
            del data["position"], data["permission_overwrites"], data["nsfw"], data["topic"]
        if self.kind == VOICE:
            data |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        if self.kind == FORUM:
            data |= {
                "available_tags": [],
                "default_reaction_emoji": None,
                "default_sort_order": None,
                "default_forum_layout": 0,
            }
        return data


@dataclass(eq=False)
class Guild:
    id: str
    name: str
    owner: User
    has_bot: bool = True
    file_bytes: int = 10 * MIB
    channels: dict[str, Channel] = field(default_factory=dict)
    managers: set[str] = field(default_factory=set)

    def to_json(self, bot: User) -> dict[str, Any]:
        """GUILD_CREATE, complete."""
        me = {
            "user": bot.to_json(),
            "nick": None,
            "avatar": None,
            "banner": None,
            "roles": [],
            "flags": 0,
            "deaf": False,
            "mute": False,
            "joined_at": "2026-01-01T00:00:00+00:00",
            "premium_since": None,
            "pending": False,
            "communication_disabled_until": None,
        }
        everyone = {
            "id": self.id,
            "name": "@everyone",
            "color": 0,
            "hoist": False,
            "position": 0,
            "permissions": str(ALL & ~ADMINISTRATOR),
            "managed": False,
            "mentionable": False,
            "flags": 0,
            "icon": None,
            "unicode_emoji": None,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        }
        threads = [channel.to_json() for channel in self.channels.values() if channel.kind == THREAD]
        channels = [channel.to_json() for channel in self.channels.values() if channel.kind != THREAD]
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": self.owner.id,
            "icon": None,
            "splash": None,
            "banner": None,
            "discovery_splash": None,
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "roles": [everyone],
            "emojis": [],
            "features": [],
            "mfa_level": 0,
            "application_id": None,
            "system_channel_id": None,
            "hub_type": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "vanity_url_code": None,
            "description": None,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "public_updates_channel_id": None,
            "nsfw_level": 0,
            "premium_progress_bar_enabled": False,
            "safety_alerts_channel_id": None,
            "stickers": [],
            "region": "",
            "joined_at": "2026-01-01T00:00:00+00:00",
            "large": False,
            "unavailable": False,
            "member_count": 2,
            "voice_states": [],
            "members": [me],
            "channels": channels,
            "threads": threads,
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "max_presences": None,
            "max_members": 500000,
            "max_video_channel_users": 25,
            "max_stage_video_channel_users": 50,
            "premium_subscription_count": 0,
            "nsfw": False,
            "incidents_data": None,
        }


@dataclass
class StoredFile:
    id: str
    name: str
    data: bytes
    extra: dict[str, Any] = field(default_factory=dict)
    content_type: str = "application/octet-stream"

    def to_json(self, cdn: str, channel: str) -> dict[str, Any]:
        url = f"{cdn}/attachments/{channel}/{self.id}/{self.name}"
        return {
            "id": self.id,
            "filename": self.name,
            "size": len(self.data),
            "url": url,
            "proxy_url": url,
            "content_type": self.content_type,
            **self.extra,
        }


@dataclass(eq=False)
class Message:
    id: str
    channel: Channel
    author: User
    content: str = ""
    files: list[StoredFile] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    flags: int = 0
    only_for: str | None = None
    """The user who alone sees it: an ephemeral message."""
    answers: str | None = None
    edits: list[str] = field(default_factory=list)
    """Every text that it has shown."""

    @property
    def is_thinking(self) -> bool:
        return bool(self.flags & 1 << 7)

    @property
    def controls(self) -> Iterator[dict[str, Any]]:
        return itertools.chain.from_iterable(row["components"] for row in self.components)

    def file(self, ending: str) -> StoredFile:
        """The one file with this ending."""
        (found,) = [file for file in self.files if file.name.endswith(ending)]
        return found

    def to_json(self, cdn: str) -> dict[str, Any]:
        data: dict[str, Any] = {
            "id": self.id,
            "channel_id": self.channel.id,
            "author": self.author.to_json(),
            "content": self.content,
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
            "flags": self.flags,
            "components": numbered(self.components),
            "attachments": [file.to_json(cdn, self.channel.id) for file in self.files],
        }
        if self.answers:
            data["message_reference"] = {"message_id": self.answers, "channel_id": self.channel.id, "type": 0}
        return data


def numbered(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every component the number that Discord gives it."""
    count = itertools.count(1)

    def one(component: dict[str, Any]) -> dict[str, Any]:
        inner = [one(child) for child in component["components"]] if "components" in component else None
        return {**component, "id": next(count), **({"components": inner} if inner is not None else {})}

    return [one(component) for component in components]


@dataclass(eq=False)
class Interaction:
    """One event on its way through the bot."""

    id: str
    token: str
    kind: int
    user: User
    channel: Channel
    sent_at: float
    by_user_install: bool
    payload: dict[str, Any] = field(default_factory=dict)
    source: Message | None = None
    response: int | None = None
    acknowledged_after_s: float | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[dict[str, Any]] | None = None
    modal: dict[str, Any] | None = None
    """The form that it was answered with."""

    @property
    def said(self) -> list[Message]:
        """What only the asker sees, in order, as far as it is more than "thinking"."""
        own = [self.original] if self.original and self.original is not self.source else []
        return [message for message in (*own, *self.followups) if message.only_for and not message.is_thinking]


class World:
    """Everything, and what was done wrong."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._count = itertools.count(1)
        self.bot = User(self.new_id(), "Tutti", is_bot=True)
        self.application_id = self.bot.id
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: list[dict[str, Any]] = []
        self.files: dict[str, StoredFile] = {}
        self.nonces: dict[str, Message] = {}
        self.violations: list[str] = []

    def new_id(self) -> str:
        return str((int(time.time() * 1000) - EPOCH_MS) << 22 | (next(self._count) & 0x3FFFFF))

    def user(self, name: str, **about: Any) -> User:
        user = User(self.new_id(), name, **about)
        self.users[user.id] = user
        return user

    def guild(self, name: str, **about: Any) -> Guild:
        guild = Guild(self.new_id(), name, self.user(f"{name}-owner"), **about)
        self.guilds[guild.id] = guild
        return guild

    def channel(self, guild: Guild, name: str = "music", kind: int = TEXT) -> Channel:
        parent = self.new_id() if kind == THREAD else None
        channel = Channel(self.new_id(), kind, name, guild, parent=parent)
        self.channels[channel.id] = guild.channels[channel.id] = channel
        return channel

    def thread(self, parent: Channel, message: Message, name: str) -> Channel:
        """A thread under a message, whose id it has."""
        assert parent.guild
        thread = Channel(message.id, THREAD, name, parent.guild, parent=parent.id, bot_may=parent.bot_may)
        self.channels[thread.id] = parent.guild.channels[thread.id] = thread
        return thread

    def threads(self, parent: Channel) -> list[Channel]:
        """The threads of a channel, oldest first."""
        return [channel for channel in self.channels.values() if channel.parent == parent.id]

    def private(self, *members: User, kind: int = DM) -> Channel:
        """A private conversation; with the bot if it is among the members."""
        for channel in self.channels.values():
            if channel.kind == kind and set(channel.members) == set(members):
                return channel
        channel = Channel(self.new_id(), kind, "", None, members)
        self.channels[channel.id] = channel
        return channel

    def keep(self, name: str, data: bytes, content_type: str = "application/octet-stream", **extra: Any) -> StoredFile:
        file = StoredFile(self.new_id(), name, data, extra, content_type)
        self.files[file.id] = file
        return file
