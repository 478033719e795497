"""``tutti run`` supervises the worker and the chats; ``worker`` and others hand over to ``composer_core``."""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from bot.core import core_command
from bot.settings import Settings
from bot.terminal import Commands
from bot.terminal.output import note

HANDED_OVER = {
    "worker": "do the jobs in the queue (--until-idle, --job ID)",
    "evaluate": "measure a genre's quality",
    "bench": "measure speed",
}
WORKERS = {"The worker": ("compose", "export"), "The reader": ("survey",), "The trainer": ("train",)}
"""A process each: a training must not keep compositions waiting, nor a data report wait for a training."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
HEALTHY_S = 60.0  # a worker that lived this long has earned a quick restart
GRACE_S = 15.0
USER_CAN_MEND = 2  # exit status, as in ``__main__``


def add(commands: Commands) -> None:
    """Add the parsers; those handed over parse their own arguments."""
    run = commands.add_parser("run", help="run Tutti: keeps a worker and the chats alive until Ctrl-C")
    run.set_defaults(run=supervise)
    for name, purpose in HANDED_OVER.items():
        commands.add_parser(name, help=purpose, add_help=False)


def hand_over(command: str, arguments: list[str], settings: Settings) -> int:
    """Become ``python -m composer_core COMMAND ARGUMENTS``."""
    line = core_command(settings, command, *arguments)
    os.execv(line[0], line)


def supervise(options: argparse.Namespace, settings: Settings) -> int:
    """Keep a worker alive, and the chats if a token is set, until SIGINT or SIGTERM.

    Each is a process of its own: a chat that restarts stops no job, a worker that dies leaves the chats answering.
    """
    parent = ["--parent", str(os.getpid())]
    supervisors = [
        Supervisor(core_command(settings, "worker", *parent, "--kinds", *kinds), name)
        for name, kinds in WORKERS.items()
    ]
    if settings.discord or settings.slack or settings.studio.port:
        line = [sys.executable, "-P", "-m", "bot", "chat", *parent]
        supervisors.append(Supervisor(line, "The chat process", gives_up_on=(USER_CAN_MEND,)))

    def stop(*_: object) -> None:
        for supervisor in supervisors:
            supervisor.stop()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    note(f"Tutti is running (data folder {settings.home.root}). Ctrl-C stops it.")
    beside = [threading.Thread(target=supervisor.run) for supervisor in supervisors[1:]]
    for thread in beside:
        thread.start()
    supervisors[0].run()
    for thread in beside:
        thread.join()
    note("Tutti has stopped; waiting jobs are kept.")
    return 0


class Supervisor:
    """Runs a command for ever, restarted with growing pauses when it dies; statuses to give up on end that."""

    def __init__(self, command: list[str], name: str = "The worker", gives_up_on: Sequence[int] = ()) -> None:
        self.command, self.name, self.gives_up_on = command, name, gives_up_on
        self.starts = 0
        self._stopping = False

    def stop(self) -> None:
        """Ask for the end. Safe in a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Return once stopped and the child has ended."""
        pause_s = FIRST_PAUSE_S
        while not self._stopping:
            started = time.monotonic()
            status = self._run_once()
            if self._stopping:
                return
            if status in self.gives_up_on:  # it has said why
                return note(f"{self.name} stays away: mend that and start Tutti again.")
            pause_s = FIRST_PAUSE_S if time.monotonic() - started > HEALTHY_S else pause_s
            note(f"{_why(self.name, status)} Starting another in {pause_s:g} s.")
            self._sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _run_once(self) -> int:
        # A session of its own: Ctrl-C on the terminal reaches only us, and we tell the child in an orderly way.
        child = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True)
        self.starts += 1
        while child.poll() is None and not self._stopping:
            time.sleep(0.1)
        if child.poll() is None:
            child.terminate()
        try:
            return child.wait(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()

    def _sleep(self, pause_s: float) -> None:
        until = time.monotonic() + pause_s
        while not self._stopping and time.monotonic() < until:
            time.sleep(0.05)


def _why(name: str, status: int) -> str:
    if status == -signal.SIGKILL:
        return f"{name} was killed: it may have run out of memory."
    return f"{name} ended with status {status}."
