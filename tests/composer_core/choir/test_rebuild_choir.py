"""One command makes a genre's weights again: the same seed, the same bytes."""

import json
from dataclasses import asdict, replace

import pytest

from composer_core.checkpoints import load_band
from composer_core.corpora import chorales
from composer_core.errors import ResourceError, SettingError
from composer_core.genres import PLANNER, find_genre
from composer_core.planner.plan import load_planner
from composer_core.training import rebuild
from composer_core.training.rebuild_band import Recipe
from composer_core.worker.setup import Setup
from storage.home import Home


@pytest.fixture
def run(tmp_path, monkeypatch, piece):
    """``run(out, *options)``: rebuild from our own pieces, with networks of a few thousand weights, for two steps."""
    pytest.importorskip("music21", reason="music21 is not installed: its version names the cached corpus")
    small = Recipe(shape={"look": 8, "code": 4, "width": 16, "head": 8})
    monkeypatch.setitem(rebuild.RECIPES, "chorale", small)
    cached = tmp_path / f"chorales-music21-{chorales._music21_version()}.json"
    cached.write_text(json.dumps([asdict(piece(number)) for number in range(12)]))
    (tmp_path / chorales.RESERVED).write_text("bach/0\n")

    def rebuild_to(out, *options):
        arguments = ["chorale", "--data", tmp_path, "--cache", tmp_path, "--out", tmp_path / out, "--steps", 2]
        assert rebuild.main([*map(str, arguments), *options], Setup(Home(tmp_path / "home"))) == 0
        return tmp_path / out

    return rebuild_to


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(run, capsys):
    weights = [(run(out, *options) / "weights.safetensors").read_bytes()
               for out, options in (("one", ()), ("two", ()), ("three", ("--seed", "1")))]  # fmt: skip
    assert weights[0] == weights[1] != weights[2]
    digests = [line.split()[-1] for line in capsys.readouterr().out.splitlines() if "sha256" in line]
    assert digests[0] == digests[1] != digests[2]


def test_what_is_written_can_be_loaded_and_tells_how_it_came_about(run):
    out = run("new/folder", "--seed", "5")
    genre, cpu = replace(find_genre("chorale"), folder=out), rebuild.torch.device("cpu")
    checkpoint = load_band(genre, cpu)
    assert (checkpoint.card, [chair.part.name for chair in checkpoint.chairs]) == (
        "chorale-5",
        ["Alto", "Tenor", "Bass"],
    )
    assert load_planner(cpu, out / PLANNER).network  # its own
    told = json.loads((out / "training.json").read_text())
    assert (told["card"], told["settings"]["seed"], told["settings"]["recipe"]["masked"]["steps"]) == (
        "chorale-5",
        5,
        2,
    )
    assert [point["step"] for point in told["curves"]["refiner"]] == [0, 1]
    assert {"critic", "generator", "truth"} <= set(told["curves"]["pair"][0])


def test_only_training_pieces_are_trained_on(run, monkeypatch):
    seen = []
    train = rebuild.train_band

    def note(songs, *others):
        seen.extend(song.name for song in songs.training)
        return train(songs, *others)

    monkeypatch.setattr(rebuild, "train_band", note)
    run("out")
    assert seen and "bach/0" not in seen


def test_a_genre_without_a_corpus_and_a_missing_folder_are_named(tmp_path):
    setup = Setup(Home(tmp_path))
    with pytest.raises(SettingError, match="'polka'"):
        rebuild.main(["polka"], setup)
    with pytest.raises(ResourceError, match="nowhere"):
        rebuild.main(["chorale", "--data", str(tmp_path / "nowhere")], setup)
    assert list(tmp_path.iterdir()) == []
