"""A genre as one file: a zip of its folder with a manifest, for whoever takes it to another machine.

What comes in is hostile until checked: nothing is taken but the files that a genre has, no larger than they may be,
each as the manifest's SHA-256 says. What is in them is checked next (``genre_rules``, ``worker.admit``).
"""

import hashlib
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

from composer_core.errors import GenreError

KIB, MIB = 1024, 1024 * 1024
FORMAT, MANIFEST, ENDING = "tutti-genre-1", "manifest.json", ".genre.zip"
MOST_BYTES = {
    "genre.toml": 64 * KIB,
    "weights.safetensors": 128 * MIB,
    "CARD.md": 512 * KIB,
    "training.json": 8 * MIB,
    "feel.json": MIB,
    "repeats.json": 16 * MIB,
    "instrumentation.json": 8 * MIB,
    "habits.json": 8 * MIB,
    "planner.safetensors": 8 * MIB,
}
"""Every file that a genre may have, with the most bytes that it may have."""
NEEDED = ("genre.toml", "weights.safetensors")

_MANIFEST_BYTES = 16 * KIB
_CHUNK = MIB
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip's earliest time: the same genre makes the same file
_BAD = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, KeyError, EOFError)


def pack(folder: Path, out: Path) -> None:
    """Write a genre's folder into one file.

    Raises:
        GenreError: the genre has no weights.
        OSError: a file cannot be read or written; then there is no new file.
    """
    names = [name for name in MOST_BYTES if (folder / name).is_file()]
    if missing := [name for name in NEEDED if name not in names]:
        raise GenreError(f"The genre {folder.name!r} has no {missing[0]}: it cannot be exported.")
    partial = out.with_name(f".{out.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            sums = {name: _put(archive, name, folder / name) for name in names}
            manifest = {"format": FORMAT, "name": folder.name, "sha256": sums}
            archive.writestr(zipfile.ZipInfo(MANIFEST, _EPOCH), json.dumps(manifest, indent=1))
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def unpack(path: Path, folder: Path) -> str:
    """Write what is in an exported genre into an empty folder; returns the name that it had.

    Raises:
        GenreError: it is none, or not as it was when it was exported.
        OSError: the file cannot be read, or the folder not written.
    """
    with path.open("rb") as stream:
        is_zip = zipfile.is_zipfile(stream)
    if not is_zip:
        raise GenreError(f"{path.name[:60]!r} is no exported genre: give a file that tutti genre export has made.")
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            sums: dict[str, Any] = manifest["sha256"]
            if set(sums) | {MANIFEST} != set(archive.namelist()):
                raise ValueError("the manifest lists other files")
            for name, expected in sums.items():
                if _take(archive, name, folder / name) != expected:
                    raise ValueError(f"{name} has another SHA-256 than in the manifest")
            return str(manifest["name"])
    except _BAD as error:
        raise GenreError(f"{path.name[:60]!r} is damaged ({_short(error)}): export the genre again.") from error


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Check what is there, then read the manifest."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise ValueError("a file is there twice")
    for entry in entries:
        _check_entry(entry)
    if missing := [name for name in (*NEEDED, MANIFEST) if name not in names]:
        raise ValueError(f"{missing[0]} is missing")
    with archive.open(MANIFEST) as stream:
        manifest = json.loads(stream.read(_MANIFEST_BYTES))
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or not isinstance(manifest["sha256"], dict):
        raise ValueError(f"the manifest is not of the format {FORMAT}")
    return manifest


def _check_entry(entry: zipfile.ZipInfo) -> None:
    most = {**MOST_BYTES, MANIFEST: _MANIFEST_BYTES}.get(entry.filename)
    if most is None:
        raise ValueError(f"{entry.filename[:40]!r} is no file of a genre's")
    if entry.flag_bits & 1:
        raise ValueError(f"{entry.filename} is encrypted")
    if entry.file_size > most:
        raise ValueError(f"{entry.filename} has more than {most // KIB} KB")


def _put(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Put a file into the archive; returns its SHA-256."""
    digest = hashlib.sha256()
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as source, archive.open(entry, "w") as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _take(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Take a file out of the archive, never more than it may have; returns its SHA-256."""
    digest, size = hashlib.sha256(), 0
    with archive.open(name) as source, path.open("xb") as target:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > MOST_BYTES[name]:
                raise ValueError(f"{name} is larger than it says")
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
