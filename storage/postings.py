"""Which jobs a chat still has to be told about, and which message shows each."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.database import Connections
from storage.records import read_json, write_json


@dataclass(frozen=True)
class Glance:
    """As much of an unreported job as it takes to see that something has changed."""

    job_id: str
    status: str
    progress: dict[str, Any] | None


@dataclass(frozen=True)
class Posting:
    """A message that shows a job, or a part of it, in the platform's own ids."""

    job_id: str
    part: str
    channel: str
    message: str
    posted_at: float


class Postings:
    """Messages that follow jobs, in the database at ``path``; may be used from any thread and any process.

    Every method may raise ``sqlite3.Error``; then nothing of it has happened.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._connections, self._clock = Connections(path), clock

    def unreported(self, platform: str) -> list[Glance]:
        """Return the jobs that came from a platform and of whose end nobody was told yet, oldest first."""
        rows = self._database.query(
            """
            select id, status, progress from jobs
            where reported_at is null and json_extract(origin, '$.platform') = ? order by created_at, rowid
            """,
            [platform],
        )
        return [Glance(row["id"], row["status"], read_json(row["progress"])) for row in rows]

    def of(self, job_id: str, part: str = "") -> Posting | None:
        """Return the message that shows a job, or a part of it."""
        return self.all_of(job_id).get(part)

    def all_of(self, job_id: str) -> dict[str, Posting]:
        """Return every message that shows something of a job, by part."""
        rows = self._database.query("select * from postings where job_id = ?", [job_id])
        return {row["part"]: Posting(**row) for row in rows}

    def remember(self, job_id: str, channel: str, message: str, part: str = "") -> None:
        """Note which message shows a job, or a part of it; a later one takes the place of an earlier one."""
        self._database.execute(
            "insert or replace into postings (job_id, part, channel, message, posted_at) values (?, ?, ?, ?, ?)",
            [job_id, part, channel, message, self._clock()],
        )

    def forget(self, job_id: str, part: str = "") -> None:
        """Note that no message shows it any more."""
        self._database.execute("delete from postings where job_id = ? and part = ?", [job_id, part])

    def parts_of(self, job_ids: Iterable[str]) -> set[str]:
        """Return the parts that have a message, of any of these jobs."""
        sql = "select part from postings where job_id in (select value from json_each(?))"
        return {part for (part,) in self._database.execute(sql, [write_json(list(job_ids))])}

    def of_user(self, user: str) -> list[Posting]:
        """Return the messages that show a user's jobs."""
        rows = self._database.query(
            "select postings.* from postings join jobs on jobs.id = job_id where user = ? order by posted_at", [user]
        )
        return [Posting(**row) for row in rows]

    def of_take(self, take_id: str) -> list[Posting]:
        """Return the messages that show a take in other forms: its stems, its score, its voice message."""
        rows = self._database.query(
            """
            select postings.* from postings join jobs on jobs.id = job_id
            where kind = 'export' and json_extract(payload, '$.take') = ? order by posted_at
            """,
            [take_id],
        )
        return [Posting(**row) for row in rows]

    @property
    def _database(self) -> Database:
        return self._connections.mine()
