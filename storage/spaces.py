"""What a space (a server, a workspace) has decided, and what was shared with whom."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from storage.database import Connections
from storage.records import read_json, write_json


@dataclass(frozen=True)
class SpaceSettings:
    """One space's decisions; the defaults hold where nothing was decided, and in private conversations.

    ``trainers`` says who may train: ``managers`` or ``everyone``. ``share_channel`` is a channel's id, or empty.
    """

    default_genre: str = "chorale"
    waiting_per_user: int = 5
    trainers: str = "managers"
    share_channel: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Rebuild from plain data; what an older or newer version wrote and this one does not know is left out."""
        return cls(**{key: value for key, value in data.items() if key in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Share:
    """One take shown to everyone in a channel."""

    take_id: str
    platform: str
    space: str
    channel: str
    message: str
    user: str
    shared_at: float


class Spaces:
    """Decisions and shares, in the database at ``path``; may be used from any thread and any process.

    Every method may raise ``sqlite3.Error``; then nothing of it has happened.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._connections, self._clock = Connections(path), clock

    def settings(self, platform: str, space: str) -> SpaceSettings:
        """Return what a space has decided."""
        sql = "select settings from spaces where platform = ? and space = ?"
        row = self._database.execute(sql, [platform, space]).fetchone()
        return SpaceSettings.from_json(read_json(row[0])) if row else SpaceSettings()

    def decide(self, platform: str, space: str, settings: SpaceSettings) -> None:
        """Keep a space's decisions."""
        self._database.execute(
            "insert or replace into spaces (platform, space, settings) values (?, ?, ?)",
            [platform, space, write_json(asdict(settings))],
        )

    def share(self, take_id: str, platform: str, space: str, channel: str, message: str, user: str) -> None:
        """Note that a take was shown in a channel."""
        share = Share(take_id, platform, space, channel, message, user, self._clock())
        self._database.execute(
            """
            insert or replace into shares (take_id, platform, space, channel, message, user, shared_at)
            values (:take_id, :platform, :space, :channel, :message, :user, :shared_at)
            """,
            asdict(share),
        )

    def shares(self, take_id: str) -> list[Share]:
        """Return where a take was shown, first first."""
        rows = self._database.query("select * from shares where take_id = ? order by shared_at", [take_id])
        return [Share(**row) for row in rows]

    @property
    def _database(self) -> Database:
        return self._connections.mine()
