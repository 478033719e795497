"""`tutti train`: what it asks for, what it prints, and that every mistake is one line before a job is made."""

import pytest

from bot.terminal import train
from composer_core.dataset import CORPORA
from composer_core.genres import SHIPPED
from composer_core.training_request import Epoch, TrainRequest
from storage.jobs import Event

EPOCH = Epoch(3, 24, 0.31, 1.7, 1.2, 0.113, 0.2, {}, (0.4, 0.38), 9.0, 5.7, 3725.4, True).to_json()


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "my songs"
    folder.mkdir()
    return folder


@pytest.fixture
def worker(ledger, monkeypatch):
    """``worker(end)``: the worker that the command starts does what ``end(ledger, job id)`` does."""

    def act(end=lambda ledger, job: None):
        def check(self):
            if ledger.claim("w", ["train"]):
                end(ledger, self.job.id)

        monkeypatch.setattr(train.WorkerWatch, "check", check)

    act()
    return act


@pytest.fixture
def trained(ledger):
    """``trained("job", ...)``: an earlier training that has ended."""

    def make(job_id="job", end=lambda ledger, job: ledger.finish("w", job, {}), **wishes):
        request = TrainRequest("my-songs", "path:/songs", **{"epochs": 9, "learning_rate": 1e-3, **wishes})
        ledger.enqueue(job_id, "train", request.to_json())
        ledger.claim("w", ["train"])
        end(ledger, job_id)
        return job_id

    return make


def finish(ledger, job):
    for kind, payload in (
        ("note", {"text": "Epoch 2: it went wrong. Back to epoch 1."}),
        ("sample", {"epoch": 0, "files": {"mp3": f"{job}.s0/epoch-0.mp3"}}),
        ("sample", {"epoch": 5, "files": {"mp3": f"{job}.s5/epoch-5.mp3"}}),
        ("epoch", EPOCH),
        ("progress", {"stage": "finish", "fraction": 0.97}),
    ):
        ledger.record("w", job, kind, payload)
    figures = {"similarity": 0.1, "base_similarity": 0.19, "reach": 0.06, "epochs": 9, "minutes": 2.5}
    files = {"mp3": f"{job}/example.mp3", "plot": f"{job}/curves.png"}
    result = {"genre": "my-songs", "title": "My songs", "figures": figures, "files": files}
    ledger.finish("w", job, result | {"reason": "all 9 epochs are done"})


def test_what_is_asked_for_reaches_the_ledger(tutti, ledger, worker, dataset):
    worker(finish)
    options = ["--base", "JAZZ", "--epochs", 9, "--learning-rate", "3e-4", "--update-ratio", 2, "--minutes", 2.5,
               "--tags", "mode=minor", "folder=waltzes,polkas", "--melody", "Lead", "--seed", 7,
               "--description", "Mine", "--licence", "CC0"]  # fmt: skip
    assert tutti("train", "my-songs", dataset, *options).status == 0
    (job,) = ledger.jobs()
    assert job.kind == "train" and job.origin == {"platform": "terminal"}
    assert TrainRequest.from_json(job.payload) == TrainRequest(
        name="my-songs", dataset=f"path:{dataset}", base="JAZZ", epochs=9, learning_rate=3e-4, update_ratio=2,
        minutes=2.5,
        tags={"mode": "minor", "folder": "waltzes,polkas"}, melody="Lead", seed=7, description="Mine", licence="CC0",
    )  # fmt: skip


def test_a_corpus_goes_by_its_name_unless_there_is_such_a_folder(tutti, ledger, worker, dataset, monkeypatch):
    worker(finish)
    name = next(iter(CORPORA))
    monkeypatch.chdir(dataset)
    assert tutti("train", "my-songs", name).status == 0
    (dataset / name).mkdir()
    assert tutti("train", "my-songs", name).status == 0
    assert tutti("train", "my-songs", "lieder:Schubert, Franz").status == 0
    asked = [job.payload["dataset"] for job in reversed(ledger.jobs())]
    assert asked == [f"corpus:{name}", f"path:{dataset / name}", "corpus:lieder:Schubert, Franz"]


def test_it_tells_what_happens_and_what_came_of_it(tutti, home, worker, dataset, ledger):
    worker(finish)
    answer = tutti("train", "my-songs", dataset)
    (job,) = ledger.jobs()
    lines = answer.err.splitlines()
    assert job.id in lines[0] and "Ctrl-C" in lines[0]
    assert "Epoch 2: it went wrong. Back to epoch 1." in lines
    assert f"sample before the first epoch: {home.files / job.id}.s0/epoch-0.mp3" in lines
    assert f"sample after epoch 5: {home.files / job.id}.s5/epoch-5.mp3" in lines
    assert "epoch   3/24  generator +0.31  critic 1.70  similarity 0.113*  5.7 rounds/s  1:02:05 left" in lines
    assert lines[-1] == "Try it: tutti compose 'C4 D E F | G:4' --genre my-songs"
    assert answer.out.splitlines()[0] == (
        "My songs is ready: similarity index 0.100 (before 0.190, the pieces themselves 0.060), "
        "9 epochs in 2.5 minutes; it ended because all 9 epochs are done."
    )
    assert str(home.files / job.id / "example.mp3") in answer.out and "curves.png" in answer.out


def test_json_is_one_object_whatever_came_of_it(tutti, worker, dataset):
    worker(finish)
    done = tutti("train", "my-songs", dataset, "--json")
    assert (done.status, done.json["status"], done.json["result"]["genre"]) == (0, "done", "my-songs")
    worker(lambda ledger, job: ledger.fail("w", job, "Too few: add pieces."))
    failed = tutti("train", "my-songs", dataset, "--json")
    assert (failed.status, failed.json["status"], failed.json["error"]) == (2, "failed", "Too few: add pieces.")
    assert failed.err.splitlines()[-1] == "tutti: Too few: add pieces."


def test_the_report_comes_first():
    report = {"verdict": "Too few", "name": "set"}
    seen = []
    event = Event("job", 1, "report", {"stage": "read", "fraction": 0.05, "report": report}, 0.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "report_text", lambda report, width: seen.append(width) or report["verdict"])
        assert train.describe(event, train.Path("/files")) == "Too few"
    assert 20 <= seen[0] <= 110


def test_ctrl_c_cancels_and_says_how_to_go_on(tutti, ledger, dataset, monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(train.WorkerWatch, "check", interrupt)
    answer = tutti("train", "my-songs", dataset)
    (job,) = ledger.jobs()
    assert answer.status == 130 and job.status == "cancelled"
    assert f"`tutti train my-songs --resume {job.id}` goes on, with --finish the best checkpoint stays" in answer.err


def test_a_cancelled_training_goes_on_as_it_was_begun(tutti, ledger, worker, trained):
    trained("first", lambda ledger, job: ledger.cancel(job) and ledger.cancelled("w", job), licence="CC0")
    worker(finish)
    assert tutti("train", "my-songs", "--resume", "first", "--epochs", 40, "--minutes", 9).status == 0
    assert tutti("train", "other-name", "--resume", ledger.jobs()[0].id, "--finish").status == 0
    again, kept = (TrainRequest.from_json(job.payload) for job in reversed(ledger.jobs()[:2]))
    assert (again.resume, again.epochs, again.minutes, again.finish) == ("first", 40, 9, False)
    assert (again.dataset, again.learning_rate, again.licence) == ("path:/songs", 1e-3, "CC0")
    assert (kept.resume, kept.name, kept.finish, kept.epochs) == ("first", "other-name", True, 40)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "NAME"),
        (["my-songs"], "Give a DATASET"),
        (["my-songs", "no-such-thing"], "'no-such-thing'"),
        (["my-songs", "no-such-thing"], ", ".join(CORPORA)),
        (["My Songs", "."], "'My Songs' will not do: use 2 to 32 small letters"),
        (["../../etc", "."], "'../../etc' will not do"),
        (["a", "."], "'a' will not do"),
        (["a" * 33, "."], "will not do"),
        (["-songs", "."], "-songs"),
        (["naïve", "."], "will not do"),
        (["jazz", "."], "There is a genre 'jazz' already"),
        (["mine", "."], "There is a genre 'mine' already"),
        (["my-songs", ".", "--epochs", "0"], "--epochs 0 is outside 1-1000"),
        (["my-songs", ".", "--epochs", "many"], "--epochs"),
        (["my-songs", ".", "--epochs", "2.5"], "--epochs"),
        (["my-songs", ".", "--learning-rate", "1"], "--learning-rate 1 is outside 0.00001-0.01"),
        (["my-songs", ".", "--learning-rate", "nan"], "--learning-rate nan is outside"),
        (["my-songs", ".", "--learning-rate", "-inf"], "--learning-rate"),
        (["my-songs", ".", "--update-ratio", "11"], "--update-ratio 11 is outside 1-10"),
        (["my-songs", ".", "--minutes", "0"], "--minutes 0 is outside 0.1-1440"),
        (["my-songs", ".", "--minutes", "nan"], "--minutes nan is outside"),
        (["my-songs", ".", "--seed", "-1"], "--seed -1 is outside"),
        (["my-songs", ".", "--base", "jaz"], "Did you mean 'jazz'?"),
        (["my-songs", ".", "--tags", "minor"], "'minor' will not do: write KEY=VALUE"),
        (["my-songs", ".", "--tags", "=minor"], "'=minor' will not do"),
        (["my-songs", "--tags", "mode=minor", "."], "'.' will not do: write KEY=VALUE"),  # it took DATASET
        (["my-songs", ".", "--tags", *(f"k{n}=v" for n in range(21))], "21 tags are too many"),
        (["my-songs", ".", "--finish"], "--finish needs --resume JOB"),
        (["my-songs", "--resume", "nope"], "no training job 'nope'"),
        (["my-songs", "--resume", "tune"], "no training job 'tune'"),
        (["my-songs", "--resume", "running"], "is running: cancel it first"),
        (["my-songs", ".", "--resume", "ended"], "leave DATASET out"),
        (["my-songs", "--resume", "ended", "--base", "pop", "--seed", "3"], "leave --base, --seed out"),
        (["my-songs", "--resume", "ended", "--epochs", "1001"], "--epochs 1001 is outside"),
        (["My Songs", "--resume", "ended", "--finish"], "'My Songs' will not do"),
    ],
)
def test_every_mistake_is_one_line_and_no_job(tutti, ledger, home, trained, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    own = home.genres / "mine"
    own.mkdir(parents=True)
    own.joinpath("genre.toml").write_bytes((SHIPPED / "jazz" / "genre.toml").read_bytes())
    trained("ended")
    trained("running", lambda ledger, job: None)
    ledger.enqueue("tune", "compose", {})
    before = len(ledger.jobs())
    assert told in tutti("train", *arguments).error
    assert len(ledger.jobs()) == before


def test_a_full_queue_is_the_users_to_mend(tutti, dataset, monkeypatch):
    class Full(train.Ledger):
        def __init__(self, path):
            super().__init__(path, queued_per_user=0)

    monkeypatch.setattr(train, "Ledger", Full)
    assert "0 jobs waiting" in tutti("train", "my-songs", dataset).error


def test_the_help_says_what_every_setting_does_within_which_limits(tutti):
    said = " ".join(tutti("train", "--help").out.split())
    for words in ("1-1000", "1e-5 to 1e-2", "1-10", "0.1-1440", "default 24", "stricter critic", "forgets the base"):
        assert words in said, words
    assert all(name in said.replace(" ", "") for name in CORPORA)
