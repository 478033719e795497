"""Reading what a dataset holds within bounds: nothing is unpacked to disk, no size that an archive states believed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import IO

from composer_core.corpora.musicxml_stream import unpack
from composer_core.dataset.listing import Entry, Listing, Refused
from composer_core.dataset.names import PACKED_SCORE, TAG_FILE
from composer_core.errors import MelodyError, UserError

MAX_TOTAL_BYTES = {"MIDI": 64 * 1024**2, "MusicXML": 512 * 1024**2}  # of all files together, unpacked
MAX_TAG_BYTES = 512 * 1024
_CHUNK = 256 * 1024


class UnpacksTooFar(Exception):
    """Far more comes out of an archive than anything real is packed to."""


Open = Callable[[str], IO[bytes]]


class Dataset(ABC):
    """A dataset that was listed; ``files`` reads it. ``tags`` are those that its name stands for."""

    def __init__(self, name: str, listing: Listing) -> None:
        self.name, self.listing = name, listing
        self.tags: dict[str, str] = {}

    def __len__(self) -> int:
        """Count of files that ``files`` yields."""
        return len(self.listing.entries)

    @abstractmethod
    def session(self) -> AbstractContextManager[Open]:
        """Give access to the files for a while: a function from an entry's key to its open stream."""

    def files(self) -> Iterator[tuple[Entry, bytes | Refused]]:
        """Read the files one by one.

        Raises:
            UserError: all together are larger than a dataset may be.
        """
        left = dict(MAX_TOTAL_BYTES)
        with self.session() as opened:
            for entry in self.listing.entries:
                data = _read(opened, entry, entry.most_bytes)
                if entry.suffix == PACKED_SCORE and not isinstance(data, Refused):
                    data = _unpacked(entry, data)
                left[entry.form] -= entry.most_bytes if isinstance(data, Refused) else len(data)
                if left[entry.form] < 0:
                    most = MAX_TOTAL_BYTES[entry.form] // 1024**2
                    raise UserError(f"{self.name} holds more than {most} MiB of {entry.form}: send a part of it.")
                yield entry, data

    def tag_text(self) -> bytes:
        """Return the bytes of ``tags.csv``, none where there is no such file.

        Raises:
            UserError: it cannot be read, or is too large.
        """
        if self.listing.tag_file is None:
            return b""
        with self.session() as opened:
            data = _read(opened, self.listing.tag_file, MAX_TAG_BYTES)
        if isinstance(data, Refused):
            raise UserError(f"{TAG_FILE} cannot be used: {data.reason}")
        return data


def _unpacked(entry: Entry, data: bytes) -> bytes | Refused:
    """The score inside an .mxl archive, so that it counts with its full size."""
    try:
        return unpack(data)
    except MelodyError:
        return Refused(entry.name, "It cannot be unpacked, or is larger than any symphony movement.")


def _read(opened: Open, entry: Entry, most: int) -> bytes | Refused:
    """Read a file, counting its bytes: no size that an archive states is believed."""
    pieces: list[bytes] = []
    size = 0
    try:
        with opened(entry.key) as stream:
            while piece := stream.read(_CHUNK):
                size += len(piece)
                if size > most:
                    return Refused(entry.name, f"It is larger than {most // 1024:,} KiB.")
                pieces.append(piece)
    except UnpacksTooFar:
        return Refused(entry.name, "It unpacks to far more than music does: pack the file itself again.")
    except Exception as error:  # what zipfile, zlib and systems raise on damage is a zoo
        return Refused(entry.name, f"It cannot be unpacked ({type(error).__name__}): it is damaged.")
    return b"".join(pieces)
