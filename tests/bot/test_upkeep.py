"""What is deleted while nobody asks for it: files that no training was begun on for two weeks, and nothing else."""

import asyncio
import dataclasses
import sqlite3
import time

import pytest

from bot.datasets import UNUSED_DAYS, ZIP, prune_unused, stored
from bot.desk import Desk
from bot.upkeep import keep_up
from composer_core.training_request import TrainRequest

DAY_S = 24 * 3600


@pytest.fixture
def desk(settings):
    return Desk.open(settings)


def upload(desk, job_id, *, ends="done"):
    """A data set with its report, as it is after an upload."""
    with desk.files.publish(job_id) as folder:
        (folder / ZIP).write_bytes(b"PK")
    desk.ledger.enqueue(job_id, "survey", TrainRequest("survey", stored(job_id)).to_json(), user="ann")
    if ends == "done":
        desk.ledger.claim("reader", ["survey"], only=job_id)
        desk.ledger.finish("reader", job_id, {"report": {}})
    elif ends == "cancelled":
        desk.ledger.cancel(job_id)


def later(desk, days):
    return dataclasses.replace(desk, clock=lambda: time.time() + days * DAY_S)


def is_there(desk, job_id):
    return (desk.ledger.job(job_id) is not None, desk.files.path(f"{job_id}/{ZIP}").is_file())


def test_files_that_no_training_uses_go_after_their_time_and_not_before(desk):
    upload(desk, "a" * 12)
    upload(desk, "b" * 12, ends="cancelled")
    assert prune_unused(later(desk, UNUSED_DAYS - 1)) == [] and is_there(desk, "a" * 12) == (True, True)
    assert sorted(prune_unused(later(desk, UNUSED_DAYS + 1))) == ["a" * 12, "b" * 12]
    assert is_there(desk, "a" * 12) == is_there(desk, "b" * 12) == (False, False)


def test_files_that_a_training_was_begun_on_stay_and_so_do_those_not_read_yet(desk):
    upload(desk, "a" * 12)
    desk.ledger.enqueue("c" * 12, "train", TrainRequest("waltzes", stored("a" * 12)).to_json(), user="ann")
    desk.ledger.cancel("c" * 12)  # it may be resumed
    upload(desk, "b" * 12, ends="")
    assert prune_unused(later(desk, 10 * UNUSED_DAYS)) == []
    assert is_there(desk, "a" * 12) == is_there(desk, "b" * 12) == (True, True)


async def test_a_bad_moment_is_not_the_end_of_it(desk, monkeypatch):
    upload(desk, "a" * 12)
    desk, tries = later(desk, UNUSED_DAYS + 1), []
    find = desk.watch.unused_uploads

    def fails_first(before_s):
        tries.append(before_s)
        if len(tries) == 1:
            raise sqlite3.OperationalError("database is locked")
        return find(before_s)

    monkeypatch.setattr(desk.watch, "unused_uploads", fails_first)
    task = asyncio.create_task(keep_up(desk, every_s=0.01))
    while is_there(desk, "a" * 12) != (False, False):  # noqa: ASYNC110 - files tell nobody
        await asyncio.sleep(0.01)
    task.cancel()
