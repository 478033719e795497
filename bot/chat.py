"""The port between chats and commands: plain data both ways, no platform's words.

A frontend turns what happened into an ``Incoming``, hands it to ``handle`` and delivers the replies that come back.
What comes later (a job's progress, its result) is sent to the ``Place``, which is stored with the job.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self, TypeAlias

from composer_core.errors import UserError

MIB = 1024 * 1024

OptionValue: TypeAlias = str | int | float | bool


@dataclass(frozen=True)
class Place:
    """Where something was said and the answer goes: plain values, stored with the job.

    ``space`` is the server or workspace, empty in a private conversation. ``door`` is a short-lived way in where the
    bot itself may not enter (an interaction's token, a response URL), good until ``door_until``.
    """

    platform: str
    channel: str
    space: str = ""
    thread: str = ""
    door: str = ""
    door_until: float = 0.0
    file_bytes: int = 10 * MIB
    """Largest file that may be sent here."""
    message_bytes: int = 25 * MIB
    """Largest sum of a message's files."""
    message_files: int = 10
    person: str = ""
    """The platform's own id of who asked: the last resort is to write to them directly."""
    source: str = ""
    """The message that the answer belongs to, if any: the button's, or the one with the MIDI file."""
    guest_of: str = ""
    """``platform:space`` from where the asker came, where this place has no space of its own."""
    space_name: str = "server"
    """What people there call such a space."""

    @property
    def community(self) -> tuple[str, str]:
        """The platform and the space whose shared things may be used here; the space is empty for none."""
        platform, _, space = self.guest_of.partition(":")
        return (platform, space) if self.guest_of else (self.platform, self.space)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_json`` mirrors it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from a job's origin, which may hold more."""
        return cls(**{key: value for key, value in data.items() if key in cls.__dataclass_fields__})


@dataclass(frozen=True)
class User:
    """Who speaks. ``id`` is unique over all platforms; ``mention`` is how the platform writes the name."""

    id: str
    name: str
    mention: str
    manages: bool = False
    """Whether they may decide for the space."""


@dataclass(frozen=True)
class Attachment:
    """A file that came with a message. ``read(limit)`` fetches it, or raises ``NotFetched``; never more than limit."""

    name: str
    size_bytes: int
    read: Callable[[int], Awaitable[bytes]]


@dataclass(frozen=True)
class Channel:
    """A channel that the user named. ``may_post`` says whether they may write there themselves."""

    id: str
    name: str
    may_post: bool


@dataclass(frozen=True)
class Incoming:
    """One wish: a command with options, a pressed button, or a menu entry on a message.

    ``key`` is the platform's own id of this event: the same event delivered twice makes one job. ``lacks`` names the
    permissions that the bot would need here and does not have, in the platform's words.
    """

    key: str
    command: str
    user: User
    place: Place
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    files: Mapping[str, Attachment] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """Return an option as text, empty when it was not given."""
        return str(self.options.get(name, "")).strip()


@dataclass(frozen=True)
class Voice:
    """What makes a sound file a voice message: its length and 1-256 loudness values 0-255."""

    length_s: float
    waveform: bytes


@dataclass(frozen=True)
class OutFile:
    """A file to send, read from ``content`` (a path, or the bytes). ``description`` says what a picture shows."""

    name: str
    content: Path | bytes
    description: str = ""
    voice: Voice | None = None

    @property
    def size_bytes(self) -> int:
        """How large it is.

        Raises:
            OSError: the file is gone.
        """
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


@dataclass(frozen=True)
class Choice:
    """One value to choose."""

    value: str
    label: str
    description: str = ""


@dataclass(frozen=True)
class Button:
    """Pressed, it becomes the command and subject of ``action`` ("vary ab12-1"): it works after a restart."""

    label: str
    action: str
    style: str = "plain"
    """``plain``, ``primary`` or ``danger``."""
    leads_to: "Sent | None" = None
    """A message that it opens instead, on platforms where a button can."""


@dataclass(frozen=True)
class Select:
    """Up to 25 choices; the chosen one becomes the option ``value`` of ``action``."""

    placeholder: str
    action: str
    choices: tuple[Choice, ...]


Row: TypeAlias = tuple[Button, ...] | Select


@dataclass(frozen=True)
class Step:
    """A stage of something that goes on. ``state``: pending, running or done."""

    label: str
    state: str


@dataclass(frozen=True)
class Reply:
    """Something to say; to the asker alone unless ``private`` is false.

    ``replaces_source`` changes the message whose button was pressed instead of adding one, ``removes_source`` deletes
    it; ``retracts`` are older messages of ours to delete. ``aloud`` begins to play where the asker listens, before the
    text is said. ``place`` says it somewhere else; ``title`` heads it where the place wants one (a forum);
    ``thread_title`` opens a thread of that name under it, where the place has threads. ``sent`` is told where it went.
    """

    text: str
    files: tuple[OutFile, ...] = ()
    rows: tuple[Row, ...] = ()
    private: bool = True
    replaces_source: bool = False
    removes_source: bool = False
    retracts: tuple["Sent", ...] = ()
    aloud: OutFile | None = None
    place: Place | None = None
    title: str = ""
    thread_title: str = ""
    sent: Callable[["Sent"], Awaitable[None]] | None = None
    key: str = ""
    """Sent twice under one key, it appears once (as far as the platform helps)."""
    steps: tuple[Step, ...] = ()
    """Which stages there are, for platforms that can show them; the text says how far it is too."""
    blames: str | None = None
    """Set where nothing was done because of something that the user can mend: the option at fault, or empty."""


@dataclass(frozen=True)
class Sent:
    """Where a message ended up."""

    channel: str
    message: str
    link: str = ""
    thread: str = ""
    """The thread that was opened under it: a ``Place.thread``."""


class PlaceClosed(UserError):
    """Nothing can be said there; the message names the permission that is missing, or what else is the matter."""

    @classmethod
    def lacking(cls, permissions: tuple[str, ...]) -> Self:
        """Say which permissions the bot needs, in the platform's words."""
        names = ", ".join(f"**{name}**" for name in permissions)
        ending = "s" if len(permissions) > 1 else ""
        return cls(f"I lack the permission{ending} {names} in this channel: ask a moderator for it, or try elsewhere.")


class Misread(UserError):
    """What was typed does not say which command, or does not fit one of its options; ``option`` names that."""

    def __init__(self, message: str, option: str = "") -> None:
        super().__init__(message)
        self.option = option


class SetupRefused(UserError):
    """A frontend cannot start: the message names the setting to mend."""


class NotFetched(UserError):
    """A file that came with a message cannot be had, or is larger than it should be."""


class MessageGone(Exception):
    """The message to be changed was deleted."""


class FileRefused(Exception):
    """The platform found a file, or all together, too large."""


class Refused(Exception):
    """The platform will never take this message: there is something in it that it does not allow."""


class Unreachable(Exception):
    """The platform cannot be reached, or is in trouble: later it may take what it did not take now."""


Handle: TypeAlias = Callable[[Incoming], AsyncIterator[Reply]]
Suggest: TypeAlias = Callable[[Incoming, str], Awaitable[list[Choice]]]


class Frontend(Protocol):
    """A platform. Everything else about it is its own business."""

    name: str

    @property
    def pace_s(self) -> float:
        """Least time between two edits of one message, now."""
        ...

    async def run(self, handle: Handle, suggest: Suggest) -> None:
        """Listen until cancelled; answer every event within the platform's time, then deliver ``handle``'s replies."""
        ...

    async def send(self, place: Place, reply: Reply, replacing: Sent | None = None) -> Sent:
        """Say something in a place, or change what was said there.

        Raises:
            PlaceClosed: the bot may not, or the place is gone.
            MessageGone: what was to be replaced is not there any more.
            FileRefused: a file is too large after all.
            Refused: there is something else in it that the platform will never take.
            Unreachable: the platform may take it later.
        """
        ...
