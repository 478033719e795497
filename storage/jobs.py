"""The jobs ledger: the only thing between whoever wishes for something and the workers.

A job is queued → running → done, failed or cancelled; a worker's death makes it interrupted, and it is claimed again.
Execution is at least once, the end is written once: every write of a worker names the worker and counts only while
the job is still its own.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage import claims, workers
from storage.database import Connections, transaction
from storage.records import ENDED, STATUSES, WAITING, Event, Job, QueueFull, Worker, write_json

__all__ = ["ENDED", "STATUSES", "WAITING", "Event", "Job", "Ledger", "QueueFull", "Worker"]

LEASE_S = 10.0

_OWNED = "id = :id and owner = :owner and status = 'running'"


class Ledger:
    """Jobs, their events and the workers, in one SQLite file; may be used from any thread and any process.

    Every method may raise ``sqlite3.Error``, for one on a full disk; then nothing of it has happened.

    Args:
        path: the database.
        clock: returns the time in seconds since 1970.
        queued_per_user: how many jobs of one user may wait.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, queued_per_user: int = 100) -> None:
        self._connections, self._clock, self._queued_per_user = Connections(path), clock, queued_per_user

    # ── for whoever wishes ────────────────────────────────────────────────────────────────────────────────────────

    def enqueue(
        self,
        job_id: str,
        kind: str,
        payload: dict[str, Any],
        *,
        user: str = "local",
        origin: dict[str, Any] | None = None,
        priority: int = 0,
        press: str | None = None,
        most_waiting: int | None = None,
    ) -> Job:
        """Accept a job; once this returns, it will not be lost. An id that is known already changes nothing.

        Nor does a ``press`` (of one button by one user) whose earlier job has not ended: that job is returned, so that
        a double click makes one. ``most_waiting`` is this user's own limit.

        Raises:
            QueueFull: too many jobs of this user are waiting.
        """
        limit = self._queued_per_user if most_waiting is None else most_waiting
        row = {
            "id": job_id,
            "kind": kind,
            "user": user,
            "origin": write_json(origin or {}),
            "priority": priority,
            "status": "queued",
            "payload": write_json(payload),
            "created_at": self._clock(),
        }
        with transaction(self._database):
            if (known := self.job(job_id) or self._pressed(press)) is not None:
                return known
            if self._count_queued(user) >= limit:
                raise QueueFull(user, limit)
            (job,) = self._jobs(f"insert into jobs ({', '.join(row)}) values (:{', :'.join(row)}) returning *", row)
            if press is not None:
                self._database.execute("insert or replace into presses (key, job_id) values (?, ?)", [press, job_id])
        return job

    def cancel(self, job_id: str, *, user: str | None = None) -> Job | None:
        """Cancel a job: at once if nobody works on it, else its worker is asked to stop. One that has ended stays.

        Returns:
            The job as it is now; None if there is none, or it is not this user's.
        """
        asked = {"id": job_id, "user": user, "now": self._clock()}
        with transaction(self._database):
            self._database.execute(
                """
                update jobs set cancel_requested = 1
                where id = :id and (:user is null or user = :user)
                and status in ('queued', 'interrupted', 'running')
                """,
                asked,
            )
            self._database.execute(
                """
                update jobs set status = 'cancelled', finished_at = :now, lease_until = null
                where id = :id and cancel_requested
                and (status in ('queued', 'interrupted') or (status = 'running' and lease_until <= :now))
                """,
                asked,
            )
            return self._one_or_none("select * from jobs where id = :id and (:user is null or user = :user)", asked)

    def job(self, job_id: str) -> Job | None:
        """Return a job."""
        return self._one_or_none("select * from jobs where id = :id", {"id": job_id})

    def jobs(self, *, user: str | None = None, statuses: Iterable[str] | None = None, limit: int = 50) -> list[Job]:
        """Return jobs, newest first."""
        wanted = {"user": user, "statuses": write_json(list(STATUSES if statuses is None else statuses))}
        return self._jobs(
            """
            select * from jobs where (:user is null or user = :user)
            and +status in (select value from json_each(:statuses)) order by created_at desc, rowid desc limit :limit
            """,
            {**wanted, "limit": max(limit, 0)},
        )

    def place(self, job_id: str) -> int | None:
        """Return a job's place, from 1, in the queue of its kind; None if it does not wait."""
        job = self.job(job_id)
        return None if job is None or job.ended else claims.place(self._database, job, self._clock())

    def count(self, statuses: Iterable[str]) -> int:
        """Return how many jobs there are in any of these states."""
        sql = "select count(*) from jobs where status in (select value from json_each(?))"
        return int(self._database.execute(sql, [write_json(list(statuses))]).fetchone()[0])

    def typical_s(self, kind: str, *, latest: int = 20) -> float | None:
        """Return how long a job of a kind takes once it was claimed: the median of the latest; None without any."""
        rows = self._database.execute(
            """
            select finished_at - started_at from jobs where status = 'done' and kind = ?
            order by finished_at desc limit ?
            """,
            [kind, latest],
        ).fetchall()
        return statistics.median(seconds for (seconds,) in rows) if rows else None

    def events(self, job_id: str, after: int = 0) -> list[Event]:
        """Return a job's events with a sequence greater than ``after``, in order."""
        rows = self._database.query(
            "select * from events where job_id = ? and sequence > ? order by sequence", [job_id, after]
        )
        return [Event.from_row(row) for row in rows]

    def unreported(self, *, user: str | None = None) -> list[Job]:
        """Return every job, ended or not, of whose end nobody was told yet; oldest first."""
        return self._jobs(
            """
            select * from jobs where reported_at is null and (:user is null or user = :user)
            order by created_at, rowid
            """,
            {"user": user},
        )

    def mark_reported(self, job_id: str) -> bool:
        """Note that the user was told of a job's end; True only for the first to do so."""
        return self._change(
            """
            update jobs set reported_at = :now
            where id = :id and reported_at is null and status in ('done', 'failed', 'cancelled')
            """,
            {"id": job_id, "now": self._clock()},
        )

    # ── for workers ───────────────────────────────────────────────────────────────────────────────────────────────

    def claim(
        self, owner: str, kinds: Sequence[str], *, limit: int = 8, lease_s: float = LEASE_S, only: str | None = None
    ) -> list[Job]:
        """Take up to ``limit`` jobs, all of one of these kinds, in the order of ``claims``; ``only`` takes that one.

        They are the owner's until the lease ends. A job that has stopped a worker before comes alone; one that has
        done so three times is failed instead.
        """
        return claims.claim(self._database, claims.Wish(owner, kinds, limit, lease_s, only), self._clock())

    def heartbeat(self, owner: str, job_ids: Iterable[str], *, lease_s: float = LEASE_S) -> dict[str, bool]:
        """Renew leases; return whether each job was asked to stop. One that is missing has been lost to another."""
        rows = self._database.query(
            """
            update jobs set lease_until = :until
            where id in (select value from json_each(:ids)) and owner = :owner and status = 'running'
            returning id, cancel_requested
            """,
            {"ids": write_json(list(job_ids)), "owner": owner, "until": self._clock() + lease_s},
        )
        return {row["id"]: bool(row["cancel_requested"]) for row in rows}

    def record(self, owner: str, job_id: str, kind: str, payload: dict[str, Any]) -> int | None:
        """Append an event and make it the job's progress; return its sequence, None if the job is not the owner's."""
        event = {"id": job_id, "owner": owner, "kind": kind, "payload": write_json(payload), "now": self._clock()}
        with transaction(self._database):
            if not self._change(f"update jobs set progress = :payload where {_OWNED}", event):
                return None
            (sequence,) = self._database.execute(
                """
                insert into events (job_id, sequence, kind, payload, created_at)
                select :id, coalesce(max(sequence), 0) + 1, :kind, :payload, :now from events where job_id = :id
                returning sequence
                """,
                event,
            ).fetchone()
        return int(sequence)

    def persist(self, owner: str, job_id: str) -> bool:
        """Note that a job has got further for good: what it needed until now does not count as failed attempts.

        So a training whose worker is killed every hour still ends, and one that kills its worker at the same place
        three times is given up.
        """
        return self._change(f"update jobs set attempts = 1 where {_OWNED}", {"id": job_id, "owner": owner})

    def finish(self, owner: str, job_id: str, result: dict[str, Any]) -> bool:
        """End a job with its result; False, and no effect, if it is not the owner's any more."""
        return self._end(owner, job_id, "done", result=write_json(result))

    def fail(self, owner: str, job_id: str, error: str, detail: str | None = None) -> bool:
        """End a job with a line for the user and, if it is a fault of ours, the traceback; False as in ``finish``."""
        return self._end(owner, job_id, "failed", error=error, error_detail=detail)

    def cancelled(self, owner: str, job_id: str) -> bool:
        """End a job that was asked to stop and has; False as in ``finish``."""
        return self._end(owner, job_id, "cancelled")

    def release(self, owner: str, job_ids: Iterable[str]) -> None:
        """Give jobs back in good order: the attempt does not count. One that was asked to stop is cancelled."""
        self._database.execute(
            """
            update jobs set status = iif(cancel_requested, 'cancelled', 'queued'),
                finished_at = iif(cancel_requested, :now, null),
                owner = null, lease_until = null, started_at = null, progress = null, attempts = attempts - 1
            where id in (select value from json_each(:ids)) and owner = :owner and status = 'running'
            """,
            {"ids": write_json(list(job_ids)), "owner": owner, "now": self._clock()},
        )

    def announce_worker(self, owner: str, kinds: Sequence[str], *, pid: int, host: str) -> None:
        """Say that a worker is there; say it again every few seconds."""
        now = self._clock()
        workers.announce(self._database, Worker(owner, tuple(kinds), pid, host, started_at=now, seen_at=now))

    def live_workers(self, *, within_s: float = 15.0) -> list[Worker]:
        """Return the workers that were heard of lately, the longest-serving first."""
        return workers.heard_of(self._database, since=self._clock() - within_s)

    def retire_worker(self, owner: str) -> None:
        """Say that a worker has left."""
        workers.retire(self._database, owner)

    def recover(self, host: str) -> int:
        """Interrupt the jobs of this host's dead workers at once, not when their leases end; return how many.

        To be called by a starting worker before it announces itself: see ``workers.recover``.
        """
        return workers.recover(self._database, host)

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _database(self) -> Database:
        return self._connections.mine()

    def _one_or_none(self, sql: str, values: dict[str, Any]) -> Job | None:
        return next(iter(self._jobs(sql, values)), None)

    def _jobs(self, sql: str, values: dict[str, Any]) -> list[Job]:
        return [Job.from_row(row) for row in self._database.query(sql, values)]

    def _pressed(self, press: str | None) -> Job | None:
        """Return the job that an earlier press of the same button made, unless it has ended."""
        sql = "select jobs.* from jobs join presses on presses.job_id = jobs.id where presses.key = :press"
        job = self._one_or_none(sql, {"press": press})
        return None if job is None or job.ended else job

    def _count_queued(self, user: str) -> int:
        sql = "select count(*) from jobs where user = ? and status = 'queued'"
        return int(self._database.execute(sql, [user]).fetchone()[0])

    def _change(self, sql: str, values: dict[str, Any]) -> bool:
        """Run an update of one row; return whether there was one to change."""
        return self._database.execute(sql, values).rowcount == 1

    def _end(
        self,
        owner: str,
        job_id: str,
        status: str,
        *,
        result: str | None = None,
        error: str | None = None,
        error_detail: str | None = None,
    ) -> bool:
        return self._change(
            f"""
            update jobs set status = :status, finished_at = :now, lease_until = null,
                result = :result, error = :error, error_detail = :error_detail where {_OWNED}
            """,
            {
                "id": job_id,
                "owner": owner,
                "status": status,
                "now": self._clock(),
                "result": result,
                "error": error,
                "error_detail": error_detail,
            },
        )
