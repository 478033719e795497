import sqlite3

import pytest

from storage import claims
from storage.database import open_database
from storage.jobs import Ledger


def _ids(jobs):
    return [job.id for job in jobs]


def _enqueue(ledger, user, count, *, kind="compose", priority=0):
    for number in range(count):
        ledger.enqueue(f"{user}{number}", kind, {}, user=user, priority=priority)


def test_a_claimed_job_belongs_to_its_owner(ledger, clock):
    _enqueue(ledger, "a", 1)
    (job,) = ledger.claim("w", ["compose"], lease_s=10)
    assert (job.status, job.owner, job.attempts) == ("running", "w", 1)
    assert (job.started_at, job.lease_until) == (clock.now, clock.now + 10)
    assert ledger.job("a0") == job
    assert ledger.claim("v", ["compose"]) == []


def test_one_users_hundred_jobs_do_not_keep_the_others_waiting(ledger):
    _enqueue(ledger, "a", 100)
    _enqueue(ledger, "b", 3)
    _enqueue(ledger, "c", 1, priority=5)
    assert _ids(ledger.claim("w", ["compose"], limit=8)) == ["c0", "a0", "b0", "a1", "b1", "a2", "b2", "a3"]


def test_who_was_served_lately_waits_longer(ledger, clock):
    _enqueue(ledger, "a", 10)
    ledger.claim("w", ["compose"], limit=4, lease_s=1000)
    clock.advance(1)
    _enqueue(ledger, "b", 6)
    assert _ids(ledger.claim("w", ["compose"], limit=4, lease_s=1000)) == ["b0", "b1", "b2", "b3"]
    clock.advance(claims.FAIRNESS_S)
    assert _ids(ledger.claim("w", ["compose"], limit=4)) == ["a4", "b4", "a5", "b5"]


def test_within_a_users_jobs_priority_comes_before_age(ledger, clock):
    for name, priority in (("old", 0), ("urgent", 1), ("new", 0)):
        ledger.enqueue(name, "compose", {}, priority=priority)
        clock.advance(1)
    assert _ids(ledger.claim("w", ["compose"])) == ["urgent", "old", "new"]


def test_a_claim_is_of_one_kind_that_the_worker_does(ledger):
    _enqueue(ledger, "a", 2, kind="train")
    _enqueue(ledger, "b", 3, kind="compose")
    assert ledger.claim("w", ["draw"]) == []
    assert _ids(ledger.claim("w", ["compose"], limit=2)) == ["b0", "b1"]
    assert _ids(ledger.claim("w", ["compose", "train"])) == ["a0", "a1"]  # b was served: its turn is later
    assert _ids(ledger.claim("w", ["compose", "train"])) == ["b2"]


def test_only_takes_that_job_and_no_other(ledger):
    _enqueue(ledger, "a", 3)
    assert _ids(ledger.claim("w", ["compose"], only="a1")) == ["a1"]
    assert ledger.claim("w", ["compose"], only="a1") == []
    assert ledger.claim("w", ["compose"], only="nobody") == []
    assert ledger.claim("w", ["train"], only="a2") == []


def test_an_idle_worker_takes_no_write_lock(ledger, path):
    assert ledger.claim("w", ["compose"]) == []
    ledger._database.execute("pragma busy_timeout = 0")
    writer = open_database(path)
    writer.execute("begin immediate")
    assert ledger.claim("w", ["compose"]) == []
    writer.execute("rollback")
    _enqueue(ledger, "a", 1)
    writer.execute("begin immediate")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        ledger.claim("w", ["compose"])


@pytest.mark.parametrize("sql", [claims._ANYTHING, claims._ORDER])
def test_claiming_looks_only_at_jobs_that_matter(ledger, sql):
    """However long the history: no step of the plan reads the whole table."""
    plan = ledger._database.execute(f"explain query plan {sql}", {"kinds": "[]", "only": None, "now": 0.0}).fetchall()
    assert not [detail for *_, detail in plan if detail.startswith("SCAN jobs")]


def test_a_lease_that_ran_out_makes_a_job_claimable_again(ledger, clock):
    _enqueue(ledger, "a", 1)
    ledger.claim("w", ["compose"], lease_s=10)
    clock.advance(9.9)
    assert ledger.claim("v", ["compose"]) == []
    ledger.record("w", "a0", "progress", {"fraction": 0.9})
    clock.advance(0.1)
    (job,) = ledger.claim("v", ["compose"])
    assert (job.owner, job.attempts, job.progress) == ("v", 2, None)
    assert ledger.heartbeat("w", ["a0"]) == {}
    assert not ledger.finish("w", "a0", {})
    assert ledger.finish("v", "a0", {})


def test_a_heartbeat_keeps_the_lease(ledger, clock):
    _enqueue(ledger, "a", 2)
    ledger.claim("w", ["compose"], lease_s=10)
    clock.advance(9)
    assert ledger.heartbeat("w", ["a0", "nobody"], lease_s=10) == {"a0": False}
    clock.advance(9)
    assert _ids(ledger.claim("v", ["compose"])) == ["a1"]
    assert ledger.heartbeat("w", ["a0", "a1"]) == {"a0": False}


def test_a_late_heartbeat_takes_the_job_back_if_nobody_else_has(ledger, clock):
    _enqueue(ledger, "a", 1)
    ledger.claim("w", ["compose"], lease_s=10)
    clock.advance(100)
    assert ledger.heartbeat("w", ["a0"]) == {"a0": False}
    assert ledger.claim("v", ["compose"]) == []


def test_a_released_job_waits_as_if_it_had_not_been_claimed(ledger):
    before = ledger.enqueue("a", "compose", {})
    ledger.claim("w", ["compose"])
    ledger.record("w", "a", "progress", {"fraction": 0.5})
    ledger.release("other", ["a"])
    assert ledger.job("a").status == "running"
    ledger.release("w", ["a"])
    assert ledger.job("a") == before


def test_a_released_job_that_was_to_stop_is_cancelled(ledger):
    _enqueue(ledger, "a", 1)
    ledger.claim("w", ["compose"])
    ledger.cancel("a0")
    ledger.release("w", ["a0"])
    assert ledger.job("a0").status == "cancelled"
    assert ledger.job("a0").finished_at is not None


def test_a_job_that_was_to_stop_is_not_started_again(ledger, clock):
    _enqueue(ledger, "a", 1)
    ledger.claim("w", ["compose"], lease_s=10)
    ledger.cancel("a0")
    clock.advance(10)
    assert ledger.claim("v", ["compose"]) == []
    assert ledger.job("a0").status == "cancelled"


def test_a_job_that_stopped_the_worker_three_times_is_given_up(ledger, clock):
    _enqueue(ledger, "a", 1)
    for attempt in range(1, 4):
        (job,) = ledger.claim(f"w{attempt}", ["compose"], lease_s=10)
        assert job.attempts == attempt
        clock.advance(10)
    assert ledger.claim("w4", ["compose"]) == []
    job = ledger.job("a0")
    assert (job.status, job.attempts) == ("failed", 3)
    assert "stopped the worker 3 times" in job.error
    assert "w3" in job.error_detail


def test_a_deadly_job_takes_no_other_with_it(ledger, clock):
    """Whoever claims ``bad`` dies: the others of its first batch are tried once more, and no other suffers."""
    for name in ("good0", "bad", "good1", "good2"):
        ledger.enqueue(name, "compose", {})
    while jobs := ledger.claim("w", ["compose"], limit=2, lease_s=10) or ledger.jobs(statuses=["running"]):
        if "bad" in _ids(jobs):
            clock.advance(10)
        else:
            assert all(ledger.finish("w", job.id, {}) for job in jobs)
    assert {job.id: (job.status, job.attempts) for job in ledger.jobs()} == {
        "good0": ("done", 2),
        "bad": ("failed", 3),
        "good1": ("done", 1),
        "good2": ("done", 1),
    }


def test_the_place_is_the_number_of_claims_away(ledger):
    _enqueue(ledger, "a", 3)
    _enqueue(ledger, "t", 2, kind="train")
    _enqueue(ledger, "b", 2)
    order = ["a0", "b0", "a1", "b1", "a2"]
    assert [ledger.place(job_id) for job_id in order] == [1, 2, 3, 4, 5]
    assert ledger.place("t1") == 2
    assert _ids(ledger.claim("w", ["compose"])) == order
    assert ledger.place("a0") is None
    assert ledger.place("nobody") is None


def test_two_ledgers_never_claim_the_same_job(path, clock):
    ledgers = [Ledger(path, clock=clock) for _ in range(2)]
    _enqueue(ledgers[0], "a", 6)
    claimed = [job_id for ledger in ledgers * 2 for job_id in _ids(ledger.claim("w", ["compose"], limit=2))]
    assert sorted(claimed) == [f"a{number}" for number in range(6)]


def test_a_job_that_gets_further_may_lose_any_number_of_workers_but_three_at_one_place_are_enough(ledger, clock):
    _enqueue(ledger, "a", 1, kind="train")
    for _ in range(10):  # an epoch each, then the worker is killed
        (job,) = ledger.claim("w", ["train"], lease_s=10)
        assert ledger.persist("w", job.id) and ledger.job(job.id).attempts == 1
        clock.advance(11)
    for _ in range(claims.MAX_ATTEMPTS - 1):  # now it dies before anything is kept
        assert _ids(ledger.claim("w", ["train"], lease_s=10)) == ["a0"]
        clock.advance(11)
    assert ledger.claim("w", ["train"], lease_s=10) == []
    assert ledger.job("a0").status == "failed"


def test_who_has_lost_a_job_can_say_nothing_for_it(ledger, clock):
    _enqueue(ledger, "a", 1, kind="train")
    ledger.claim("w", ["train"], lease_s=10)
    clock.advance(11)
    (job,) = ledger.claim("v", ["train"], lease_s=10)
    assert not ledger.persist("w", job.id) and ledger.job(job.id).attempts == 2
    ledger.finish("v", job.id, {})
    assert not ledger.persist("v", job.id)
