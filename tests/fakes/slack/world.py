"""The fake Slack's memory: everything that exists in it, and the time."""

import itertools
import secrets
from typing import Any

from tests.fakes.clock import Clock
from tests.fakes.slack.things import (
    CHANNEL,
    DIRECT,
    GROUP,
    LETTERS,
    App,
    Channel,
    Message,
    Refused,
    StoredFile,
    Team,
    User,
)
from tests.fakes.slack.views import Door, Trigger, View


class World:
    """Everything, and what was done wrong."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self.clock = Clock()
        self._count = itertools.count(1)
        self.app = App(self.new_id("A"), manifest)
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, StoredFile] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.doors: dict[str, Door] = {}
        self.codes: dict[str, Team] = {}
        """Codes that a person brings back from the consent page."""
        self.order: list[Message] = []
        """Every message that was ever posted."""
        self.violations: list[str] = []

    def new_id(self, letter: str) -> str:
        return f"{letter}0{next(self._count):08d}"

    def new_ts(self) -> str:
        return f"{int(self.clock())}.{next(self._count) % 1_000_000:06d}"

    def team(self, name: str, *, is_installed: bool = True) -> Team:
        """A workspace, with the app in it and all that the app asked for granted, unless told otherwise."""
        team = Team(self.new_id("T"), name, name.lower())
        team.bot = self.user("Tutti", team, is_bot=True)
        self.teams[team.id] = team
        if is_installed:
            self.install(team)
        return team

    def install(self, team: Team, scopes: list[str] | None = None) -> str:
        """Put the app into a workspace and return its token."""
        team.token, team.bot_id = f"xoxb-{team.id}-{secrets.token_hex(6)}", self.new_id("B")
        team.scopes, team.is_installed = set(self.app.scopes if scopes is None else scopes), True
        return team.token

    def user(self, name: str, team: Team, **about: Any) -> User:
        user = User(self.new_id("U"), name, team, **about)
        self.users[user.id] = user
        return user

    def channel(self, team: Team, name: str = "music", kind: str = CHANNEL, *, has_bot: bool = True) -> Channel:
        """A channel of a workspace; everybody is in it if it is public, otherwise those who are added."""
        channel = Channel(self.new_id(LETTERS[kind]), kind, name, team, {team.bot.id} if has_bot else set())
        self.channels[channel.id] = channel
        return channel

    def direct(self, *members: User) -> Channel:
        """The conversation of two people, or of one with the bot."""
        ids, team = {member.id for member in members}, members[0].team
        for channel in self.channels.values():
            if channel.kind in (DIRECT, GROUP) and channel.members == ids:
                return channel
        channel = self.channel(team, "directmessage", DIRECT if len(members) < 3 else GROUP)
        channel.members = ids
        return channel

    def keep(self, name: str, data: bytes, user: User, **about: Any) -> StoredFile:
        file = StoredFile(self.new_id("F"), name, data, user.team, user.id, **about)
        self.files[file.id] = file
        return file

    def post(self, message: Message) -> Message:
        """Put a message where it belongs."""
        message.edits.append(message.text)
        message.channel.messages[message.ts] = message
        for file in message.files:
            file.shares.setdefault(message.channel.id, []).append(message.ts)
        self.order.append(message)
        return message

    def trigger(self, user: User) -> str:
        """A new trigger_id."""
        trigger = f"{next(self._count)}.{user.team.id[1:]}.{secrets.token_hex(8)}"
        self.triggers[trigger] = Trigger(user, self.clock())
        return trigger

    def exchange(self, trigger_id: str) -> User:
        """Use a trigger up."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.is_used:
            raise Refused("exchanged_trigger_id")
        if self.clock() - trigger.sent_at > 3:
            raise Refused("expired_trigger_id")
        trigger.is_used = True
        return trigger.user
