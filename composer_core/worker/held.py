"""The jobs that this process owns: a thread renews their leases, notices cancels and a stopping process."""

import logging
import os
import socket
import threading
import time
from collections.abc import Sequence
from types import TracebackType

from storage.jobs import Job, Ledger

LEASE_S = 10.0
BEAT_S = 0.5
ANNOUNCE_S = 5.0  # a worker counts as live for 15 s after its last word
PATIENCE_S = 10.0
STUCK = 75  # exit status of a process that had to break off work that did not stop when asked

log = logging.getLogger(__name__)


class Held:
    """Claims jobs and keeps hold of them until each is settled or lost.

    A job is *alive* while this process owns it and nobody has cancelled it. Work that no longer serves any living
    job should raise ``Cancelled`` soon; if it does not within ``PATIENCE_S``, the whole process exits, because
    a thread cannot be killed, and the supervisor starts another.
    """

    def __init__(
        self,
        ledger: Ledger,
        kinds: Sequence[str],
        *,
        announced: bool = True,
        parent: int | None = None,
    ) -> None:
        self.ledger, self.kinds, self.parent = ledger, tuple(kinds), parent
        self.host = socket.gethostname()
        self.owner = f"{self.host}:{os.getpid()}:{os.urandom(4).hex()}"
        self.stopping = False  # a plain flag, because signal handlers set it: an Event could deadlock there
        self._announced_kinds = self.kinds if announced else ()
        self._lock = threading.Lock()
        self._alive: dict[str, bool] = {}  # every job in hand → whether the work still serves it
        self._settling: set[str] = set()
        self._dead_since: float | None = None
        self._last_word = 0.0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def __enter__(self) -> "Held":
        self._announce()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._thread.join(timeout=5)
        self.ledger.release(self.owner, self._living())
        self.ledger.retire_worker(self.owner)

    def claim(self, *, limit: int, only: str | None = None) -> list[Job]:
        """Claim up to ``limit`` jobs of one kind."""
        jobs = self.ledger.claim(self.owner, self.kinds, limit=limit, lease_s=LEASE_S, only=only)
        with self._lock:
            self._alive.update({job.id: True for job in jobs})
        return jobs

    def alive(self, job_id: str) -> bool:
        """Whether the job is still ours and wanted."""
        return self._alive.get(job_id, False)

    def settle(self, job_id: str) -> bool:
        """Pass the point of no return: from here a cancel comes too late. False if one came first."""
        with self._lock:
            if self._alive.get(job_id):
                self._settling.add(job_id)
                return True
            return False

    def drop(self, job_id: str) -> None:
        """Forget a job: its end is written, or somebody else's business."""
        with self._lock:
            self._alive.pop(job_id, None)
            self._settling.discard(job_id)

    def stop(self) -> None:
        """Ask the process to stop: jobs in hand go back to the queue. Safe in a signal handler."""
        self.stopping = True

    def _beat_on(self) -> None:
        while not self._closed.wait(BEAT_S):
            try:
                self._beat()
            except Exception:  # a full disk must not end the heartbeat: the next one may succeed
                log.exception("heartbeat failed")
            self._give_up_if_stuck()

    def _beat(self) -> None:
        if self.parent is not None and os.getppid() != self.parent:
            self.stop()
        if self.stopping:
            return self._release_all()
        if time.monotonic() - self._last_word > ANNOUNCE_S:
            self._announce()
        jobs = list(self._alive)
        if not jobs:
            return None
        asked_to_cancel = self.ledger.heartbeat(self.owner, jobs, lease_s=LEASE_S)
        for job_id in jobs:
            if asked_to_cancel.get(job_id, True):  # missing: the lease was lost, the job is another's
                self._give_up(job_id, cancelled=job_id in asked_to_cancel)
        return None

    def _give_up(self, job_id: str, *, cancelled: bool) -> None:
        with self._lock:
            if job_id in self._settling or not self._alive.get(job_id):
                return
            self._alive[job_id] = False
        if cancelled:
            self.ledger.cancelled(self.owner, job_id)

    def _release_all(self) -> None:
        with self._lock:
            released = [job_id for job_id in self._living() if job_id not in self._settling]
            self._alive.update(dict.fromkeys(released, False))
        self.ledger.release(self.owner, released)

    def _living(self) -> list[str]:
        return [job_id for job_id, alive in list(self._alive.items()) if alive]

    def _announce(self) -> None:
        self.ledger.announce_worker(self.owner, self._announced_kinds, pid=os.getpid(), host=self.host)
        self._last_word = time.monotonic()

    def _give_up_if_stuck(self) -> None:
        if not self._alive or self._living():
            self._dead_since = None
        elif self._dead_since is None:
            self._dead_since = time.monotonic()
        elif time.monotonic() - self._dead_since > PATIENCE_S:
            log.error("the work on %s did not stop when asked: leaving", ", ".join(self._alive))
            os._exit(STUCK)
