"""The file store: one folder a job, there as a whole or not at all."""

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from storage.locks import locked

STAGING = ".staging"


class FileStore:
    """Folders below ``root``, each named by the job that it belongs to.

    A folder is filled in ``root/.staging`` and renamed when it is complete and on disk. Its owner holds a lock on it
    meanwhile: the kernel drops the lock of a process that dies, which is how ``clean_staging`` knows a leftover.

    Every method passes ``OSError`` on as it comes (disk full, folder not writable); then nothing is left behind.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextlib.contextmanager
    def publish(self, job_id: str) -> Iterator[Path]:
        """Give a private folder to fill; on a clean exit it appears as ``root/job_id``, on any error it vanishes.

        If that folder exists already, as when a job is done a second time, it stays: it is complete, and its files
        may be in use.

        Raises:
            ValueError: the id is not fit to be a folder's name.
        """
        target = self._folder(job_id)
        with self._staging(job_id) as staging:
            yield staging
            _sync_tree(staging)
            _rename_unless_there(staging, target)
            _sync(self.root)

    def path(self, relative: str) -> Path:
        """Return the absolute path of something published, whether or not it exists.

        Raises:
            ValueError: it lies outside of the published folders.
        """
        root = self.root.resolve()
        path = (root / relative).resolve()
        if path == root or not path.is_relative_to(root) or path.is_relative_to(root / STAGING):
            raise ValueError(f"{relative!r} is not inside the file store")
        return path

    def remove(self, job_id: str) -> None:
        """Remove a job's folder and those of its parts (``JOB.s4``), each at once; nothing happens if there is none."""
        for folder in (self._folder(job_id), *self.root.glob(f"{job_id}.*")):
            with self._staging(job_id) as staging, contextlib.suppress(FileNotFoundError):
                os.rename(folder, staging)

    def clean_staging(self) -> None:
        """Remove what dead processes left half-way."""
        if not (self.root / STAGING).is_dir():
            return
        with locked(self.root / STAGING):
            for leftover in (self.root / STAGING).iterdir():
                # FileNotFoundError: it was just published. BlockingIOError: somebody is at work in it.
                with contextlib.suppress(FileNotFoundError, BlockingIOError), locked(leftover, wait=False):
                    shutil.rmtree(leftover, ignore_errors=True)

    def _folder(self, job_id: str) -> Path:
        if not re.fullmatch(r"\w[\w.-]{0,99}", job_id, re.ASCII):
            raise ValueError(f"{job_id!r} is not fit to be a folder's name")
        return self.root / job_id

    @contextlib.contextmanager
    def _staging(self, job_id: str) -> Iterator[Path]:
        """Give an empty folder with a lock on it; whatever is there at the end is removed."""
        parent = self.root / STAGING
        parent.mkdir(parents=True, exist_ok=True)
        staging = parent / f"{job_id}.{secrets.token_hex(4)}"
        with contextlib.ExitStack() as held:
            with locked(parent):  # or clean_staging could come between the two
                staging.mkdir()
                held.enter_context(locked(staging))
            held.callback(shutil.rmtree, staging, ignore_errors=True)
            yield staging


def _rename_unless_there(source: Path, target: Path) -> None:
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def _sync_tree(folder: Path) -> None:
    """Bring every file and every folder's list of names to the disk."""
    for path, _, names in os.walk(folder):
        for name in names:
            _sync(Path(path, name))
        _sync(Path(path))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
