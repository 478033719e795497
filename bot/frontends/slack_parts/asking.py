"""From a wish to an ``Incoming``: who wishes, where, with which rights; Slack is asked for what it did not say."""

import contextlib
from collections.abc import Mapping
from typing import Any

from bot.chat import MIB, Attachment, Channel, Incoming, OptionValue, Place, User
from bot.command import Command
from bot.frontends.slack_parts.checking import checked
from bot.frontends.slack_parts.events import Event
from bot.frontends.slack_parts.faults import NOT_A_MEMBER, TROUBLE
from bot.frontends.slack_parts.forms import Origin
from bot.frontends.slack_parts.reading import GUARDED, File, Wish
from bot.frontends.slack_parts.wire import Answer, Wire
from bot.frontends.slack_parts.workspaces import Memory, Workspace

NAME = "slack"
DIRECT = "@"  # before a person's id: the conversation with them, where no channel is at hand
FILE_BYTES, MESSAGE_BYTES, MESSAGE_FILES = 100 * MIB, 200 * MIB, 10  # far below Slack's gigabyte: it has to be sent
POSTING = ("chat:write", "files:write")
MANAGING = ("is_admin", "is_owner", "is_primary_owner")
CHANNEL_S = 60.0
PAGE = 1000


class Asker:
    """Completes wishes."""

    def __init__(self, commands: Mapping[str, Command], wire: Wire) -> None:
        self._commands, self._wire, self._memory = commands, wire, Memory()

    async def incoming(self, event: Event, wish: Wish, workspace: Workspace) -> Incoming:
        """Return a wish with everything that its command needs.

        Raises:
            Misread: an option is of the wrong kind or out of bounds.
        """
        command = self._commands.get(wish.command)
        options = _checked(command, wish.texts)
        return Incoming(
            key=event.key,
            command=wish.command,
            user=await self.user(event, workspace),
            place=place(event, wish.origin),
            options=options,
            files={name: await self._attachment(workspace, file) for name, file in wish.files.items()},
            channels=await self._channels(event, wish, command, workspace),
            lacks=workspace.lacks(*POSTING),
        )

    async def closed(self, wish: Wish, workspace: Workspace) -> str:
        """Say why we cannot post where we were asked to; empty if we can, or if Slack does not say."""
        channel = wish.origin.channel
        if not channel or channel.startswith("D"):
            return ""
        try:
            about = await self._channel(workspace, channel)
        except TROUBLE as trouble:
            return NOT_A_MEMBER if getattr(trouble, "error", "") == "channel_not_found" else ""
        if about.get("is_member") is False:
            self._memory.forget(("channel", workspace.team, channel))  # they may invite us the next moment
            return NOT_A_MEMBER
        return ""

    async def user(self, event: Event, workspace: Workspace) -> User:
        """Return who speaks; where Slack does not say more of them, without a name and a say."""

        async def fetch() -> Answer:
            return await self._wire.call(workspace, "users.info", user=event.user)

        try:
            profile = (await self._memory.ask(("user", workspace.team, event.user), fetch)).get("user") or {}
        except TROUBLE:
            profile = {}
        name = profile.get("real_name") or profile.get("name") or event.body.get("user_name") or "someone"
        return speaker(event, str(name), manages=any(profile.get(role) for role in MANAGING))

    async def _attachment(self, workspace: Workspace, file: File) -> Attachment:
        if file.get("file_access") == GUARDED:
            with contextlib.suppress(*TROUBLE):
                file = (await self._wire.call(workspace, "files.info", file=str(file["id"])))["file"]

        async def read(limit: int) -> bytes:
            return await self._wire.fetch(workspace, file, limit)

        return Attachment(str(file.get("name") or "file"), int(file.get("size") or 0), read)

    async def _channels(
        self, event: Event, wish: Wish, command: Command | None, workspace: Workspace
    ) -> dict[str, Channel]:
        names = [option.name for option in command.options if option.kind == "channel"] if command else []
        found = {wish.texts[name] for name in names if name in wish.texts}
        return {one: await self._named(event, one, wish.channel_names.get(one, ""), workspace) for one in found}

    async def _named(self, event: Event, channel: str, name: str, workspace: Workspace) -> Channel:
        """Look a channel up: in a private one, only its members may have something posted."""
        try:
            about = await self._channel(workspace, channel)
            may_post = not about.get("is_archived") and not about.get("is_read_only")
            if may_post and about.get("is_private"):
                may_post = event.user in await self._members(workspace, channel)
        except TROUBLE:
            return Channel(channel, name, may_post=True)  # it is hidden from us: posting will say so
        return Channel(channel, str(about.get("name") or name), may_post)

    async def _channel(self, workspace: Workspace, channel: str) -> Mapping[str, Any]:
        async def fetch() -> Answer:
            return await self._wire.call(workspace, "conversations.info", channel=channel)

        known = await self._memory.ask(("channel", workspace.team, channel), fetch, CHANNEL_S)
        found: Mapping[str, Any] = known["channel"]
        return found

    async def _members(self, workspace: Workspace, channel: str) -> set[str]:
        found: set[str] = set()
        cursor: str | None = None
        while True:
            page = await self._wire.call(workspace, "conversations.members", channel=channel, limit=PAGE, cursor=cursor)
            found |= set(page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return found


def suggestion(event: Event) -> tuple[Incoming, str]:
    """Return the half-filled command whose menu is being typed in, and the option's name."""
    body = event.body
    name, view = str(body["action_id"]), body.get("view") or {}
    incoming = Incoming(
        key=event.key,
        command=str(view.get("callback_id") or ""),
        user=speaker(event, "", manages=False),
        place=place(event, Origin.of(view)),
        options={name: str(body.get("value") or "")},
    )
    return incoming, name


def place(event: Event, origin: Origin) -> Place:
    """Return where the answer goes; what one workspace decides holds in its private conversations too."""
    return Place(
        platform=NAME,
        channel=origin.channel or f"{DIRECT}{event.user}",
        space=event.team,
        space_name="workspace",
        thread=origin.thread,
        file_bytes=FILE_BYTES,
        message_bytes=MESSAGE_BYTES,
        message_files=MESSAGE_FILES,
        person=f"{event.team}/{event.user}",
        source=origin.source,
    )


def speaker(event: Event, name: str, *, manages: bool) -> User:
    """Return who speaks: another in each workspace."""
    return User(f"{NAME}:{event.team}:{event.user}", name, f"<@{event.user}>", manages)


def _checked(command: Command | None, texts: Mapping[str, str]) -> dict[str, OptionValue]:
    """Check what was given against the command's options; what a button brings is no option."""
    options: dict[str, OptionValue] = {}
    for name, text in texts.items():
        option = command.option(name) if command else None
        options[name] = checked(option, text) if option else text
    return options
