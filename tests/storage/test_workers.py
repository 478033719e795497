import os
import subprocess
import sys

import pytest


@pytest.fixture
def dead_pid():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_workers_are_live_as_long_as_they_are_heard_of(ledger, clock):
    ledger.announce_worker("w", ["compose", "train"], pid=1, host="here")
    clock.advance(10)
    ledger.announce_worker("v", [], pid=2, host="there")
    (first, second) = ledger.live_workers()
    assert (first.owner, first.kinds, first.pid, first.host) == ("w", ("compose", "train"), 1, "here")
    assert (second.owner, second.kinds) == ("v", ())
    clock.advance(10)
    assert [worker.owner for worker in ledger.live_workers()] == ["v"]
    ledger.announce_worker("w", ["compose"], pid=1, host="here")
    assert [worker.kinds for worker in ledger.live_workers()] == [("compose",), ()]
    ledger.retire_worker("w")
    assert [worker.owner for worker in ledger.live_workers(within_s=60)] == ["v"]


def _claim_one(ledger, owner, pid, host):
    ledger.announce_worker(owner, ["compose"], pid=pid, host=host)
    ledger.enqueue(f"job of {owner}", "compose", {})
    ledger.claim(owner, ["compose"], lease_s=1000)


def test_only_the_jobs_of_this_hosts_dead_workers_are_interrupted(ledger, dead_pid):
    _claim_one(ledger, "dead", dead_pid, "here")
    _claim_one(ledger, "alive", os.getppid(), "here")
    _claim_one(ledger, "elsewhere", dead_pid, "there")
    assert ledger.recover("here") == 1
    assert {job.id: job.status for job in ledger.jobs()} == {
        "job of dead": "interrupted",
        "job of alive": "running",
        "job of elsewhere": "running",
    }
    assert {worker.owner for worker in ledger.live_workers()} == {"alive", "elsewhere"}
    assert ledger.recover("here") == 0


def test_an_interrupted_job_is_claimed_again_at_once_and_its_old_owner_is_powerless(ledger, dead_pid):
    _claim_one(ledger, "dead", dead_pid, "here")
    ledger.recover("here")
    assert not ledger.finish("dead", "job of dead", {})
    assert ledger.place("job of dead") == 1
    (job,) = ledger.claim("w", ["compose"])
    assert (job.id, job.attempts) == ("job of dead", 2)


def test_an_interrupted_job_is_cancelled_at_once(ledger, dead_pid):
    _claim_one(ledger, "dead", dead_pid, "here")
    ledger.recover("here")
    assert ledger.cancel("job of dead").status == "cancelled"


def test_a_worker_under_our_own_process_number_is_a_dead_predecessor(ledger):
    """As in a container, where every worker may be process number 1."""
    _claim_one(ledger, "predecessor", os.getpid(), "here")
    assert ledger.recover("here") == 1
