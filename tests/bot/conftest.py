"""The `tutti` command in this process, and jobs made by hand."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.settings import Settings
from storage.files import FileStore
from storage.home import Home
from storage.jobs import Ledger


@dataclass
class Answer:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The last line of stdout."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def error(self) -> str:
        """The one line that a mistake of the user's is answered with."""
        assert (self.status, self.out) == (2, ""), self
        assert len(self.err.splitlines()) == 1 and "Traceback" not in self.err, self
        return self.err


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("TUTTI_SOUNDFONT", "TUTTI_FLUIDSYNTH", "DISCORD_TOKEN", "SLACK_BOT_TOKEN", "SLACK_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TUTTI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TUTTI_STUDIO_PORT", "0")
    return Home(tmp_path / "home")


@pytest.fixture
def settings(home: Home) -> Settings:
    return Settings(home)


@pytest.fixture
def ledger(home: Home) -> Ledger:
    return Ledger(home.database)


@pytest.fixture
def tutti(home: Home, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as leaving:  # argparse
            status = int(leaving.code or 0)
        captured = capsys.readouterr()
        return Answer(status, captured.out, captured.err)

    return run


@pytest.fixture
def finished(home: Home, ledger: Ledger) -> Callable[..., str]:
    """Put a finished job with one take of two files into the data folder; return its id."""

    def finish(job_id: str = "job") -> str:
        ledger.enqueue(job_id, "compose", {"genre": "chorale", "seed": 1, "melody": {"name": "tune"}})
        ledger.claim("worker", ["compose"])
        with FileStore(home.files).publish(job_id) as folder:
            (folder / "tune.mid").write_bytes(b"MThd")
            (folder / "tune-stems").mkdir()
            (folder / "tune-stems" / "alto.flac").write_bytes(b"fLaC")
        files = {"mid": f"{job_id}/tune.mid", "stems": f"{job_id}/tune-stems"}
        ledger.finish("worker", job_id, {"takes": [{"files": files}]})
        return job_id

    return finish
