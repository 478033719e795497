"""A course on disk: networks, averages, optimisers and the whole record in one file, there whole or not at all."""

import errno
import json
import os
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from composer_core.errors import ResourceError
from composer_core.training.course import Course

FORMAT = "tutti-course-1"


def save_course(path: Path, course: Course, record: dict[str, Any]) -> None:
    """Write a course between two epochs; a file of before is replaced once the new one is on the disk.

    Raises:
        OSError: the disk is full or not writable; the file of before is still there.
    """
    numbers = {"epoch": course.epoch, "rounds": course.rounds, "rollbacks": course.rollbacks}
    partial = path.with_suffix(".partial")
    header = {"format": FORMAT, "numbers": json.dumps(numbers), "record": json.dumps(record)}
    try:
        save_file(course.state(), partial, metadata=header)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except SafetensorError as error:  # it wraps the system's error in words of its own
        raise OSError(*_errno(error)) from error
    finally:
        partial.unlink(missing_ok=True)


def restore_course(path: Path, course: Course) -> dict[str, Any]:
    """Bring a course to where it was saved; returns the record.

    Raises:
        ResourceError: the file is missing, damaged or of another course.
    """
    record, numbers = _read(path)
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no mapping)
        course.restore(tensors, numbers["epoch"], numbers["rounds"], numbers["rollbacks"])
    except (SafetensorError, KeyError, RuntimeError) as error:
        raise _damaged(path, error) from error
    return record


def _read(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            header = file.metadata() or {}
        if header.get("format") != FORMAT:
            raise ValueError(f"format {header.get('format')!r}, expected {FORMAT!r}")
        return json.loads(header["record"]), json.loads(header["numbers"])
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ResourceError:
    reason = str(error).splitlines()[0][:120]
    return ResourceError(f"The training's {path.name} is missing or damaged ({reason}): start a new training.")


def _errno(error: SafetensorError) -> tuple[int, str]:
    full = "No space left" in str(error) or "os error 28" in str(error)
    return (errno.ENOSPC, "No space left on device") if full else (errno.EIO, str(error)[:120])
