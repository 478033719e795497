"""Figures for Prometheus: what waits, how long things take, what fails. The ledger is asked when they are."""

import asyncio
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.desk import Desk

SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
OVERLAP_S = 2.0  # a job whose end was written late is found all the same


class Metrics:
    """Counters start at 0 with the process, as Prometheus expects; jobs that ended before it are not counted."""

    def __init__(self, desk: Desk, started_s: float) -> None:
        self.desk, self._since_s = desk, started_s
        self._counted: dict[str, float] = {}
        self._lock = asyncio.Lock()
        self.registry = registry = CollectorRegistry()
        self._jobs = Gauge("tutti_jobs", "Jobs that have not ended", ["kind", "status"], registry=registry)
        self._workers = Gauge("tutti_workers", "Workers heard of lately", ["kind"], registry=registry)
        self._followers = Gauge("tutti_followers", "Open event streams", registry=registry)
        self._ended = Counter("tutti_jobs_ended", "Jobs that have ended", ["kind", "status"], registry=registry)
        self._faults = Counter("tutti_faults", "Jobs that failed by a fault of ours", ["kind"], registry=registry)
        self._waits = _histogram("tutti_wait_seconds", "From the wish to the claim", registry)
        self._runs = _histogram("tutti_run_seconds", "From the claim to the end", registry)
        self._stages = Histogram(
            "tutti_stage_seconds", "Of composing a job's takes", ["stage"], buckets=SECONDS, registry=registry
        )
        self._requests = Histogram(
            "tutti_request_seconds", "Of the studio's API", ["operation"], buckets=REQUEST_S, registry=registry
        )

    def asked(self, operation: str, took_s: float) -> None:
        """Note a request of the studio's API."""
        self._requests.labels(operation).observe(took_s)

    async def text(self, followers: int) -> bytes:
        """Return everything in Prometheus' text format."""
        async with self._lock:  # two scrapes at once would count the same jobs twice
            await self._look()
        self._followers.set(followers)
        return await self.desk.do(generate_latest, self.registry)

    async def _look(self) -> None:
        self._jobs.clear()
        for kind, status, number in await self.desk.do(self.desk.watch.open_jobs):
            self._jobs.labels(kind, status).set(number)
        self._workers.clear()
        for worker in await self.desk.do(self.desk.ledger.live_workers):
            for kind in worker.kinds:
                self._workers.labels(kind).inc()
        for job in await self.desk.do(self.desk.watch.ended_since, self._since_s - OVERLAP_S):
            if job.id not in self._counted:
                self._count(job)
                self._counted[job.id] = job.finished_at or 0.0
                self._since_s = max(self._since_s, job.finished_at or 0.0)
        oldest_s = self._since_s - 2 * OVERLAP_S
        self._counted = {job_id: at_s for job_id, at_s in self._counted.items() if at_s > oldest_s}

    def _count(self, job: Any) -> None:  # noqa: ANN401 - a storage.jobs.Job, which a frontend does not import
        self._ended.labels(job.kind, job.status).inc()
        if job.status == "failed" and job.error_detail:
            self._faults.labels(job.kind).inc()
        if job.started_at is not None:
            self._waits.labels(job.kind).observe(max(job.started_at - job.created_at, 0.0))
            self._runs.labels(job.kind).observe(max(job.finished_at - job.started_at, 0.0))
        for take in (job.result or {}).get("takes", []) if job.kind == "compose" else []:
            for stage, took_s in take.get("timings", {}).items():
                self._stages.labels(stage.removesuffix("_s")).observe(took_s)


def _histogram(name: str, about: str, registry: CollectorRegistry) -> Histogram:
    return Histogram(name, about, ["kind"], buckets=SECONDS, registry=registry)
