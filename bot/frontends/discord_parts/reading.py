"""From an interaction's payload to an ``Incoming`` (interactions/receiving-and-responding in Discord's documentation).

The payload is read as it came over the gateway: the library's own objects are made of everything in it, and one field
that they do not expect would end the connection.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.chat import MIB, Attachment, Channel, Incoming, OptionValue, Place, User
from bot.command import Command
from bot.frontends.discord_parts.forms import Forms, uploads

NAME = "discord"
TOKEN_S = 15 * 60 - 20  # receiving-and-responding.mdx:432 gives 15 minutes; our clock may be off a little
COMMAND, COMPONENT, AUTOCOMPLETE, SUBMISSION = 2, 3, 4, 5  # kinds of interactions
FILE = 11  # a kind of option
THREADS = (10, 11, 12)  # kinds of channels
BOT_DM = 1  # a context
TO_SERVER = "0"  # a kind of installation
FILE_BYTES = 10 * MIB  # where the payload does not say
MIDI_ENDINGS = (".mid", ".midi", ".smf", ".kar", ".rmi")

Fetch = Callable[[str, int], Awaitable[bytes]]
Payload = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """An interaction as far as it is answered by its token."""

    id: str
    token: str
    kind: int
    payload: Payload

    @classmethod
    def of(cls, payload: Payload) -> "Event":
        """Take what every interaction has."""
        return cls(str(payload["id"]), payload["token"], int(payload["type"]), payload)

    @property
    def focused(self) -> str:
        """The option that is being typed."""
        options = self.payload["data"].get("options", [])
        return next((str(option["name"]) for option in options if option.get("focused")), "")


class Reader:
    """Reads interactions. ``fetch(url, limit)`` gets a file; ``clock`` returns seconds since 1970."""

    def __init__(self, commands: Mapping[str, Command], forms: Forms, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._forms = forms
        self._menu = {command.title: name for name, command in commands.items() if command.shown == "menu"}
        self._fetch, self._clock = fetch, clock

    def read(self, event: Event) -> Incoming:
        """Return what a command, a menu entry, a button or a half-typed option asks for."""
        data: Payload = event.payload["data"]
        options: dict[str, OptionValue] = {}
        files: dict[str, Attachment] = {}
        name = source = ""
        if event.kind == SUBMISSION:
            name, options = self._forms.begun(data["custom_id"])
            files = self._uploaded(data)
        elif "custom_id" in data:
            name, _, options["id"] = data["custom_id"].partition(" ")
            if data.get("values"):
                options["value"] = data["values"][0]
            source = str(event.payload["message"]["id"])
        elif "target_id" in data:
            name, source = str(self._menu.get(data["name"], data["name"])), str(data["target_id"])
            files = self._midi_files(data["resolved"]["messages"][source])
        else:
            name = data["name"]
            options, files = self._options(data)
        return Incoming(
            key=event.id,
            command=name,
            user=_user(event.payload),
            place=self._place(event, source),
            options=options,
            files=files,
            channels=_channels(data),
            lacks=lacking(event.payload),
        )

    def _options(self, data: Payload) -> tuple[dict[str, OptionValue], dict[str, Attachment]]:
        given = data.get("options", [])
        attachments = data.get("resolved", {}).get("attachments", {})
        files = {one["name"]: self._attachment(attachments[one["value"]]) for one in given if one["type"] == FILE}
        return {one["name"]: one["value"] for one in given if one["type"] != FILE}, files

    def _uploaded(self, data: Payload) -> dict[str, Attachment]:
        """Return the files that were chosen in a form: the first by its option's name, the others with a number."""
        attachments, files = data.get("resolved", {}).get("attachments", {}), {}
        for name, ids in uploads(data):
            for number, one in enumerate(ids, 1):
                files[name if number == 1 else f"{name}-{number}"] = self._attachment(attachments[one])
        return files

    def _midi_files(self, message: Payload) -> dict[str, Attachment]:
        attachments = [self._attachment(found) for found in message.get("attachments", [])]
        midi = [attachment for attachment in attachments if attachment.name.lower().endswith(MIDI_ENDINGS)]
        return {str(number): attachment for number, attachment in enumerate(midi)}

    def _attachment(self, data: Payload) -> Attachment:
        async def read(limit: int) -> bytes:
            return await self._fetch(data["url"], limit)

        return Attachment(data["filename"], int(data["size"]), read)

    def _place(self, event: Event, source: str) -> Place:
        payload = event.payload
        door = "" if _is_member(payload) else event.token
        return Place(
            platform=NAME,
            channel=_channel_id(payload),
            space=str(payload.get("guild_id") or ""),
            door=door,
            door_until=self._clock() + TOKEN_S if door else 0.0,
            file_bytes=int(payload.get("attachment_size_limit") or FILE_BYTES),
            message_bytes=25 * MIB,  # reference.mdx:430
            message_files=10,
            person=str(_person(payload)["id"]),
            source=source,
        )


def lacking(payload: Payload) -> tuple[str, ...]:
    """Return the permissions that the bot needs to answer for everyone and does not have, as Discord calls them."""
    may = discord.Permissions(int(payload.get("app_permissions") or 0))
    if not payload.get("guild_id") or may.administrator:
        return ()
    needs = {}
    if _is_member(payload):
        in_thread = payload.get("channel", {}).get("type") in THREADS
        needs["View Channel"] = may.view_channel
        if in_thread:
            needs["Send Messages in Threads"] = may.send_messages_in_threads
        else:
            needs["Send Messages"] = may.send_messages
    needs["Attach Files"] = may.attach_files
    return tuple(name for name, granted in needs.items() if not granted)


def _is_member(payload: Payload) -> bool:
    """Whether the bot itself can write there, and not only answer by the interaction's token."""
    if payload.get("guild_id"):
        return TO_SERVER in payload.get("authorizing_integration_owners", {TO_SERVER: ""})
    return payload.get("context", BOT_DM) == BOT_DM


def _channel_id(payload: Payload) -> str:
    return str(payload.get("channel_id") or payload.get("channel", {}).get("id") or "")


def _person(payload: Payload) -> Payload:
    person: Payload = payload["member"]["user"] if "member" in payload else payload["user"]
    return person


def _user(payload: Payload) -> User:
    person, member = _person(payload), payload.get("member", {})
    may = discord.Permissions(int(member.get("permissions") or 0))
    name = member.get("nick") or person.get("global_name") or person["username"]
    return User(f"{NAME}:{person['id']}", name, f"<@{person['id']}>", may.manage_guild or may.administrator)


def _channels(data: Payload) -> dict[str, Channel]:
    """Return the channels that were named; ``permissions`` are those of the user there."""
    resolved = data.get("resolved", {}).get("channels", {})
    return {key: Channel(key, channel.get("name") or "", _may_post(channel)) for key, channel in resolved.items()}


def _may_post(channel: Payload) -> bool:
    may = discord.Permissions(int(channel.get("permissions") or 0))
    in_thread = channel.get("type") in THREADS
    return may.administrator or (may.send_messages_in_threads if in_thread else may.send_messages)
