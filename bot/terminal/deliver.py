"""Brings a finished job's files to the folder that the user named: whole files or none."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from composer_core.errors import ResourceError
from storage.files import FileStore

ROLL = "roll"  # what the studio's page draws from: of no use to people


@contextlib.contextmanager
def destination(out: Path) -> Iterator[Path]:
    """Make a folder and try writing to it; folders made here are removed again if the work inside fails.

    Raises:
        ResourceError: the folder cannot be made or written to.
    """
    made: list[Path] = []
    try:
        try:
            for folder in reversed([out, *out.parents]):
                if not folder.exists():
                    folder.mkdir()
                    made.append(folder)
            with tempfile.TemporaryFile(dir=out) as probe:
                probe.write(b"\0" * 4096)
        except OSError as error:
            raise cannot_write(out, error) from error
        yield out
    except BaseException:
        for folder in reversed(made):
            with contextlib.suppress(OSError):  # not empty: somebody else uses it by now
                folder.rmdir()
        raise


def deliver(files: FileStore, takes: Sequence[dict[str, Any]], out: Path) -> list[dict[str, str]]:
    """Copy each take's files to ``out``; return kind → path for each take.

    Everything is copied under temporary names first and renamed at the end, so that an error leaves nothing behind.

    Raises:
        ResourceError: a file cannot be written.
    """
    copies: list[tuple[Path, Path]] = []
    try:
        delivered = []
        for take in takes:
            paths = {}
            for kind, stored in take["files"].items():
                if kind == ROLL:
                    continue
                source = files.path(stored)
                target = out / source.name
                copies.append((_copy(source, target), target))
                paths[kind] = str(target)
            delivered.append(paths)
        for temporary, target in copies:
            _replace(temporary, target)
        return delivered
    except OSError as error:
        raise cannot_write(out, error) from error
    finally:
        for temporary, _ in copies:
            _remove(temporary)


def cannot_write(folder: Path, error: OSError) -> ResourceError:
    """Return the error that names the folder, the reason and a way out."""
    mend = {
        errno.ENOSPC: "free some space there or choose another folder",
        errno.ENOTDIR: "a file is in the way: choose another folder",
        errno.EEXIST: "a file is in the way: choose another folder",
    }.get(error.errno or 0, "choose a folder that you may write to")
    reason = (error.strerror or str(error)).lower()
    return ResourceError(f"Cannot write to {folder} ({reason}): {mend}.")


def _copy(source: Path, target: Path) -> Path:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if source.is_dir():
            shutil.copytree(source, temporary)
        else:
            shutil.copyfile(source, temporary)
    except BaseException:
        _remove(temporary)
        raise
    return temporary


def _replace(temporary: Path, target: Path) -> None:
    if temporary.is_dir():
        _remove(target)  # a folder cannot be renamed over one that holds files
    os.replace(temporary, target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
