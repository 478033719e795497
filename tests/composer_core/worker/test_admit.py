"""Genres from elsewhere: taken in when they compose, else refused with nothing left behind."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from composer_core.errors import GenreError, SettingError
from composer_core.genre_file import pack
from composer_core.genres import SHIPPED, find_genre
from composer_core.worker.admit import admit
from composer_core.worker.setup import Setup
from storage.genre_shelf import MACHINE, GenreShelf
from storage.home import Home
from storage.jobs import Ledger


@pytest.fixture
def setup(tmp_path):
    return Setup(Home(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path):
    """A copy of a shipped band."""
    if not (SHIPPED / "jazz" / "weights.safetensors").is_file():
        pytest.skip("jazz has no weights here")
    return shutil.copytree(SHIPPED / "jazz", tmp_path / "blue-notes")


@pytest.fixture
def file_of(folder, tmp_path):
    def make():
        pack(folder, tmp_path / "blue-notes.genre.zip")
        return tmp_path / "blue-notes.genre.zip"

    return make


def nothing_is_left(setup):
    return not setup.home.genres.exists() or list(setup.home.genres.iterdir()) == []


def test_a_genre_comes_in_under_its_own_name_or_another(setup, file_of, folder):
    assert admit(file_of(), None, setup).name == "blue-notes"
    assert admit(file_of(), "smoke", setup).folder == setup.home.genres / "smoke"
    owned = GenreShelf(setup.home.database, setup.home.genres).genres()
    assert {name: (one.user, one.shared) for name, one in owned.items()} == {
        "blue-notes": (MACHINE, False),
        "smoke": (MACHINE, False),
    }
    found = find_genre("smoke", setup.genre_folders)
    assert found.weights.read_bytes() == (folder / "weights.safetensors").read_bytes()


def test_a_name_that_is_taken_is_refused(setup, file_of):
    admit(file_of(), None, setup)
    for name in ("blue-notes", "chorale"):
        with pytest.raises(SettingError, match="taken"):
            admit(file_of(), name, setup)
    Ledger(setup.home.database).enqueue("j", "train", {"name": "waltzes"})
    with pytest.raises(SettingError, match="taken"):
        admit(file_of(), "waltzes", setup)
    with pytest.raises(SettingError, match="small letters"):
        admit(file_of(), "../waltzes", setup)
    assert [path.name for path in setup.home.genres.iterdir()] == ["blue-notes"]


def weights_with(folder, change):
    """Write the weights again, their configs changed."""
    from safetensors import safe_open

    path = folder / "weights.safetensors"
    with safe_open(path, framework="numpy") as file:
        header = dict(file.metadata())
    configs = json.loads(header["configs"])
    change(configs)
    tensors = load_file(path)
    save_file(tensors, path, metadata=header | {"configs": json.dumps(configs)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda configs: configs["autoregressor"].update(width=10**9), "larger than any"),
        (lambda configs: configs["critic"].update(widths=[8] * 1000), "larger than any"),
        (lambda configs: configs["critic"].update(widths=[[8]]), "larger than any"),
        (lambda configs: configs["critic"].update(width=8), "damaged"),
        (lambda configs: configs["autoregressor"].update(width=255), "damaged"),
        (lambda configs: configs.pop("critic"), "damaged"),
        (lambda configs: configs.update(critic=7), "damaged"),
    ],
)
def test_networks_of_another_shape_are_refused(setup, folder, file_of, change, said):
    weights_with(folder, change)
    with pytest.raises(GenreError, match=said):
        admit(file_of(), None, setup)
    assert nothing_is_left(setup)


def test_a_planner_of_another_size_is_refused(setup, folder, file_of):
    config = {"format": "tutti-planner-1", "config": json.dumps({"width": 10**9})}
    save_file({"strength": np.ones(1)}, folder / "planner.safetensors", metadata=config)
    with pytest.raises(GenreError, match="larger than any"):
        admit(file_of(), None, setup)
    assert nothing_is_left(setup)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("weights.safetensors", b"\x80\x04K\x01."),
        ("weights.safetensors", b"\xff" * 100),
        ("genre.toml", b"title = 1"),
        ("repeats.json", b'{"a": 1}'),
        ("instrumentation.json", b"[]"),
        ("feel.json", b'{"touch": 7}'),
        ("habits.json", b'{"pieces": [{"Bass": [40, 1]}]}'),
        ("planner.safetensors", b"\xff" * 100),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(setup, folder, file_of, name, data):
    (folder / name).write_bytes(data)
    with pytest.raises(GenreError) as caught:
        admit(file_of(), None, setup)
    assert "\n" not in str(caught.value) and nothing_is_left(setup)
