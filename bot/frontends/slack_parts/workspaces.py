"""The workspaces that we work in, each with its own token, and what Slack has told us of their people and channels."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from bot.frontends.slack_parts.keeping import Installations

KNOWN_S = 300.0  # names and roles change seldom
KNOWN_MOST = 5000


@dataclass(frozen=True)
class Workspace:
    """An installation. ``scopes`` are what we may do there; empty where Slack has not said. ``url`` ends in a slash."""

    team: str
    token: str = field(repr=False)
    bot_user: str = ""
    bot_id: str = ""
    url: str = ""
    scopes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data; ``from_json`` mirrors it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from what was kept."""
        kept = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        return cls(**{**kept, "scopes": tuple(kept.get("scopes", ()))})

    def link(self, channel: str, message: str, thread: str = "") -> str:
        """Return the address of a message."""
        if not self.url or not message:
            return ""
        within = f"?thread_ts={thread}&cid={channel}" if thread and thread != message else ""
        return f"{self.url.rstrip('/')}/archives/{channel}/p{message.replace('.', '')}{within}"

    def lacks(self, *needed: str) -> tuple[str, ...]:
        """Return which scopes were not granted, as far as it is known."""
        return tuple(scope for scope in needed if self.scopes and scope not in self.scopes)


class Workspaces:
    """Finds installations. ``own`` is that of the token in the settings, which answers for workspaces without one too.

    (A token of a whole organisation is valid in all its workspaces.)
    """

    def __init__(self, installations: Installations, own: Workspace | None = None) -> None:
        self.own, self._installations = own, installations
        self._known: dict[str, Workspace] = {}

    async def find(self, team: str) -> Workspace | None:
        """Return a workspace's installation."""
        if self.own and self.own.team == team:
            return self.own
        if team not in self._known:
            kept = await asyncio.to_thread(self._installations.find, team)
            if kept is None:
                return self.own
            self._known[team] = Workspace.from_json(kept)
        return self._known[team]

    async def add(self, workspace: Workspace) -> None:
        """Keep a new installation, or what is newly known of one."""
        if self.own and self.own.token == workspace.token:
            self.own = workspace
            return
        await asyncio.to_thread(self._installations.save, workspace.team, workspace.to_json())
        self._known[workspace.team] = workspace

    async def remove(self, team: str) -> None:
        """Forget one: its token is dead."""
        await asyncio.to_thread(self._installations.remove, team)
        self._known.pop(team, None)
        if self.own and self.own.team == team:
            self.own = None


class Memory:
    """Remembers answers of Slack's for a while."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[float, Mapping[str, Any]]] = {}

    async def ask(
        self, key: tuple[str, ...], fetch: Callable[[], Awaitable[Mapping[str, Any]]], known_s: float = KNOWN_S
    ) -> Mapping[str, Any]:
        """Return what is known, else fetch it; raises as ``fetch`` does."""
        now = time.monotonic()
        until, answer = self._known.get(key, (0.0, {}))
        if now < until:
            return answer
        answer = await fetch()
        if len(self._known) >= KNOWN_MOST:
            self._known.clear()
        self._known[key] = (now + known_s, answer)
        return answer

    def forget(self, key: tuple[str, ...]) -> None:
        """Ask again next time."""
        self._known.pop(key, None)
