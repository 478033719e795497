"""One look at the ledger for all who follow jobs, however many they are."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.as_json.jobs import job_json
from bot.as_json.trainings import Event, event_json
from bot.desk import Desk

POLL_S = 0.2
PLACE_S = 2.0  # a waiting job's place is looked at again
ENDED = ("done", "failed", "cancelled")

log = logging.getLogger(__name__)


@dataclass
class Topic:
    """One job as its followers are told of it: frames as they go over the line, made once for all.

    ``told`` are the events from the first on, each (sequence, frame), ``last`` is the sequence of the latest; ``state``
    is the latest frame of the job itself, ``version`` counts them; ``end`` comes when all was told.
    """

    told: list[tuple[int, bytes]] = field(default_factory=list)
    last: int = 0
    state: bytes = b""
    version: int = 0
    end: bytes = b""
    followers: int = 0
    seen: object = None
    looked_s: float = 0.0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, event: Event) -> None:
        """Add an event; one that cannot be told is passed over rather than tried for ever."""
        self.last = event.sequence
        self.told.append((event.sequence, frame(event.kind, event_json(event), event.sequence)))

    def announce(self) -> None:
        """Wake every follower."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def news(self, within_s: float) -> bool:
        """Wait until something was announced; False if nothing was within this time."""
        try:
            await asyncio.wait_for(self._changed.wait(), within_s)
        except TimeoutError:
            return False
        return True


class Feed:
    """Topics of the jobs that somebody follows. ``run`` polls; without followers it rests."""

    def __init__(self, desk: Desk, poll_s: float = POLL_S) -> None:
        self.desk, self.poll_s = desk, poll_s
        self.looks = 0
        """How often the ledger was asked for news."""
        self._topics: dict[str, Topic] = {}
        self._wanted = asyncio.Event()

    async def run(self) -> None:
        """Look at the ledger until cancelled."""
        while True:
            await self._wanted.wait()
            try:
                await self._look()
            except Exception:  # a full disk must not end this loop: the next look may succeed
                log.exception("the followed jobs could not be looked at")
            await asyncio.sleep(self.poll_s)

    @asynccontextmanager
    async def follow(self, job_id: str) -> AsyncIterator[Topic]:
        """Follow a job; its topic fills up from the next look on."""
        topic = self._topics.setdefault(job_id, Topic())
        topic.followers += 1
        self._wanted.set()
        try:
            yield topic
        finally:
            topic.followers -= 1
            if not topic.followers:
                self._topics.pop(job_id, None)
                if not self._topics:
                    self._wanted.clear()

    @property
    def followers(self) -> int:
        """How many follow something."""
        return sum(topic.followers for topic in self._topics.values())

    async def _look(self) -> None:
        """Ask for states first and news second: when a job has ended, its last event is among the news."""
        topics = {job_id: topic for job_id, topic in self._topics.items() if not topic.end}
        if not topics:
            return
        self.looks += 1
        states = {state.job_id: state for state in await self.desk.do(self.desk.watch.states, list(topics))}
        news = await self.desk.do(self.desk.watch.news, {job_id: topic.last for job_id, topic in topics.items()})
        for job_id, topic in topics.items():
            before = (topic.version, topic.last)
            try:
                for event in (one for one in news if one.job_id == job_id):
                    topic.tell(event)
                await self._refresh(job_id, topic, states.get(job_id))
            except Exception:  # of one job: the others are told of all the same
                log.exception("job %s could not be told of", job_id)
            if topic.end or (topic.version, topic.last) != before:
                topic.announce()

    async def _refresh(self, job_id: str, topic: Topic, state: Any) -> None:  # noqa: ANN401 - of storage.watch
        """Bring the job's own frame up to date, and the end when it has come."""
        now = asyncio.get_running_loop().time()
        waits = state is not None and state.status not in (*ENDED, "running")
        if state == topic.seen and topic.version and not (waits and now - topic.looked_s >= PLACE_S):
            return
        topic.seen, topic.looked_s = state, now
        job = await self.desk.do(self.desk.ledger.job, job_id) if state is not None else None
        data = await job_json(job, self.desk) if job else None
        made = frame("job", data)
        topic.version += made != topic.state
        topic.state = made
        if state is None or state.status in ENDED:
            topic.end = frame("end", data)


def frame(kind: str, data: object, sequence: int | None = None) -> bytes:
    """Return one server-sent event."""
    name = "".join(kind.split())
    number = f"id: {sequence}\n" if sequence is not None else ""
    return f"{number}event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()
