"""The laws of a choir, on untrained networks: they hold whatever the weights are."""

import dataclasses
import shutil

import numpy as np
import pytest
import torch

from composer_core.checkpoints import load_band, save_band
from composer_core.counterpoint import parallels, verticals
from composer_core.errors import Cancelled, GenreError
from composer_core.genres import find_genre, read_genre
from composer_core.midi import write_composition
from composer_core.roll import make_roll
from composer_core.scores import chairs_to_json
from composer_core.techniques import Assignment
from composer_core.techniques.band import Band

CPU = torch.device("cpu")


def quiet(stage, fraction):
    pass


@pytest.fixture
def technique(tiny_genre):
    return Band(tiny_genre)


@pytest.mark.parametrize(
    ("metre", "pickup"), [((4, 4), 0), ((3, 4), 480), ((2, 4), 0), ((6, 8), 240), ((5, 4), 0), ((7, 8), 0)]
)
def test_the_melody_stands_note_for_note_and_the_parts_stay_in_range(technique, tune, metre, pickup):
    melody = tune(metre=metre, pickup=pickup)
    (composition,) = technique.compose([Assignment(melody, 1)], quiet)
    assert composition.melody.notes == melody.notes
    assert len(composition.tracks) == 4
    for track, part in zip(composition.accompaniment, technique.genre.parts[1:], strict=True):
        assert all(part.low <= note.pitch <= part.high for note in track.notes)
        # The parts end with the pulse in which the melody ends.
        last = melody.end + melody.timing.metre_at(0).pulse_ticks(480)
        assert all(0 <= note.start < note.end < last for note in track.notes)


def test_the_same_seed_gives_the_same_midi_alone_and_in_any_batch(technique, tune):
    wanted = Assignment(tune(24), 5)
    alone = write_composition(technique.compose([wanted], quiet)[0])
    others = [Assignment(tune(24 + 8 * k), k) for k in range(4)]
    assert write_composition(technique.compose([wanted], quiet)[0]) == alone
    assert write_composition(technique.compose([*others, wanted], quiet)[-1]) == alone


def test_another_seed_gives_another_take(technique, tune):
    first, second = technique.compose([Assignment(tune(), 1), Assignment(tune(), 2)], quiet)
    assert [track.notes for track in first.accompaniment] != [track.notes for track in second.accompaniment]


@pytest.mark.parametrize("octave", [-3, 2])
def test_a_melody_out_of_range_is_kept_where_it_is_and_said_so(technique, tune, octave):
    melody = tune(octave=octave)
    (composition,) = technique.compose([Assignment(melody, 1)], quiet)
    assert composition.melody.notes == melody.notes
    assert any("octave" in notice for notice in composition.notices)


def test_a_genres_own_planner_makes_its_plans(tiny_genre, tmp_path):
    shipped = find_genre("chorale")
    folder = tmp_path / "own"
    shutil.copytree(tiny_genre.folder, folder)
    shutil.copy(shipped.planner, folder)
    weights = [next(Band(genre).planner.network.parameters()) for genre in (tiny_genre, read_genre(folder))]
    assert not torch.equal(*weights)


def test_one_note_is_enough(technique, tune):
    (composition,) = technique.compose([Assignment(tune(1), 1)], quiet)
    assert all(track.notes for track in composition.tracks)


def test_progress_rises_to_one_and_may_stop_the_work(technique, tune):
    seen = []
    technique.compose([Assignment(tune(), 1)], lambda stage, fraction: seen.append(fraction))
    assert seen == sorted(seen) and seen[-1] == 1

    def stop(stage, fraction):
        raise Cancelled

    with pytest.raises(Cancelled):
        technique.compose([Assignment(tune(), 1)], stop)


def test_parallels_are_hardly_ever_drawn(technique, tune):
    """Untrained networks draw anything: without the rules some ten of a hundred verticals hold one."""
    (composition,) = technique.compose([Assignment(tune(64), 3)], quiet)
    roll = make_roll("x", composition.timing, [track.notes for track in composition.tracks])
    wrong = len(parallels(roll.pitch, 7)) + len(parallels(roll.pitch, 0))
    assert wrong <= 0.005 * len(verticals(roll.pitch)) and len(verticals(roll.pitch)) > 100


@pytest.mark.parametrize("damage", ["missing", "cut", "text", "empty", "no numbers"])
def test_damaged_weights_are_named_with_what_to_do(tiny_genre, tmp_path, damage):
    weights = tmp_path / "weights.safetensors"
    whole = tiny_genre.weights.read_bytes()
    damages = {
        "cut": whole[: len(whole) // 2],
        "text": b"hello" * 99,
        "empty": b"",
        "no numbers": whole[:-100] + b"\xff" * 100,
    }
    if damage != "missing":
        weights.write_bytes(damages[damage])
    with pytest.raises(GenreError, match=r"weights .* (missing|damaged).*(restore|rebuild)") as caught:
        load_band(dataclasses.replace(tiny_genre, folder=tmp_path), CPU)
    assert "\n" not in str(caught.value)


def test_a_checkpoint_comes_back_as_it_was_saved(tiny_genre, tiny_networks):
    loaded = load_band(tiny_genre, CPU)
    assert loaded.card == "tiny-0" and chairs_to_json(loaded.chairs) == chairs_to_json(tiny_networks.chairs)
    for name in ("generator", "critic", "refiner", "autoregressor"):
        before, after = getattr(tiny_networks, name), getattr(loaded, name)
        assert before.config == after.config
        for key, tensor in before.state_dict().items():
            assert np.allclose(tensor, after.state_dict()[key], atol=2e-3)


def test_the_same_networks_are_saved_as_the_same_bytes(tiny_genre, tiny_networks, tmp_path):
    saved = set()
    for number in range(8):  # the library's own order of the metadata is one of chance
        save_band(tmp_path / f"{number}.safetensors", tiny_networks)
        saved.add((tmp_path / f"{number}.safetensors").read_bytes())
    assert saved == {tiny_genre.weights.read_bytes()}
