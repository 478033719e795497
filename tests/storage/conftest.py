import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.jobs import Ledger


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that is not there yet, in a folder that is not there yet."""
    return tmp_path / "home" / "tutti.db"


@pytest.fixture
def ledger(path: Path, clock: Clock) -> Ledger:
    return Ledger(path, clock=clock)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a child process that runs a script with arguments; its stdout is a pipe. All are dead at the end."""
    children: list[subprocess.Popen[str]] = []

    def start_child(script: str, *arguments: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", script, *map(str, arguments)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        children.append(child)
        return child

    yield start_child
    for child in children:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()
