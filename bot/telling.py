"""How a job's end is told: in full, else with less and less of it, until something arrives or nothing is left."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from bot import cards
from bot.chat import FileRefused, Frontend, MessageGone, Place, PlaceClosed, Reply, Sent, Unreachable
from bot.desk import Desk
from bot.results import result_of
from bot.training_news import TrainingNews
from bot.trainings import TRAIN
from composer_core.errors import UserError
from storage.jobs import Job

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Teller:
    """Shows jobs in their messages. What it knows of them is in the database."""

    desk: Desk
    trainings: TrainingNews

    @classmethod
    def of(cls, desk: Desk) -> "Teller":
        """Put one together."""
        return cls(desk, TrainingNews(desk))

    async def progress(self, job: Job) -> Reply:
        """Return how far a job is that somebody works on."""
        return await self.trainings.course(job) if job.kind == TRAIN else cards.running(job)

    async def show_more(self, frontend: Frontend, job: Job) -> None:
        """Tell what a job has to tell beside its message; raises as ``Frontend.send``."""
        if job.kind == TRAIN:
            await self.trainings.samples(frontend, job)

    async def show(self, frontend: Frontend, job: Job, reply: Reply, key: str = "") -> None:
        """Edit the job's message, or post it and remember it; raises as ``Frontend.send``.

        A post is made under the job's id, so that one whose answer was lost does not appear twice.
        """
        is_training = job.kind == TRAIN
        place = await self.trainings.room(frontend, job) if is_training else Place.from_json(job.origin)
        posting = await self.desk.do(self.desk.postings.of, job.id)
        stands_alone = any(file.voice for file in reply.files)  # a voice message replaces nothing
        before = Sent(posting.channel, posting.message) if posting and not stands_alone else None
        sent = await frontend.send(place, replace(reply, key=key or job.id), before)
        if before is None:
            await self.desk.do(self.desk.postings.remember, job.id, sent.channel, sent.message)

    async def tell(self, frontend: Frontend, job: Job) -> None:
        """Tell a job's end with all that belongs to it.

        Raises:
            Refused: the platform will never take it.
            Unreachable: it may, later.
        """
        reply = await (self.trainings.ending(job) if job.kind == TRAIN else result_of(self.desk, job))
        try:
            try:
                await self.show_more(frontend, job)
                await self.show(frontend, job, reply)
            except MessageGone:
                await self._show_anew(frontend, job, reply, "again")
        except FileRefused:
            note = "-# The files are too large for this place: fetch them with /show in a conversation with me."
            await self.show(frontend, job, replace(reply, text=f"{reply.text}\n{note}", files=()))
        except PlaceClosed as error:
            await self._last_resort(frontend, job, reply, error)
        if job.kind == TRAIN:
            await self.trainings.announce(frontend, job)

    async def tell_plainly(self, frontend: Frontend, job: Job, why: object, *, is_last: bool) -> None:
        """Tell a job's end in words alone: in its message, in a new one, or to the person; else it waits in /history.

        Raises:
            Unreachable: the platform may take it later, and this is not the last try.
        """
        log.warning("the end of job %s is told in words alone: %s", job.id, why)
        async for tried in self._plain_ways(frontend, job, why):
            if tried is None:
                return
            if isinstance(tried, Unreachable) and not is_last:
                raise tried
            log.warning("job %s: %s", job.id, tried)
        log.error("the end of job %s could not be told: it waits in the history of %s", job.id, job.user)

    async def _plain_ways(self, frontend: Frontend, job: Job, why: object) -> AsyncIterator[Exception | None]:
        """Go one way after the other; yield what was wrong with it, None when it worked."""
        reply = cards.ended_in_words(job, str(why) if isinstance(why, UserError) else "")
        person = replace(reply, key=f"{job.id} person")
        for way in (
            lambda: self.show(frontend, job, reply, f"{job.id} words"),
            lambda: self._show_anew(frontend, job, reply, "words again"),
            lambda: frontend.send(_person(job), person),
        ):
            try:
                await way()
                yield None
            except Exception as error:  # whatever it is: the next way may do
                yield error

    async def _show_anew(self, frontend: Frontend, job: Job, reply: Reply, key: str) -> None:
        await self.desk.do(self.desk.postings.forget, job.id)
        await self.show(frontend, job, reply, key=f"{job.id} {key}")

    async def _last_resort(self, frontend: Frontend, job: Job, reply: Reply, error: PlaceClosed) -> None:
        """Write to the person, where the place has closed; if that fails too, say in words what is the matter."""
        try:
            text = f"{reply.text}\n-# I could not answer where you asked: {error}"
            await frontend.send(_person(job), replace(reply, text=text, key=f"{job.id} direct"))
        except (PlaceClosed, FileRefused) as closed:
            await self.tell_plainly(frontend, job, closed, is_last=False)


def _person(job: Job) -> Place:
    """The private conversation with who asked."""
    return replace(Place.from_json(job.origin), channel="", thread="", door="", source="", space="")
