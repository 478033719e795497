"""Who works: the roster of worker processes, and what becomes of a dead worker's jobs."""

import os

from sqlite_utils import Database

from storage.database import transaction
from storage.records import Worker, write_json


def announce(database: Database, worker: Worker) -> None:
    """Put a worker on the roster, or note that it was heard of again."""
    database.execute(
        """
        insert into workers (owner, kinds, pid, host, started_at, seen_at)
        values (:owner, :kinds, :pid, :host, :started_at, :seen_at)
        on conflict (owner) do update set kinds = excluded.kinds, seen_at = excluded.seen_at
        """,
        worker.to_json() | {"kinds": write_json(worker.kinds)},
    )


def heard_of(database: Database, *, since: float) -> list[Worker]:
    """Return the workers that were heard of since then, the longest-serving first."""
    rows = database.query("select * from workers where seen_at >= ? order by started_at, owner", [since])
    return [Worker.from_row(row) for row in rows]


def retire(database: Database, owner: str) -> None:
    """Take a worker off the roster."""
    database.execute("delete from workers where owner = ?", [owner])


def recover(database: Database, host: str) -> int:
    """Take this host's dead workers off the roster and interrupt their jobs; return how many jobs.

    The caller is a starting worker that has not announced itself: one on record under the caller's own process
    number is a dead predecessor too (in a container every worker may be number 1).
    """
    with transaction(database):
        known = database.query("select owner, pid from workers where host = ?", [host])
        dead = {
            "owners": write_json([row["owner"] for row in known if row["pid"] == os.getpid() or not lives(row["pid"])])
        }
        database.execute("delete from workers where owner in (select value from json_each(:owners))", dead)
        return database.execute(
            """
            update jobs set status = 'interrupted', lease_until = null, started_at = null, progress = null
            where status = 'running' and owner in (select value from json_each(:owners))
            """,
            dead,
        ).rowcount


def lives(pid: int) -> bool:
    """Whether there is a process of this number on this host."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, and is somebody else's
        return True
    return True
