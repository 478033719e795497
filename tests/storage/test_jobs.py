import json
import sqlite3
import threading

import pytest

from storage.jobs import STATUSES, Ledger, QueueFull


def test_a_job_comes_back_as_it_was_put_in(ledger, path, clock):
    origin = {"platform": "discord", "channel": "42"}
    put = ledger.enqueue("a", "compose", {"notes": [1, 2.5, "ä"]}, user="ann", origin=origin, priority=3)
    assert (put.status, put.kind, put.user, put.priority, put.attempts) == ("queued", "compose", "ann", 3, 0)
    assert (put.payload, put.origin, put.created_at) == ({"notes": [1, 2.5, "ä"]}, origin, clock.now)
    assert Ledger(path).job("a") == put == ledger.job("a")
    assert ledger.job("b") is None


def test_enqueueing_the_same_id_again_makes_no_second_job(ledger):
    first = ledger.enqueue("a", "compose", {"x": 1})
    ledger.claim("w", ["compose"])
    ledger.finish("w", "a", {})
    again = ledger.enqueue("a", "compose", {"x": 2})
    assert (again.payload, again.status) == (first.payload, "done")
    assert len(ledger.jobs()) == 1


@pytest.mark.parametrize("payload", [{"x": float("nan")}, {"x": object()}, {"x": b""}])
def test_a_payload_that_is_not_plain_data_is_refused(ledger, payload):
    with pytest.raises((TypeError, ValueError)):
        ledger.enqueue("a", "compose", payload)
    assert ledger.jobs() == []


def test_a_user_may_have_only_so_many_jobs_waiting(path):
    ledger = Ledger(path, queued_per_user=2)
    ledger.enqueue("a", "compose", {}, user="ann")
    ledger.enqueue("b", "compose", {}, user="ann")
    with pytest.raises(QueueFull) as full:
        ledger.enqueue("c", "compose", {}, user="ann")
    assert full.value.limit == 2
    assert ledger.enqueue("a", "compose", {}, user="ann").id == "a"  # known: not one more
    assert ledger.enqueue("d", "compose", {}, user="bob").status == "queued"
    ledger.claim("w", ["compose"], only="a")
    assert ledger.enqueue("c", "compose", {}, user="ann").status == "queued"


def test_jobs_are_listed_newest_first_and_by_user_and_status(ledger, clock):
    for number, user in enumerate(["ann", "bob", "ann"]):
        clock.advance(1)
        ledger.enqueue(f"{number}", "compose", {}, user=user)
    ledger.cancel("0")
    assert [job.id for job in ledger.jobs()] == ["2", "1", "0"]
    assert [job.id for job in ledger.jobs(limit=1)] == ["2"]
    assert [job.id for job in ledger.jobs(user="ann")] == ["2", "0"]
    assert [job.id for job in ledger.jobs(statuses=["cancelled"])] == ["0"]
    assert [job.id for job in ledger.jobs(user="ann", statuses=["queued", "running"])] == ["2"]
    assert ledger.jobs(statuses=[]) == []


def test_a_finished_job_has_its_result_and_its_times(ledger, clock):
    ledger.enqueue("a", "compose", {})
    clock.advance(5)
    ledger.claim("w", ["compose"])
    clock.advance(3)
    assert ledger.finish("w", "a", {"takes": [1]})
    job = ledger.job("a")
    assert (job.status, job.result, job.ended) == ("done", {"takes": [1]}, True)
    assert (job.started_at - job.created_at, job.finished_at - job.started_at) == (5, 3)


def test_a_failed_job_keeps_the_users_line_and_our_traceback_apart(ledger):
    ledger.enqueue("a", "compose", {})
    ledger.claim("w", ["compose"])
    assert ledger.fail("w", "a", "Try again.", "Traceback ...")
    job = ledger.job("a")
    assert (job.status, job.error, job.error_detail) == ("failed", "Try again.", "Traceback ...")
    assert "Traceback" not in json.dumps(job.to_json())


@pytest.mark.parametrize("end", ["finish", "fail", "cancelled"])
def test_the_end_is_written_once_and_only_by_the_owner(ledger, end):
    endings = {
        "finish": lambda owner: ledger.finish(owner, "a", {}),
        "fail": lambda owner: ledger.fail(owner, "a", "why"),
        "cancelled": lambda owner: ledger.cancelled(owner, "a"),
    }
    ledger.enqueue("a", "compose", {})
    assert not endings[end]("w")  # not claimed yet
    ledger.claim("w", ["compose"])
    assert not endings[end]("other")
    assert endings[end]("w")
    ended = ledger.job("a")
    assert not any(again("w") for again in endings.values())
    assert ledger.record("w", "a", "progress", {}) is None
    assert ledger.cancel("a") == ended == ledger.job("a")


def test_a_waiting_job_is_cancelled_at_once(ledger):
    ledger.enqueue("a", "compose", {})
    assert ledger.cancel("a").status == "cancelled"
    assert ledger.claim("w", ["compose"]) == []


def test_the_worker_of_a_running_job_is_told_to_stop(ledger):
    ledger.enqueue("a", "compose", {})
    ledger.claim("w", ["compose"])
    assert ledger.heartbeat("w", ["a"]) == {"a": False}
    job = ledger.cancel("a")
    assert (job.status, job.cancel_requested) == ("running", True)
    assert ledger.heartbeat("w", ["a"]) == {"a": True}
    assert ledger.cancelled("w", "a")
    assert ledger.job("a").status == "cancelled"


def test_a_job_whose_worker_is_gone_is_cancelled_at_once(ledger, clock):
    ledger.enqueue("a", "compose", {})
    ledger.claim("w", ["compose"], lease_s=10)
    clock.advance(10)
    assert ledger.cancel("a").status == "cancelled"
    assert not ledger.finish("w", "a", {})


def test_nobody_cancels_somebody_elses_job(ledger):
    ledger.enqueue("a", "compose", {}, user="ann")
    assert ledger.cancel("a", user="bob") is None
    assert ledger.cancel("b") is None
    assert ledger.job("a").status == "queued"
    assert ledger.cancel("a", user="ann").status == "cancelled"


def test_events_are_numbered_and_followed_from_where_one_was(ledger, clock):
    ledger.enqueue("a", "compose", {})
    ledger.enqueue("b", "compose", {})
    ledger.claim("w", ["compose"])
    assert [ledger.record("w", "a", "progress", {"fraction": n / 2}) for n in range(3)] == [1, 2, 3]
    assert ledger.record("w", "b", "note", {}) == 1
    assert [(event.sequence, event.payload["fraction"]) for event in ledger.events("a", after=1)] == [(2, 0.5), (3, 1)]
    assert {(event.job_id, event.kind, event.created_at) for event in ledger.events("b")} == {("b", "note", clock.now)}
    assert ledger.job("a").progress == {"fraction": 1.0}
    assert ledger.record("other", "a", "progress", {}) is None
    assert len(ledger.events("a")) == 3


def test_a_job_is_reported_once_and_not_before_its_end(ledger):
    ledger.enqueue("a", "compose", {}, user="ann")
    ledger.enqueue("b", "compose", {}, user="bob")
    ledger.claim("w", ["compose"], only="a")
    assert not ledger.mark_reported("a")
    assert [job.id for job in ledger.unreported()] == ["a", "b"]
    ledger.finish("w", "a", {})
    assert [job.id for job in ledger.unreported(user="ann")] == ["a"]
    assert [ledger.mark_reported("a"), ledger.mark_reported("a")] == [True, False]
    assert [job.id for job in ledger.unreported()] == ["b"]


def test_every_job_is_plain_data_for_json(ledger):
    ledger.enqueue("a", "compose", {"melody": "long"})
    shown = ledger.job("a").to_json()
    assert json.loads(json.dumps(shown)) == shown
    assert shown["id"] == "a"
    assert shown["status"] in STATUSES
    assert "payload" not in shown


def test_a_full_disk_takes_no_job_and_the_ledger_goes_on(ledger):
    ledger.enqueue("a", "compose", {})
    database = ledger._database
    (pages,) = database.execute("pragma page_count").fetchone()
    database.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        ledger.enqueue("b", "compose", {"big": "x" * 100_000})
    database.execute("pragma max_page_count = 1000000")
    assert [job.id for job in ledger.claim("w", ["compose"])] == ["a"]
    assert ledger.enqueue("b", "compose", {}).status == "queued"


def test_threads_share_a_ledger(path):
    ledger = Ledger(path, queued_per_user=1000)
    claimed: list[str] = []

    def work(name: str) -> None:
        for number in range(10):
            ledger.enqueue(f"{name}{number}", "compose", {})
            claimed.extend(job.id for job in ledger.claim(name, ["compose"], limit=2))

    threads = [threading.Thread(target=work, args=[name]) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ledger.jobs(limit=1000)) == 40
    assert len(claimed) == len(set(claimed)) >= 37  # the last claims may have found the queue empty
