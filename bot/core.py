"""Starts processes of ``composer_core``, which the bot itself never imports: they may load torch."""

import os
import subprocess
import sys
from pathlib import Path

from bot.settings import Settings
from storage.jobs import Job, Ledger

WORKER_STARTS = 4  # the ledger fails a job that stopped three workers; one more covers a worker that never claimed
LOG_BYTES = 5_000_000


def core_command(settings: Settings, *arguments: str) -> list[str]:
    """Return the command line of ``python -m composer_core`` under these settings."""
    options = ["--home", str(settings.home.root)]
    if settings.soundfont:
        options += ["--soundfont", str(settings.soundfont)]
    if settings.fluidsynth:
        options += ["--fluidsynth", settings.fluidsynth]
    # -P: what lies in the user's current folder must not shadow our packages
    return [sys.executable, "-P", "-m", "composer_core", *options, *arguments]


class WorkerWatch:
    """Sees to it that somebody works on a job: a live worker if there is one, else a private one for this job."""

    def __init__(self, settings: Settings, ledger: Ledger, job: Job) -> None:
        self.settings, self.ledger, self.job = settings, ledger, job
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def check(self) -> None:
        """Start a private worker if nobody else is there to do the job.

        Raises:
            RuntimeError: workers keep ending without having done the job.
        """
        if self.process is not None and self.process.poll() is None:
            return
        if any(self.job.kind in worker.kinds for worker in self.ledger.live_workers()):
            return
        if self.starts == WORKER_STARTS:
            raise RuntimeError(f"the worker ended {self.starts} times without doing job {self.job.id}")
        self.starts += 1
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        """Start in a session of its own: neither Ctrl-C nor a closed terminal reaches it, the job is safe."""
        with open_log(self.settings, "worker.log").open("ab") as log:
            return subprocess.Popen(
                core_command(self.settings, "worker", "--job", self.job.id),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def open_log(settings: Settings, name: str) -> Path:
    """Return a log file's path; its folder exists, and a file grown too long has been set aside."""
    path = settings.home.logs / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        os.replace(path, path.with_suffix(".old.log"))
    return path
