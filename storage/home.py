"""Where everything that lasts lives: one folder, named by ``TUTTI_HOME``."""

import os
import shutil
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOG_BYTES = 5_000_000
FULL_BYTES = 100_000  # less than this, and SQLite cannot even open its log


@dataclass(frozen=True)
class Home:
    """The layout of the data folder below ``root``."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file with jobs, events and history."""
        return self.root / "tutti.db"

    @property
    def files(self) -> Path:
        """What was composed: one folder a job."""
        return self.root / "files"

    @property
    def genres(self) -> Path:
        """The user's own genres."""
        return self.root / "genres"

    @property
    def secret_key(self) -> Path:
        """The key that encrypts tokens, where no setting gives one; readable to us alone."""
        return self.root / "secret.key"

    @property
    def trainings(self) -> Path:
        """Trainings on their way, and the latest ones: one folder each, named by its first job."""
        return self.root / "trainings"

    @property
    def logs(self) -> Path:
        """Logs of the worker and of our own faults."""
        return self.root / "logs"

    def log_file(self, name: str) -> Path:
        """Return a log file's path; its folder is there, and a log grown too long has been set aside.

        Raises:
            OSError: the folder cannot be made.
        """
        path = self.logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            os.replace(path, path.with_suffix(".old.log"))
        return path

    def log_fault(self, error: BaseException) -> str:
        """Write a fault of ours into ``tutti.log``; return where to find it, or nothing if that failed too."""
        try:
            with self.log_file("tutti.log").open("a", encoding="utf-8") as log:
                log.write(time.strftime("%Y-%m-%d %H:%M:%S\n") + "".join(traceback.format_exception(error)))
            return f" The details are in {log.name}."
        except OSError:
            return ""

    def explain(self, error: Exception) -> str:
        """Say in one line why the data folder cannot be used, and what to do; for ``sqlite3.Error`` and ``OSError``."""
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        if "not a database" in reason or "malformed" in reason:
            return f"The database {self.database} is damaged ({reason}): move it away, a new one will be made."
        if self._is_full():  # SQLite says so in many ways
            return f"Cannot use the data folder {self.root} (the disk is full): free some space there."
        mend = "make it writable, or set TUTTI_HOME to another folder"
        return f"Cannot use the data folder {self.root} ({reason}): {mend}."

    def _is_full(self) -> bool:
        try:
            return shutil.disk_usage(self.root).free < FULL_BYTES
        except OSError:
            return False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Home":
        """Take ``TUTTI_HOME``, or the platform's folder for user data when it is not set."""
        configured = environ.get("TUTTI_HOME", "").strip()
        return cls(Path(configured).expanduser().absolute() if configured else _platform_folder(environ) / "tutti")


def _platform_folder(environ: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
