"""What a dataset holds, before anything is read: files of music, files refused by what they are, others passed over."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from composer_core.dataset.names import ARCHIVES, MIDI, TAG_FILE, ending, is_hidden, is_music, leaves_the_dataset, shown
from composer_core.errors import UserError
from composer_core.midi_policy import MAX_BYTES as MAX_MIDI_BYTES

MAX_FILES = 2_000  # music files that are read
MAX_SCORE_BYTES = 16 * 1024**2  # of a MusicXML file as it lies there; a song has 1 MiB, a long movement 27 MiB unpacked
MAX_FOLDERS = 8  # of a file's path that become tags
READS = "MIDI (.mid) or MusicXML (.musicxml, .mxl)"
_NESTED = "It is an archive inside the dataset: unpack it and add its files."
_LEAVES = "Its path leads out of the dataset: pack the folder again with plain names."


@dataclass(frozen=True)
class Refused:
    """A file of the dataset that is not used; ``reason`` is one clear sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """A file listed but not read yet: ``key`` is what its dataset knows it by, ``name`` what is shown.

    ``suffix`` is the ending of its real name, ``folders`` lead to it, those that all files have in common left out.
    """

    key: str
    name: str
    suffix: str
    folders: tuple[str, ...] = ()

    @property
    def form(self) -> str:
        """MIDI or MusicXML."""
        return "MIDI" if self.suffix in MIDI else "MusicXML"

    @property
    def most_bytes(self) -> int:
        """How much of it is read before it is refused."""
        return MAX_MIDI_BYTES if self.form == "MIDI" else MAX_SCORE_BYTES


@dataclass(frozen=True)
class Listing:
    """What a dataset holds: files to read, files refused by what they are, how many were passed over, its tag file."""

    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]
    ignored: int
    tag_file: Entry | None


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
            refused.append(Refused(shown(file.path), _NESTED))
        elif PurePosixPath(file.path).name.lower() == TAG_FILE and not file.fault:
            tag_files.append(file)
        elif not is_music(file.path):
            ignored += 1
        elif fault := file.fault or (_LEAVES if leaves_the_dataset(file.path) else ""):
            refused.append(Refused(shown(file.path), fault))
        else:
            music.append(file)
    if len(music) > MAX_FILES:
        raise UserError(f"{name} holds {len(music):,} music files, at most {MAX_FILES:,} are read: send a part.")
    if not music and not refused:
        what = f"none of its {ignored:,} files is one" if ignored else "it is empty"
        raise UserError(f"{name} holds no music ({what}): put {READS} files into it.")
    return _listing(music, refused, ignored, tag_files)


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
        folders = tuple(shown(part) for part in inner.parent.parts[:MAX_FOLDERS])
        entries.append(Entry(file.key, name, ending(file.path), folders))
    tag_file = min(tag_files, key=lambda file: (file.path.count("/"), file.path), default=None)
    return Listing(tuple(entries), tuple(refused), ignored, Entry(tag_file.key, TAG_FILE, ".csv") if tag_file else None)


def _common_folder(paths: list[str]) -> tuple[str, ...]:
    """The folders that all paths share."""
    parents = [PurePosixPath(path).parent.parts for path in paths]
    shared = 0
    while parents and all(len(p) > shared and p[shared] == parents[0][shared] for p in parents):
        shared += 1
    return parents[0][:shared] if parents else ()
