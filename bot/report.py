"""Follows a job through the ledger, whoever works on it."""

import time
from collections.abc import Callable, Iterator

from composer_core.errors import Cancelled, UserError
from storage.jobs import Job, Ledger

POLL_S = 0.05
CHECK_S = 0.5


def follow(ledger: Ledger, job_id: str, *, check: Callable[[], None] = lambda: None) -> Iterator[Job]:
    """Yield the job at first, whenever its status or progress changes, and last when it has ended.

    ``check`` is called now and then while the job has not ended.
    """
    seen: object = None
    next_check = time.monotonic()
    while (job := ledger.job(job_id)) is not None:
        if (job.status, job.progress) != seen:
            seen = (job.status, job.progress)
            yield job
        if job.ended:
            return
        if time.monotonic() >= next_check:
            check()
            next_check = time.monotonic() + CHECK_S
        time.sleep(POLL_S)


class JobFault(Exception):
    """A job failed by a fault of ours; ``str()`` is the apology."""


def raise_unless_done(job: Job) -> None:
    """Raise what became of a job that has ended without a result.

    Raises:
        UserError: the user can mend it. A fault of ours is told from it by the traceback that it carries.
        JobFault: it was our fault.
        Cancelled: somebody cancelled it.
    """
    if job.status == "cancelled":
        raise Cancelled(f"Job {job.id} was cancelled.")
    if job.status == "failed" and job.error_detail:
        raise JobFault(job.error)
    if job.status == "failed":
        raise UserError(job.error)
