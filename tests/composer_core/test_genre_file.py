"""Genres as one file: what is packed comes out again, and nothing else comes in."""

import json
import shutil
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer_core.errors import GenreError
from composer_core.genre_file import MANIFEST, MOST_BYTES, NEEDED, pack, unpack
from composer_core.genre_rules import check_folder
from composer_core.genres import SHIPPED, list_genres


@pytest.fixture
def genre(tmp_path):
    """A genre's folder, with bytes for weights."""
    folder = tmp_path / "my-pop"
    shutil.copytree(SHIPPED / "pop", folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "weights.safetensors").write_bytes(b"weights" * 1000)
    (folder / "notes.txt").write_text("not to be taken along")
    return folder


@pytest.fixture
def packed(genre, tmp_path):
    out = tmp_path / "my-pop.genre.zip"
    pack(genre, out)
    return out


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(path, files, *, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def test_what_is_packed_comes_out_again(genre, packed, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    assert unpack(packed, out) == "my-pop"
    names = {path.name for path in genre.iterdir()} - {"notes.txt"}
    assert {path.name for path in out.iterdir()} == names
    assert all((out / name).read_bytes() == (genre / name).read_bytes() for name in names)
    again = tmp_path / "again.zip"
    pack(genre, again)
    assert again.read_bytes() == packed.read_bytes()  # the same genre makes the same file


@pytest.mark.parametrize("name", NEEDED)
def test_half_a_genre_is_not_exported(genre, tmp_path, name):
    (genre / name).unlink()
    with pytest.raises(GenreError, match=name):
        pack(genre, tmp_path / "out.zip")
    assert not list(tmp_path.glob("*.zip*"))


def refused(path, tmp_path, match):
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    with pytest.raises(GenreError, match=match) as caught:
        unpack(path, out)
    assert "\n" not in str(caught.value)
    return out


@pytest.mark.parametrize(
    "name", ["../genre.toml", "/etc/passwd", "a/genre.toml", "genre.toml/", "evil.py", "..\\genre.toml", "GENRE.TOML"]
)
def test_no_other_file_comes_in(packed, tmp_path, name):
    rewrite(packed, contents(packed) | {name: b"x"})
    out = refused(packed, tmp_path, "no file of a genre's")
    assert list(out.iterdir()) == [] and not (tmp_path / "genre.toml").exists()


def test_a_file_that_was_changed_is_noticed(packed, tmp_path):
    rewrite(packed, contents(packed) | {"CARD.md": b"another card"})
    refused(packed, tmp_path, r"CARD\.md has another SHA-256")


def test_a_file_that_is_too_large_is_refused(packed, tmp_path):
    rewrite(packed, contents(packed) | {"CARD.md": b"x" * 3_000_000})
    refused(packed, tmp_path, r"CARD\.md has more than")


def test_a_file_that_is_larger_than_the_zip_says_is_stopped(packed, tmp_path, monkeypatch):
    monkeypatch.setitem(MOST_BYTES, "weights.safetensors", 100)
    monkeypatch.setattr("composer_core.genre_file._check_entry", lambda entry: None)
    out = refused(packed, tmp_path, "larger than it says")
    assert not (out / "weights.safetensors").exists() or (out / "weights.safetensors").stat().st_size <= 100


@pytest.mark.parametrize("change", ["format", "sums", "list", "text", "missing"])
def test_a_manifest_that_does_not_fit_is_refused(packed, tmp_path, change):
    files = contents(packed)
    manifest = json.loads(files[MANIFEST])
    if change == "format":
        manifest["format"] = "tutti-genre-99"
    elif change == "sums":
        del manifest["sha256"]["CARD.md"]
    elif change == "list":
        manifest = [manifest]
    files[MANIFEST] = b"{" if change == "text" else json.dumps(manifest).encode()
    if change == "missing":
        del files[MANIFEST]
    rewrite(packed, files)
    refused(packed, tmp_path, "manifest|Expecting")


@pytest.mark.parametrize("name", NEEDED)
def test_half_a_genre_is_not_taken_in(packed, tmp_path, name):
    files = contents(packed)
    del files[name]
    rewrite(packed, files)
    refused(packed, tmp_path, name)


def test_a_file_that_is_there_twice_is_refused(packed, tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("CARD.md", b"another")
    refused(packed, tmp_path, "twice")


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"PK\5\6" + b"\0" * 18])
def test_what_is_no_genre_is_refused(tmp_path, data):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    refused(path, tmp_path, "no exported genre|damaged")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_refused_or_whole(packed, genre, tmp_path_factory, data):
    original = packed.read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    damaged = original[:place] + bytes([original[place] ^ data.draw(st.integers(1, 255))]) + original[place + 1 :]
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "x.zip"
    path.write_bytes(damaged)
    out = folder / "out"
    out.mkdir()
    try:
        unpack(path, out)
    except GenreError:
        return
    assert all(file.read_bytes() == (genre / file.name).read_bytes() for file in out.iterdir())


# ── what is in them ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shipped", list_genres(), ids=lambda genre: genre.name)
def test_every_shipped_genre_keeps_the_rules(shipped):
    assert check_folder(shipped.folder) == shipped
    assert {path.name for path in shipped.folder.iterdir()} <= set(MOST_BYTES)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "Pop"', 'title = "Pop"\nfolder = "/etc"', "'folder' is unknown"),
        ('title = "Pop"', 'title = "Pop"\nname = "jazz"', "'name' is unknown"),
        ('title = "Pop"', 'title = "a\\nb"', "title will not do"),
        ('title = "Pop"', "title = 3", "title will not do"),
        ('technique = "accompany"', 'technique = "os.system"', "technique will not do"),
        ("tempo_bpm = 108.0", "tempo_bpm = nan", "tempo_bpm will not do"),
        ("tempo_bpm = 108.0", "tempo_bpm = 1e9", "tempo_bpm will not do"),
        ("intro_bars = 4", "intro_bars = 1000000", "intro_bars will not do"),
        ("program = 73", "program = 128", "part 1: program will not do"),
        ("low = 55", "low = true", "part 1: low will not do"),
        ("low = 55", "low = 99", "low is above high"),
        ('role = "melody"', 'role = "voice"', "must be the melody"),
        ('name = "Keys"', 'name = "Melody"', "two parts of one name"),
        ('role = "chords"', 'role = "shell"', "role will not do"),
        ("[feel]", "[feel]\nswing = 99.0", "damaged"),
        ("[band]", '[band]\ndraft = "../x"', "band will not do"),
        ('title = "Pop"', 'title = "', "Illegal|Unterminated|Expected|closing"),
    ],
)
def test_a_table_that_breaks_a_rule_is_refused(genre, old, new, said):
    path = genre / "genre.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(GenreError, match=said) as caught:
        check_folder(genre)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "data"), [("training.json", b"[]"), ("feel.json", b"{"), ("CARD.md", b"\xff\xfe")])
def test_a_file_of_another_kind_is_refused(genre, name, data):
    (genre / name).write_bytes(data)
    with pytest.raises(GenreError):
        check_folder(genre)
