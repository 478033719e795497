import hashlib

import pytest
import torch

from composer_core.checkpoints import save_band
from composer_core.corpora.songs import Songs
from composer_core.training import rebuild_band
from composer_core.training.rebuild_band import Recipe, train_band

RECIPE = Recipe().shortened(1)


def train(songs, trio, folder, seed=0):
    told = []

    def recorder(name):
        return lambda step, losses: told.append((name, step))

    checkpoint, settings = train_band(
        Songs(tuple(songs), (), ()), trio, RECIPE, seed, folder, recorder, torch.device("cpu")
    )
    save_band(folder / "weights.safetensors", checkpoint)
    return hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest(), told, settings


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(songs, trio, tmp_path):
    first, told, settings = train(songs, trio, tmp_path / "a")
    assert {name for name, _ in told} == {"autoregressor", "refiner", "pair"}
    assert settings["cpu_s"].keys() == {"autoregressor", "refiner", "pair"}
    assert train(songs, trio, tmp_path / "b")[0] == first
    assert train(songs, trio, tmp_path / "c", seed=1)[0] != first


def test_a_rebuild_that_was_cut_off_goes_on_with_what_is_missing(songs, trio, tmp_path, monkeypatch):
    whole, _, _ = train(songs, trio, tmp_path / "whole")

    def cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rebuild_band, "train_band_refiner", cut)
        with pytest.raises(KeyboardInterrupt):
            train(songs, trio, tmp_path / "cut")
    resumed, told, _ = train(songs, trio, tmp_path / "cut")
    assert {name for name, _ in told} == {"refiner", "pair"}
    assert resumed == whole
