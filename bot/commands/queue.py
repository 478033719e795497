"""/queue and /cancel: the asker's own jobs; of the others' only how many there are."""

from collections.abc import AsyncIterator

from bot.cards import STAGES, subject
from bot.chat import Choice, Incoming, Reply, Select
from bot.command import Command, Option
from bot.desk import Desk
from composer_core.errors import UserError
from storage.jobs import WAITING, Job

OPEN = (*WAITING, "running")


async def queue(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """List the asker's open jobs with their places."""
    own = await desk.do(desk.ledger.jobs, user=incoming.user.id, statuses=OPEN, limit=25)
    everyone = await desk.do(desk.ledger.count, OPEN)
    composers = sum("compose" in worker.kinds for worker in await desk.do(desk.ledger.live_workers))
    lines = [await _line(job, desk) for job in own] or ["You have no job open."]
    lines.append(f"-# {everyone - len(own)} of others, {composers} composer{'' if composers == 1 else 's'} at work")
    choices = tuple(Choice(job.id, f"Cancel {job.id}: {subject(job)}".replace("*", "")[:100]) for job in own)
    yield Reply("\n".join(lines), rows=(Select("Cancel one …", "cancel", choices),) if choices else ())


async def cancel(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Cancel one of the asker's own jobs."""
    wanted = (incoming.text("value") or incoming.text("id")).lower()
    before = await desk.do(desk.ledger.job, wanted)
    if before is None or before.user != incoming.user.id:
        raise UserError(f"There is no job {wanted[:40]!r} of yours: see them with /queue.")
    job = await desk.do(desk.ledger.cancel, wanted, user=incoming.user.id) or before
    if before.ended:
        yield Reply(f"Job `{job.id}` is {job.status} already.")
    elif job.status == "cancelled":
        yield Reply(f"Cancelled: `{job.id}`.")
    else:
        yield Reply(f"Job `{job.id}` is told to stop.")


async def complete_job(incoming: Incoming, desk: Desk, typed: str) -> list[Choice]:
    """Propose the asker's open jobs."""
    jobs = await desk.do(desk.ledger.jobs, user=incoming.user.id, statuses=OPEN, limit=25)
    return [Choice(job.id, f"{job.id}: {subject(job)}".replace("*", "")) for job in jobs if typed.strip() in job.id]


async def _line(job: Job, desk: Desk) -> str:
    if job.status in WAITING:
        return f"⏳ `{job.id}` {subject(job)}: place {await desk.do(desk.ledger.place, job.id) or 1}"
    progress = job.progress or {}
    stage = str(progress.get("stage", "load"))
    return f"🎼 `{job.id}` {subject(job)}: {STAGES.get(stage, stage)} {float(progress.get('fraction', 0)):.0%}"


JOB = Option("id", "the job's id, or choose from yours", required=True, complete=complete_job, high=40)
COMMANDS = (
    Command("queue", "Your jobs, and how long the queue is", queue),
    Command("cancel", "Cancel one of your jobs", cancel, (JOB,)),
)
