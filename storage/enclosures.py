"""Files that belong to a message without being part of it, on platforms that share them apart."""

from collections.abc import Sequence
from pathlib import Path

from sqlite_utils import Database

from storage.database import Connections, transaction


class Enclosures:
    """Files' ids by message, in the database at ``path``; may be used from any thread and any process.

    Every method may raise ``sqlite3.Error``; then nothing of it has happened.
    """

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)

    def note(self, channel: str, message: str, files: Sequence[str], key: str = "") -> None:
        """Note that files were sent for a message, and under which key."""
        sql = "insert or replace into enclosures (channel, message, file, key) values (?, ?, ?, ?)"
        with transaction(self._database):
            for file in files:
                self._database.execute(sql, [channel, message, file, key])

    def of(self, channel: str, message: str) -> dict[str, str]:
        """Return a message's files with the key under which each was sent."""
        sql = "select file, key from enclosures where channel = ? and message = ? order by file"
        return dict(self._database.execute(sql, [channel, message]).fetchall())

    def forget(self, channel: str, message: str, files: Sequence[str]) -> None:
        """Note that files are gone."""
        sql = "delete from enclosures where channel = ? and message = ? and file = ?"
        with transaction(self._database):
            for file in files:
                self._database.execute(sql, [channel, message, file])

    @property
    def _database(self) -> Database:
        return self._connections.mine()
