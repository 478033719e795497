"""Tags of pieces: found in the music, read from a stranger's table, chosen by."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.dataset import survey
from composer_core.dataset.listing import Entry
from composer_core.dataset.tag_file import read_tag_file
from composer_core.dataset.tags import OWN, choose, count_values
from composer_core.errors import UserError

HERE = Path("no-such-folder")


def the_tags(pack, files, **wishes):
    return {item.name: item.tags for item in survey(pack(files), data=HERE, **wishes).items}


def test_every_piece_is_tagged_by_its_music(pack, bands, music):
    files = {f"waltzes/slow/{name}": data for name, data in bands(3).items()} | {"fast.mid": music.band(9, bpm=170)}
    tags = the_tags(pack, files)
    assert tags["waltzes/slow/song-0.mid"] == {
        "mode": tags["waltzes/slow/song-0.mid"]["mode"],
        "key": tags["waltzes/slow/song-0.mid"]["key"],
        "metre": ("4/4",),
        "tempo": ("medium",),
        "instruments": ("bass", "drums", "flute", "piano"),
        "folder": ("waltzes", "slow"),
        "density": ("medium",),
        "swing": ("straight",),
    }
    assert set(tags["waltzes/slow/song-0.mid"]) == set(OWN)
    assert tags["fast.mid"]["tempo"] == ("fast",) and tags["fast.mid"]["folder"] == ()


def test_mode_and_key_are_those_of_the_music(pack, music):
    minor = [(bar * 4 + beat, 57 + step, 0.9) for bar in range(48) for beat, step in enumerate((0, 3, 7, 0))]
    tune = [(bar * 4 + beat, 69 + step, 0.9) for bar in range(48) for beat, step in enumerate((0, 2, 3, 0))]
    files = {
        f"{n}.mid": music.midi(
            [("Flute", 0, 73, tune), ("Cello", 1, 42, [(a, p - 12, b) for a, p, b in minor])], bpm=60 + n
        )
        for n in range(1)
    }
    (tags,) = the_tags(pack, files).values()
    assert (tags["mode"], tags["key"], tags["tempo"]) == (("minor",), ("A minor",), ("slow",))


def test_a_table_adds_tags(pack, bands):
    table = "file;Mood;Year\nsong-0.mid;calm;1901\nsong-1;wild;\nnobody.mid;x;y\n".encode("utf-8-sig")
    tags = the_tags(pack, bands(3) | {"tags.csv": table})
    assert (tags["song-0.mid"]["mood"], tags["song-0.mid"]["year"]) == (("calm",), ("1901",))
    assert tags["song-1.mid"]["mood"] == ("wild",) and "year" not in tags["song-1.mid"]
    assert "mood" not in tags["song-2.mid"]


def test_pieces_are_chosen_by_tags(pack, bands, music):
    files = bands(3) | {f"waltzes/w{n}.mid": music.band(20 + n, bpm=70) for n in range(3)}
    chosen = the_tags(pack, files, tags={"Folder": "WALTZES", "tempo": "slow"})
    assert set(chosen) == {f"waltzes/w{n}.mid" for n in range(3)}
    report = survey(pack(files), data=HERE, tags={"tempo": "slow"}).report()
    assert report["filter"] == {"tempo": "slow"} and report["counts"]["accepted"] == 3


def test_tags_that_no_piece_has_in_common(pack, bands, music):
    files = bands(3) | {f"waltzes/w{n}.mid": music.band(20 + n, bpm=70) for n in range(3)}
    found = survey(pack(files), data=HERE, tags={"folder": "waltzes", "tempo": "medium"})
    assert found.verdict == "Too few: none of the 6 usable files has those tags together: ask for fewer tags."


TAGS = [{"mode": ("minor",), "folder": ("a, b", "c")}, {"mode": ("major",), "folder": ()}]


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [({}, [True, True]), ({"mode": "minor"}, [True, False]), ({"MODE": " Major ,minor"}, [True, True]),
     ({"folder": "A, B"}, [True, False]), ({"mode": "major", "folder": "c"}, [False, False])],
)  # fmt: skip
def test_choosing(wanted, chosen):
    assert choose(TAGS, wanted) == chosen


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"mood": "calm"}, "No piece has the tag 'mood': the tags here are folder, mode."),
        ({"mode": "dorian"}, "No piece has the mode 'dorian': choose from major, minor."),
        ({"mode": "minor, dorian"}, "No piece has the mode 'dorian': choose from major, minor."),
        ({"mode": ""}, "No piece has the mode '(no name)': choose from major, minor."),
        ({"mo\nde": "x"}, "No piece has the tag 'mo de': the tags here are folder, mode."),
    ],
)
def test_unknown_tags_and_values_are_answered_with_those_that_there_are(wanted, message):
    with pytest.raises(UserError) as error:
        choose(TAGS, wanted)
    assert str(error.value) == message


def test_values_are_counted_the_commonest_first():
    assert count_values([*TAGS, TAGS[1]])["mode"] == {"major": 2, "minor": 1}


BAD_TABLES = {
    "no tags": (
        b"file\na\n",
        "tags.csv has no tags: its first line must name the file and then the tags, 'file,mood'.",
    ),
    "nothing": (b"\n\n", "tags.csv has no tags: its first line must name the file and then the tags, 'file,mood'."),
    "ours": (b"file,Key\n", "tags.csv has a column 'key', which is found in the music: call it another name."),
    "wide": (b"f," * 30, "tags.csv has 31 columns, at most 20 are read: leave some out."),
    "long": (b"file,mood\n" * 6000, "tags.csv has more than 5,000 lines: leave some out."),
}


@pytest.mark.parametrize(("data", "message"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_table_that_cannot_be_used(data, message):
    with pytest.raises(UserError) as error:
        read_tag_file(data)
    assert str(error.value) == message


def test_a_table_larger_than_any(pack, bands):
    files = bands(1) | {"tags.csv": b"x" * 600_000}
    with pytest.raises(UserError, match=r"^tags.csv cannot be used: It "):
        survey(pack(files), data=HERE)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_one_clear_line(data):
    try:
        found = read_tag_file(data)
    except UserError as error:
        assert str(error).isprintable()
        return
    for tags in (found.of(Entry("0", name, ".mid")) for name in ("a.mid", "x/b.mid", "")):
        assert all(value.isprintable() and len(value) <= 60 for values in tags.values() for value in values)


@pytest.mark.parametrize(
    ("fifths", "tones", "last", "key"),
    [(1, "DA", "G", "G major"), (1, "DA", "E", "E minor"), (-1, "CA", "F", "F major")],
)
def test_a_scores_signature_narrows_its_key(pack, music, fifths, tones, last, key):
    a, b = tones

    def notes(names, octave):
        return music.measure([(name, octave, 2, 1, False) for name in names])

    tune = [notes([a, b, a, b], 5), notes([b, a, a, b], 5)] * 15 + [notes([a] * 4, 5)]
    low = [notes([a, b, a, b], 3), notes([a, a, b, b], 3)] * 15 + [notes([last] * 4, 2)]
    files = {"a.xml": music.score([("Flute", tune), ("Violoncello", low)], fifths=fifths)}
    (tags,) = the_tags(pack, files).values()
    assert tags["key"] == (key,)
