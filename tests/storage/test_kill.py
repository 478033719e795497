"""``kill -9`` at any moment: no accepted job is lost, none ends twice, nothing half-written is seen."""

import os
import signal
from pathlib import Path

import pytest

from storage.database import open_database
from storage.files import FileStore
from storage.jobs import Ledger

WORK = """
import os, sys, time
from pathlib import Path
from storage.jobs import Ledger
path, lease_s, recover, stop_at = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "recover", int(sys.argv[4])
begun = 0
ledger, owner = Ledger(path), f"worker {os.getpid()}"
if recover:
    ledger.recover("here")
ledger.announce_worker(owner, ["compose"], pid=os.getpid(), host="here")
while ledger.jobs(statuses=["queued", "running", "interrupted"], limit=1):
    for job in ledger.claim(owner, ["compose"], limit=4, lease_s=lease_s):
        print("begun", flush=True)
        begun += 1
        if begun == stop_at:
            time.sleep(600)
        ledger.record(owner, job.id, "progress", {"fraction": 0.5})
        ledger.finish(owner, job.id, {"owner": owner})
    time.sleep(0.001)
"""
SUBMIT = """
import sys
from pathlib import Path
from storage.jobs import Ledger
ledger = Ledger(Path(sys.argv[1]), queued_per_user=100_000)
for number in range(int(sys.argv[2])):
    print(ledger.enqueue(f"job-{number}", "compose", {"number": number}).id, flush=True)
"""
PUBLISH = """
import sys
from pathlib import Path
from storage.files import FileStore
store = FileStore(Path(sys.argv[1]))
for number in range(100_000):
    with store.publish(f"job-{number}") as folder:
        for name in ("a.mid", "b.mp3", "c.png"):
            (folder / name).write_text("x" * 10_000)
        print(number, flush=True)
"""
STOP_HALF_WAY = """
import sys, time
from pathlib import Path
from storage.files import FileStore
with FileStore(Path(sys.argv[1])).publish("half") as folder:
    (folder / "a.mid").write_text("music")
    print("half-way", flush=True)
    time.sleep(600)
"""


def _kill_after(child, lines):
    """Let a child print some lines, kill it, and return all that it printed, whole lines only."""
    seen = [child.stdout.readline() for _ in range(lines)]
    os.kill(child.pid, signal.SIGKILL)
    seen += child.stdout.readlines()
    assert child.wait() == -signal.SIGKILL
    return [line.strip() for line in seen if line.endswith("\n")]


def _count_ends(path):
    """Have the database itself count how often each job ends."""
    database = open_database(path)
    database.execute("create table ends (id text)")
    database.execute(
        """
        create trigger an_end after update of status on jobs when new.status in ('done', 'failed', 'cancelled')
        begin insert into ends values (new.id); end
        """
    )
    return database


@pytest.mark.parametrize(("lease_s", "recover"), [(600, "recover"), (2, "wait for the lease")])
def test_killed_workers_lose_no_job_and_none_ends_twice(path, start, lease_s, recover):
    ledger, database = Ledger(path), _count_ends(path)
    jobs = [ledger.enqueue(f"job-{number}", "compose", {}).id for number in range(80)]
    for lines in (1, 6, 9, 10, 12):  # anywhere after so many jobs; the last surely in the middle of one
        _kill_after(start(WORK, path, lease_s, recover, 12), lines)
    workers = [start(WORK, path, lease_s, recover, 0) for _ in range(2)]
    for worker in workers:
        worker.communicate()
        assert worker.returncode == 0
    ended = ledger.jobs(limit=1000)
    assert {job.id: job.status for job in ended} == dict.fromkeys(jobs, "done")
    assert max(job.attempts for job in ended) > 1  # the kills did hit
    assert sorted(row[0] for row in database.execute("select id from ends")) == sorted(jobs)


def test_a_killed_submitter_loses_nothing_that_was_acknowledged(path, start):
    acknowledged = _kill_after(start(SUBMIT, path, 100_000), 40)
    stored = [job.id for job in reversed(Ledger(path).jobs(limit=100_000))]
    assert len(acknowledged) >= 40
    assert stored[: len(acknowledged)] == acknowledged
    assert len(stored) <= len(acknowledged) + 1  # killed between the commit and the acknowledgement

    start(SUBMIT, path, len(stored) + 5).communicate()  # it tries everything again
    assert [job.id for job in reversed(Ledger(path).jobs(limit=100_000))] == [
        f"job-{n}" for n in range(len(stored) + 5)
    ]


def test_a_killed_publisher_leaves_whole_folders_only(tmp_path, start):
    for lines in (1, 5, 12):
        _kill_after(start(PUBLISH, tmp_path), lines)
        folders = [folder for folder in tmp_path.iterdir() if folder.name != ".staging"]
        for folder in folders:
            assert {file.name: file.stat().st_size for file in folder.iterdir()} == dict.fromkeys(
                ("a.mid", "b.mp3", "c.png"), 10_000
            )
    assert len(folders) >= 11


def test_what_a_killed_publisher_left_is_cleaned_and_what_a_living_one_fills_is_not(tmp_path, start):
    store = FileStore(tmp_path)
    dead, living = start(STOP_HALF_WAY, tmp_path), start(STOP_HALF_WAY, tmp_path)
    living.stdout.readline()
    _kill_after(dead, 1)
    assert not store.path("half").exists()
    assert len(_staged(tmp_path)) == 2
    store.clean_staging()
    assert len(_staged(tmp_path)) == 1
    _kill_after(living, 0)
    store.clean_staging()
    assert _staged(tmp_path) == []


def _staged(root: Path) -> list[Path]:
    return list((root / ".staging").iterdir())
