"""MusicXML bytes to elements, one at a time: a stranger's file never becomes a tree in memory.

The rules: sizes are counted before anything is unpacked or built, a document type with declarations of its own
(entities, default attributes) is refused, nesting is bounded, and whatever breaks is a ``MelodyError``.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from composer_core.errors import MelodyError

MAX_PACKED_BYTES = 4 * 1024 * 1024
MAX_UNPACKED_BYTES = 48 * 1024 * 1024  # the longest symphony movement known to us has 27 MB
MAX_ELEMENTS = 3_000_000  # that movement has a third of them
MAX_DEPTH = 32
MAX_CHILDREN = 1_000

CONTAINERS = frozenset({"part", "measure"})
"""Elements announced when they open, without their children."""

_MUSIC = {"note", "backup", "forward", "attributes", "direction", "harmony", "barline", "sound"}
UNITS = frozenset(_MUSIC | {"score-part", "work-title", "movement-title", "creator"})
"""Elements handed over whole when they close."""

_SKIPPED = frozenset({"notations", "lyric", "print", "defaults", "credit", "figured-bass"})
_CHUNK = 64 * 1024


def damaged(what: str) -> MelodyError:
    """Return the error for a file that breaks the format's rules."""
    return MelodyError(f"The MusicXML file is damaged ({what}): export it again, or send MIDI.")


def read_elements(data: bytes) -> Iterator[Element]:
    """Yield the elements of ``CONTAINERS`` as they open and those of ``UNITS`` as they close, in document order.

    Takes .musicxml or compressed .mxl bytes.

    Raises:
        MelodyError: the file is no MusicXML of parts, damaged, hostile or too large.
    """
    text = unpack(data)
    builder = _Builder()
    try:
        for at in range(0, len(text), _CHUNK):
            builder.parser.Parse(text[at : at + _CHUNK], False)
            yield from builder.take()
        builder.parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged("it is not well-formed XML") from error
    yield from builder.take()


def _too_large() -> MelodyError:
    return MelodyError("The score is larger than any symphony movement: send the melody's part alone.")


def unpack(data: bytes) -> bytes:
    """Return the score inside an .mxl archive; what is no archive comes back as it is.

    Raises:
        MelodyError: it is damaged or too large.
    """
    if data[:2] != b"PK":
        if len(data) > MAX_UNPACKED_BYTES:
            raise _too_large()
        return data
    if len(data) > MAX_PACKED_BYTES:
        raise _too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo(_root_file(archive))
            return _read_member(archive, info)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, RuntimeError, ValueError) as error:
        raise damaged("its archive cannot be unpacked") from error


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others may claim much memory
        raise damaged("its archive is packed in an unusual way")
    with archive.open(info) as member:
        text = member.read(MAX_UNPACKED_BYTES + 1)
    if len(text) > MAX_UNPACKED_BYTES:
        raise _too_large()
    return text


def _root_file(archive: zipfile.ZipFile) -> str:
    """Name of the score: the first file outside META-INF that looks like one (what container.xml says, in practice)."""
    for name in archive.namelist():
        if not name.startswith("META-INF") and name.lower().endswith((".xml", ".musicxml")):
            return name
    raise damaged("its archive holds no score")


class _Builder:
    """Expat's handlers: they collect finished elements until ``take`` fetches them."""

    def __init__(self) -> None:
        self.done: list[Element] = []
        self.path: list[str] = []
        self.tree: TreeBuilder | None = None
        self.unit_depth = self.skip_depth = self.children = self.elements = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def take(self) -> list[Element]:
        """Return what has been finished since the last call."""
        done, self.done = self.done, []
        return done

    def _doctype(self, name: str, system: str | None, public: str | None, has_declarations: int) -> None:
        if has_declarations:
            raise MelodyError("The MusicXML file declares entities of its own: export it again without them.")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.path.append(tag)
        self.elements += 1
        depth = len(self.path)
        if self.elements > MAX_ELEMENTS:
            raise _too_large()
        if depth == 1 and tag != "score-partwise":
            raise MelodyError(
                "This is no MusicXML score of parts (score-partwise): export it again as MusicXML, or send MIDI."
            )
        if depth > MAX_DEPTH:
            raise damaged("its elements are nested too deeply")
        if self.skip_depth:
            return
        if tag in _SKIPPED:
            self.skip_depth = depth
        elif self.tree:
            self._inside(tag, attributes)
        elif tag in UNITS:
            self.tree, self.unit_depth, self.children = TreeBuilder(), depth, 0
            self.tree.start(tag, attributes)
        elif tag in CONTAINERS:
            self.done.append(Element(tag, attributes))

    def _inside(self, tag: str, attributes: dict[str, str]) -> None:
        assert self.tree
        self.children += 1
        if self.children > MAX_CHILDREN:
            raise damaged("one of its elements holds too much")
        self.tree.start(tag, attributes)

    def _end(self, tag: str) -> None:
        depth = len(self.path)
        self.path.pop()
        if self.skip_depth:
            self.skip_depth = 0 if self.skip_depth == depth else self.skip_depth
        elif self.tree:
            self.tree.end(tag)
            if depth == self.unit_depth:
                self.done.append(self.tree.close())
                self.tree = None

    def _text(self, text: str) -> None:
        if self.tree and not self.skip_depth:
            self.tree.data(text)
