from dataclasses import replace

import numpy as np
import pytest
import torch

from composer_core.evaluation.band_copy import copy_baseline, transposed
from composer_core.evaluation.band_systems import by_technique, rule_baseline, song_of
from composer_core.evaluation.reference import Training, accompany, band_reference
from composer_core.metrics import fit, patterns
from composer_core.metrics.songroll import make_songroll
from composer_core.models.reference import ReferenceConfig, ReferenceGenerator
from composer_core.music import Note, Timing
from composer_core.techniques.blocks import Blocks
from composer_core.training.wgan_gp import song_windows


def up(notes, semitones):
    return tuple(replace(note, pitch=note.pitch + semitones) for note in notes)


@pytest.fixture
def small_reference(monkeypatch):
    """The reference with a few weights and one iteration, so that training it takes no time."""
    small = {"filters": (4, 4, 4, 4), "batch": 2, "critic_updates": 1, "iterations": 1}
    monkeypatch.setattr(
        "composer_core.evaluation.reference.ReferenceConfig", lambda tracks: ReferenceConfig(tracks=tracks, **small)
    )


def test_a_technique_keeps_the_melody_and_brings_its_own_plan(trio, song):
    tune = song(3)
    (made,) = by_technique(Blocks(trio))([tune], 1)
    assert (made.name, made.melody, made.timing) == (tune.name, tune.melody, tune.timing)
    assert made.chords != tune.chords and set(made.parts) == {"Piano", "Bass"}
    assert not made.is_human


def test_tracks_are_parts_by_name(trio, song):
    from composer_core.techniques import Assignment

    tune = song(3)
    from composer_core.evaluation.band_systems import melody_of

    (composition,) = Blocks(trio).compose([Assignment(melody_of(tune), 0)], lambda _, __: None)
    made = song_of(composition, tune)
    assert made.parts["Bass"] == composition.accompaniment[1].notes


def test_the_copy_is_the_song_of_the_same_tune_in_its_key(trio, song):
    training = [song(number) for number in range(6)]
    asked = replace(song(4), melody=up(song(4).melody, 3), parts={}, chords=())
    (made,) = copy_baseline(training, trio)([asked], 0)
    assert made.parts["Bass"] == up(song(4).parts["Bass"], 3)
    assert made.parts["Drums"] == song(4).parts["Drums"]
    assert [chord.label for chord in made.chords] == [transposed(chord.label, 3) for chord in song(4).chords]


def test_the_copy_is_repeated_and_cut_to_the_melody(trio, song):
    training = [song(4, bars=4)]
    asked = replace(song(4, bars=6), parts={}, chords=())
    (made,) = copy_baseline(training, trio)([asked], 0)
    roll = make_songroll(made)
    assert len(patterns.rhythm_bars(roll, "Bass")) == 6
    assert fit.bass_on_root(roll, "Bass") == 1 and patterns.empty_bars(roll, "Piano") == 0


def test_the_copy_puts_full_bars_on_full_bars(trio, song):
    timing = Timing(pickup_ticks=480)
    shifted = tuple(Note(note.start + 480, note.pitch, note.duration) for note in song(4).melody)
    asked = replace(song(4), timing=timing, melody=(Note(0, 72, 480), *shifted), parts={}, chords=())
    (made,) = copy_baseline([song(4), song(5)], trio)([asked], 0)
    assert made.parts["Bass"][0].start == 480  # the loop's last note begins before the pick-up and is left out


def test_transposed_labels_keep_quality_and_bass():
    assert transposed("Am7/G", 3) == "Cm7/Bb"
    assert transposed("N", 3) == "N"


def test_the_rule_holds_roots_and_strikes_a_stock_beat(trio, song):
    (made,) = rule_baseline(trio)([song(3)], 0)
    roll = make_songroll(made)
    assert fit.bass_on_root(roll, "Bass") == fit.chord_tone_share(roll, "Piano") == 1
    assert fit.out_of_range(roll, "Bass", 28, 60) == fit.out_of_range(roll, "Piano", 40, 84) == 0
    assert patterns.tiled_bars(patterns.drum_bars(roll, "Drums")) == 1
    assert patterns.notes_per_bar(roll, "Drums") == 8 + 4


def test_windows_of_songs_hold_melody_and_parts(song):
    rolls = [make_songroll(song(3, bars=5)), make_songroll(replace(song(4), parts={}))]
    windows = song_windows(rolls, ["Bass", "Drums"], 99, 0)
    assert windows.shape == (2 + 4, 3, 32, 128) and windows.dtype == torch.bool
    assert (windows[:, 0].sum(dim=(1, 2)) == 32).all()  # the melody sounds all the time
    assert sorted(windows[:, 1].any(dim=2).sum(dim=1).tolist()) == [0, 0, 0, 0, 32, 32]
    assert len(song_windows(rolls, ["Bass"], 3, 0)) == 3


def test_bars_of_a_waltz_give_no_window(song):
    from composer_core.music import Metre

    waltz = replace(song(3), timing=Timing(metres=((0, Metre(3, 4)),)))
    assert len(song_windows([make_songroll(waltz)], ["Bass"], 9, 0)) == 0


def test_the_reference_has_a_track_a_part():
    generator = ReferenceGenerator(ReferenceConfig(tracks=6, filters=(4, 4, 4, 4))).eval()
    with torch.inference_mode():
        tracks = accompany(generator, np.zeros((40, 128), dtype=bool))
    assert tracks.shape == (5, 40, 128) and tracks.abs().max() <= 1


def test_the_reference_is_trained_once_and_plays_every_part(trio, song, tmp_path, small_reference):
    said = []
    training = Training(0.001, tmp_path, said.append)
    rolls = [make_songroll(song(number)) for number in range(3)]
    (made,) = band_reference(rolls, trio, training)([song(9)], 0)
    assert set(made.parts) == {"Piano", "Bass", "Drums"} and made.melody == song(9).melody
    assert len(said) == 1 and (tmp_path / "reference-trio-0.001min.safetensors").is_file()
    (again,) = band_reference(rolls, trio, training)([song(9)], 0)
    assert len(said) == 1 and again == made
