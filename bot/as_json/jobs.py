"""A job on its way."""

from typing import Any

from bot import cards
from bot.as_json.compositions import summary_json
from bot.desk import Desk
from bot.outlook import outlook
from storage.jobs import WAITING, Job

OPEN = (*WAITING, "running")
TOLD = ("stage", "fraction", "epoch", "epochs", "eta_s")  # of an event; what else it has is told as an event


async def job_json(job: Job, desk: Desk) -> dict[str, Any]:
    """Return a job with its place in the queue, and with its takes when it is done."""
    place, wait_s = None, None
    if job.status in WAITING:
        seen = await outlook(desk, job)
        place, wait_s = seen.place, seen.wait_s
    is_composed = job.kind == "compose" and job.status == "done"
    entries = await desk.do(desk.history.for_job, job.id) if is_composed else []
    shared = await desk.do(desk.pages.open_of, job.user) if entries else set()
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.status,
        "about": subject(job),
        "progress": {name: job.progress[name] for name in TOLD if name in job.progress} if job.progress else None,
        "place": place,
        "wait_s": wait_s,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "error": job.error,
        "cancel_requested": job.cancel_requested,
        "takes": [summary_json(entry, shared) for entry in entries],
    }


def subject(job: Job) -> str:
    """Say what a job is about, without markup."""
    if job.kind == "survey":
        return str(job.origin.get("dataset", {}).get("name", "files"))
    if job.kind == "train":
        return f"Training {cards.plain(str(job.payload.get('name', '')))}"
    return cards.subject(job).replace("*", "").replace("`", "")
