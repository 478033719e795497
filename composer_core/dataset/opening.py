"""What a user hands over to learn from: a zip or a folder, listed and read within bounds, nothing unpacked to disk."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from composer_core.dataset.names import ARCHIVES, MIDI, TAG_FILE, ending, is_hidden, is_music, leaves_the_dataset, shown
from composer_core.errors import UserError
from composer_core.midi_policy import MAX_BYTES as MAX_MIDI_BYTES

MAX_FILES = 2_000  # music files that are read
MAX_SCORE_BYTES = 16 * 1024**2  # of a MusicXML file; a song has 1 MiB, a symphony's movement 27 MiB
MAX_TOTAL_BYTES = 512 * 1024**2  # of all files together, unpacked
MAX_TAG_BYTES = 512 * 1024
_CHUNK = 256 * 1024

READS = "MIDI (.mid) or MusicXML (.musicxml, .mxl)"


@dataclass(frozen=True)
class Refused:
    """A file of the dataset that is not used; ``reason`` is one clear sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """A file listed but not read yet: ``key`` is what its dataset knows it by, ``name`` what is shown.

    ``folder`` is the path of the folder that it is in, below what all files have in common.
    """

    key: str
    name: str
    folder: str = ""

    @property
    def most_bytes(self) -> int:
        """How much of it is read before it is refused."""
        return MAX_MIDI_BYTES if ending(self.name) in MIDI else MAX_SCORE_BYTES


@dataclass(frozen=True)
class Listing:
    """What a dataset holds: files to read, files refused by what they are, how many were passed over, its tag file."""

    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]
    ignored: int
    tag_file: Entry | None


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
        total = 0
        with self.session() as opened:
            for entry in self.listing.entries:
                data = _read(opened, entry, entry.most_bytes)
                total += 0 if isinstance(data, Refused) else len(data)
                if total > MAX_TOTAL_BYTES:
                    raise UserError(
                        f"{self.name} unpacks to more than {MAX_TOTAL_BYTES // 1024**2} MiB: send a part of it."
                    )
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
    except Exception as error:  # what zipfile, zlib and systems raise on damage is a zoo
        return Refused(entry.name, f"It cannot be unpacked ({type(error).__name__}): it is damaged.")
    return b"".join(pieces)


@dataclass(frozen=True)
class Found:
    """A file that a source came upon: its key, its path in the dataset, and why it must not be read (else empty)."""

    key: str
    path: str
    fault: str = ""


def make_listing(name: str, found: Iterable[Found]) -> Listing:
    """Sort what was found into files to read, refused and ignored ones.

    Raises:
        UserError: there are too many files, or none that is read.
    """
    music: list[Found] = []
    refused: list[Refused] = []
    ignored = 0
    tag_files: list[Found] = []
    for file in found:
        if is_hidden(file.path) and not leaves_the_dataset(file.path):
            ignored += 1
        elif ending(file.path) in ARCHIVES:
            refused.append(
                Refused(shown(file.path), "It is an archive inside the dataset: unpack it and add its files.")
            )
        elif PurePosixPath(file.path).name.lower() == TAG_FILE and not file.fault:
            tag_files.append(file)
        elif not is_music(file.path):
            ignored += 1
        elif fault := file.fault or (_LEAVES if leaves_the_dataset(file.path) else ""):
            refused.append(Refused(shown(file.path), fault))
        else:
            music.append(file)
    if len(music) > MAX_FILES:
        raise UserError(
            f"{name} holds {len(music):,} music files, at most {MAX_FILES:,} are read: send a part of them."
        )
    if not music and not refused:
        what = f"none of its {ignored:,} files is one" if ignored else "it is empty"
        raise UserError(f"{name} holds no music ({what}): put {READS} files into it.")
    return _listing(music, refused, ignored, tag_files)


_LEAVES = "Its path leads out of the dataset: pack the folder again with plain names."


def _listing(music: list[Found], refused: list[Refused], ignored: int, tag_files: list[Found]) -> Listing:
    music.sort(key=lambda file: file.path)
    top = _common_folder([file.path for file in music])
    repeats: Counter[str] = Counter()
    entries = []
    for file in music:
        path = PurePosixPath(file.path)
        inner = PurePosixPath(*path.parts[len(top) :])
        name = shown(str(inner))
        repeats[name] += 1
        if repeats[name] > 1:
            name = f"{name} ({repeats[name]})"
        folder = "" if str(inner.parent) == "." else shown(str(inner.parent))
        entries.append(Entry(file.key, name, folder))
    tag_file = min(tag_files, key=lambda file: (file.path.count("/"), file.path), default=None)
    return Listing(tuple(entries), tuple(refused), ignored, Entry(tag_file.key, TAG_FILE) if tag_file else None)


def _common_folder(paths: list[str]) -> tuple[str, ...]:
    """The folders that all paths share."""
    parents = [PurePosixPath(path).parent.parts for path in paths]
    shared = 0
    while parents and all(len(p) > shared and p[shared] == parents[0][shared] for p in parents):
        shared += 1
    return parents[0][:shared] if parents else ()
