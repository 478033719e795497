"""The ledger for those who watch many jobs at once: what is new, what waits, what has ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from storage.database import Connections
from storage.records import Event, Job, write_json


@dataclass(frozen=True)
class State:
    """As much of a job as it takes to see that something other than its progress has changed."""

    job_id: str
    status: str
    cancel_requested: bool


class Watch:
    """Questions about many jobs, each one read; may be asked from any thread. May raise ``sqlite3.Error``."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)

    def states(self, job_ids: Iterable[str]) -> list[State]:
        """Return the states of jobs; those that do not exist are missing."""
        rows = self._database.query(
            """
            select id, status, cancel_requested from jobs where id in (select value from json_each(?))
            """,
            [write_json(list(job_ids))],
        )
        return [State(row["id"], row["status"], bool(row["cancel_requested"])) for row in rows]

    def news(self, after: Mapping[str, int]) -> list[Event]:
        """Return the events of several jobs, of each those after a sequence of its own, in order."""
        rows = self._database.query(
            """
            select events.* from json_each(?) as wanted
            join events on events.job_id = wanted.key and events.sequence > wanted.value
            order by events.job_id, events.sequence
            """,
            [write_json(dict(after))],
        )
        return [Event.from_row(row) for row in rows]

    def open_jobs(self) -> list[tuple[str, str, int]]:
        """Return (kind, status, number) of the jobs that have not ended."""
        rows = self._database.execute(
            """
            select kind, status, count(*) from jobs where status in ('queued', 'interrupted', 'running')
            group by kind, status
            """
        )
        return [(kind, status, number) for kind, status, number in rows]

    def of_kind(self, user: str, kind: str, *, limit: int) -> list[Job]:
        """Return a user's jobs of one kind, newest first."""
        rows = self._database.query(
            "select * from jobs where user = ? and kind = ? order by created_at desc, rowid desc limit ?",
            [user, kind, limit],
        )
        return [Job.from_row(row) for row in rows]

    def trainings_of(self, name: str) -> list[Job]:
        """Return the trainings on their way to a genre of this name."""
        rows = self._database.query(
            """
            select * from jobs where status in ('queued', 'interrupted', 'running') and kind = 'train'
            and json_extract(payload, '$.name') = ?
            """,
            [name],
        )
        return [Job.from_row(row) for row in rows]

    def unused_uploads(self, before_s: float) -> list[str]:
        """Return the surveys that ended before a time, with files that no training was ever begun on."""
        rows = self._database.execute(
            """
            select id from jobs as survey where kind = 'survey' and finished_at < ?
            and status in ('done', 'failed', 'cancelled') and not exists (
                select 1 from jobs as training where training.kind = 'train'
                and json_extract(training.payload, '$.dataset') = json_extract(survey.payload, '$.dataset')
            )
            """,
            [before_s],
        )
        return [job_id for (job_id,) in rows.fetchall()]

    def ended_since(self, at_s: float, *, limit: int = 1000) -> list[Job]:
        """Return the jobs that ended after a time, the earliest first."""
        rows = self._database.query(
            "select * from jobs where finished_at > ? order by finished_at limit ?", [at_s, limit]
        )
        return [Job.from_row(row) for row in rows]

    @property
    def _database(self) -> Database:
        return self._connections.mine()
