"""What was composed: one entry for each take, with the request and the files that belong to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from storage.database import Connections, transaction
from storage.records import read_json, write_json


@dataclass(frozen=True)
class Entry:
    """One take. ``files`` maps a kind (mid, mp3, ...) to a path relative to the file store."""

    id: str
    job_id: str
    take: int
    user: str
    name: str
    genre: str
    technique: str
    seed: int
    key: str
    metre: str
    tempo_bpm: float
    length_s: float
    settings: dict[str, Any]
    files: dict[str, str]
    created_at: float

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row of the table ``compositions``; ``to_row`` mirrors it."""
        return cls(**{**row, "settings": read_json(row["settings"]), "files": read_json(row["files"])})

    def to_row(self) -> dict[str, Any]:
        """Return a row of the table ``compositions``."""
        return asdict(self) | {"settings": write_json(self.settings), "files": write_json(self.files)}


class History:
    """The compositions in the database at ``path``; may be used from any thread and any process.

    Every method may raise ``sqlite3.Error``; then nothing of it has happened.
    """

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)

    def save(self, entries: Sequence[Entry]) -> None:
        """Keep entries, all or none. An id that is known already stays as it was, like its files."""
        names = [field.name for field in fields(Entry)]
        sql = f"""
            insert into compositions ({", ".join(names)}) values (:{", :".join(names)})
            on conflict (id) do nothing
        """
        with transaction(self._database):
            for entry in entries:
                self._database.execute(sql, entry.to_row())

    def entries(self, *, user: str | None = None, limit: int = 50) -> list[Entry]:
        """Return entries, newest first."""
        return self._entries(
            """
            select * from compositions where (:user is null or user = :user)
            order by created_at desc, rowid desc limit :limit
            """,
            {"user": user, "limit": max(limit, 0)},
        )

    def entry(self, entry_id: str) -> Entry | None:
        """Return one entry."""
        return next(iter(self._entries("select * from compositions where id = :id", {"id": entry_id})), None)

    def for_job(self, job_id: str) -> list[Entry]:
        """Return a job's entries by take."""
        return self._entries("select * from compositions where job_id = :id order by take", {"id": job_id})

    def delete(self, entry_id: str) -> bool:
        """Forget an entry, not its files; return whether there was one."""
        return self._database.execute("delete from compositions where id = ?", [entry_id]).rowcount == 1

    def _entries(self, sql: str, values: dict[str, Any]) -> list[Entry]:
        return [Entry.from_row(row) for row in self._database.query(sql, values)]

    @property
    def _database(self) -> Database:
        return self._connections.mine()
