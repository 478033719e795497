"""A worker process that is killed, stopped or stuck loses no job and delivers none twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from composer_core.worker.held import STUCK, Held

DOOMED = Path(__file__).with_name("doomed_worker.py")


@pytest.fixture
def doomed(shop):
    started = []

    def start(fate: str) -> subprocess.Popen:
        started.append(subprocess.Popen([sys.executable, DOOMED, shop.home.root, fate]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_until_running(shop, job_id: str) -> None:
    while shop.status(job_id) != "running":
        time.sleep(0.02)


@pytest.mark.usefixtures("quick", "technique")
@pytest.mark.parametrize("fate", ["while composing", "while rendering", "before history", "before finish"])
def test_a_killed_workers_job_is_done_once_by_the_next(shop, doomed, fate):
    shop.enqueue("job", takes=2)
    assert doomed(fate).wait(30) == -signal.SIGKILL
    assert shop.status("job") == "running"
    shop.work()
    job = shop.ledger.job("job")
    assert (job.status, job.attempts) == ("done", 2)
    assert [entry.id for entry in shop.history.entries()] == ["job-2", "job-1"]
    assert shop.files() == ["job/melody-1.mid", "job/melody-2.mid"]


def test_a_stopped_worker_gives_its_job_back_and_the_attempt_does_not_count(shop, doomed):
    shop.enqueue("job")
    worker = doomed("waits")
    wait_until_running(shop, "job")
    worker.terminate()
    assert worker.wait(20) == 0
    job = shop.ledger.job("job")
    assert (job.status, job.attempts, shop.ledger.live_workers()) == ("queued", 0, [])


def test_a_worker_whose_work_ignores_a_cancel_leaves(shop, doomed):
    shop.enqueue("job")
    worker = doomed("deaf")
    wait_until_running(shop, "job")
    shop.ledger.cancel("job")
    assert worker.wait(20) == STUCK
    assert shop.status("job") == "cancelled"


def test_a_worker_announces_what_it_claims_and_retires(shop):
    with Held(shop.ledger, ["compose"]):
        assert [(worker.kinds, worker.pid) for worker in shop.ledger.live_workers()] == [(("compose",), os.getpid())]
    assert shop.ledger.live_workers() == []


def test_a_private_worker_announces_no_kind_so_that_nobody_waits_for_it(shop):
    with Held(shop.ledger, ["compose"], announced=False):
        assert [worker.kinds for worker in shop.ledger.live_workers()] == [()]


def test_a_worker_stops_when_its_parent_is_gone(shop, monkeypatch):
    monkeypatch.setattr("composer_core.worker.held.BEAT_S", 0.01)
    with Held(shop.ledger, ["compose"], parent=os.getppid() + 1) as held:
        while not held.stopping:  # the suite's timeout ends this if it never happens
            time.sleep(0.01)
