"""The supervisor, the watch over a job's worker, and the settings that both hand on."""

import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from bot import core
from bot.core import WORKER_STARTS, WorkerWatch, core_command
from bot.settings import Settings
from bot.terminal import services
from bot.terminal.services import Supervisor
from storage.home import Home


@pytest.fixture
def no_pause(monkeypatch):
    monkeypatch.setattr(services, "FIRST_PAUSE_S", 0.01)


@pytest.mark.usefixtures("no_pause")
def test_a_dead_worker_is_replaced_and_the_reason_told(capsys):
    supervisor = Supervisor([sys.executable, "-S", "-c", "import os; os.kill(os.getpid(), 9)"])
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    while supervisor.starts < 3:
        time.sleep(0.01)
    supervisor.stop()
    thread.join(20)
    told = capsys.readouterr().err.splitlines()
    assert "out of memory" in told[0]
    pauses = [float(line.split(" in ")[-1].split()[0]) for line in told]
    assert pauses == sorted(pauses) and len(set(pauses)) == len(pauses)


def test_stopping_terminates_the_worker_in_good_order(tmp_path):
    script = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(open(sys.argv[1], 'w').close()));"
    mark, ready = tmp_path / "asked", tmp_path / "ready"
    script += "open(sys.argv[2], 'w').close(); time.sleep(60)"
    supervisor = Supervisor([sys.executable, "-S", "-c", script, str(mark), str(ready)])
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    while not ready.exists():
        time.sleep(0.01)
    supervisor.stop()
    thread.join(20)
    assert mark.exists() and not thread.is_alive() and supervisor.starts == 1


@pytest.mark.usefixtures("no_pause")
def test_a_process_that_the_user_must_mend_is_not_started_again(capsys):
    supervisor = Supervisor([sys.executable, "-S", "-c", "raise SystemExit(2)"], "The chat process", gives_up_on=(2,))
    supervisor.run()
    assert supervisor.starts == 1 and "The chat process stays away" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["chat", "invite"])
def test_the_chats_need_a_token(tutti, command):
    assert "DISCORD_TOKEN" in tutti(command).error


@pytest.fixture
def watch(settings, ledger, monkeypatch):
    class Ended:
        def poll(self):
            return 1

    job = ledger.enqueue("job", "compose", {})
    watch = WorkerWatch(settings, ledger, job)
    monkeypatch.setattr(watch, "_start", Ended)
    return watch


def test_a_job_waits_for_a_live_worker_of_its_kind_only(watch, ledger):
    ledger.announce_worker("us", ["compose"], pid=1, host="elsewhere")
    watch.check()
    assert watch.starts == 0
    ledger.announce_worker("us", ["train"], pid=1, host="elsewhere")
    watch.check()
    assert watch.starts == 1


def test_a_worker_whose_process_is_gone_does_not_count(watch, ledger, monkeypatch):
    monkeypatch.setattr(core, "lives", lambda pid: False)
    ledger.announce_worker("us", ["compose"], pid=4242, host=core.socket.gethostname())
    watch.check()
    assert watch.starts == 1


def test_workers_that_keep_dying_are_our_fault(watch):
    for _ in range(WORKER_STARTS):
        watch.check()
    with pytest.raises(RuntimeError, match="job"):
        watch.check()


def test_settings_come_from_the_environment_and_are_handed_on(tmp_path):
    environ = {"TUTTI_HOME": str(tmp_path), "TUTTI_SOUNDFONT": "/sf.sf2", "TUTTI_FLUIDSYNTH": "/lib.so"}
    settings = Settings.from_environment(environ | {"DISCORD_TOKEN": "secret", "SLACK_BOT_TOKEN": ""})
    assert (settings.home, settings.soundfont, settings.fluidsynth) == (Home(tmp_path), Path("/sf.sf2"), "/lib.so")
    assert settings.tokens == {"DISCORD_TOKEN"} and "secret" not in repr(settings)
    command = core_command(settings, "worker", "--until-idle")
    assert command[-2:] == ["worker", "--until-idle"]
    assert {str(tmp_path), "/sf.sf2", "/lib.so"} < set(command) and "secret" not in command


def test_without_a_setting_the_data_folder_is_the_platforms(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert Home.from_environment({"XDG_DATA_HOME": "/data"}).root == Path("/data/tutti")
    assert Home.from_environment({"TUTTI_HOME": "  "}).root == Path.home() / ".local" / "share" / "tutti"


def test_run_stops_cleanly_on_sigterm(tutti, monkeypatch):
    sleep = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(services, "core_command", lambda *_: sleep)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    threading.Timer(0.5, lambda: signal.raise_signal(signal.SIGTERM)).start()
    try:
        assert tutti("run").status == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
