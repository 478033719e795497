"""One command makes a genre's weights again: the same seed, the same bytes."""

import json
from dataclasses import asdict
from functools import partial

import pytest

from composer_core.checkpoints import load_checkpoint
from composer_core.corpora import chorales
from composer_core.errors import ResourceError, SettingError
from composer_core.music import Note, Timing
from composer_core.training import rebuild, rebuild_chorale
from composer_core.worker.setup import Setup
from storage.home import Home

TINY = (8, 8, 8, 8, 8)


def piece(number):
    """Eight bars in four parts: a scale in thirds and tenths over a pedal, of another tune for every number."""
    top = [72, 72 + number, 74, 76, 77, 79, 77, 76] * 4
    lines = [top, [p - 4 for p in top], [p - 9 for p in top], [48, 55] * 16]
    voices = tuple(tuple(Note(i * 480, pitch, 480) for i, pitch in enumerate(line)) for line in lines)
    return chorales.Piece(f"bach/{number}", Timing(480), voices)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """``run(out, *options)``: rebuild from our own pieces, with networks of a few thousand weights, for two steps."""
    pytest.importorskip("music21", reason="music21 is not installed: its version names the cached corpus")
    for name in ("RefinerConfig", "GeneratorConfig"):
        monkeypatch.setattr(rebuild_chorale, name, partial(getattr(rebuild_chorale, name), widths=TINY))
    monkeypatch.setattr(rebuild_chorale, "CriticConfig", partial(rebuild_chorale.CriticConfig, widths=TINY[:4]))
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
    checkpoint = load_checkpoint(out / "weights.safetensors", rebuild.torch.device("cpu"))
    assert (checkpoint.card, checkpoint.refiner.config.voices) == ("chorale-5", 3)
    assert checkpoint.refiner.intervals.min() > 0 and checkpoint.refiner.intervals.std() > 0  # measured, not the ones
    told = json.loads((out / "training.json").read_text())
    assert (told["card"], told["settings"]["seed"], told["settings"]["masked"]["steps"]) == ("chorale-5", 5, 2)
    assert [point["step"] for point in told["curves"]["refiner"]] == [0, 1]
    assert {"critic", "generator", "truth"} <= set(told["curves"]["pair"][0])


def test_only_training_pieces_are_trained_on(run, monkeypatch):
    seen = []
    windows = rebuild_chorale.Windows

    def note(rolls, seed):
        seen.extend(roll.name for roll in rolls)
        return windows(rolls, seed)

    monkeypatch.setattr(rebuild_chorale, "Windows", note)
    run("out")
    assert seen and "bach/0" not in seen


def test_a_genre_without_a_corpus_and_a_missing_folder_are_named(tmp_path):
    setup = Setup(Home(tmp_path))
    with pytest.raises(SettingError, match="'polka'"):
        rebuild.main(["polka"], setup)
    with pytest.raises(ResourceError, match="nowhere"):
        rebuild.main(["chorale", "--data", str(tmp_path / "nowhere")], setup)
    assert list(tmp_path.iterdir()) == []
