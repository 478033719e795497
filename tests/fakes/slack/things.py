"""What exists in a Slack: the app, workspaces, people, conversations, messages, files, views."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MIB = 1024 * 1024
CHANNEL, PRIVATE, DIRECT, GROUP = "channel", "group", "im", "mpim"
LETTERS = {CHANNEL: "C", PRIVATE: "G", DIRECT: "D", GROUP: "G"}
MIME = {"mid": "audio/midi", "midi": "audio/midi", "mp3": "audio/mpeg", "png": "image/png", "zip": "application/zip"}
MIME |= {"ogg": "audio/ogg", "txt": "text/plain", "jpg": "image/jpeg", "gif": "image/gif"}


class Refused(Exception):
    """Slack says no: the word in ``error``, and what else stands in the answer."""

    def __init__(self, error: str, **about: Any) -> None:
        super().__init__(error)
        self.error, self.about = error, about


@dataclass(frozen=True)
class App:
    """The app as its makers registered it."""

    id: str
    manifest: dict[str, Any]
    client_id: str = "111.222"
    client_secret: str = "the-client-secret"
    signing_secret: str = "the-signing-secret"
    app_token: str = "xapp-1-A0-fake"

    @property
    def scopes(self) -> list[str]:
        """What the app asks every workspace for."""
        return list(self.manifest["oauth_config"]["scopes"]["bot"])

    @property
    def events(self) -> list[str]:
        """What the app is told of."""
        return list(self.manifest["settings"].get("event_subscriptions", {}).get("bot_events", []))

    def slash_commands(self) -> list[str]:
        """The commands that people can type."""
        return [one["command"] for one in self.manifest["features"].get("slash_commands", [])]

    def shortcut(self, name: str, kind: str) -> dict[str, Any]:
        """The entry of a menu by its name."""
        found = self.manifest["features"].get("shortcuts", [])
        (shortcut,) = [one for one in found if one["name"] == name and one["type"] == kind]
        return shortcut


@dataclass(eq=False)
class Team:
    """A workspace, and the app's installation in it."""

    id: str
    name: str
    domain: str
    bot: "User" = field(init=False)
    bot_id: str = ""
    token: str = ""
    scopes: set[str] = field(default_factory=set)
    is_installed: bool = False


@dataclass(eq=False)
class User:
    id: str
    name: str
    team: Team
    is_bot: bool = False
    is_admin: bool = False
    locale: str = "en-US"

    def to_json(self) -> dict[str, Any]:
        profile = {"real_name": self.name, "display_name": self.name, "team": self.team.id}
        return {
            "id": self.id,
            "team_id": self.team.id,
            "name": self.name.lower(),
            "deleted": False,
            "real_name": self.name,
            "profile": profile,
            "locale": self.locale,
            "tz": "Europe/London",
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
        }


@dataclass(eq=False)
class Channel:
    """A conversation. ``members`` are the ids of people and bots in it."""

    id: str
    kind: str
    name: str
    team: Team
    members: set[str] = field(default_factory=set)
    messages: "dict[str, Message]" = field(default_factory=dict)
    is_archived: bool = False
    may_post: bool = True
    """Whether the bot may write here, as far as the workspace decides (posting restricted to admins)."""

    def seen(self, user: User) -> "list[Message]":
        """The messages that a user sees, oldest first."""
        return [message for message in self.messages.values() if message.only_for in (None, user.id)]

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"id": self.id, "created": 1700000000, "is_archived": self.is_archived}
        if self.kind == DIRECT:
            (other,) = [member for member in self.members if member != self.team.bot.id] or [""]
            return data | {"is_im": True, "user": other, "is_user_deleted": False}
        return data | {
            "name": self.name,
            "is_channel": self.kind == CHANNEL,
            "is_group": self.kind == PRIVATE,
            "is_im": False,
            "is_mpim": self.kind == GROUP,
            "is_private": self.kind != CHANNEL,
            "is_general": False,
            "is_member": self.team.bot.id in self.members,
            "name_normalized": self.name,
            "context_team_id": self.team.id,
            "num_members": len(self.members),
        }


@dataclass(eq=False)
class StoredFile:
    id: str
    name: str
    data: bytes
    team: Team
    user: str
    title: str = ""
    alt_txt: str = ""
    length: int = 0
    """What was announced before the upload."""
    is_uploaded: bool = True
    is_shared: bool = True
    is_from_afar: bool = False
    """From another organisation: events say no more than its id, files.info has the rest."""
    shares: dict[str, list[str]] = field(default_factory=dict)
    """Channel id → the messages that it hangs on."""

    def told(self, origin: str) -> dict[str, Any]:
        """What events say of it."""
        if not self.is_from_afar:
            return self.to_json(origin)
        return {"id": self.id, "created": 1700000000, "mode": "file_access", "file_access": "check_file_info"}

    def to_json(self, origin: str) -> dict[str, Any]:
        kind = self.name.rpartition(".")[2].lower()
        private = f"{origin}/files-pri/{self.team.id}-{self.id}"
        return {
            "id": self.id,
            "created": 1700000000,
            "timestamp": 1700000000,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": MIME.get(kind, "application/octet-stream"),
            "filetype": kind,
            "pretty_type": kind.upper(),
            "user": self.user,
            "user_team": self.team.id,
            "editable": False,
            "size": len(self.data),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": bool(self.shares),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{private}/{self.name}",
            "url_private_download": f"{private}/download/{self.name}",
            "permalink": f"{origin}/files/{self.user}/{self.id}/{self.name}",
            "has_rich_preview": False,
            "file_access": "visible",
            "channels": [channel for channel in self.shares if channel.startswith("C")],
            "shares": self._shares(),
        }

    def _shares(self) -> dict[str, dict[str, list[dict[str, str]]]]:
        """Where it hangs: in public channels and in others, as far as there are any."""
        found: dict[str, dict[str, list[dict[str, str]]]] = {}
        for channel, all_ts in self.shares.items():
            kind = "public" if channel.startswith(LETTERS[CHANNEL]) else "private"
            found.setdefault(kind, {})[channel] = [{"ts": ts} for ts in all_ts]
        return found


@dataclass(eq=False)
class Message:
    ts: str
    channel: Channel
    author: User
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    thread_ts: str = ""
    only_for: str | None = None
    """The user who alone sees it: an ephemeral message."""
    metadata: dict[str, Any] | None = None
    edits: list[str] = field(default_factory=list)
    """Every text that it has shown."""
    reactions: list[tuple[str, str]] = field(default_factory=list)
    is_stream: bool = False

    @property
    def controls(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """(block, element) of everything to press or choose from."""
        return ((block, element) for block in self.blocks for element in elements(block) if "action_id" in element)

    @property
    def shown(self) -> str:
        """Everything that can be read in it: its blocks, or without blocks its text."""
        return "\n".join(texts(self.blocks)) if self.blocks else self.text

    def file(self, ending: str) -> StoredFile:
        """The one file with this ending."""
        (found,) = [file for file in self.files if file.name.endswith(ending)]
        return found

    def to_json(self, origin: str) -> dict[str, Any]:
        data: dict[str, Any] = {"type": "message", "user": self.author.id, "text": self.text, "ts": self.ts}
        data |= {"team": self.author.team.id, "blocks": self.blocks or rich_text(self.text)}
        if self.author.is_bot:
            data["bot_id"] = (
                self.author.team.bot_id if self.author is self.author.team.bot else f"B{self.author.id[1:]}"
            )
        else:
            data["client_msg_id"] = f"00000000-0000-0000-0000-{self.ts.replace('.', '')[-12:]}"
        if self.thread_ts:
            data["thread_ts"] = self.thread_ts
        if self.files:
            data["files"] = [file.told(origin) for file in self.files]
        if self.metadata:
            data["metadata"] = self.metadata
        return data


def elements(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every element of a block, however deep."""
    for key in ("elements", "accessory", "element", "actions", "child_blocks"):
        inner = block.get(key)
        for one in inner if isinstance(inner, list) else [inner] if isinstance(inner, dict) else []:
            if isinstance(one, dict):
                yield one
                yield from elements(one)


def rich_text(text: str) -> list[dict[str, Any]]:
    """What a text without blocks of its own looks like as blocks."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text or " "}]}
    return [{"type": "rich_text", "block_id": "rt", "elements": [section]}]


def texts(value: Any) -> Iterator[str]:
    """Every text in blocks: what people read, pictures' descriptions too."""
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if isinstance(one, str):
                if key in ("text", "alt_text", "title"):
                    yield one
            else:
                yield from texts(one)
