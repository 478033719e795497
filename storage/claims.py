"""Who is next: the ledger's claim order, and the one transaction that hands jobs to a worker.

A job can be claimed while it waits, and while it runs under a lease that has run out: that is the whole recovery.
The order is priority, then turn, then age. A job's turn is its place among its own user's jobs plus the number of
that user's jobs started lately, so that one user's hundred jobs do not keep the others waiting.
"""

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.database import transaction
from storage.records import Job, write_json

MAX_ATTEMPTS = 3
FAIRNESS_S = 60.0  # jobs started within this time count towards their user's turn

_ABANDONED = "(status = 'interrupted' or (status = 'running' and lease_until <= :now))"
# Not "queued or abandoned": written so, status and kind are both looked up in the index.
_CLAIMABLE = """
    status in ('queued', 'interrupted', 'running') and kind in (select value from json_each(:kinds))
    and (status != 'running' or lease_until <= :now) and (:only is null or id = :only)
"""
_ANYTHING = f"select exists (select 1 from jobs where {_CLAIMABLE})"
_ORDER = f"""
    with served as (
        select user, count(*) as jobs from jobs indexed by jobs_started
        where started_at > :now - {FAIRNESS_S} group by user
    ),
    claimable as (
        select id, kind, attempts, priority, created_at, jobs.rowid as age,
            row_number() over (partition by user order by priority desc, created_at, jobs.rowid)
            + coalesce(served.jobs, 0) as turn
        from jobs left join served using (user) where {_CLAIMABLE}
    )
    select id, kind, attempts from claimable order by priority desc, turn, created_at, age
"""
_CANCEL = f"""
    update jobs set status = 'cancelled', finished_at = :now, lease_until = null
    where {_ABANDONED} and cancel_requested
"""
_GIVE_UP = f"""
    update jobs set status = 'failed', finished_at = :now, lease_until = null,
        error = 'This job stopped the worker {MAX_ATTEMPTS} times and was given up: '
            || 'try a shorter melody or fewer takes.',
        error_detail = 'claimed ' || attempts || ' times without an answer, last by ' || coalesce(owner, 'nobody')
    where {_ABANDONED} and attempts >= {MAX_ATTEMPTS}
"""
_TAKE = """
    update jobs set status = 'running', owner = :owner, lease_until = :lease_until, started_at = :now,
        attempts = attempts + 1, progress = null
    where id in (select value from json_each(:ids)) returning *
"""


@dataclass(frozen=True)
class Wish:
    """What a worker wants: jobs of one of these kinds, up to ``limit``, or ``only`` the one job."""

    owner: str
    kinds: Sequence[str]
    limit: int
    lease_s: float
    only: str | None = None


def claim(database: Database, wish: Wish, now: float) -> list[Job]:
    """Hand the next jobs, all of one kind, to a worker, in claim order."""
    wanted: dict[str, Any] = {"kinds": write_json(list(wish.kinds)), "only": wish.only, "now": now}
    if not database.execute(_ANYTHING, wanted).fetchone()[0]:
        return []  # an idle worker takes no write lock
    with transaction(database):
        database.execute(_CANCEL, wanted)
        database.execute(_GIVE_UP, wanted)
        ids = _next_batch(database, wanted, wish.limit)
        taken = {"ids": write_json(ids), "owner": wish.owner, "lease_until": now + wish.lease_s, "now": now}
        jobs = {row["id"]: Job.from_row(row) for row in database.query(_TAKE, taken)}
    return [jobs[job_id] for job_id in ids]  # RETURNING keeps no order


def place(database: Database, job: Job, now: float) -> int | None:
    """Return the job's place, from 1, among all of its kind in claim order; None if it cannot be claimed."""
    wanted = {"kinds": write_json([job.kind]), "only": None, "now": now}
    with contextlib.closing(database.execute(_ORDER, wanted)) as rows:
        return next((number for number, (job_id, *_) in enumerate(rows, 1) if job_id == job.id), None)


def _next_batch(database: Database, wanted: dict[str, Any], limit: int) -> list[str]:
    """Return the next jobs' ids. One that may have stopped a worker goes alone: if it does so again, no other suffers.

    Without this, a batch with one deadly job in it would be given up as a whole.
    """
    with contextlib.closing(database.execute(_ORDER, wanted)) as rows:
        for first, kind, attempts in rows:
            if attempts:
                return [first]
            peers = (job_id for job_id, its_kind, its_attempts in rows if its_kind == kind and not its_attempts)
            return [first, *itertools.islice(peers, limit - 1)]
    return []
