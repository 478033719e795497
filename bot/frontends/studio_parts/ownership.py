"""Nobody sees what is not theirs: everything that an id names is fetched here, for its owner alone."""

from typing import TYPE_CHECKING

from bot.examples import HOUSE
from bot.frontends.studio_parts.service import Ask
from bot.library import find_take
from bot.refusals import Missing

if TYPE_CHECKING:
    from bot.as_json.jobs import Job
    from bot.library import Entry


async def own_job(ask: Ask) -> "Job":
    """Return the job that the path names.

    Raises:
        Missing: there is none of this user's.
    """
    wanted = ask.values["job"]
    job = await ask.desk.do(ask.desk.ledger.job, wanted)
    if job is None or job.user != ask.user:
        raise Missing(f"There is no job {wanted} of yours.")
    return job


async def seen_job(ask: Ask) -> "Job":
    """Return the job that the path names, if it is this user's or makes an example for everybody.

    Raises:
        Missing: it is neither.
    """
    job = await ask.desk.do(ask.desk.ledger.job, ask.values["job"])
    return job if job is not None and job.user == HOUSE else await own_job(ask)


async def own_take(ask: Ask) -> "Entry":
    """Return the take that the path names.

    Raises:
        Missing: there is none of this user's.
    """
    entry = await find_take(ask.desk, ask.guest.wish("show", ""), ask.values["composition"])
    if entry.user != ask.user:  # where it was shared in a chat others may see it: there, not here
        raise Missing(f"There is no composition {entry.id} of yours.")
    return entry
