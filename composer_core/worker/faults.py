"""What the user is told when a job fails: a line that they can act on, or an apology."""

import errno
import sqlite3
import traceback
from pathlib import Path

from audio.soundfonts import AudioError
from composer_core.errors import ResourceError, UserError

_MENDS = {
    errno.ENOSPC: "the disk is full: free some space there and try again",
    errno.EDQUOT: "your disk quota is used up: free some space there and try again",
    errno.EROFS: "it is read-only: make it writable, or set TUTTI_HOME to another folder",
    errno.EACCES: "permission is denied: make it writable, or set TUTTI_HOME to another folder",
    errno.EPERM: "permission is denied: make it writable, or set TUTTI_HOME to another folder",
}


def explain(error: BaseException, job_id: str, folder: Path) -> tuple[str, str | None]:
    """Return (one line for the user, traceback for us or None if the user can mend it).

    ``folder`` is the one that was being written to.
    """
    mendable = as_user_error(error, folder)
    if mendable is not None:
        return " ".join(str(mendable).split()), None
    detail = "".join(traceback.format_exception(error))
    return f"Sorry, something went wrong on our side (job {job_id}); the details are in the log.", detail


def as_user_error(error: BaseException, folder: Path) -> UserError | None:
    """Return the error as one that the user can mend, if it is one."""
    if isinstance(error, UserError):
        return error
    if isinstance(error, AudioError):
        return ResourceError(str(error))
    if isinstance(error, OSError) and error.errno in _MENDS:
        where = Path(error.filename) if isinstance(error.filename, str) else folder
        where = folder if where.is_relative_to(folder) else where  # the data folder says more than a file deep inside
        return ResourceError(f"Cannot write to {where}: {_MENDS[error.errno]}.")
    if isinstance(error, sqlite3.OperationalError) and "disk is full" in str(error):
        return ResourceError(f"Cannot write to {folder}: {_MENDS[errno.ENOSPC]}.")
    return None
