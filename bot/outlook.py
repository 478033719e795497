"""How long a job will have to wait, as far as one can tell."""

import math
from dataclasses import dataclass

from bot.desk import Desk
from storage.jobs import Job

BATCH = 8  # jobs that a worker claims at once: they wait together


@dataclass(frozen=True)
class Outlook:
    """A waiting job's ``place`` in the queue of its kind, the wait until it is done, and whether anybody is there."""

    place: int | None
    wait_s: float | None
    has_worker: bool


async def outlook(desk: Desk, job: Job) -> Outlook:
    """Look where a job stands."""
    ledger = desk.ledger
    place = await desk.do(ledger.place, job.id)
    typical_s = await desk.do(ledger.typical_s, job.kind)
    workers = await desk.do(ledger.live_workers)
    wait_s = None if typical_s is None or place is None else typical_s * math.ceil(place / BATCH)
    return Outlook(place, wait_s, any(job.kind in worker.kinds for worker in workers))
