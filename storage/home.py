"""Where everything that lasts lives: one folder, named by ``TUTTI_HOME``."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


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
    def logs(self) -> Path:
        """Logs of the worker and of our own faults."""
        return self.root / "logs"

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
