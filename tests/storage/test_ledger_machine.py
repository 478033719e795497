"""The ledger under random interleavings, beside a model of what it promises."""

import os
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from storage.claims import FAIRNESS_S, MAX_ATTEMPTS
from storage.jobs import ENDED, STATUSES, WAITING, Job, Ledger, QueueFull

LEASE_S = 10.0
CAP = 6
OWNERS = st.sampled_from(["w1", "w2"])
WHO = st.sampled_from(["its owner", "its owner", "w1", "w2"])
KINDS = st.sampled_from(["compose", "train"])
USERS = st.sampled_from(["ann", "bob", "cy"])


@dataclass
class Model:
    """What a job should be like."""

    id: str
    kind: str
    user: str
    priority: int
    age: int
    status: str = "queued"
    owner: str | None = None
    lease_until: float = 0.0
    started_at: float | None = None
    attempts: int = 0
    asked_to_stop: bool = False
    events: int = 0
    reported: bool = False

    def abandoned(self, now: float) -> bool:
        return self.status == "interrupted" or (self.status == "running" and self.lease_until <= now)


def claim_order(models: list[Model], kinds: list[str], now: float) -> list[Model]:
    """Priority, then turn, then age: the fairness rule, said once more in another way."""
    served = Counter(m.user for m in models if m.started_at is not None and m.started_at > now - FAIRNESS_S)
    claimable = [m for m in models if m.kind in kinds and (m.status == "queued" or m.abandoned(now))]

    def turn(model: Model) -> int:
        own = sorted((m for m in claimable if m.user == model.user), key=lambda m: (-m.priority, m.age))
        return 1 + own.index(model) + served[model.user]

    return sorted(claimable, key=lambda m: (-m.priority, turn(m), m.age))


class LedgerMachine(RuleBasedStateMachine):
    jobs = Bundle("jobs")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.now = 1_000_000.0
        path = Path(self.folder.name) / "tutti.db"
        # Two, as two processes would have: neither may keep anything to itself.
        self.ledgers = [Ledger(path, clock=lambda: self.now, queued_per_user=CAP) for _ in range(2)]
        self.models: dict[str, Model] = {}
        self.ends: Counter[str] = Counter()
        self.snapshots: dict[str, Job] = {}

    def teardown(self) -> None:
        """Whatever happened: workers that go on working bring every job to its end."""
        if hasattr(self, "folder"):
            self.now += LEASE_S
            while jobs := self.ledger.claim("last", ["compose", "train"], lease_s=LEASE_S):
                assert all(self.ledger.finish("last", job.id, {}) for job in jobs)
            assert all(job.ended for job in self.ledger.jobs(limit=1000))
            del self.ledgers
            self.folder.cleanup()

    @property
    def ledger(self) -> Ledger:
        self.ledgers.reverse()
        return self.ledgers[0]

    @rule(target=jobs, kind=KINDS, user=USERS, priority=st.integers(0, 1))
    def enqueue(self, kind, user, priority):
        job_id = f"job-{len(self.models)}"
        waiting = sum(m.user == user and m.status == "queued" for m in self.models.values())
        if waiting >= CAP:
            with pytest.raises(QueueFull):
                self.ledger.enqueue(job_id, kind, {}, user=user, priority=priority)
            return multiple()
        self.ledger.enqueue(job_id, kind, {}, user=user, priority=priority)
        self.models[job_id] = Model(job_id, kind, user, priority, age=len(self.models))
        return job_id

    @rule(job_id=jobs)
    def enqueue_again(self, job_id):
        assert self.ledger.enqueue(job_id, "other kind", {"other": 1}).kind == self.models[job_id].kind

    @rule(owner=OWNERS, kinds=st.sampled_from([["compose"], ["train"], ["train", "compose"]]), limit=st.integers(1, 4))
    def claim(self, owner, kinds, limit):
        claimed = self.ledger.claim(owner, kinds, limit=limit, lease_s=LEASE_S)
        if claim_order(list(self.models.values()), kinds, self.now):
            self._tidy()
        order = claim_order(list(self.models.values()), kinds, self.now)
        expected = order[:1]
        if order and not order[0].attempts:
            expected = [m for m in order if m.kind == order[0].kind and not m.attempts][:limit]
        assert [job.id for job in claimed] == [m.id for m in expected]
        for model in expected:
            model.status, model.owner, model.attempts = "running", owner, model.attempts + 1
            model.lease_until, model.started_at = self.now + LEASE_S, self.now

    def _tidy(self) -> None:
        """Model what a claim does first: abandoned jobs that must not run again end."""
        for model in self.models.values():
            if model.abandoned(self.now) and model.asked_to_stop:
                self._end(model, "cancelled")
            elif model.abandoned(self.now) and model.attempts >= MAX_ATTEMPTS:
                self._end(model, "failed")

    @rule(seconds=st.sampled_from([0.5, LEASE_S / 2, LEASE_S, FAIRNESS_S]))
    def advance(self, seconds):
        self.now += seconds

    @rule(owner=OWNERS)
    def heartbeat(self, owner):
        owned = [model for model in self.models.values() if self._owns(owner, model)]
        answer = self.ledger.heartbeat(owner, list(self.models), lease_s=LEASE_S)
        assert answer == {model.id: model.asked_to_stop for model in owned}
        for model in owned:
            model.lease_until = self.now + LEASE_S

    @rule(who=WHO, job_id=jobs)
    def record(self, who, job_id):
        model = self.models[job_id]
        owner = self._name(who, model)
        model.events += self._owns(owner, model)
        expected = model.events if self._owns(owner, model) else None
        assert self.ledger.record(owner, job_id, "progress", {"by": owner}) == expected

    @rule(who=WHO, job_id=jobs, end=st.sampled_from(["done", "failed", "cancelled"]))
    def end(self, who, job_id, end):
        model = self.models[job_id]
        owner = self._name(who, model)
        if end == "done":
            succeeded = self.ledger.finish(owner, job_id, {"by": owner})
        elif end == "failed":
            succeeded = self.ledger.fail(owner, job_id, "why")
        else:
            succeeded = self.ledger.cancelled(owner, job_id)
        assert succeeded == self._owns(owner, model)
        if succeeded:
            self._end(model, end)

    @rule(who=WHO, job_id=jobs)
    def release(self, who, job_id):
        model = self.models[job_id]
        owner = self._name(who, model)
        self.ledger.release(owner, [job_id])
        if self._owns(owner, model):
            model.owner, model.started_at, model.attempts = None, None, model.attempts - 1
            if model.asked_to_stop:
                self._end(model, "cancelled")
            else:
                model.status = "queued"

    @rule(owner=OWNERS)
    def die(self, owner):
        """A worker dies, and the next one on its host notices (under our own number: a dead predecessor)."""
        self.ledger.announce_worker(owner, [], pid=os.getpid(), host="here")
        orphans = [m for m in self.models.values() if self._owns(owner, m)]
        assert self.ledger.recover("here") == len(orphans)
        for model in orphans:
            model.status, model.started_at = "interrupted", None

    @rule(job_id=jobs)
    def cancel(self, job_id):
        job, model = self.ledger.cancel(job_id), self.models[job_id]
        if model.status == "queued" or model.abandoned(self.now):
            self._end(model, "cancelled")
        elif model.status == "running":
            model.asked_to_stop = True
        assert job.status == model.status

    @rule(job_id=jobs)
    def report(self, job_id):
        model = self.models[job_id]
        first = model.status in ENDED and not model.reported
        assert self.ledger.mark_reported(job_id) == first
        if first:
            model.reported = True
            self.snapshots[job_id] = self.ledger.job(job_id)

    @invariant()
    def every_accepted_job_is_there_and_as_promised(self):
        stored = {job.id: job for job in self.ledger.jobs(limit=1000)}
        assert stored.keys() == self.models.keys()
        for job_id, model in self.models.items():
            job = stored[job_id]
            assert (job.status, job.attempts, job.started_at) == (model.status, model.attempts, model.started_at)
            assert job.status in STATUSES
            assert job.attempts <= MAX_ATTEMPTS
            assert (job.lease_until is None) == (job.status != "running")
            if job.status == "running":
                assert (job.owner, job.lease_until) == (model.owner, model.lease_until)

    @invariant()
    def an_ended_job_never_changes(self):
        for job in self.ledger.jobs(statuses=ENDED, limit=1000):
            assert self.ends[job.id] == 1
            assert self.snapshots.setdefault(job.id, job) == job

    @invariant()
    def places_are_the_claim_order(self):
        waiting = [job for job in self.ledger.jobs(statuses=WAITING, limit=1000) if job.kind == "compose"]
        order = claim_order(list(self.models.values()), ["compose"], self.now)
        for job in waiting:
            assert order[self.ledger.place(job.id) - 1].id == job.id

    def _owns(self, owner: str, model: Model) -> bool:
        return model.status == "running" and model.owner == owner

    def _name(self, who: str, model: Model) -> str:
        return model.owner or "nobody" if who == "its owner" else who

    def _end(self, model: Model, status: str) -> None:
        model.status = status
        self.ends[model.id] += 1


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
