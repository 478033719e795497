"""Modals and Home tabs, and the short-lived ways to them and to an answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.things import Channel, Message, Team, User, elements, texts


@dataclass(eq=False)
class View:
    """A modal that is open, or a Home tab."""

    id: str
    team: Team
    user: User
    content: dict[str, Any]
    hash: str = ""
    root: str = ""
    previous: str | None = None
    is_open: bool = True
    errors: dict[str, str] = field(default_factory=dict)
    """What the bot said about its fields at the last submission: block id → text."""
    edits: list[dict[str, Any]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.content["blocks"]

    @property
    def controls(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        return ((block, element) for block in self.blocks for element in elements(block) if "action_id" in element)

    @property
    def shown(self) -> str:
        return "\n".join(texts(self.blocks))

    def input(self, name: str) -> dict[str, Any]:
        """The input block with this id, this action, or this label."""
        inputs = [block for block in self.blocks if block["type"] == "input"]
        label = str.casefold
        for same in (
            lambda block: name in (block["block_id"], block["element"]["action_id"]),
            lambda block: label(block["label"]["text"]) == label(name),
            lambda block: label(block["label"]["text"]).startswith(label(name)),
        ):
            if found := [block for block in inputs if same(block)]:
                return found[0]
        raise LookupError(f"no input {name!r}; there are {[block['block_id'] for block in inputs]}")

    def to_json(self, app_id: str) -> dict[str, Any]:
        return {
            **dict.fromkeys(("callback_id", "private_metadata", "external_id"), ""),
            **dict.fromkeys(("title", "submit", "close")),
            **dict.fromkeys(("clear_on_close", "notify_on_close"), False),
            **self.content,
            "id": self.id,
            "team_id": self.team.id,
            "state": {"values": self.values},
            "hash": self.hash,
            "root_view_id": self.root or self.id,
            "previous_view_id": self.previous,
            "app_id": app_id,
            "app_installed_team_id": self.team.id,
            "bot_id": self.team.bot_id,
        }


@dataclass(eq=False)
class Trigger:
    """What lets a view be opened: once, within three seconds."""

    user: User
    sent_at: float
    is_used: bool = False


@dataclass(eq=False)
class Door:
    """A response_url: five uses within half an hour."""

    channel: Channel
    user: User
    sent_at: float
    source: Message | None = None
    uses: int = 0
    url: str = ""
