"""``tutti run`` supervises; ``worker``, ``evaluate`` and ``bench`` hand over to ``composer_core``'s own process."""

import argparse
import os
import signal
import subprocess
import time

from bot.core import core_command
from bot.settings import Settings
from bot.terminal import Commands
from bot.terminal.output import note

HANDED_OVER = {
    "worker": "do the jobs in the queue (--until-idle, --job ID)",
    "evaluate": "measure a genre's quality",
    "bench": "measure speed",
}
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
HEALTHY_S = 60.0  # a worker that lived this long has earned a quick restart
GRACE_S = 15.0


def add(commands: Commands) -> None:
    """Add the parsers; those handed over parse their own arguments."""
    run = commands.add_parser("run", help="run Tutti: keeps a worker alive until Ctrl-C")
    run.set_defaults(run=supervise)
    for name, purpose in HANDED_OVER.items():
        commands.add_parser(name, help=purpose, add_help=False)


def hand_over(command: str, arguments: list[str], settings: Settings) -> int:
    """Become ``python -m composer_core COMMAND ARGUMENTS``."""
    line = core_command(settings, command, *arguments)
    os.execv(line[0], line)


def supervise(options: argparse.Namespace, settings: Settings) -> int:
    """Keep one worker alive until SIGINT or SIGTERM; it is restarted with growing pauses when it dies."""
    supervisor = Supervisor(core_command(settings, "worker", "--parent", str(os.getpid())))
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: supervisor.stop())
    note(f"Tutti is running (data folder {settings.home.root}). Ctrl-C stops it.")
    supervisor.run()
    note("Tutti has stopped; waiting jobs are kept.")
    return 0


class Supervisor:
    """Runs a command for ever."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
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
            pause_s = FIRST_PAUSE_S if time.monotonic() - started > HEALTHY_S else pause_s
            note(f"{_why(status)} Starting another in {pause_s:g} s.")
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


def _why(status: int) -> str:
    if status == -signal.SIGKILL:
        return "The worker was killed: it may have run out of memory."
    return f"The worker ended with status {status}."
