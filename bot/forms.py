"""A take in another form (stems, sheet music): made once, when somebody wants it, and found again by the take."""

import hashlib
from collections.abc import Callable
from typing import Any

from bot.chat import MIB, Incoming
from bot.commands.exports import score_payload, stems_payload
from bot.desk import Desk
from bot.results import EXPORT
from bot.wishes import enqueue
from storage.history import Entry
from storage.jobs import Job

STEMS, SCORE = "stems", "score"
ZIP_BYTES = 200 * MIB  # beyond, the zip has MP3s instead of FLACs
TRIES = 5

_PAYLOADS: dict[str, Callable[[Entry], dict[str, object]]] = {
    STEMS: lambda entry: stems_payload(entry, ZIP_BYTES, apart=True),
    SCORE: score_payload,
}


async def find_form(form: str, entry: Entry, desk: Desk) -> Job | None:
    """Return the job that makes a take's form, if anybody has asked for it."""
    return await desk.do(lambda: desk.ledger.job(_free_id(form, entry, desk)))


async def make_form(form: str, entry: Entry, incoming: Incoming, desk: Desk) -> Job:
    """Return that job, made now if there is none, or only one that came to nothing.

    Raises:
        SettingError: this user has as many jobs waiting as the server allows.
    """
    known = await find_form(form, entry, desk)
    if known is not None and known.status not in ("failed", "cancelled"):
        return known
    job_id = await desk.do(_free_id, form, entry, desk)
    return await enqueue(incoming, desk, EXPORT, _PAYLOADS[form](entry), job_id=job_id)


def stems_json(entry: Entry, job: Job | None) -> dict[str, Any]:
    """Return how a take's stems stand."""
    base = f"/api/compositions/{entry.id}/stems"
    apart = _result(job).get("apart", [])
    stems = [{"number": stem["number"], "name": stem["name"], "url": f"{base}/{stem['number']}"} for stem in apart]
    return _standing(job) | {"stems": stems, "zip": f"{base}.zip" if apart else None}


def score_json(entry: Entry, job: Job | None) -> dict[str, Any]:
    """Return how a take's sheet music stands."""
    base, result = f"/api/compositions/{entry.id}/score", _result(job)
    pages = [f"{base}/pages/{number}" for number in range(1, len(result.get("pictures", [])) + 1)]
    return _standing(job) | {"musicxml": f"{base}/musicxml" if result else None, "pages": pages}


def _standing(job: Job | None) -> dict[str, Any]:
    status = "none" if job is None else {"done": "ready", "interrupted": "queued"}.get(job.status, job.status)
    return {
        "status": "none" if status == "cancelled" else status,
        "job_id": job.id if job else None,
        "error": job.error if job else None,
    }


def _result(job: Job | None) -> dict[str, Any]:
    return (job.result if job else None) or {}


def _free_id(form: str, entry: Entry, desk: Desk) -> str:
    """The id of the first try that has not come to nothing; the last one stays."""
    tries = [f"{form}:{entry.id}:{number}" for number in range(TRIES)]
    ids = [hashlib.sha256(one.encode()).hexdigest()[:12] for one in tries]
    jobs = [(job_id, desk.ledger.job(job_id)) for job_id in ids]
    alive = [job_id for job_id, job in jobs if job is None or job.status not in ("failed", "cancelled")]
    return alive[0] if alive else ids[-1]
