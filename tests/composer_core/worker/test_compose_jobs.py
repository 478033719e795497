"""Compose jobs: batches, and that a job which fails, fails alone."""

import errno
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from composer_core.errors import MelodyError
from composer_core.genres import SHIPPED, find_genre
from composer_core.techniques import TECHNIQUES
from composer_core.techniques.blocks import Blocks
from composer_core.worker import compose, held, loop
from composer_core.worker.produce import Produced, describe_take
from storage.jobs import Ledger

pytestmark = pytest.mark.usefixtures("quick", "technique")


def test_jobs_of_one_genre_and_technique_are_one_batch(shop):
    shop.enqueue("one", seed=10)
    shop.enqueue("two", seed=20, takes=2)
    shop.enqueue("three", seed=30, technique="blocks")
    shop.work()
    assert [sorted(batch) for batch in shop.batches] == [[10, 20, 21]]
    assert [shop.status(job) for job in ("one", "two", "three")] == ["done"] * 3
    assert shop.files() == ["one/melody.mid", "three/melody.mid", "two/melody-1.mid", "two/melody-2.mid"]


def test_a_result_names_takes_seeds_and_files(shop):
    shop.enqueue("job", seed=5, takes=2)
    shop.work()
    takes = shop.ledger.job("job").result["takes"]
    assert [(take["id"], take["seed"], take["files"]) for take in takes] == [
        ("job-1", 5, {"mid": "job/melody-1.mid"}),
        ("job-2", 6, {"mid": "job/melody-2.mid"}),
    ]
    assert [(entry.id, entry.seed) for entry in shop.history.for_job("job")] == [("job-1", 5), ("job-2", 6)]
    assert "melody" in shop.history.entry("job-1").settings  # the whole request can be made again


def test_progress_only_grows_and_names_its_stage(shop, monkeypatch):
    monkeypatch.setattr(compose, "EVENT_PAUSE_S", 0.0)
    shop.enqueue("job")
    shop.work()
    events = [event.payload for event in shop.ledger.events("job") if event.kind == "progress"]
    fractions = [event["fraction"] for event in events]
    assert fractions == sorted(fractions) and fractions[0] >= 0 and fractions[-1] <= 1
    assert {"compose", "render"} <= {event["stage"] for event in events}


def test_melody_is_cut_and_its_tempo_replaced_before_composing(shop, technique):
    melodies = []
    technique(lambda assignments, progress: melodies.extend(a.melody for a in assignments))
    shop.enqueue("job", notes="C4 D E F | G A B C5 | D E F G", length_bars=2, tempo_bpm=77.0)
    shop.work()
    assert (melodies[0].length_bars, melodies[0].timing.tempos) == (2, ((0, 77.0),))


def raise_for_13(assignments, progress):
    if any(assignment.seed == 13 for assignment in assignments):
        raise ZeroDivisionError("unlucky")


def test_a_job_that_breaks_the_batch_fails_alone_with_an_apology(shop, technique):
    technique(raise_for_13)
    for seed in (12, 13, 14):
        shop.enqueue(f"job{seed}", seed=seed)
    shop.work()
    assert [shop.status(f"job{seed}") for seed in (12, 13, 14)] == ["done", "failed", "done"]
    failed = shop.ledger.job("job13")
    assert "job13" in failed.error and "unlucky" not in failed.error and "\n" not in failed.error
    assert "ZeroDivisionError: unlucky" in failed.error_detail


def test_an_error_that_the_user_can_mend_is_shown_as_it_is(shop, technique):
    def refuse(assignments, progress):
        raise MelodyError("Too high: move it down.")

    technique(refuse)
    shop.enqueue("job")
    shop.work()
    job = shop.ledger.job("job")
    assert (job.status, job.error, job.error_detail) == ("failed", "Too high: move it down.", None)


@pytest.mark.parametrize(
    ("options", "told"),
    [({"genre": "choral"}, "chorale"), ({"technique": "magic"}, "accompany"), ({"length_bars": 999}, "15 minutes")],
)
def test_a_wish_that_cannot_be_met_says_what_can(shop, options, told):
    shop.enqueue("job", **options)
    shop.work()
    job = shop.ledger.job("job")
    assert job.status == "failed" and told in job.error and job.error_detail is None


def test_a_payload_that_is_no_request_fails_alone(shop):
    shop.ledger.enqueue("broken", "compose", {"melody": 7})
    shop.enqueue("good")
    shop.work()
    assert (shop.status("broken"), shop.status("good")) == ("failed", "done")


def shifted(assignments, progress):
    composition = Blocks(find_genre("chorale")).compose(assignments, progress)[0]
    notes = tuple(replace(note, pitch=note.pitch + 1) for note in composition.melody.notes)
    return [replace(composition, tracks=(replace(composition.melody, notes=notes), *composition.accompaniment))]


@pytest.mark.parametrize("meddle", [lambda assignments, progress: [], lambda a, p: [None], shifted])
def test_a_wrong_result_of_a_technique_is_never_delivered(shop, technique, meddle):
    technique(meddle)
    shop.enqueue("job")
    shop.work()
    assert shop.status("job") == "failed" and shop.ledger.job("job").error_detail
    assert (shop.files(), shop.history.entries()) == ([], [])


@pytest.mark.parametrize(
    ("number", "told"), [(errno.ENOSPC, "full"), (errno.EROFS, "read-only"), (errno.EACCES, "permission")]
)
def test_trouble_with_the_disk_names_the_folder_and_leaves_nothing(shop, monkeypatch, number, told):
    def produce(composition, folder, name, setup, **options):
        (folder / "half.mp3").write_bytes(b"half")
        raise OSError(number, "no", str(folder / "half.mp3"))

    monkeypatch.setattr(compose, "produce", produce)
    shop.enqueue("job")
    shop.work()
    job = shop.ledger.job("job")
    assert job.status == "failed" and told in job.error and str(shop.home.root) in job.error
    assert job.error_detail is None and shop.files() == []


def test_a_failing_take_waits_for_the_others_before_the_folder_goes(shop, monkeypatch):
    late = threading.Event()

    def produce(composition, folder: Path, name, setup, **options):
        if composition.seed == 1:
            raise ValueError("first take")
        time.sleep(0.2)
        (folder / "late").write_bytes(b"")  # would raise if the folder had been removed
        late.set()

    monkeypatch.setattr(compose, "produce", produce)
    shop.enqueue("job", takes=2)
    shop.work()
    assert late.is_set() and shop.status("job") == "failed" and shop.files() == []


def wait_for_cancel(assignments, progress):
    while True:
        progress("compose", 0.1)
        time.sleep(0.01)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(held, "BEAT_S", 0.02)


@pytest.mark.usefixtures("impatient")
def test_a_running_job_can_be_cancelled_and_the_worker_goes_on(shop, technique):
    technique(lambda a, progress: wait_for_cancel(a, progress) if a[0].seed == 99 else None)
    shop.enqueue("hangs", seed=99)
    worker = threading.Thread(target=shop.work)
    worker.start()
    while shop.status("hangs") == "queued":
        time.sleep(0.01)
    shop.enqueue("next")
    shop.ledger.cancel("hangs")
    worker.join(20)
    assert (shop.status("hangs"), shop.status("next")) == ("cancelled", "done")
    assert shop.files() == ["next/melody.mid"]


@pytest.mark.usefixtures("impatient")
def test_cancelling_one_job_of_a_batch_spares_the_others(shop, technique):
    def cancel_one(assignments, progress):
        shop.ledger.cancel("unwanted")
        while shop.status("unwanted") != "cancelled":
            time.sleep(0.01)

    technique(cancel_one)
    shop.enqueue("unwanted")
    shop.enqueue("wanted")
    shop.work()
    assert (shop.status("unwanted"), shop.status("wanted")) == ("cancelled", "done")
    assert [entry.job_id for entry in shop.history.entries()] == ["wanted"]
    assert shop.files() == ["wanted/melody.mid"]


@pytest.mark.usefixtures("impatient")
def test_a_cancel_at_the_last_moment_still_delivers_nothing(shop, monkeypatch):
    def produce(composition, folder, name, setup, **options):
        (folder / "whole.mid").write_bytes(b"MThd")
        shop.ledger.cancel("job")
        while shop.status("job") != "cancelled":
            time.sleep(0.01)
        return Produced(describe_take(composition) | {"audio": {}, **options["extra"]}, {"mid": "whole.mid"})

    monkeypatch.setattr(compose, "produce", produce)
    shop.enqueue("job")
    shop.work()
    assert (shop.files(), shop.history.entries()) == ([], [])


@pytest.mark.usefixtures("impatient")
def test_a_worker_that_lost_its_lease_delivers_nothing(shop, technique):
    def lose(assignments, progress):
        later = Ledger(shop.home.database, clock=lambda: time.time() + 3600)
        assert later.claim("another", ["compose"], lease_s=3600)
        wait_for_cancel(assignments, progress)

    technique(lose)
    shop.enqueue("job")
    shop.work()
    assert shop.ledger.job("job").owner == "another" and shop.status("job") == "running"
    assert (shop.files(), shop.history.entries()) == ([], [])


def test_a_technique_is_loaded_once_until_its_weights_change(shop, monkeypatch):
    loads, fake = [], TECHNIQUES["fake"]
    own = shop.home.genres / "own"
    shutil.copytree(SHIPPED / "chorale", own)

    def load(genre):
        loads.append(genre.name)
        return fake(genre)

    def produce(composition, folder, name, setup, **options):
        if composition.seed == 2:
            (own / "weights.safetensors").write_bytes(b"trained again")
        raise MelodyError("enough")

    monkeypatch.setitem(TECHNIQUES, "fake", load)
    monkeypatch.setattr(compose, "produce", produce)
    monkeypatch.setattr(loop, "BATCH", 1)
    for seed in (1, 2, 3):
        shop.enqueue(f"job{seed}", genre="own", seed=seed)
    shop.work()
    assert shop.batches == [[1], [2], [3]] and loads == ["own", "own"]
