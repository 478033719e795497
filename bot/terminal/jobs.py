"""``tutti jobs``, ``tutti show ID``, ``tutti cancel ID``: what is in the ledger."""

import argparse
from pathlib import Path
from typing import Any

from bot.settings import Settings
from bot.terminal import Commands
from bot.terminal.deliver import deliver, destination
from bot.terminal.output import note, show_list, when
from composer_core.errors import SettingError
from storage.files import FileStore
from storage.jobs import STATUSES, Job, Ledger

COLUMNS = ("id", "status", "kind", "created", "about")


def add(commands: Commands) -> None:
    """Add the parsers."""
    jobs = commands.add_parser("jobs", help="list the jobs, newest first")
    jobs.add_argument("--status", choices=STATUSES, help="only those")
    jobs.add_argument("--limit", type=int, default=50, metavar="N", help="how many (default: 50)")
    jobs.set_defaults(run=list_jobs)
    show = commands.add_parser("show", help="show a job, or fetch its files")
    show.add_argument("id", metavar="ID")
    show.add_argument("--out", type=Path, metavar="DIR", help="copy the files of a finished job there")
    show.set_defaults(run=show_job)
    cancel = commands.add_parser("cancel", help="cancel a job that waits or runs")
    cancel.add_argument("id", metavar="ID")
    cancel.set_defaults(run=cancel_job)
    for parser in (jobs, show, cancel):
        parser.add_argument("--json", action="store_true", help="print a JSON list")


def list_jobs(options: argparse.Namespace, settings: Settings) -> int:
    """List jobs."""
    statuses = [options.status] if options.status else None
    jobs = Ledger(settings.home.database).jobs(statuses=statuses, limit=options.limit)
    _show([job.to_json() for job in jobs] if options.json else [_row(job) for job in jobs], options)
    return 0


def show_job(options: argparse.Namespace, settings: Settings) -> int:
    """Show one job in full; with ``--out`` also fetch its files."""
    job = _find(options.id, Ledger(settings.home.database))
    row = job.to_json()
    files = FileStore(settings.home.files)
    takes = (job.result or {}).get("takes", [])
    paths = [{kind: str(files.path(name)) for kind, name in take["files"].items()} for take in takes]
    if options.out is not None:
        if job.status != "done":
            raise SettingError(f"Job {job.id} is {job.status}: only a finished job has files to fetch.")
        with destination(options.out.absolute()) as out:
            paths = deliver(files, takes, out)
    if options.json:
        _show([{**row, "paths": paths}], options)
        return 0
    _show([_row(job)], options)
    if job.error:
        print(job.error)
    for one in paths:
        print("\n".join(f"  {kind:5} {path}" for kind, path in one.items()))
    return 0


def cancel_job(options: argparse.Namespace, settings: Settings) -> int:
    """Cancel a job; one that has ended stays as it is."""
    ledger = Ledger(settings.home.database)
    before = _find(options.id, ledger)
    job = ledger.cancel(before.id) or before
    if job.status not in ("cancelled", "running"):
        note(f"Job {job.id} is {job.status} already: nothing to cancel.")
    elif job.status == "running":
        note(f"Job {job.id} is running: its worker was told to stop.")
    _show([job.to_json() if options.json else _row(job)], options)
    return 0


def _find(job_id: str, ledger: Ledger) -> Job:
    job = ledger.job(job_id) or ledger.job(job_id.rpartition("-")[0])  # a take's id will do
    if job is None:
        raise SettingError(f"There is no job {job_id[:40]!r}: see the list with: tutti jobs")
    return job


def _show(rows: list[dict[str, Any]], options: argparse.Namespace) -> None:
    show_list(rows, COLUMNS, as_json=options.json, empty="No jobs yet.")


def _row(job: Job) -> dict[str, Any]:
    payload = job.payload
    if job.kind in ("survey", "train"):
        about = f"{payload['name']} from {payload['dataset']}"
        return {"id": job.id, "status": job.status, "kind": job.kind, "created": when(job.created_at), "about": about}
    about = f"{payload.get('melody', {}).get('name', '')} in {payload.get('genre', '')}, seed {payload.get('seed', '')}"
    return {"id": job.id, "status": job.status, "kind": job.kind, "created": when(job.created_at), "about": about}
