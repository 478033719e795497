"""The catalogue of bad MIDI files: each is refused in one line, or read into sane notes. All bytes are made here."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core import midi, midi_parser
from composer_core.errors import MelodyError
from composer_core.midi_policy import MAX_BYTES
from composer_core.music import Melody, Metre, Note

END = b"\x00\xff\x2f\x00"


def variable(value: int) -> bytes:
    encoded = [value & 0x7F]
    while value := value >> 7:
        encoded.append(value & 0x7F | 0x80)
    return bytes(reversed(encoded))


def note(pitch: int, wait: int = 0, length: int = 480, channel: int = 0) -> bytes:
    on, off = bytes([0x90 | channel, pitch, 80]), bytes([0x80 | channel, pitch, 0])
    return variable(wait) + on + variable(length) + off


def meta(kind: int, body: bytes, wait: int = 0) -> bytes:
    return variable(wait) + bytes([0xFF, kind]) + variable(len(body)) + body


def tempo(microseconds: int, wait: int = 0) -> bytes:
    return meta(0x51, microseconds.to_bytes(3, "big"), wait)


def chunk(body: bytes) -> bytes:
    return b"MTrk" + len(body).to_bytes(4, "big") + body


def header(tracks: int = 1, division: int = 480, form: int = 1) -> bytes:
    return b"MThd\x00\x00\x00\x06" + b"".join(n.to_bytes(2, "big") for n in (form, tracks, division))


def file(*tracks: bytes, division: int = 480, form: int = 1) -> bytes:
    return header(len(tracks), division, form) + b"".join(chunk(track) for track in tracks)


TUNE = b"".join(note(60 + i % 12) for i in range(32))
FOUR = b"".join(note(60 + i) for i in range(4))
GOOD = file(TUNE + END)
RIFF = b"RIFF" + (len(GOOD) + 12).to_bytes(4, "little") + b"RMIDdata" + len(GOOD).to_bytes(4, "little") + GOOD
NOISE = random.Random(0).randbytes(4000)

REFUSED = {
    "empty": (b"", "not a MIDI file"),
    "truncated": (GOOD[: len(GOOD) // 2], "cut short"),
    "wrong header": (b"MThx" + GOOD[4:], "not a MIDI file"),
    "header length huge": (GOOD[:4] + b"\xff\xff\xff\xf0" + GOOD[8:], "cut short"),
    "header length tiny": (b"MThd\x00\x00\x00\x02\x00\x01" + chunk(TUNE), "header"),
    "track length huge": (header() + b"MTrk\xff\xff\xff\xf0" + TUNE, "cut short"),
    "65535 tracks claimed": (header(65535) + chunk(TUNE + END), "more than 64 tracks"),
    "3 tracks claimed, one there": (header(3) + chunk(TUNE + END), "announces 3 tracks and holds 1"),
    "no tracks": (header(0), "announces 0"),
    "division 0": (file(TUNE + END, division=0), "into 0 ticks"),
    "division 1": (file(TUNE + END, division=1), "into 1 ticks"),
    "SMPTE division": (file(TUNE + END, division=0xE728), "SMPTE"),
    "format 2": (file(FOUR + END, FOUR + END, form=2), "type 2"),
    "tempo 0": (file(tempo(0) + FOUR + END), "tempo"),
    "tempo of 2 bytes": (file(meta(0x51, b"\x07\xa1") + FOUR + END), "tempo"),
    "tempo so fast that nothing is heard": (file(tempo(1) + FOUR + END), "in an instant"),
    "gap of 2.7e8 ticks": (file(note(60, wait=0x0FFFFFFF) + END), "15 minutes"),
    "1e10 ticks": (file(b"".join(note(60, wait=0x0FFFFFFF) for _ in range(40)) + END), "15 minutes"),
    "gap of 2e7 ticks": (file(note(60, wait=20_000_000) + END), "15 minutes"),
    "9.8e6 ticks": (file(note(60, length=9_800_000) + END), "at most 6000 fit"),
    "6 000 tiny bars": (file(meta(0x58, b"\x01\x05\x18\x08") + note(60, length=360_000) + END), "6000 bars"),
    "data bytes without status": (file(bytes(range(0x20, 0x60))), "lacks its kind"),
    "random track bytes": (header() + chunk(NOISE), ""),
    "all zero": (bytes(4096), "not a MIDI file"),
    "hanging notes": (file(b"".join(b"\x0a" + bytes([0x90, 40 + i % 60, 80]) for i in range(300)) + END), "released"),
    "no length": (file(note(60, length=0) + END), "released"),
    "1e6 notes": (file(b"\x00\x90" + b"\x3c\x50\x0a" * 1_000_000), "KiB"),
    "60 000 stacked note-ons": (file(b"\x00\x90\x3c\x50" + b"\x00\x3c\x50" * 60_000 + END), "more than 50000 notes"),
    "120 000 controllers": (file(b"\x00\xb0\x01\x50" + b"\x00\x01\x50" * 120_000 + END), "more than 100000 events"),
    "text of 70 KiB": (file(meta(1, b"x" * 70_000) + FOUR + END), "too long"),
    "10 MB text": (file(meta(1, b"x" * 10_000_000) + FOUR + END), "KiB"),
    "text overruns the track": (file(b"\x00\xff\x01\xff\xff\xff\x7f" + FOUR), "too long"),
    "text overruns the track a little": (file(b"\x00\xff\x01\x40" + b"x" * 20), "in the middle of an event"),
    "endless number": (file(b"\xff" * 5000), "more than 4 bytes"),
    "5-byte number": (file(b"\x81\x80\x80\x80\x00\x90\x3c\x50" + END), "more than 4 bytes"),
    "5000 tracks": (file(*[FOUR + END] * 5000), "more than 64 tracks"),
    "pitch 200": (file(b"\x00\x90\xc8\x50" + END), "above 127"),
    "velocity 200": (file(b"\x00\x90\x3c\xc8" + END), "above 127"),
    "live message": (file(b"\x00\xf8" + FOUR + END), "live MIDI"),
    "6 000 tempo changes": (file(tempo(500_000, wait=1) * 6000 + FOUR + END), "more than 5000 times"),
    "ends inside an event": (file(FOUR + b"\x00\x90\x3c"), "in the middle of an event"),
    "empty RIFF": (b"RIFF\x04\x00\x00\x00RMID", "RIFF"),
    "silent": (file(END), "no notes"),
    "drums only": (file(b"".join(note(36, channel=9) for _ in range(8)) + END), "only drums"),
}

ACCEPTED = {
    "good": (GOOD, 32),
    "format 0": (file(TUNE + END, form=0), 32),
    "RIFF wrapper": (RIFF, 32),
    "no end of track": (file(TUNE), 32),
    "bytes after the end of track": (file(TUNE + END + NOISE), 32),
    "padding after the last track": (GOOD + b"\x00" * 5, 32),
    "unknown chunk": (header() + b"XFIH\x00\x00\x00\x03abc" + chunk(TUNE + END), 32),
    "impossible key": (file(meta(0x59, b"\x7f\x00") + TUNE + END), 32),
    "system exclusive with high bytes": (file(b"\x00\xf0\x03\xff\x80\xf7" + TUNE + END), 32),
    "kind left out after a text": (file(b"\x00\x90\x3c\x50" + meta(1, b"la") + b"\x60\x3c\x00" + END), 1),
    "9.8e6 ticks, slowest tempo": (file(tempo(0xFFFFFF) + note(60, length=9_800_000) + END, division=15360), 1),
    "tempo max": (file(tempo(0xFFFFFF) + FOUR + END), 4),
    "denominator 2^255": (file(meta(0x58, b"\x04\xff\x18\x08") + FOUR + END), 4),
    "numerator 0": (file(meta(0x58, b"\x00\x02\x18\x08") + FOUR + END), 4),
    "bars of no whole ticks": (file(meta(0x58, b"\x01\x05\x18\x08") + FOUR + END, division=25), 4),
    "a note without end among others": (file(b"\x00\x90\x30\x50" + FOUR + END), 4),
    "an end without note": (file(b"\x00\x80\x30\x50" + FOUR + END), 4),
    "nameless track name": (file(meta(3, b"\xff\x00\x1b[31m\n") + FOUR + END), 4),
    "20 000 stacked notes": (file(b"\x00\x90\x3c\x50" + b"\x00\x3c\x50" * 20_000 + b"\x60\x3c\x00" + END), 1),
}


@pytest.fixture(autouse=True, scope="module")
def _parse_in_process():
    """Skip the start of a process for each of hundreds of files; test_midi.py covers the process itself."""

    def parse(data, timeout_s):
        return [tuple(Note(*note) for note in notes) for notes in midi_parser.parse(data)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(midi, "parse_apart", parse)
        yield


def assert_sane(melody: Melody) -> None:
    assert melody.notes
    assert all(0 <= n.pitch <= 127 and 1 <= n.velocity <= 127 and n.duration > 0 <= n.start for n in melody.notes)
    assert all(a.end <= b.start for a, b in zip(melody.notes, melody.notes[1:], strict=False))
    assert melody.end_s > 0 and melody.end <= 6000 * melody.timing.ticks_per_beat
    assert len(melody.timing.bar_starts(melody.end)) <= 3001
    assert all("\n" not in notice and notice.isprintable() for notice in (melody.track, *melody.notices))


@pytest.mark.parametrize("name", REFUSED)
def test_bad_file_is_refused_in_one_line(name):
    data, reason = REFUSED[name]
    with pytest.raises(MelodyError) as refusal:
        midi.read_melody(data)
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 160


@pytest.mark.parametrize("name", ACCEPTED)
def test_odd_file_is_read(name):
    data, notes = ACCEPTED[name]
    melody = midi.read_melody(data)
    assert len(melody.notes) == notes
    assert_sane(melody)


@pytest.mark.parametrize("name", ["denominator 2^255", "numerator 0", "bars of no whole ticks"])
def test_nonsense_metre_becomes_four_four_and_is_said(name):
    melody = midi.read_melody(ACCEPTED[name][0])
    assert melody.timing.metres == ((0, Metre(4, 4)),)
    assert "4/4" in " ".join(melody.notices)


def test_size_limit_is_exact():
    filler = GOOD + b"XXXX" + (MAX_BYTES - len(GOOD) - 8).to_bytes(4, "big")
    padded = filler + bytes(MAX_BYTES - len(filler))
    assert len(midi.read_melody(padded).notes) == 32
    with pytest.raises(MelodyError, match="KiB"):
        midi.read_melody(padded + b"\x00")


def test_missing_ends_are_counted():
    melody = midi.read_melody(ACCEPTED["a note without end among others"][0])
    assert any(notice.startswith("1 of its notes") for notice in melody.notices)


def read_or_refuse(data: bytes) -> None:
    try:
        melody = midi.read_melody(data)
    except MelodyError as refusal:
        assert "\n" not in str(refusal)
    else:
        assert_sane(melody)


HEADERS = st.sampled_from([b"", b"MThd", header(), header(2, 96, 0), RIFF[:20]])


@settings(max_examples=200, deadline=None)
@given(start=HEADERS, body=st.binary(max_size=200), in_chunk=st.booleans())
def test_arbitrary_bytes_raise_only_our_error(start, body, in_chunk):
    read_or_refuse(start + (chunk(body) if in_chunk else body))


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(sorted(ACCEPTED)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
    length=st.floats(0.5, 1),
)
def test_damaged_files_raise_only_our_error(name, changes, length):
    data = bytearray(ACCEPTED[name][0][:2000])
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    read_or_refuse(bytes(data[: int(length * len(data))]))


EVENTS = st.one_of(
    st.builds(note, st.integers(0, 127), st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 15)),
    st.builds(meta, st.integers(0, 127), st.binary(max_size=6), st.integers(0, 500)),
    st.builds(tempo, st.integers(1, 0xFFFFFF), st.integers(0, 500)),
    st.builds(
        lambda wait, kind, first, second: variable(wait) + bytes([kind, first, second]),
        *(st.integers(0, 500), st.integers(0x80, 0xBF), st.integers(0, 127), st.integers(0, 127)),
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    tracks=st.lists(st.lists(EVENTS, max_size=12).map(b"".join), min_size=1, max_size=4),
    division=st.integers(24, 15360),
)
def test_well_formed_oddities_are_sane_or_refused(tracks, division):
    read_or_refuse(file(*tracks, division=division))
