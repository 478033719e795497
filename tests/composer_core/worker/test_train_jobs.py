"""Train jobs, from files to a genre: what is told and kept, and that no kill, cancel or full disk loses anything."""

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import pytest

from composer_core.notation import parse_notes
from composer_core.request import ComposeRequest
from composer_core.training import custom
from composer_core.training.custom import BEST, STATE
from composer_core.training_request import TrainRequest
from composer_core.worker import loop, teach, train
from composer_core.worker.loop import run
from composer_core.worker.produce import Produced, describe_take
from composer_core.worker.setup import Setup
from storage.files import FileStore
from storage.home import Home
from storage.jobs import Ledger
from storage.locks import locked
from tests.composer_core.dataset.conftest import band
from tests.fakes.small_training import shrink, shrink_telling, wait_for

WORKER = Path(__file__).with_name("small_trainer.py")
ROOT = Path(__file__).parents[3]


@dataclass
class School:
    """A data folder, what is to be learned, and a worker in this process."""

    home: Home
    ledger: Ledger
    data: Path

    def train(self, job_id: str, **wishes: object) -> None:
        request = {"name": "my-songs", "dataset": f"path:{self.data}", "base": "none", "epochs": 3, **wishes}
        self.ledger.enqueue(job_id, "train", TrainRequest(**request).to_json(), user=job_id)

    def work(self, **options: object) -> None:
        run(Setup(self.home), options.pop("kinds", ("train",)), until_idle=True, **options)

    def done(self, job_id: str) -> dict:
        job = self.ledger.job(job_id)
        assert job.status == "done", job
        return job.result

    def failed(self, job_id: str) -> str:
        job = self.ledger.job(job_id)
        assert (job.status, job.error_detail) == ("failed", None), job
        assert "\n" not in job.error
        return job.error

    def told(self, job_id: str, *kinds: str) -> list[dict]:
        return [event.payload for event in self.ledger.events(job_id) if event.kind in (kinds or (event.kind,))]

    def epochs(self, job_id: str) -> list[dict]:
        """What was told of every epoch, less how long it took and where its picture is."""
        varying = ("seconds", "rounds_per_s", "eta_s", "plot", "plot_dark", "fraction", "epochs")
        return [{k: v for k, v in told.items() if k not in varying} for told in self.told(job_id, "epoch")]

    def genres(self) -> list[str]:
        return sorted(path.name for path in self.home.genres.glob("*"))

    def trainings(self) -> list[str]:
        return sorted(path.name for path in self.home.trainings.glob("*") if path.name != ".device")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "songs"
    folder.mkdir()
    for number in range(4):
        (folder / f"song-{number}.mid").write_bytes(band(number, bars=12, bpm=60))
    return folder


def make_small(patch):
    shrink(patch.setattr)
    shrink_telling(patch.setattr)


@pytest.fixture
def school(tmp_path, data, monkeypatch):
    make_small(monkeypatch)
    home = Home(tmp_path / "home")
    return School(home, Ledger(home.database), data)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, data):
    """What a training of three epochs tells and leaves when nothing comes between."""
    home = Home(tmp_path_factory.mktemp("undisturbed") / "home")
    school = School(home, Ledger(home.database), data)
    with pytest.MonkeyPatch.context() as patch:
        make_small(patch)
        school.train("job")
        school.work()
    school.done("job")
    return SimpleNamespace(epochs=school.epochs("job"), weights=(home.genres / "my-songs" / BEST).read_bytes())


@pytest.fixture
def start(school, tmp_path):
    """A worker process with its own home, cache and temporary folder, which are to stay empty."""
    started = []

    def begin(fate):
        folders = {name: tmp_path / name for name in ("HOME", "TMPDIR", "cwd")}
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        if not (school.home.root / "cache").exists():  # to find all fonts of the machine takes seconds
            shutil.copytree(matplotlib.get_cachedir(), school.home.root / "cache")
        environ = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        environ |= {"HOME": str(folders["HOME"]), "TMPDIR": str(folders["TMPDIR"])}
        line = [sys.executable, WORKER, school.home.root, fate]
        started.append(subprocess.Popen(line, cwd=folders["cwd"], env=environ))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def test_a_worker_process_makes_a_genre_of_files(school, start, undisturbed, tmp_path):
    school.train("job", licence="Mine", epochs=2)
    assert start("as usual").wait(110) == 0
    result = school.done("job")
    told = [(event.kind, event.payload.get("epoch")) for event in school.ledger.events("job")]
    assert told[0] == ("progress", None)
    shown = [entry for entry in told if entry[0] != "progress"]
    assert shown[:2] == [("report", None), ("sample", 0)] and shown[-1] == ("note", None)
    assert shown[2:-1] == [("epoch", 1), ("sample", 1), ("epoch", 2), ("sample", 2)]
    fractions = [payload["fraction"] for payload in school.told("job")]
    assert fractions == sorted(fractions) and fractions[0] >= 0 and fractions[-1] <= 1
    assert all(payload["stage"] in ("read", "train", "finish") for payload in school.told("job"))
    assert school.told("job", "report")[0]["report"]["counts"]["accepted"] == 4
    assert school.told("job", "note")[0]["text"] == "Stopped: all 2 epochs are done."
    files = [*result["files"].values()]
    files += [path for payload in school.told("job", "sample") for path in payload["files"].values()]
    files += [payload[plot] for payload in school.told("job", "epoch") for plot in ("plot", "plot_dark")]
    assert all((school.home.files / path).stat().st_size > 100 for path in files) and len(files) > 20
    assert {"mid", "mp3", "png", "plot", "plot_dark"} <= set(result["files"])
    assert (result["genre"], result["title"], result["reason"]) == ("my-songs", "My songs", "all 2 epochs are done")
    assert result["figures"]["epochs"] == 2 and 0 < result["figures"]["similarity"] < 1
    assert school.epochs("job") == undisturbed.epochs[:2]  # the same seed, the same curves, in another process too
    assert "Mine" in (school.home.genres / "my-songs" / "CARD.md").read_text()
    assert school.genres() == ["my-songs"] and school.trainings() == ["job"]
    left = [path for name in ("HOME", "TMPDIR", "cwd") for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert left == []


@pytest.mark.parametrize("fate", ["dies in an epoch", "dies before it finishes"])
def test_a_killed_worker_loses_and_repeats_nothing(school, start, undisturbed, fate):
    school.train("job")
    assert start(fate).wait(110) == -signal.SIGKILL
    told = len(school.epochs("job"))  # a worker tells while it goes on: it may have died before it told the last
    assert told <= {"dies in an epoch": 1, "dies before it finishes": 3}[fate]
    school.work()
    school.done("job")
    assert [payload["epoch"] for payload in school.told("job", "epoch")] == [1, 2, 3]
    samples = [payload["epoch"] for payload in school.told("job", "sample")]
    assert samples == sorted(set(samples)) and samples[-1] == 3
    assert school.epochs("job") == undisturbed.epochs
    assert (school.home.genres / "my-songs" / BEST).read_bytes() == undisturbed.weights
    assert len(school.told("job", "report")) == 1 and school.genres() == ["my-songs"]


def cancel_in_round(school, monkeypatch, job_id, number):
    rounds = []

    def alive(followed, real=teach.Followed.alive):
        rounds.append(1)
        if len(rounds) == number:
            school.ledger.cancel(job_id)
            wait_for(lambda: not followed.held.alive(job_id))
        real(followed)

    monkeypatch.setattr("composer_core.worker.held.BEAT_S", 0.01)
    monkeypatch.setattr(teach.Followed, "alive", alive)


def test_a_cancelled_training_can_go_on(school, monkeypatch, undisturbed):
    school.train("job")
    with monkeypatch.context() as patch:
        cancel_in_round(school, patch, "job", 3)
        school.work()
    assert school.ledger.job("job").status == "cancelled" and school.genres() == []
    assert school.trainings() == ["job"]
    school.train("again", resume="job")
    school.work()
    assert school.done("again")["reason"] == "all 3 epochs are done"
    assert school.epochs("again") == undisturbed.epochs  # the first one too: whoever follows this job sees all
    assert (school.home.genres / "my-songs" / BEST).read_bytes() == undisturbed.weights
    assert school.trainings() == ["job"]


def test_of_a_cancelled_training_the_best_checkpoint_can_be_kept(school, monkeypatch):
    school.train("job")
    with monkeypatch.context() as patch:
        cancel_in_round(school, patch, "job", 5)
        school.work()
    school.train("kept", resume="job", finish=True, name="kept-songs")
    school.work()
    result = school.done("kept")
    assert result["figures"]["epochs"] == 2 and result["reason"] == "its best checkpoint was asked for"
    assert school.genres() == ["kept-songs"] and result["title"] == "Kept songs"
    assert "# Kept songs" in (school.home.genres / "kept-songs" / "CARD.md").read_text()


def test_there_is_nothing_to_keep_before_the_first_epoch(school, monkeypatch):
    school.train("job")
    with monkeypatch.context() as patch:
        cancel_in_round(school, patch, "job", 1)
        school.work()
    school.train("kept", resume="job", finish=True)
    school.work()
    assert "no checkpoint" in school.failed("kept") and school.genres() == []


def test_a_graduate_composes_by_its_name_and_can_be_a_base(school, monkeypatch):
    school.train("job", epochs=1)
    school.work()
    school.done("job")
    request = ComposeRequest(melody=parse_notes("C4 D E F | G:4"), genre="my-songs", technique="accompany", seed=3)
    school.ledger.enqueue("tune", "compose", request.to_json())
    monkeypatch.setattr("composer_core.worker.compose.produce", quick_take)
    school.work(kinds=("compose",))
    (take,) = school.done("tune")["takes"]
    assert school.home.files.joinpath(take["files"]["mid"]).is_file() and take["seed"] == 3
    school.train("next", name="more-songs", base="my-songs", epochs=1)
    school.work()
    school.done("next")
    assert "from the genre my-songs" in (school.home.genres / "more-songs" / "CARD.md").read_text()


def quick_take(composition, folder, name, setup, *, extra, **_):
    (folder / f"{name}.mid").write_bytes(b"MThd")
    return Produced(describe_take(composition) | {"audio": {}, **extra}, {"mid": f"{name}.mid"})


def test_a_worker_that_dies_while_it_prepares_leaves_no_half_training_and_tells_one_report(school, monkeypatch):
    school.train("job", epochs=1)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(train, "write_songs", die)
        school.work()
    assert school.trainings() == [] and len(school.told("job", "report")) == 1
    with closing(sqlite3.connect(school.home.database)) as database, database:
        database.execute("update jobs set lease_until = 0")  # as the lease of a dead worker ends
    school.work()
    school.done("job")
    assert len(school.told("job", "report")) == 1


# ── refused ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unusable_dataset_says_why_and_leaves_nothing(school, tmp_path):
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "one.mid").write_bytes(band(0))
    (tmp_path / "few" / "two.mid").write_bytes(b"rubbish")
    school.train("job", dataset=f"path:{tmp_path / 'few'}")
    school.work()
    assert "Too few: 1 usable file, at least 3 are needed: add pieces" in school.failed("job")
    (report,) = school.told("job", "report")
    assert [refused["name"] for refused in report["report"]["refused"]] == ["two.mid"]
    assert school.trainings() == [] and school.genres() == [] and not list(school.home.files.glob("*/*"))


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"base": "no-such"}, "no genre 'no-such'"),
        ({"dataset": "file:gone/dataset.zip"}, "upload it again"),
        ({"dataset": "path:/no/such/folder"}, "/no/such/folder"),
        ({"tags": {"mode": "dorian"}}, "dorian"),
        ({"melody": "Kazoo"}, "No track of that name"),
        ({"resume": "nobody"}, "'nobody' nothing is kept"),
        ({"name": "jazz"}, "There is a genre 'jazz' already"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_is_one_line_and_no_genre(school, wishes, said):
    school.train("job", **wishes)
    school.work()
    assert said in school.failed("job")
    assert school.genres() == [] and school.trainings() == (["job"] if "name" in wishes else [])


def test_a_name_that_was_taken_meanwhile_is_not_taken_twice(school):
    school.train("first", epochs=1)
    school.train("second", epochs=1)
    school.work()
    school.done("first")
    assert "There is a genre 'my-songs' already" in school.failed("second")
    school.train("again", resume="first", epochs=2)  # but the same training may replace its own
    school.work()
    assert school.done("again")["figures"]["epochs"] == 2
    school.train("renamed", resume="second", epochs=1, name="other-songs")  # and what was learned is not lost
    school.work()
    assert school.done("renamed")["genre"] == "other-songs" and school.genres() == ["my-songs", "other-songs"]


def test_a_damaged_training_is_one_line(school):
    school.train("job", epochs=1)
    school.work()
    (school.home.trainings / "job" / STATE).write_bytes(b"rubbish")
    school.train("again", resume="job", epochs=2)
    school.work()
    assert "start a new training" in school.failed("again")
    (school.home.trainings / "job" / "songs.json.gz").write_bytes(b"rubbish")
    school.train("once-more", resume="job", epochs=2)
    school.work()
    assert "is damaged" in school.failed("once-more")


# ── beside others ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_training_waits_for_another_one_and_says_so_once(school, monkeypatch):
    monkeypatch.setattr(train, "WAIT_S", 0.01)
    device = school.home.trainings / ".device"
    device.mkdir(parents=True)
    school.train("job", epochs=1)
    worker = threading.Thread(target=school.work)
    with locked(device):
        worker.start()
        wait_for(lambda: any(p["stage"].startswith("wait") for p in school.told("job")))
        for _ in range(20):  # it asks many times meanwhile
            threading.Event().wait(0.01)
        assert school.told("job", "epoch") == [] and school.ledger.job("job").status == "running"
    worker.join()
    school.done("job")
    assert [p["stage"] for p in school.told("job", "progress")].count("wait for another training") == 1


def test_who_waits_can_be_cancelled(school, monkeypatch):
    monkeypatch.setattr(train, "WAIT_S", 0.01)
    monkeypatch.setattr("composer_core.worker.held.BEAT_S", 0.01)
    device = school.home.trainings / ".device"
    device.mkdir(parents=True)
    school.train("job")
    worker = threading.Thread(target=school.work)
    with locked(device):
        worker.start()
        wait_for(lambda: any(p["stage"].startswith("wait") for p in school.told("job")))
        school.ledger.cancel("job")
        worker.join()
    assert school.ledger.job("job").status == "cancelled"


def test_compositions_are_made_while_a_training_runs_and_others_wait(school, start, monkeypatch):
    monkeypatch.setattr("composer_core.worker.compose.produce", quick_take)
    school.train("job", epochs=1000)
    school.train("waiting")
    trainer = start("is slow")
    wait_for(lambda: school.told("job", "epoch") != [])
    assert school.ledger.job("waiting").status == "queued"  # seen to wait, and free for another machine
    request = ComposeRequest(melody=parse_notes("C4 D E F"), genre="chorale", technique="blocks", seed=3)
    school.ledger.enqueue("tune", "compose", request.to_json())
    school.work(kinds=("compose",))
    school.done("tune")
    assert school.ledger.job("job").status == "running"
    trainer.terminate()
    assert trainer.wait(60) == 0
    job = school.ledger.job("job")
    assert (job.status, job.attempts) == ("queued", 0)  # given back in good order
    assert (school.home.trainings / "job" / STATE).is_file()


# ── full disks, old trainings ─────────────────────────────────────────────────────────────────────────────────────


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_picture_that_cannot_be_drawn_is_left_out_but_the_epoch_is_told(school, monkeypatch):
    real = teach.draw_curves
    monkeypatch.setattr(teach, "draw_curves", lambda record, *rest: real(record, *rest) if record.reason else full())
    school.train("job", epochs=2)
    school.work()
    school.done("job")
    assert [(p["epoch"], p.get("plot")) for p in school.told("job", "epoch")] == [(1, None), (2, None)]


def test_what_could_not_be_told_in_time_is_told_at_the_end(school, monkeypatch):
    real, tries = Ledger.record, []

    def record(self, owner, job_id, kind, payload):
        tries.append(1) if kind == "epoch" else None
        if kind == "epoch" and len(tries) == 1:
            raise sqlite3.OperationalError("database or disk is full")
        return real(self, owner, job_id, kind, payload)

    monkeypatch.setattr(Ledger, "record", record)
    school.train("job", epochs=2)
    school.work()
    school.done("job")
    assert sorted(payload["epoch"] for payload in school.told("job", "epoch")) == [1, 2]


def test_a_full_disk_half_way_is_said_and_what_was_learned_is_kept(school, monkeypatch, undisturbed):
    real, saved = custom.save_course, []
    school.train("job")
    with monkeypatch.context() as patch:
        patch.setattr(custom, "save_course", lambda *a: (saved.append(1), full() if len(saved) == 2 else real(*a)))
        school.work()
    assert "the disk is full: free some space there and try again" in school.failed("job")
    assert [p["epoch"] for p in school.told("job", "epoch")] == [1] and school.genres() == []
    school.train("again", resume="job")
    school.work()
    assert school.epochs("again") == undisturbed.epochs


@pytest.mark.parametrize("step", ["write_songs", "draft"])
def test_a_disk_that_is_full_before_the_training_leaves_nothing(school, monkeypatch, step):
    if step == "write_songs":
        monkeypatch.setattr(train, "write_songs", full)
    else:
        monkeypatch.setattr("composer_core.training.graduation.draft_genre", full)
    school.train("job")
    school.work()
    assert "the disk is full" in school.failed("job")
    assert school.trainings() == [] and school.genres() == []


def test_only_the_latest_trainings_are_kept(school, monkeypatch):
    monkeypatch.setattr(train, "KEPT", 2)
    for number, name in enumerate(("old-1", "old-2", "waiting", "old-3", ".dead.partial", ".waiting.partial")):
        folder = school.home.trainings / name
        folder.mkdir(parents=True)
        (folder / BEST).write_bytes(b"weights")
        os.utime(folder, (1000 + number, 1000 + number))
    waiting = TrainRequest("xy", "corpus:x", resume="waiting")
    school.ledger.enqueue("waiting-too", "train", waiting.to_json())
    school.train("job", epochs=1)
    school.work(only="job")
    school.done("job")
    assert school.trainings() == [".waiting.partial", "job", "old-2", "old-3", "waiting"]
    assert FileStore(school.home.files).path("job").is_dir() and school.genres() == ["my-songs"]


def test_a_worker_keeps_the_font_list_in_the_data_folder(school, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", "put back at the end")
    del os.environ["MPLCONFIGDIR"]
    seen = []
    monkeypatch.setattr(loop, "run", lambda *_, **__: seen.append(os.environ["MPLCONFIGDIR"]))
    assert loop.main(["--until-idle"], Setup(school.home)) == 0
    assert seen == [str(school.home.root / "cache")]


def test_a_survey_is_the_report_and_nothing_else(school):
    request = TrainRequest("my-songs", f"path:{school.data}")
    school.ledger.enqueue("job", "survey", request.to_json())
    school.work(kinds=("survey",))
    report = school.done("job")["report"]
    assert report["counts"]["accepted"] == 4 and report["usable"]
    assert school.trainings() == [] and school.genres() == []
