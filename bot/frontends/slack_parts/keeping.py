"""What the frontend keeps beyond its own life. Calls block: they are made off the event loop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Installations(Protocol):
    """The workspaces that have installed us, as JSON data, encrypted at rest."""

    def save(self, space: str, installation: dict[str, Any]) -> None:
        """Keep one; a later one takes the place of an earlier one."""
        ...

    def find(self, space: str) -> dict[str, Any] | None:
        """Return one."""
        ...

    def remove(self, space: str) -> bool:
        """Forget one."""
        ...


class Inbox(Protocol):
    """Events, each to be taken once."""

    def take(self, key: str, payload: dict[str, Any]) -> bool:
        """Take an event; false if it was taken before."""
        ...

    def finish(self, key: str) -> None:
        """Note that an event was dealt with."""
        ...

    def release(self, key: str) -> None:
        """Let the same event come again."""
        ...

    def unfinished(self) -> Sequence[dict[str, Any]]:
        """Return what an earlier process did not finish."""
        ...

    def prune(self) -> None:
        """Forget what is old."""
        ...


class Enclosures(Protocol):
    """The files that were shared for a message."""

    def note(self, channel: str, message: str, files: Sequence[str], key: str = "") -> None:
        """Note files and the key under which they were sent."""
        ...

    def of(self, channel: str, message: str) -> dict[str, str]:
        """Return files with their keys."""
        ...

    def forget(self, channel: str, message: str, files: Sequence[str]) -> None:
        """Note that files are gone."""
        ...


@dataclass(frozen=True)
class Keeps:
    """All of it."""

    installations: Installations
    inbox: Inbox
    enclosures: Enclosures
