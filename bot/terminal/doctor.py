"""``tutti doctor``: what is found, what is missing and how to mend it."""

import argparse
import json
import shutil
import sqlite3
import subprocess
import tempfile
from typing import Any

from bot.core import core_command, living_workers
from bot.settings import TOKENS, Settings
from bot.terminal import Commands
from storage.jobs import Ledger

LEAST_FREE_BYTES = 500_000_000
CHECKUP_TIMEOUT_S = 120

Check = dict[str, Any]
"""id, status (``ok`` or ``missing``), found, mend, essential."""


def add(commands: Commands) -> None:
    """Add the parser."""
    doctor = commands.add_parser("doctor", help="say what is found, what is missing and how to mend it")
    doctor.add_argument("--json", action="store_true", help="print a JSON list")
    doctor.set_defaults(run=run)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Check everything; status 1 if something essential is missing."""
    checks = [_data_folder(settings), _free_space(settings), *_core_checks(settings)]
    if checks[0]["status"] == "ok":
        checks.append(_worker(settings))
    checks += [_token(name, purpose, settings) for name, purpose in TOKENS.items()]
    if options.json:
        print(json.dumps(checks, ensure_ascii=False))
    else:
        for check in checks:
            print(f"{check['status']:8} {check['id']:18} {check['found']}")
            if check["status"] != "ok":
                print(f"{'':8} {'':18} → {check['mend']}")
    return 1 if any(check["essential"] and check["status"] != "ok" for check in checks) else 0


def _check(name: str, ok: bool, found: str, mend: str, *, essential: bool = False) -> Check:
    return {"id": name, "status": "ok" if ok else "missing", "found": found, "mend": mend, "essential": essential}


def _data_folder(settings: Settings) -> Check:
    root = settings.home.root
    mend = "make it writable, or set TUTTI_HOME to another folder"
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root) as probe:
            probe.write(b"\0" * 4096)  # a full disk still makes empty files
            probe.flush()
            return _check("data folder", True, str(root), mend, essential=True)
    except OSError as error:
        return _check("data folder", False, f"{root}: {error.strerror}", mend, essential=True)


def _free_space(settings: Settings) -> Check:
    folder = next(path for path in (settings.home.root, *settings.home.root.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free on the disk of {folder}"
    return _check("disk space", free >= LEAST_FREE_BYTES, found, "free some space, or move TUTTI_HOME")


def _core_checks(settings: Settings) -> list[Check]:
    """Ask the side that may load torch, in a process of its own."""
    try:
        answer = subprocess.run(
            core_command(settings, "checkup"), capture_output=True, text=True, timeout=CHECKUP_TIMEOUT_S
        )
        return list(json.loads(answer.stdout))
    except subprocess.TimeoutExpired:
        reason = f"no answer within {CHECKUP_TIMEOUT_S} s"
    except ValueError:
        reason = answer.stderr.strip()[-200:] or "did not start"
    return [_check("composer_core", False, reason, "install again: make install", essential=True)]


def _worker(settings: Settings) -> Check:
    try:
        workers = living_workers(Ledger(settings.home.database))
    except (sqlite3.Error, OSError) as error:
        reason, _, mend = settings.home.explain(error).rpartition(": ")
        return _check("database", False, reason, mend, essential=True)
    found = f"{len(workers)} running" if workers else "none running"
    mend = "start one with: tutti run (tutti compose starts its own when there is none)"
    return _check("worker", bool(workers), found, mend)


def _token(name: str, purpose: str, settings: Settings) -> Check:
    is_set = name in settings.tokens
    return _check(name, is_set, "set" if is_set else "not set", f"only needed for {purpose}")
