"""Brings every job's news to the message that shows it, until its end was told. All it knows is in the database.

A restarted bot therefore takes up every job where it was: the message is edited on, and a job that ended meanwhile is
told of. The end is told at least once; a message already posted is edited rather than posted again.
"""

import asyncio
import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot import cards
from bot.chat import FileRefused, Frontend, MessageGone, Place, PlaceClosed, Reply, Sent
from bot.desk import Desk
from bot.outlook import outlook
from bot.results import result_of
from storage.jobs import ENDED, WAITING, Job
from storage.postings import Glance

POLL_S = 0.2
WAIT_REFRESH_S = 10.0  # place and time in the queue are looked at again
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0  # after a fault of the platform's
AT_ONCE = 16

log = logging.getLogger(__name__)


@dataclass
class _Letter:
    """What is known of a job's message in this process."""

    seen: object = None
    shown: str = ""
    not_before: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    gone: bool = False
    task: "asyncio.Task[None] | None" = None


@dataclass
class Courier:
    """Follows the jobs of every frontend."""

    desk: Desk
    frontends: Mapping[str, Frontend]
    poll_s: float = POLL_S
    _letters: dict[str, _Letter] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self) -> None:
        """Follow jobs until cancelled."""
        try:
            while True:
                await self._round()
                await asyncio.sleep(self.poll_s)
        finally:
            for letter in self._letters.values():
                if letter.task:
                    letter.task.cancel()

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
        if seen == letter.seen or now < letter.not_before:
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
            letter.pause_s = FIRST_PAUSE_S
        except Exception:
            log.exception("job %s could not be told of: once more in %g s", job_id, letter.pause_s)
            letter.seen, letter.not_before = None, time.monotonic() + letter.pause_s
            letter.pause_s = min(2 * letter.pause_s, LONGEST_PAUSE_S)

    async def _update(self, frontend: Frontend, job: Job, letter: _Letter) -> None:
        """Show a job that has not ended; whoever deleted the message, or shut us out, has seen enough of progress."""
        if not shows_progress(job):
            return
        reply = await self._progress(job)
        if reply.text == letter.shown:
            return
        try:
            await self._show(frontend, job, reply)
        except (MessageGone, PlaceClosed) as error:
            log.info("no more progress of job %s: %s", job.id, error)
            letter.gone = True
        letter.shown = reply.text
        letter.not_before = time.monotonic() + frontend.pace_s

    async def _progress(self, job: Job) -> Reply:
        if job.status not in WAITING:
            return cards.running(job)
        seen = await outlook(self.desk, job)
        return cards.waiting(job, seen.place, seen.wait_s, seen.has_worker)

    async def _conclude(self, frontend: Frontend, job: Job, letter: _Letter) -> None:
        reply = await result_of(self.desk, job)
        try:
            try:
                await self._show(frontend, job, reply)
            except MessageGone:
                await self.desk.do(self.desk.postings.forget, job.id)
                await self._show(frontend, job, reply, key=f"{job.id} again")
        except FileRefused:
            note = "-# The files are too large for this place: fetch them with /show in a conversation with me."
            await self._show(frontend, job, replace(reply, text=f"{reply.text}\n{note}", files=()))
        except PlaceClosed as error:
            await self._last_resort(frontend, job, reply, error)
        await self.desk.do(self.desk.ledger.mark_reported, job.id)

    async def _show(self, frontend: Frontend, job: Job, reply: Reply, key: str = "") -> None:
        """Edit the job's message, or post it and remember it.

        A post is made under the job's id, so that one whose answer was lost does not appear twice.
        """
        place = Place.from_json(job.origin)
        posting = await self.desk.do(self.desk.postings.of, job.id)
        stands_alone = any(file.voice for file in reply.files)  # a voice message replaces nothing
        before = Sent(posting.channel, posting.message) if posting and not stands_alone else None
        sent = await frontend.send(place, replace(reply, key=key or job.id), before)
        if before is None:
            await self.desk.do(self.desk.postings.remember, job.id, sent.channel, sent.message)

    async def _last_resort(self, frontend: Frontend, job: Job, reply: Reply, error: PlaceClosed) -> None:
        """Write to the person, where the place has closed, in the end without files; the rest waits in /history."""
        person = replace(Place.from_json(job.origin), channel="", thread="", door="", source="", space="")
        text = f"{reply.text}\n-# I could not answer where you asked: {error}"
        for files in (reply.files, ()) if reply.files else ((),):
            try:
                await frontend.send(person, replace(reply, text=text, files=files, key=f"{job.id} direct"))
                return
            except (PlaceClosed, FileRefused) as closed:
                log.warning("the end of job %s could not be told: %s; %s", job.id, error, closed)


def shows_progress(job: Job) -> bool:
    """Whether a job's way is shown. Not of a voice message, which cannot take an earlier message's place."""
    return not (job.kind == "export" and job.payload.get("form") == "voice")
