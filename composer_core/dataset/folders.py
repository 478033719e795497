"""A dataset in a folder: listed without following links, every file opened as an ordinary one."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from composer_core.dataset.listing import Found, make_listing
from composer_core.dataset.names import shown
from composer_core.dataset.opening import Dataset, Open
from composer_core.errors import UserError

MAX_LISTED = 20_000  # of any kind
MAX_DEPTH = 12


class FolderDataset(Dataset):
    """The files in a folder and those below it."""

    def __init__(self, path: Path, wanted: Callable[[str], bool] = lambda path: True) -> None:
        """List a folder; only files whose path below it is ``wanted``.

        Raises:
            UserError: it cannot be read, is too large, or holds no music.
        """
        self.path = path
        name = shown(path.resolve().name or str(path))
        super().__init__(name, make_listing(name, (file for file in _walk(path, name) if wanted(file.path))))

    @contextmanager
    def session(self) -> Iterator[Open]:
        """Files are opened one by one."""
        yield self._open

    def _open(self, key: str) -> IO[bytes]:
        """Open an ordinary file; a link or a pipe that took its place since it was listed is an error."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.path / key, flags)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError("not an ordinary file")
        return os.fdopen(descriptor, "rb")


def _walk(root: Path, name: str) -> Iterator[Found]:
    listed = 0
    waiting = [Path()]
    while waiting:
        below = waiting.pop()
        try:
            entries = sorted(os.scandir(root / below), key=lambda entry: entry.name)
        except OSError as error:
            if below == Path():
                raise UserError(f"The folder {name} cannot be read: check its permissions.") from error
            continue
        for entry in entries:
            listed += 1
            if listed > MAX_LISTED:
                raise UserError(f"The folder {name} holds more than {MAX_LISTED:,} files: name a folder below it.")
            inner = below / entry.name
            if entry.is_dir(follow_symlinks=False):
                if len(inner.parts) <= MAX_DEPTH:
                    waiting.append(inner)
            else:
                yield Found(str(inner), inner.as_posix(), _fault(entry))


def _fault(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "It is a symbolic link: put the file itself in its place."
    return "" if entry.is_file(follow_symlinks=False) else "It is not an ordinary file."
