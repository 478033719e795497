"""Zips and folders of strangers: what is listed, what is refused and in which words."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.dataset import open_dataset
from composer_core.dataset import opening as reading
from composer_core.dataset.listing import MAX_FILES, Found, Refused, make_listing
from composer_core.dataset.names import leaves_the_dataset, shown
from composer_core.errors import UserError

NOWHERE = Path("no-such-folder")
MIDI = b"MThd not read here"
PUT = "put MIDI (.mid) or MusicXML (.musicxml, .mxl) files into it."


def contents(dataset):
    return {entry.name: data for entry, data in dataset.files()}


def refused(dataset):
    return {file.name: file.reason for file in dataset.listing.refused}


def fails(source, message):
    with pytest.raises(UserError) as error:
        open_dataset(source, NOWHERE)
    assert str(error.value) == message


def test_a_zip_is_read_without_what_systems_put_into_it(pack):
    files = {
        "set/a.mid": MIDI,
        "set/b/c.MID": b"two",
        "set/.DS_Store": b"",
        "__MACOSX/set/._a.mid": b"",
        "set/notes.txt": b"",
    }
    dataset = open_dataset(pack(files), NOWHERE)
    assert contents(dataset) == {"a.mid": MIDI, "b/c.MID": b"two"}
    assert [entry.folders for entry in dataset.listing.entries] == [(), ("b",)]
    assert dataset.listing.ignored == 3


def test_a_folder_is_read_like_a_zip(tmp_path):
    for name in ("a.mid", "b/c.mid", ".hidden.mid", "cover.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    dataset = open_dataset(tmp_path, NOWHERE)
    assert contents(dataset) == {"a.mid": b"a.mid", "b/c.mid": b"b/c.mid"}
    assert dataset.listing.ignored == 2


def test_an_empty_zip(pack):
    fails(
        pack({}), "set.zip holds no music (it is empty): put MIDI (.mid) or MusicXML (.musicxml, .mxl) files into it."
    )


def test_a_zip_of_other_things(pack):
    fails(pack({"a.txt": b"", "b.png": b""}), f"set.zip holds no music (none of its 2 files is one): {PUT}")


def test_no_zip(tmp_path):
    path = tmp_path / "set.zip"
    path.write_bytes(b"not a zip at all")
    fails(path, "set.zip is no zip: pack the folder as .zip, or name the folder itself.")


def test_a_zip_cut_short(pack):
    path = pack({"a.mid": os.urandom(5000)})
    path.write_bytes(path.read_bytes()[:-30])
    fails(path, "set.zip is no zip: pack the folder as .zip, or name the folder itself.")


def test_one_file_only(tmp_path):
    path = tmp_path / "song.mid"
    path.write_bytes(MIDI)
    fails(
        path,
        "song.mid is one file: put at least 3 MIDI (.mid) or MusicXML (.musicxml, .mxl) files into a zip or a folder.",
    )


def test_ten_thousand_files(pack):
    fails(
        pack({f"{number}.mid": b"" for number in range(10_000)}),
        "set.zip holds 10,000 music files, at most 2,000 are read: send a part.",
    )


def test_a_directory_that_would_fill_the_memory_is_counted_before_it_is_read(tmp_path):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.mid", b"")
    path.write_bytes(b"PK\x01\x02" * 20_001 + path.read_bytes())
    fails(path, "set.zip lists 20,002 files, at most 20,000 are looked at: send a part of it.")


def test_a_zip_larger_than_any_dataset(tmp_path):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.mid", b"")
    with path.open("r+b") as file:
        file.seek(257 * 1024**2)
        file.write(b"PK\x05\x06" + bytes(18))
    fails(path, "set.zip is larger than 256 MiB: send a part of it.")


def test_nested_archives_are_named_and_not_opened(pack):
    dataset = open_dataset(pack({"a.mid": MIDI, "more/b.zip": b"PK", "c.7z": b""}), NOWHERE)
    assert list(contents(dataset)) == ["a.mid"]
    reason = "It is an archive inside the dataset: unpack it and add its files."
    assert refused(dataset) == {"more/b.zip": reason, "c.7z": reason}


@pytest.mark.parametrize(
    "name", ["../a.mid", "/etc/a.mid", "x/../../a.mid", "C:/a.mid", "..\\a.mid", "\\\\server\\a.mid"]
)
def test_names_that_lead_out_of_the_dataset(pack, name):
    dataset = open_dataset(pack({"b.mid": MIDI, name: MIDI}), NOWHERE)
    assert list(contents(dataset)) == ["b.mid"]
    assert list(refused(dataset).values()) == [
        "Its path leads out of the dataset: pack the folder again with plain names."
    ]


def flagged(path, flag):
    """Set a bit of every member's flags, in both headers."""
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            bits = struct.unpack_from("<H", data, at + place)[0]
            struct.pack_into("<H", data, at + place, bits | flag)
    path.write_bytes(data)
    return path


def test_an_encrypted_zip(pack):
    fails(flagged(pack({"a.mid": MIDI}), 0x1), "set.zip is encrypted: pack the folder again without a password.")


def test_one_encrypted_member(pack):
    path = flagged(pack({"a.mid": MIDI}), 0x1)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b.mid", MIDI)
    dataset = open_dataset(path, NOWHERE)
    assert list(contents(dataset)) == ["b.mid"]
    assert refused(dataset) == {"a.mid": "It is encrypted: pack it again without a password."}


def test_symbolic_links_in_a_zip(tmp_path):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("a.mid")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    dataset = open_dataset(path, NOWHERE)
    assert contents(dataset) == {}
    assert refused(dataset) == {"a.mid": "It is a symbolic link: put the file itself in its place."}


def test_links_and_pipes_in_a_folder(tmp_path):
    inside = tmp_path / "set"
    inside.mkdir()
    (inside / "good.mid").write_bytes(MIDI)
    (tmp_path / "secret.mid").write_bytes(b"secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.mid").write_bytes(b"secret")
    (inside / "link.mid").symlink_to(tmp_path / "secret.mid")
    (inside / "folder").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(inside / "pipe.mid")
    dataset = open_dataset(inside, NOWHERE)
    assert contents(dataset) == {"good.mid": MIDI}
    assert refused(dataset) == {
        "link.mid": "It is a symbolic link: put the file itself in its place.",
        "pipe.mid": "It is not an ordinary file.",
    }


def test_a_file_that_became_a_link_after_it_was_listed(tmp_path):
    inside = tmp_path / "set"
    inside.mkdir()
    (inside / "a.mid").write_bytes(MIDI)
    (tmp_path / "secret.mid").write_bytes(b"secret")
    dataset = open_dataset(inside, NOWHERE)
    (inside / "a.mid").unlink()
    (inside / "a.mid").symlink_to(tmp_path / "secret.mid")
    ((_, data),) = dataset.files()
    assert isinstance(data, Refused)


def test_bombs_are_counted_while_they_unpack(pack):
    dataset = open_dataset(pack({"bomb.xml": bytes(15 * 1024**2), "big.mid": os.urandom(600 * 1024)}), NOWHERE)
    assert {name: data.reason for name, data in contents(dataset).items()} == {
        "bomb.xml": "It unpacks to far more than music does: pack the file itself again.",
        "big.mid": "It is larger than 512 KiB.",
    }


def test_sizes_that_a_zip_states_are_not_believed(pack):
    path = pack({"a.mid": os.urandom(40_000)})
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.find(b"PK\x01\x02") + 24, 10)  # the unpacked size in the directory
    path.write_bytes(data)
    ((_, read),) = open_dataset(path, NOWHERE).files()
    assert isinstance(read, Refused) or len(read) <= 40_000


def test_all_files_together_are_bounded(pack, monkeypatch):
    monkeypatch.setitem(reading.MAX_TOTAL_BYTES, "MIDI", 1024**2)
    files = {f"{number}.mid": os.urandom(300_000) for number in range(5)}
    with pytest.raises(UserError, match=r"^set.zip holds more than 1 MiB of MIDI: send a part of it.$"):
        contents(open_dataset(pack(files), NOWHERE))


def mxl(score):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("score.xml", score)
    return out.getvalue()


def test_a_packed_score_comes_unpacked(pack):
    dataset = open_dataset(pack({"a.mxl": mxl(b"<score/>"), "b.mxl": b"PK no archive"}), NOWHERE)
    assert contents(dataset) == {
        "a.mxl": b"<score/>",
        "b.mxl": Refused("b.mxl", "It cannot be unpacked, or is larger than any symphony movement."),
    }


def test_packed_scores_count_with_their_full_size(pack, monkeypatch):
    monkeypatch.setitem(reading.MAX_TOTAL_BYTES, "MusicXML", 1024**2)
    files = {f"{number}.mxl": mxl(bytes(700_000)) for number in range(2)}
    with pytest.raises(UserError, match=r"^set.zip holds more than 1 MiB of MusicXML: send a part of it.$"):
        contents(open_dataset(pack(files), NOWHERE))


def test_a_damaged_member_leaves_the_others(pack):
    path = pack({"a.mid": bytes(range(256)) * 20, "b.mid": MIDI})
    data = bytearray(path.read_bytes())
    data[50] ^= 0xFF
    path.write_bytes(data)
    read = contents(open_dataset(path, NOWHERE))
    assert isinstance(read["a.mid"], Refused) and read["b.mid"] == MIDI


def test_names_are_shown_without_what_turns_or_rings(pack):
    (entry,) = open_dataset(pack({"Lied\u202edim.\x07für.mid": MIDI}), NOWHERE).listing.entries
    assert entry.name == "Lied dim. für.mid"


def test_utf8_names_that_are_not_marked_as_such(pack):
    path = pack({"für.mid": MIDI})
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        data[data.find(mark) + place] &= ~0x08
    path.write_bytes(data)
    assert list(contents(open_dataset(path, NOWHERE))) == ["für.mid"]


def test_two_files_of_one_shown_name_are_told_apart(pack):
    names = [entry.name for entry in open_dataset(pack({"a\x01b.mid": MIDI, "a b.mid": MIDI}), NOWHERE).listing.entries]
    assert sorted(names) == ["a b.mid", "a b.mid (2)"]


@given(st.text(max_size=300))
def test_a_shown_name_is_one_short_printable_line(name):
    assert shown(name).isprintable() and 0 < len(shown(name)) <= 80


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), min_size=1, max_size=20))
def test_any_names_can_be_listed(names):
    found = [Found(str(number), f"{name}.mid") for number, name in enumerate(names)]
    try:
        listing = make_listing("set", found)
    except UserError as error:
        assert "\n" not in str(error)
        return
    assert len(listing.entries) + len(listing.refused) + listing.ignored == len(names) <= MAX_FILES
    assert len({entry.name for entry in listing.entries}) == len(listing.entries)


@given(st.text(max_size=40))
def test_what_leaves_the_dataset_is_noticed(name):
    joined = os.path.normpath(os.path.join("/set", name))
    if "\0" not in name and not (joined == "/set" or joined.startswith("/set/")):
        assert leaves_the_dataset(name)
