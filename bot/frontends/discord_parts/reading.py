"""From an interaction to an ``Incoming``."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord

from bot.chat import MIB, Attachment, Channel, Incoming, OptionValue, Place, User
from bot.command import Command

NAME = "discord"
TOKEN_S = (
    15 * 60 - 20
)  # the token ends after 15 minutes (receiving-and-responding.mdx:432); our clock may be off a little
THREADS = (discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.news_thread)
MIDI_ENDINGS = (".mid", ".midi", ".smf", ".kar", ".rmi")
FILE, CHANNEL = 11, 7

Fetch = Callable[[str, int], Awaitable[bytes]]


class Reader:
    """Reads interactions. ``fetch(url, limit)`` gets a file; ``clock`` returns seconds since 1970."""

    def __init__(self, commands: Mapping[str, Command], fetch: Fetch, clock: Callable[[], float]) -> None:
        self._menu = {command.title: name for name, command in commands.items() if command.shown == "menu"}
        self._fetch, self._clock = fetch, clock

    def read(self, interaction: discord.Interaction[Any]) -> Incoming:
        """Return what a command, a menu entry, a button or a half-typed option asks for."""
        data: dict[str, Any] = dict(interaction.data or {})
        options: dict[str, OptionValue] = {}
        files: dict[str, Attachment] = {}
        source = ""
        if "custom_id" in data:
            name, _, options["id"] = data["custom_id"].partition(" ")
            if data.get("values"):
                options["value"] = data["values"][0]
            source = str(interaction.message.id) if interaction.message else ""
        elif "target_id" in data:
            name, source = self._menu.get(data["name"], data["name"]), str(data["target_id"])
            files = self._midi_files(data["resolved"]["messages"][source])
        else:
            name = data["name"]
            options, files = self._options(data)
        return Incoming(
            key=str(interaction.id),
            command=name,
            user=_user(interaction),
            place=self._place(interaction, source),
            options=options,
            files=files,
            channels=_channels(data),
            lacks=lacking(interaction),
        )

    def _options(self, data: dict[str, Any]) -> tuple[dict[str, OptionValue], dict[str, Attachment]]:
        given = data.get("options", [])
        attachments = data.get("resolved", {}).get("attachments", {})
        files = {
            option["name"]: self._attachment(attachments[option["value"]]) for option in given if option["type"] == FILE
        }
        return {option["name"]: option["value"] for option in given if option["type"] != FILE}, files

    def _midi_files(self, message: dict[str, Any]) -> dict[str, Attachment]:
        attachments = [self._attachment(found) for found in message.get("attachments", [])]
        midi = [attachment for attachment in attachments if attachment.name.lower().endswith(MIDI_ENDINGS)]
        return {str(number): attachment for number, attachment in enumerate(midi)}

    def _attachment(self, data: dict[str, Any]) -> Attachment:
        async def read(limit: int) -> bytes:
            return await self._fetch(data["url"], limit)

        return Attachment(data["filename"], int(data["size"]), read)

    def _place(self, interaction: discord.Interaction[Any], source: str) -> Place:
        door = "" if _is_member(interaction) else interaction.token
        return Place(
            platform=NAME,
            channel=str(interaction.channel_id or ""),
            space=str(interaction.guild_id or ""),
            door=door,
            door_until=self._clock() + TOKEN_S if door else 0.0,
            file_bytes=interaction.filesize_limit,
            message_bytes=25 * MIB,  # reference.mdx:430
            message_files=10,
            person=str(interaction.user.id),
            source=source,
        )


def lacking(interaction: discord.Interaction[Any]) -> tuple[str, ...]:
    """Return the permissions that the bot needs to answer for everyone and does not have, as Discord calls them."""
    if interaction.guild_id is None or interaction.app_permissions.administrator:
        return ()
    may = interaction.app_permissions
    needs = {"Attach Files": may.attach_files}
    if _is_member(interaction):
        in_thread = interaction.channel is not None and interaction.channel.type in THREADS
        write = (
            ("Send Messages in Threads", may.send_messages_in_threads)
            if in_thread
            else ("Send Messages", may.send_messages)
        )
        needs = {"View Channel": may.view_channel, write[0]: write[1], **needs}
    return tuple(name for name, granted in needs.items() if not granted)


def _is_member(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot itself can write there, and not only answer by the interaction's token."""
    if interaction.guild_id is not None:
        return interaction.is_guild_integration()
    return bool(interaction.context.dm_channel)


def _user(interaction: discord.Interaction[Any]) -> User:
    user, may = interaction.user, interaction.permissions
    manages = may.manage_guild or may.administrator
    return User(f"{NAME}:{user.id}", user.display_name, f"<@{user.id}>", manages)


def _channels(data: dict[str, Any]) -> dict[str, Channel]:
    """Return the channels that were named; ``permissions`` are those of the user there."""
    resolved = data.get("resolved", {}).get("channels", {})
    return {key: Channel(key, channel.get("name") or "", _may_post(channel)) for key, channel in resolved.items()}


def _may_post(channel: dict[str, Any]) -> bool:
    may = discord.Permissions(int(channel.get("permissions", 0)))
    in_thread = channel.get("type") in [kind.value for kind in THREADS]
    return may.administrator or (may.send_messages_in_threads if in_thread else may.send_messages)
