"""Where a training is watched, and everything that is told there: its course, samples, the finished genre."""

import contextlib
import logging
from dataclasses import dataclass, field, replace

from bot import training_cards as cards
from bot.chat import FileRefused, Frontend, Place, PlaceClosed, Refused, Reply
from bot.desk import Desk
from bot.results import fit
from bot.training_cards import Course
from bot.trainings import TRAIN, root_of
from storage.jobs import Job

ROOM, OPENING, NEWS = "room", "opening", "news"
"""Parts of a training that have a message each, beside its course: the thread where it is watched, the message that it
hangs under, and the announcement."""

MOST_JOBS = 100  # of one user's that are looked through for those of one training

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingNews:
    """What it knows of trainings is in the database; it only remembers what it has read there already."""

    desk: Desk
    _courses: dict[str, Course] = field(default_factory=dict)

    async def room(self, frontend: Frontend, job: Job) -> Place:
        """Return where a training is watched: a thread of its own, where the place has threads; it is opened once.

        Raises as ``Frontend.send``.
        """
        place, postings = Place.from_json(job.origin), self.desk.postings
        if place.thread or place.door:
            return place
        posting = await self.desk.do(postings.of, job.id, ROOM)
        if posting is None:
            title = f"Training {job.payload['name']}"
            opening = replace(cards.beginning_card(job), thread_title=title, key=f"{job.id}.{ROOM}")
            sent = await frontend.send(place, opening)
            thread = sent.thread or sent.channel
            part = OPENING if sent.thread else ""  # no threads here: the message itself becomes the training's
            await self.desk.do(postings.remember, job.id, sent.channel, sent.message, part)
            await self.desk.do(postings.remember, job.id, thread, sent.message, ROOM)
        else:
            thread = posting.channel
        return place if thread == place.channel else replace(place, thread=thread, source="")

    async def course(self, job: Job) -> Reply:
        """Return how far a training is."""
        return await self.desk.do(cards.course_card, job, await self._told(job), self.desk.files)

    async def ending(self, job: Job) -> Reply:
        """Return how a training has ended."""
        course = await self._told(job)
        if job.status == "done":
            reply = await self.desk.do(cards.genre_card, job, self.desk.files)
            return await fit(self.desk, Place.from_json(job.origin), reply, job.user)
        others = await self.desk.do(self.desk.watch.trainings_of, str(job.payload["name"]))
        return await self.desk.do(cards.stopped_card, job, course, self.desk.files, goes_on=bool(others))

    async def samples(self, frontend: Frontend, job: Job) -> None:
        """Post the samples that nobody has heard yet, each once; where nothing can be said, none."""
        course = await self._told(job)
        told = await self.desk.do(self._parts_told, job) if course.samples else set()
        while course.samples:
            part = f"s{course.samples[0]['epoch']}"
            if part not in told:
                card = await self.desk.do(cards.sample_card, job, course.samples[0], self.desk.files)
                await self._post(frontend, job, await self.room(frontend, job), card, part)
            del course.samples[0]

    async def announce(self, frontend: Frontend, job: Job) -> None:
        """Post the finished genre where the training was begun, once, if it was watched somewhere else.

        After that nothing of it is remembered any more.
        """
        self._courses.pop(job.id, None)
        place = replace(Place.from_json(job.origin), source="")
        told = await self.desk.do(self.desk.postings.all_of, job.id)
        with contextlib.suppress(PlaceClosed):
            if job.status != "done" or NEWS in told or not (await self.room(frontend, job)).thread:
                return
            card = await self.desk.do(cards.genre_card, job, self.desk.files)
            await self._post(frontend, job, replace(place, thread=""), card, NEWS)

    async def _post(self, frontend: Frontend, job: Job, place: Place, reply: Reply, part: str) -> None:
        try:
            reply = await fit(self.desk, place, reply, job.user)
            sent = await frontend.send(place, replace(reply, key=f"{job.id}.{part}"))
        except (PlaceClosed, FileRefused, Refused) as error:
            log.warning("%s of training %s could not be told: %s", part, job.id, error)
        else:
            await self.desk.do(self.desk.postings.remember, job.id, sent.channel, sent.message, part)

    def _parts_told(self, job: Job) -> set[str]:
        """The parts that have a message already, also of an earlier job that this one has taken up."""
        root = root_of(job)
        jobs = self.desk.watch.of_kind(job.user, TRAIN, limit=MOST_JOBS) if root != job.id else []
        return self.desk.postings.parts_of({job.id, root, *(one.id for one in jobs if root_of(one) == root)})

    async def _told(self, job: Job) -> Course:
        """Return what a training has told so far."""
        course = self._courses.setdefault(job.id, Course())
        for event in await self.desk.do(self.desk.ledger.events, job.id, course.seen):
            course.take(event)
        return course
