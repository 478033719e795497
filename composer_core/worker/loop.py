"""``python -m composer_core worker``: claim, work, again."""

import argparse
import logging
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from composer_core.worker.compose import Composer
from composer_core.worker.export import Exporter
from composer_core.worker.held import Held
from composer_core.worker.setup import OneLineParser, Setup
from composer_core.worker.train import Trainer
from storage.files import FileStore
from storage.history import History
from storage.jobs import Job, Ledger

BATCH = 8  # jobs claimed at once, by those that compose
POLL_S = 0.02
KINDS = ("compose", "export", "survey", "train")
COMPOSING = ("compose", "export", "survey")  # what a worker does if not told: none of it takes long
TRAINING = ("survey", "train")
NICE = 10  # a worker that only trains leaves the processor to those that compose

log = logging.getLogger(__name__)

Handler = Callable[[Sequence[Job]], None]


def main(arguments: list[str], setup: Setup) -> int:
    """Run a worker until it is told to stop (or, with an option, until there is nothing left to do)."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("MPLCONFIGDIR", str(setup.home.root / "cache"))  # matplotlib's fonts: nothing lies elsewhere
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        run(
            setup,
            options.kinds,
            only=options.job,
            until_idle=options.until_idle,
            parent=options.parent,
            on_start=stop_on_signals,
        )
    except (sqlite3.Error, OSError) as error:
        print(f"tutti worker: {setup.home.explain(error)}", file=sys.stderr)
        return 2
    return 0


def run(
    setup: Setup,
    kinds: Sequence[str] = COMPOSING,
    *,
    only: str | None = None,
    until_idle: bool = False,
    parent: int | None = None,
    on_start: Callable[[Held], None] = lambda held: None,
) -> None:
    """Put a worker together and let it work; ``on_start`` gets what can stop it."""
    ledger, files = Ledger(setup.home.database), FileStore(setup.home.files)
    held = Held(ledger, kinds, announced=only is None, parent=parent)
    ledger.recover(held.host)
    files.clean_staging()
    composer = Composer(setup, held, History(setup.home.database), files)
    exporter, trainer = Exporter(held, files, composer), Trainer(setup, held, files)
    handlers = {"compose": composer.work, "export": exporter.work, "survey": trainer.work, "train": trainer.work}
    if set(kinds) <= set(TRAINING) and hasattr(os, "nice"):
        os.nice(NICE)
    on_start(held)
    try:
        with held:
            work(held, handlers, only=only, until_idle=until_idle)
    finally:
        composer.close()


def work(held: Held, handlers: Mapping[str, Handler], *, only: str | None = None, until_idle: bool = False) -> None:
    """Claim and handle jobs until ``held`` is stopped; ``only`` ends with that job, ``until_idle`` when none waits."""
    limit = 1 if set(held.kinds) <= set(TRAINING) else BATCH  # trainings that wait should be seen to wait
    while not held.stopping:
        jobs = held.claim(limit=limit, only=only)
        if jobs:
            log.info("%s: %s", jobs[0].kind, ", ".join(job.id for job in jobs))
            handlers[jobs[0].kind](jobs)
        elif until_idle or (only is not None and _ended(held.ledger, only)):
            return
        else:
            time.sleep(POLL_S)


def _ended(ledger: Ledger, job_id: str) -> bool:
    job = ledger.job(job_id)
    return job is None or job.ended


def stop_on_signals(held: Held) -> None:
    """Let SIGTERM and SIGINT stop the worker in good order."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: held.stop())


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="tutti worker", description="Do the jobs in the ledger.")
    parser.add_argument(
        "--kinds",
        nargs="+",
        choices=KINDS,
        default=list(COMPOSING),
        help=(f"kinds of jobs to claim (default: {' '.join(COMPOSING)}; trainings take long: give them a worker)"),
    )
    until = parser.add_mutually_exclusive_group()
    until.add_argument("--until-idle", action="store_true", help="stop when no job is waiting")
    until.add_argument("--job", metavar="ID", help="do this job only, then stop")
    parser.add_argument("--parent", type=int, metavar="PID", help="stop when this parent process is gone")
    return parser
