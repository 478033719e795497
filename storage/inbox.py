"""Events as a platform delivered them: each is taken once, however often it comes, and none is lost half done.

An event lies here with all that it says until it was dealt with; after that only a hash of its key does. Whatever is
found unfinished at the start was interrupted by the end of an earlier process.
"""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.database import Connections, transaction
from storage.records import read_json, write_json

MOST_TRIES = 3  # an event that stopped us so often is given up
KEPT_S = 3 * 24 * 3600.0  # no platform delivers an event again after that


class Inbox:
    """Events, in the database at ``path``; may be used from any thread, by one process at a time.

    Every method may raise ``sqlite3.Error``; then nothing of it has happened.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._connections, self._clock = Connections(path), clock

    def take(self, key: str, payload: dict[str, Any]) -> bool:
        """Take an event; false if it was taken before."""
        sql = "insert into inbox (key, payload, taken_at) values (?, ?, ?) on conflict (key) do nothing"
        return self._database.execute(sql, [_hash(key), write_json(payload), self._clock()]).rowcount == 1

    def finish(self, key: str) -> None:
        """Note that an event was dealt with; what it said is forgotten."""
        self._database.execute("update inbox set payload = null where key = ?", [_hash(key)])

    def release(self, key: str) -> None:
        """Forget an event altogether: the same may come again and be taken."""
        self._database.execute("delete from inbox where key = ?", [_hash(key)])

    def unfinished(self) -> list[dict[str, Any]]:
        """Return what was taken and not finished, oldest first, and forget what is old; called once, at the start."""
        with transaction(self._database):
            self._database.execute("update inbox set payload = null where tries >= ?", [MOST_TRIES])
            self._database.execute("delete from inbox where taken_at < ?", [self._clock() - KEPT_S])
            self._database.execute("update inbox set tries = tries + 1 where payload is not null")
        rows = self._database.query("select payload from inbox where payload is not null order by taken_at")
        return [read_json(row["payload"]) for row in rows]

    def prune(self) -> None:
        """Forget the events that nobody will deliver again."""
        self._database.execute("delete from inbox where taken_at < ?", [self._clock() - KEPT_S])

    @property
    def _database(self) -> Database:
        return self._connections.mine()


def _hash(key: str) -> str:
    """Return what stands for a key: it names people."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
