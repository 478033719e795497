"""A take's stems to play one by one: recorded once, when somebody wants them."""

import hashlib
from typing import Any

from bot.chat import MIB, Incoming
from bot.commands.exports import stems_payload
from bot.desk import Desk
from bot.results import EXPORT
from bot.wishes import enqueue
from storage.history import Entry
from storage.jobs import Job

ZIP_BYTES = 200 * MIB  # beyond, the zip has MP3s instead of FLACs
TRIES = 5


async def find_stems(entry: Entry, desk: Desk) -> Job | None:
    """Return the job that records a take's stems, if anybody has asked for it."""
    return await desk.do(lambda: desk.ledger.job(_free_id(entry, desk)))


async def make_stems(entry: Entry, incoming: Incoming, desk: Desk) -> Job:
    """Return that job, made now if there is none, or only one that came to nothing.

    Raises:
        SettingError: this user has as many jobs waiting as the server allows.
    """
    known = await find_stems(entry, desk)
    if known is not None and known.status not in ("failed", "cancelled"):
        return known
    payload = stems_payload(entry, ZIP_BYTES, apart=True)
    return await enqueue(incoming, desk, EXPORT, payload, job_id=await desk.do(_free_id, entry, desk))


def stems_json(entry: Entry, job: Job | None) -> dict[str, Any]:
    """Return how a take's stems stand."""
    base = f"/api/compositions/{entry.id}/stems"
    status = "none" if job is None else {"done": "ready", "interrupted": "queued"}.get(job.status, job.status)
    apart = (job.result or {}).get("apart", []) if job else []
    return {
        "status": "none" if status == "cancelled" else status,
        "job_id": job.id if job else None,
        "error": job.error if job else None,
        "stems": [
            {"number": stem["number"], "name": stem["name"], "url": f"{base}/{stem['number']}"} for stem in apart
        ],
        "zip": f"{base}.zip" if apart else None,
    }


def _free_id(entry: Entry, desk: Desk) -> str:
    """The id of the first try that has not come to nothing; the last one stays."""
    tries = [f"stems:{entry.id}:{number}" for number in range(TRIES)]
    ids = [hashlib.sha256(one.encode()).hexdigest()[:12] for one in tries]
    jobs = [(job_id, desk.ledger.job(job_id)) for job_id in ids]
    alive = [job_id for job_id, job in jobs if job is None or job.status not in ("failed", "cancelled")]
    return alive[0] if alive else ids[-1]
