"""What a stranger's MIDI file must be before any library touches it: size, structure, events, all counted.

``scan`` walks every byte once, in bounded time, and keeps only what a melody needs: note events by track and
channel, names, programs, tempos and metres. ``rewrite`` makes a small clean file of the notes for the parser, so that
key signatures, texts, system-exclusive dumps and the like never reach it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from composer_core.errors import MelodyError

MAX_BYTES = 512 * 1024  # at this size the worst file costs the parser 1 s
MAX_TRACKS = 64
MAX_EVENTS = 100_000
MAX_NOTES = 50_000
MAX_TIMING_CHANGES = 5_000
MAX_TICKS = 9_900_000  # pretty_midi refuses 1e7
MAX_META_BYTES = 64 * 1024
TICKS_PER_BEAT = range(24, 15_361)
DRUM_CHANNEL = 9

_NAME, _END, _TEMPO, _METRE = 0x03, 0x2F, 0x51, 0x58  # kinds of meta events


@dataclass
class Part:
    """What one channel of one track plays: ``events`` are (tick, pitch, velocity), velocity 0 ends a note."""

    channel: int
    program: int
    name: str = ""
    note_ons: int = 0
    events: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def is_drum(self) -> bool:
        """Whether General MIDI plays this part on the drum kit."""
        return self.channel == DRUM_CHANNEL


@dataclass
class Scan:
    """A file's contents; ``tempos`` are (tick, microseconds a beat), ``metres`` (tick, numerator, denominator)."""

    ticks_per_beat: int
    tempos: list[tuple[int, int]] = field(default_factory=list)
    metres: list[tuple[int, int, int]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    events: int = 0
    note_ons: int = 0


def scan(data: bytes) -> Scan:
    """Check a file and return its contents.

    Raises:
        MelodyError: the file is not MIDI, damaged, or larger in some way than a melody can be.
    """
    if len(data) > MAX_BYTES:
        raise MelodyError(
            f"The file has {len(data) // 1024} KiB, at most {MAX_BYTES // 1024} are read: send its melody track alone."
        )
    chunks = _chunks(_unwrap(data))
    name, header = next(chunks, (b"", b""))
    if name != b"MThd":
        raise MelodyError("This is not a MIDI file: send one that ends in .mid, or type the notes.")
    tracks = [body for kind, body in chunks if kind == b"MTrk"]
    found = Scan(_ticks_per_beat(header, len(tracks)))
    for track in tracks:
        _Track(track, found).read()
    found.tempos.sort(key=lambda change: change[0])
    found.metres.sort(key=lambda change: change[0])
    return found


def damaged(what: str) -> MelodyError:
    """Return the error for a file that breaks the format's rules."""
    return MelodyError(f"The MIDI file is damaged ({what}): export it again, or type the notes.")


def _unwrap(data: bytes) -> bytes:
    """Take a MIDI file out of a RIFF wrapper (.rmi), if it has one."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"data":
            return data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    raise damaged("its RIFF wrapper is empty")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):  # fewer bytes than a chunk's header are padding
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "big")
        if at == 0 and name != b"MThd":
            return
        at += 8
        if size > len(data) - at:
            raise damaged("it is cut short")
        yield name, data[at : at + size]
        at += size


def _ticks_per_beat(header: bytes, tracks: int) -> int:
    if not 6 <= len(header) <= 64:
        raise damaged("its header has a wrong length")
    form, claimed, division = (int.from_bytes(header[at : at + 2], "big") for at in (0, 2, 4))
    if form not in (0, 1):
        raise MelodyError(f"MIDI files of type {form} hold separate songs: export this one as type 0 or 1.")
    if claimed > MAX_TRACKS or tracks > MAX_TRACKS:
        raise MelodyError(f"The file has more than {MAX_TRACKS} tracks: send the melody's track alone.")
    if claimed != tracks or tracks == 0:
        raise damaged(f"it announces {claimed} tracks and holds {tracks}")
    if division & 0x8000:
        raise MelodyError(
            "The file counts film frames (SMPTE) instead of beats: export it with ticks per quarter note."
        )
    if division not in TICKS_PER_BEAT:
        raise MelodyError(
            f"The file divides a beat into {division} ticks, {TICKS_PER_BEAT[0]} to {TICKS_PER_BEAT[-1]} can be read:"
            " export it with 480."
        )
    return division


class _Track:
    """A cursor over one track's bytes that puts what it reads into a ``Scan``."""

    def __init__(self, data: bytes, found: Scan) -> None:
        self.data, self.found = data, found
        self.at = self.tick = self.status = 0
        self.name = ""
        self.programs = [0] * 16
        self.parts: dict[int, Part] = {}

    def read(self) -> None:
        """Read every event up to the end of the track."""
        try:
            while self.at < len(self.data) and self._event():
                pass
        except IndexError:
            raise damaged("a track ends in the middle of an event") from None
        for part in self.parts.values():
            part.name = self.name
            self.found.parts.append(part)

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _variable(self) -> int:
        value = 0
        for _ in range(4):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise damaged("a number has more than 4 bytes")

    def _event(self) -> bool:
        """Read one event; False for the end of the track."""
        self.tick += self._variable()
        self.found.events += 1
        if self.tick > MAX_TICKS:
            raise MelodyError("The file is far longer than 15 minutes: cut the silence, or send a part of it.")
        if self.found.events > MAX_EVENTS:
            raise MelodyError(f"The file has more than {MAX_EVENTS} events: send the melody's track alone.")
        kind = self._byte()
        if kind == 0xFF:
            return self._meta(self._byte())
        if kind in (0xF0, 0xF7):
            self._block()
        elif kind >= 0xF0:
            raise damaged("it holds an event that only live MIDI has")
        elif kind >= 0x80:
            self.status = kind
            self._channel_event(self._byte())
        elif self.status:
            self._channel_event(kind)  # the kind is left out: the same as before
        else:
            raise damaged("an event lacks its kind")
        return True

    def _block(self) -> bytes:
        size = self._variable()
        if size > MAX_META_BYTES:
            raise damaged("a text or system event is too long")
        self.at += size
        if self.at > len(self.data):
            raise IndexError
        return self.data[self.at - size : self.at]

    def _meta(self, kind: int) -> bool:
        body = self._block()
        if kind == _NAME and not self.name:
            self.name = _text(body)
        elif kind == _TEMPO:
            tempo = int.from_bytes(body, "big")
            if len(body) != 3 or tempo == 0:
                raise damaged("a tempo is impossible")
            self.found.tempos.append((self.tick, tempo))
        elif kind == _METRE and len(body) >= 2:
            self.found.metres.append((self.tick, body[0], 2 ** min(body[1], 8)))
        if max(len(self.found.tempos), len(self.found.metres)) > MAX_TIMING_CHANGES:
            raise MelodyError(f"The file changes its tempo or metre more than {MAX_TIMING_CHANGES} times: simplify it.")
        return kind != _END

    def _channel_event(self, first: int) -> None:
        kind, channel = self.status >> 4, self.status & 0xF
        second = 0 if kind in (0xC, 0xD) else self._byte()
        if first > 127 or second > 127:
            raise damaged("a value is above 127")
        if kind == 0xC:
            self.programs[channel] = first
        elif kind in (0x8, 0x9):
            self._note(channel, first, second if kind == 0x9 else 0)

    def _note(self, channel: int, pitch: int, velocity: int) -> None:
        part = self.parts.setdefault(channel, Part(channel, self.programs[channel]))
        part.events.append((self.tick, pitch, velocity))
        if velocity:
            part.note_ons += 1
            self.found.note_ons += 1
        if self.found.note_ons > MAX_NOTES:
            raise MelodyError(f"The file has more than {MAX_NOTES} notes: send the melody's track alone.")


def _text(body: bytes) -> str:
    """Decode a track's name: UTF-8 or Latin-1, one printable line of at most 40 characters."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    return "".join(character for character in text if character.isprintable()).strip()[:40]


def rewrite(parts: Sequence[Part], ticks_per_beat: int) -> bytes:
    """Write the parts' notes as a MIDI file of one track a part, in order; all on channel 1, at the default tempo."""
    header = b"MThd" + (6).to_bytes(4, "big") + b"".join(n.to_bytes(2, "big") for n in (1, len(parts), ticks_per_beat))
    return header + b"".join(_track_chunk(index, part) for index, part in enumerate(parts))


def _track_chunk(index: int, part: Part) -> bytes:
    name = str(index).encode()
    body = bytearray(b"\x00\xff\x03" + bytes([len(name)]) + name)
    last = 0
    for tick, pitch, velocity in part.events:
        body += _as_variable(tick - last) + bytes((0x90, pitch, velocity))
        last = tick
    body += b"\x00\xff\x2f\x00"
    return b"MTrk" + len(body).to_bytes(4, "big") + bytes(body)


def _as_variable(value: int) -> bytes:
    encoded = [value & 0x7F]
    while value := value >> 7:
        encoded.append(value & 0x7F | 0x80)
    return bytes(reversed(encoded))
