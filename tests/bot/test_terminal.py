"""Every command of `tutti`: what it prints, where, and with which status."""

import json
import sqlite3
from types import SimpleNamespace

import pytest

from bot import __main__ as command
from bot.terminal import compose, jobs, output
from composer_core.genres import SHIPPED
from storage.history import Entry, History


def test_lists_are_empty_at_first_and_say_so(tutti):
    for name in ("jobs", "history"):
        assert tutti(name, "--json").json == []
        assert tutti(name).out.count("\n") == 1


def test_detach_prints_the_job_and_the_ledger_has_it(tutti, ledger):
    answer = tutti("compose", "C4 D E F", "--detach", "--seed", 5, "--takes", 2, "--bars", 8)
    assert answer.status == 0 and list(answer.json) == ["job"]
    job = ledger.job(answer.json["job"])
    assert job.status == "queued"
    assert {"seed": 5, "takes": 2, "length_bars": 8, "genre": "chorale"}.items() <= job.payload.items()


def test_typed_notes_take_the_genres_tempo_and_a_file_keeps_its_own(tutti, ledger, request):
    sample = request.config.rootpath / "bot/samples/ode-to-joy.mid"
    tempos = {}
    for melody, options in (("C4 D", ()), (sample, ()), ("C4 D ", ("--tempo", 66))):
        job = tutti("compose", melody, "--detach", *options).json["job"]
        tempos[str(melody)] = ledger.job(job).payload["tempo_bpm"]
    assert tempos == {"C4 D": 84.0, str(sample): None, "C4 D ": 66.0}


def test_every_control_reaches_the_ledger(tutti, ledger):
    options = [
        "--key",
        "D",
        "--density",
        ".25",
        "--risk",
        "2",
        "--chords",
        "C Am | F G7",
        "--only",
        "BASS,drums",
        "--intro",
    ]
    job = tutti("compose", "C4 D E F | G:4", "--genre", "jazz", "--detach", *options).json["job"]
    payload = ledger.job(job).payload
    assert (payload["key"], payload["intro"]) == ("D", True)
    controls = payload["controls"]
    assert {"density": 0.25, "risk": 2.0, "parts": ["Bass", "Drums"], "reharmonise": 0}.items() <= controls.items()
    assert [chord["label"] for chord in controls["chords"]] == ["C", "Am", "F", "G7"]
    numbers = {(): 0, ("--reharmonise",): 1, ("--reharmonise", 3): 3}
    for asked, number in numbers.items():
        job = tutti("compose", "C4", "--detach", *asked).json["job"]
        assert ledger.job(job).payload["controls"]["reharmonise"] == number


def test_a_seed_is_drawn_when_none_is_given(tutti, ledger):
    seeds = {ledger.job(tutti("compose", "C4", "--detach").json["job"]).payload["seed"] for _ in range(3)}
    assert len(seeds) > 1


def test_jobs_and_show_tell_of_a_job(tutti, finished):
    finished("abc")
    assert [(row["id"], row["status"]) for row in tutti("jobs", "--json").json] == [("abc", "done")]
    assert tutti("jobs", "--status", "queued", "--json").json == []
    (shown,) = tutti("show", "abc", "--json").json
    assert (shown["id"], shown["status"]) == ("abc", "done")
    assert shown["paths"][0]["mid"].endswith("files/abc/tune.mid")
    assert "abc" in tutti("jobs").out and "tune.mid" in tutti("show", "abc").out
    assert tutti("show", "abc-1", "--json").json[0]["id"] == "abc"  # the id that history shows


def test_show_fetches_the_files_of_a_finished_job(tutti, finished, tmp_path):
    assert tutti("show", finished(), "--out", tmp_path / "out").status == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["tune-stems", "tune.mid"]


def test_show_fetches_nothing_of_an_unfinished_job(tutti, tmp_path):
    job = tutti("compose", "C4", "--detach").json["job"]
    assert "queued" in tutti("show", job, "--out", tmp_path / "out").error
    assert not (tmp_path / "out").exists()


def test_cancel_cancels_a_waiting_job_and_leaves_a_finished_one(tutti, ledger, finished):
    job = tutti("compose", "C4", "--detach").json["job"]
    (row,) = tutti("cancel", job, "--json").json
    assert (row["id"], row["status"], ledger.job(job).status) == (job, "cancelled", "cancelled")
    answer = tutti("cancel", finished("old"), "--json")
    assert answer.json[0]["status"] == "done" and "nothing to cancel" in answer.err


@pytest.mark.parametrize("name", ["show", "cancel"])
def test_an_unknown_job_is_named(tutti, name):
    assert "'nope'" in tutti(name, "nope").error


def test_history_lists_compositions_with_their_files(tutti, home):
    entry = Entry("job-1", "job", 1, "local", "tune", "chorale", "blocks", 7, "C major", "4/4", 90.0, 9.0,
                  {"takes": 1, "melody": {}}, {"mid": "job/tune.mid"}, 1.0)  # fmt: skip
    History(home.database).save([entry])
    (row,) = tutti("history", "--json").json
    assert (row["id"], row["status"], row["seed"], row["settings"]) == ("job-1", "done", 7, {"takes": 1})
    assert row["paths"]["mid"] == str(home.files / "job/tune.mid")
    assert "tune" in tutti("history").out


def test_genres_says_which_are_ready(tutti, home):
    own = home.genres / "own"
    own.mkdir(parents=True)
    own.joinpath("genre.toml").write_bytes((SHIPPED / "chorale" / "genre.toml").read_bytes())
    statuses = {row["id"]: row["status"] for row in tutti("genres", "--json").json}
    assert statuses["own"] == "no weights"
    own.joinpath("weights.safetensors").write_bytes(b"w")
    assert {row["id"]: row["status"] for row in tutti("genres", "--json").json}["own"] == "ready"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "COMMAND"),
        (["compse", "C4"], "compse"),
        (["compose"], "MELODY"),
        (["compose", "C4", "--bars", "two"], "--bars"),
        (["compose", "C4", "--bars", "0"], "--bars"),
        (["compose", "C4", "--takes", "99"], "--takes"),
        (["compose", "C4", "--tempo", "nan"], "--tempo"),
        (["compose", "C4", "--seed", "-1"], "--seed"),
        (["compose", "C4", "--genre", "coral"], "chorale"),
        (["compose", "C4", "--genre", "chorale", "--without", "tuba"], "Alto, Tenor and Bass"),
        (["compose", "C4", "--only", "alto", "--without", "bass"], "exclude each other"),
        (["compose", "C4", "--without", "alto,tenor,bass"], "melody alone"),
        (["compose", "C4", "--key", "H"], "'H'"),
        (["compose", "C4", "--chords", "C | Hm"], "bar 2"),
        (["compose", "C4", "--chords", "C", "--reharmonise"], "--reharmonise"),
        (["compose", "C4", "--risk", "7"], "--risk 7 is outside 0.5-6"),
        (["compose", "C4", "--density", "2"], "--density"),
        (["compose", "C4", "--reharmonise", "x"], "--reharmonise"),
        (["compose", "C4", "--genre", "chorale", "--intro"], "no intro"),
        (["compose", "C4", "--bars", "1000", "--tempo", "60"], "15 minutes"),
        (["compose", "C4 H4"], "'H4'"),
        (["compose", "no-such.mid"], "no-such.mid"),
        (["compose", "C4", "--out", "/proc/nowhere"], "/proc/nowhere"),
        (["jobs", "--status", "lost"], "lost"),
        (["show"], "ID"),
    ],
)
def test_what_the_user_can_mend_is_one_line_and_status_2(tutti, ledger, arguments, told):
    assert told in tutti(*arguments).error
    assert ledger.jobs() == []


def test_a_full_queue_is_the_users_to_mend(tutti, monkeypatch):
    class Small(compose.Ledger):
        def __init__(self, path):
            super().__init__(path, queued_per_user=1)

    monkeypatch.setattr(compose, "Ledger", Small)
    assert tutti("compose", "C4", "--detach").status == 0
    assert "1 jobs waiting" in tutti("compose", "C4", "--detach").error


def test_a_damaged_database_is_named(tutti, home):
    home.root.mkdir()
    home.database.write_bytes(b"no database at all" * 100)
    assert str(home.database) in tutti("jobs").error


def test_a_data_folder_that_is_a_file_is_named(tutti, home):
    home.root.write_bytes(b"")
    assert str(home.root) in tutti("jobs").error


@pytest.mark.parametrize("text", ["database or disk is full", "attempt to write a readonly database"])
def test_a_data_folder_that_cannot_be_written_is_the_users_to_mend(tutti, home, monkeypatch, text):
    def fail(path):
        raise sqlite3.OperationalError(text)

    monkeypatch.setattr(jobs, "Ledger", fail)
    error = tutti("jobs").error
    assert str(home.root) in error and text in error


def test_a_full_disk_is_said_to_be_full_whatever_sqlite_says(home, monkeypatch):
    home.root.mkdir()
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=0))
    assert "disk is full" in home.explain(sqlite3.OperationalError("disk I/O error"))


def test_a_fault_of_ours_is_an_apology_with_the_traceback_in_the_log_only(tutti, home, monkeypatch):
    def fail(path):
        raise ZeroDivisionError("our fault")

    monkeypatch.setattr(jobs, "Ledger", fail)
    answer = tutti("jobs")
    log = home.logs / "tutti.log"
    assert answer.status == 1 and answer.err.startswith("tutti: Sorry") and "Traceback" not in answer.err
    assert str(log) in answer.err and "ZeroDivisionError: our fault" in log.read_text()


@pytest.mark.parametrize(
    ("end", "status", "told"),
    [
        (lambda ledger, job: ledger.fail("w", job, "No soundfont: get one."), 2, "No soundfont: get one."),
        (lambda ledger, job: ledger.fail("w", job, "Sorry (job).", "Traceback"), 1, "Sorry (job)."),
        (lambda ledger, job: ledger.cancel(job) and ledger.cancelled("w", job), 130, "was cancelled"),
    ],
)
def test_a_job_that_does_not_succeed_decides_the_status(tutti, ledger, monkeypatch, tmp_path, end, status, told):
    def work(self):
        ledger.claim("w", ["compose"])
        end(ledger, self.job.id)

    monkeypatch.setattr(compose.WorkerWatch, "check", work)
    answer = tutti("compose", "C4", "--json", "--out", tmp_path / "out")
    assert (answer.status, answer.json["takes"]) == (status, []) and told in answer.err
    assert answer.err.count("\n") == 1 and not (tmp_path / "out").exists()


def test_ctrl_c_cancels_the_job(tutti, ledger, monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(compose.WorkerWatch, "check", interrupt)
    answer = tutti("compose", "C4")
    assert answer.status == 130 and "Cancelled job" in answer.err
    assert [job.status for job in ledger.jobs()] == ["cancelled"]


def test_doctor_says_what_is_missing_and_how_to_mend_it(tutti, monkeypatch, home):
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret")
    monkeypatch.setenv("TUTTI_SOUNDFONT", "/no/such.sf2")
    answer = tutti("doctor", "--json")
    checks = {check["id"]: check for check in answer.json}
    assert {"data folder", "soundfont", "libfluidsynth", "ffmpeg", "torch", "gpu", "genre chorale", "worker"} <= set(
        checks
    )
    assert all(check["status"] in ("ok", "missing") and check["found"] for check in checks.values())
    assert checks["soundfont"]["status"] == "missing" and "/no/such.sf2" in checks["soundfont"]["found"]
    assert checks["soundfont"]["mend"] and answer.status == 1
    assert (checks["ffmpeg"]["status"], checks["torch"]["status"]) == ("ok", "ok")
    assert checks["DISCORD_TOKEN"]["status"] == "ok" and checks["SLACK_APP_TOKEN"]["status"] == "missing"
    assert "very-secret" not in answer.out


def test_doctor_goes_on_when_the_database_is_damaged(tutti, home):
    home.root.mkdir()
    home.database.write_bytes(b"no database at all" * 100)
    answer = tutti("doctor", "--json")
    checks = {check["id"]: check for check in answer.json}
    assert (answer.status, checks["database"]["status"]) == (1, "missing")
    assert str(home.database) in checks["database"]["found"] and "move it away" in checks["database"]["mend"]
    assert {"ffmpeg", "SLACK_APP_TOKEN"} <= set(checks)


def test_commands_of_the_model_side_are_handed_over_with_their_arguments(tutti, monkeypatch, home):
    lines = []
    monkeypatch.setattr("os.execv", lambda path, line: lines.append(line) or 0)
    for name in ("worker", "evaluate", "bench"):
        tutti(name, "--json", "x")
        assert lines[-1][-3:] == [name, "--json", "x"] and str(home.root) in lines[-1]


def test_a_reader_that_leaves_early_is_no_error(monkeypatch, home):
    def leave(options, settings):
        raise BrokenPipeError

    monkeypatch.setattr("os.dup2", lambda *_: None)
    monkeypatch.setattr(jobs, "list_jobs", leave)
    assert command.main(["jobs"]) == 0


def test_control_signs_of_a_strangers_file_do_not_reach_the_terminal(capsys):
    output.note("track \x1b[2J\nname")
    output.print_table([{"name": "\x07bell"}], ["name"])
    captured = capsys.readouterr()
    assert captured.err == "track �[2J name\n" and "\x07" not in captured.out


def test_every_command_is_documented(tutti, request):
    readme = (request.config.rootpath / "README.md").read_text()
    for line in tutti("--help").out.splitlines():
        if line.startswith("    "):
            assert f"`tutti {line.split()[0]}" in readme


def test_json_goes_to_stdout_alone(tutti, finished):
    finished()
    assert json.loads(tutti("jobs", "--json").out)
