"""A dataset in a zip: listed from its directory, every member read from the zip itself."""

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from composer_core.dataset.listing import Found, make_listing
from composer_core.dataset.names import shown
from composer_core.dataset.opening import Dataset, Open, UnpacksTooFar
from composer_core.errors import UserError

MAX_ZIP_BYTES = 256 * 1024**2
MAX_MEMBERS = 20_000  # of any kind; a zip's directory is held in memory whole
MAX_RATIO = 200  # unpacked to packed; MusicXML reaches 40
_RATIO_FREE = 64 * 1024  # bytes that any member may unpack to
_MEMBER_MARK = b"PK\x01\x02"  # begins each member's entry of the directory
_CHUNK = 4 * 1024**2
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may claim much memory
_IS_ENCRYPTED, _IS_UTF8 = 0x1, 0x800


class ZipDataset(Dataset):
    """The files of a zip."""

    def __init__(self, path: Path, *, below: str = "", skip: str = "") -> None:
        """List a zip; only what is ``below`` a folder of it, without the folder ``skip``.

        Raises:
            UserError: it is no zip, damaged, too large, encrypted as a whole, or holds no music.
        """
        name = shown(path.name)
        self.path = path
        _check_size(path, name)
        self._members: dict[str, zipfile.ZipInfo] = {}
        found = [
            file
            for file in self._found(name)
            if file.path.startswith(below) and not (skip and file.path.startswith(skip))
        ]
        super().__init__(name, make_listing(name, found))

    def _found(self, name: str) -> Iterator[Found]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                members = [member for member in archive.infolist() if not member.is_dir()]
        except Exception as error:
            raise UserError(f"{name} is no zip, or a damaged one: pack the folder again as .zip.") from error
        if members and all(member.flag_bits & _IS_ENCRYPTED for member in members):
            raise UserError(f"{name} is encrypted: pack the folder again without a password.")
        for number, member in enumerate(members):
            self._members[str(number)] = member
            yield Found(str(number), _path(member), _fault(member))

    @contextmanager
    def session(self) -> Iterator[Open]:
        """Open the zip."""
        with zipfile.ZipFile(self.path) as archive:

            def opened(key: str) -> IO[bytes]:
                member = self._members[key]
                return _Watched(archive.open(member), max(member.compress_size, 1) * MAX_RATIO + _RATIO_FREE)  # type: ignore[return-value]

            yield opened


class _Watched:
    """A stream that breaks off where more comes out than anything real is packed to."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self.stream, self.left = stream, most

    def __enter__(self) -> "_Watched":
        return self

    def __exit__(self, *error: object) -> None:
        self.stream.close()

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise UnpacksTooFar
        return data


def _check_size(path: Path, name: str) -> None:
    """Bound the directory before ``zipfile`` reads it: the file's size, and the entries counted, not believed."""
    if path.stat().st_size > MAX_ZIP_BYTES:
        raise UserError(f"{name} is larger than {MAX_ZIP_BYTES // 1024**2} MiB: send a part of it.")
    count, tail = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            joined = tail + chunk
            count += joined.count(_MEMBER_MARK)
            tail = joined[1 - len(_MEMBER_MARK) :]
    if count > MAX_MEMBERS:
        raise UserError(f"{name} lists {count:,} files, at most {MAX_MEMBERS:,} are looked at: send a part of it.")


def _path(member: zipfile.ZipInfo) -> str:
    """A member's name as a path with slashes; UTF-8 that was not announced as such is read as such."""
    name = member.filename
    if not member.flag_bits & _IS_UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _fault(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & _IS_ENCRYPTED:
        return "It is encrypted: pack it again without a password."
    if stat.S_ISLNK(member.external_attr >> 16):
        return "It is a symbolic link: put the file itself in its place."
    if member.compress_type not in _PACKINGS:
        return "It is packed in an unusual way: pack the folder again as an ordinary zip."
    return ""
