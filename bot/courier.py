"""Brings every job's news to the message that shows it, until its end was told. All it knows is in the database.

A restarted bot therefore takes up every job where it was: the message is edited on, and a job that ended meanwhile is
told of. The end is told at least once; a message already posted is edited rather than posted again. Nothing is tried
for ever: what a platform will not have, or we cannot make, is told in words alone and then counts as told.
"""

import asyncio
import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import cards
from bot.chat import Frontend, MessageGone, PlaceClosed, Refused, Reply, Unreachable
from bot.desk import Desk
from bot.outlook import outlook
from bot.telling import Teller
from storage.jobs import ENDED, WAITING, Job
from storage.postings import Glance

POLL_S = 0.2
WAIT_REFRESH_S = 10.0  # place and time in the queue are looked at again
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0  # after a fault of the platform's, or of ours
MOST_FAULTS = 6  # of ours, for one job: about a minute
PATIENCE_S = 24 * 3600.0  # with a platform that cannot be reached
AT_ONCE = 16
GRACE_S = 2.0  # for what is on its way when the bot is stopped

log = logging.getLogger(__name__)


@dataclass
class _Letter:
    """What is known of a job's message in this process."""

    seen: object = None
    shown: str = ""
    not_before: float = 0.0
    """After a fault."""
    next_edit: float = 0.0
    """Of progress: a job's end waits for no pace."""
    pause_s: float = FIRST_PAUSE_S
    faults: int = 0
    since: float | None = None
    """When the platform went out of reach, on the clock of ``time.monotonic``."""
    gone: bool = False
    task: "asyncio.Task[None] | None" = None


@dataclass
class Courier:
    """Follows the jobs of every frontend."""

    desk: Desk
    frontends: Mapping[str, Frontend]
    poll_s: float = POLL_S
    teller: Teller = field(init=False)
    _letters: dict[str, _Letter] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def __post_init__(self) -> None:
        self.teller = Teller.of(self.desk)

    async def run(self) -> None:
        """Follow jobs until cancelled."""
        try:
            while True:
                await self._round()
                await asyncio.sleep(self.poll_s)
        finally:
            await self._finish()

    async def _finish(self) -> None:
        """Let what is being told come to its end: else a message would stand there that nobody remembers."""
        telling = [letter.task for letter in self._letters.values() if letter.task and not letter.task.done()]
        if telling:
            await asyncio.wait(telling, timeout=GRACE_S)
        for task in telling:
            task.cancel()

    async def _round(self) -> None:
        open_jobs: set[str] = set()
        for name, frontend in self.frontends.items():
            try:
                glances = await self.desk.do(self.desk.postings.unreported, name)
            except Exception:  # a full disk must not end this loop: the next round may succeed
                log.exception("cannot read what is to be told on %s", name)
                return
            open_jobs |= {glance.job_id for glance in glances}
            for glance in glances:
                self._consider(frontend, glance)
        for job_id in self._letters.keys() - open_jobs:
            if (task := self._letters[job_id].task) is None or task.done():
                del self._letters[job_id]

    def _consider(self, frontend: Frontend, glance: Glance) -> None:
        letter = self._letters.setdefault(glance.job_id, _Letter())
        now = time.monotonic()
        if letter.task and not letter.task.done():
            return
        turn = math.floor(now / WAIT_REFRESH_S) if glance.status in WAITING else None
        seen = (glance.status, glance.progress, turn)
        is_early = now < letter.not_before or (now < letter.next_edit and glance.status not in ENDED)
        if seen == letter.seen or is_early:
            return
        letter.seen = seen
        letter.task = asyncio.create_task(self._tell(frontend, glance.job_id, letter))

    async def _tell(self, frontend: Frontend, job_id: str, letter: _Letter) -> None:
        try:
            async with self._slots:
                job = await self.desk.do(self.desk.ledger.job, job_id)
                if job is None:
                    return
                if job.status in ENDED:
                    await self._conclude(frontend, job, letter)
                elif not letter.gone:
                    await self._update(frontend, job, letter)
            letter.pause_s, letter.faults, letter.since = FIRST_PAUSE_S, 0, None
        except Unreachable as error:
            letter.since = letter.since or time.monotonic()
            self._put_off(letter, job_id, error)
        except Exception as error:
            letter.faults += 1
            log.exception("job %s could not be told of", job_id)
            self._put_off(letter, job_id, error)

    def _put_off(self, letter: _Letter, job_id: str, error: Exception) -> None:
        """Try once more in a while, which is longer every time."""
        log.warning("job %s: %s: once more in %g s", job_id, error, letter.pause_s)
        letter.seen, letter.not_before = None, time.monotonic() + letter.pause_s
        letter.pause_s = min(2 * letter.pause_s, LONGEST_PAUSE_S)

    async def _update(self, frontend: Frontend, job: Job, letter: _Letter) -> None:
        """Show a job that has not ended; whoever deleted the message, or shut us out, has seen enough of progress."""
        if not shows_progress(job):
            return
        reply = await self._progress(job)
        try:
            if reply.text != letter.shown:
                letter.next_edit = time.monotonic() + frontend.pace_s
                await self.teller.show(frontend, job, reply)
                letter.shown = reply.text
            await self.teller.show_more(frontend, job)
        except (MessageGone, PlaceClosed, Refused) as error:
            log.info("no more progress of job %s: %s", job.id, error)
            letter.gone = True

    async def _progress(self, job: Job) -> Reply:
        if job.status not in WAITING:
            return await self.teller.progress(job)
        seen = await outlook(self.desk, job)
        return cards.waiting(job, seen.place, seen.wait_s, seen.has_worker)

    async def _conclude(self, frontend: Frontend, job: Job, letter: _Letter) -> None:
        """Tell a job's end, and note that it was told; what cannot be told in full is told in words, in the end not."""
        is_late = letter.since is not None and time.monotonic() - letter.since > PATIENCE_S
        try:
            if letter.faults >= MOST_FAULTS or is_late:
                raise Refused(f"{letter.faults} faults of ours, or the platform is away for too long")
            await self.teller.tell(frontend, job)
        except Refused as why:
            await self.teller.tell_plainly(frontend, job, why, is_last=is_late)
        await self.desk.do(self.desk.ledger.mark_reported, job.id)


def shows_progress(job: Job) -> bool:
    """Whether a job's way is shown. Not of a voice message, which cannot take an earlier message's place."""
    return not (job.kind == "export" and job.payload.get("form") == "voice")
