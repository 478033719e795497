"""Starts processes of ``composer_core``, which the bot itself never imports: they may load torch."""

import socket
import subprocess
import sys

from bot.settings import Settings
from storage.jobs import Job, Ledger, Worker
from storage.workers import lives

WORKER_STARTS = 4  # the ledger fails a job that stopped three workers; one more covers a worker that never claimed


def core_command(settings: Settings, *arguments: str) -> list[str]:
    """Return the command line of ``python -m composer_core`` under these settings."""
    options = ["--home", str(settings.home.root)]
    if settings.soundfont:
        options += ["--soundfont", str(settings.soundfont)]
    if settings.fluidsynth:
        options += ["--fluidsynth", settings.fluidsynth]
    # -P: what lies in the user's current folder must not shadow our packages
    return [sys.executable, "-P", "-m", "composer_core", *options, *arguments]


def living_workers(ledger: Ledger) -> list[Worker]:
    """Return the workers heard of lately, less those of this host whose process is gone."""
    here = socket.gethostname()
    return [worker for worker in ledger.live_workers() if worker.host != here or lives(worker.pid)]


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
        if any(self.job.kind in worker.kinds for worker in living_workers(self.ledger)):
            return
        if self.starts == WORKER_STARTS:
            raise RuntimeError(f"the worker ended {self.starts} times without doing job {self.job.id}")
        self.starts += 1
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        """Start in a session of its own: neither Ctrl-C nor a closed terminal reaches it, the job is safe."""
        with self.settings.home.log_file("worker.log").open("ab") as log:
            return subprocess.Popen(
                core_command(self.settings, "worker", "--kinds", self.job.kind, "--job", self.job.id),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
