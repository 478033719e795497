"""``tutti genre``: what can be done with one's genres from the terminal."""

import json
import shutil
import zipfile

import pytest

from composer_core.genres import SHIPPED
from storage.genre_shelf import MACHINE, GenreShelf, Owned


@pytest.fixture
def shelf(home):
    return GenreShelf(home.database, home.genres)


@pytest.fixture
def own(home, shelf):
    """Put a genre with weights into the data folder."""

    def make(name="waltzes", user=MACHINE, genre="jazz", **about):
        folder = shutil.copytree(
            SHIPPED / genre, home.genres / name, ignore=shutil.ignore_patterns("*.safetensors", "CARD.md")
        )
        (folder / "weights.safetensors").write_bytes(b"w")
        shelf.put(Owned(name, user, **about))
        return folder

    return make


def test_rename_and_describe(tutti, shelf, own):
    own(job_id="j")
    assert tutti("genre", "rename", "waltzes", "valses", "--json").json["name"] == "valses"
    assert shelf.genre("valses").job_id == "j" and shelf.genre("waltzes") is None
    assert tutti("genre", "describe", "valses", "Three \n beats").out == "valses: Three beats\n"
    (row,) = [row for row in tutti("genres", "--json").json if row["id"] == "valses"]
    assert (row["description"], row["owner"], row["shared"]) == ("Three beats", "local", False)


def test_share_and_keep_private(tutti, shelf, own):
    own()
    own("of-ann", "discord:1", platform="discord", space="7")
    own("alone", "discord:1")
    assert "everybody who uses this tutti" in tutti("genre", "share", "waltzes").out.lower()
    assert shelf.hidden_from("discord:9", "discord", "8") == {"of-ann", "alone"}
    assert tutti("genre", "share", "of-ann", "--json").json["shared"] is True
    assert shelf.hidden_from("discord:9", "discord", "7") == {"alone"}
    assert "its owner shares it" in tutti("genre", "share", "alone").error
    tutti("genre", "private", "waltzes")
    assert shelf.hidden_from("discord:9", "discord", "7") == {"alone", "waltzes"}


def test_delete_asks_first(tutti, shelf, own):
    folder = own()
    assert "--yes" in tutti("genre", "delete", "waltzes").error
    assert folder.exists()
    assert tutti("genre", "delete", "waltzes", "--yes", "--json").json["deleted"] is True
    assert not folder.exists() and shelf.genre("waltzes") is None


def test_export_writes_one_file(tutti, own, tmp_path, monkeypatch):
    own()
    monkeypatch.chdir(tmp_path)
    assert tutti("genre", "export", "waltzes").out.strip() == str(tmp_path / "waltzes.genre.zip")
    with zipfile.ZipFile(tmp_path / "waltzes.genre.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["name"] == "waltzes"
    assert "--out" in tutti("genre", "export", "waltzes", "--out", tmp_path / "nowhere" / "x.zip").error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rename", "waltzes", "chorale"], "taken"),
        (["rename", "waltzes", "../x"], "small letters"),
        (["rename", "chorale", "mine"], "came with Tutti"),
        (["describe", "waltzes", "  "], "one line"),
        (["delete", "nothing", "--yes"], "no genre 'nothing'"),
        (["export", "../../etc"], "no genre"),
    ],
)
def test_mistakes_are_one_line(tutti, own, arguments, said):
    own()
    assert said in tutti("genre", *arguments).error


def test_import_takes_in_what_was_exported_and_refuses_the_rest(tutti, own, home, shelf, tmp_path):
    if not (SHIPPED / "jazz" / "weights.safetensors").is_file():
        pytest.skip("jazz has no weights here")
    shutil.copyfile(SHIPPED / "jazz" / "weights.safetensors", own() / "weights.safetensors")
    file = tmp_path / "waltzes.genre.zip"
    tutti("genre", "export", "waltzes", "--out", file)
    assert "no file" in tutti("genre", "import", tmp_path / "nothing.zip").err
    answer = tutti("genre", "import", file)
    assert (answer.status, answer.out) == (2, "") and "taken" in answer.err and len(answer.err.splitlines()) == 1
    answer = tutti("genre", "import", file, "--name", "smoke", "--json")
    assert answer.json["genre"] == "smoke" and shelf.genre("smoke").user == MACHINE
    assert (home.genres / "smoke" / "weights.safetensors").stat().st_size > 1000
