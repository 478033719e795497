from dataclasses import replace

import numpy as np
import pytest
import torch

from composer_core.checkpoints import BandCheckpoint, save_band
from composer_core.chords import parse_chord
from composer_core.controls import Controls
from composer_core.errors import GenreError
from composer_core.genres import find_genre
from composer_core.midi import write_composition
from composer_core.models.band.autoregressor import Autoregressor, AutoregressorConfig
from composer_core.models.band.critic import BandCritic, BandCriticConfig
from composer_core.models.band.generator import BandGenerator, BandGeneratorConfig
from composer_core.models.band.intervals import offsets_of
from composer_core.models.band.refiner import BandRefiner, BandRefinerConfig
from composer_core.music import Chord, Melody
from composer_core.notation import parse_notes
from composer_core.scores import learn_chairs
from composer_core.techniques import Assignment
from composer_core.techniques.band import Band
from composer_core.techniques.band_config import DRAFTS, BandConfig, read_config

TINY = (8, 8, 8, 8, 8)
TUNE = "C4 D E F | G:2 G:2 | A A A A | G:4 | C4 D E F | G:2 G:2 | A G F E | C:4"


@pytest.fixture(scope="module")
def untrained(songs, trio, tmp_path_factory):
    """The trio with untrained networks: every path of a real band, in no time."""
    torch.manual_seed(0)
    genre = replace(trio, folder=tmp_path_factory.mktemp("untrained"))
    chairs = learn_chairs(songs, genre)
    sizes = tuple(len(chair.codebook) for chair in chairs)
    networks = (
        BandGenerator(BandGeneratorConfig(sizes, widths=TINY, noise_channels=4)),
        BandCritic(BandCriticConfig(sizes, widths=(8, 8, 8, 8))),
        BandRefiner(BandRefinerConfig(sizes, code=4, widths=TINY)),
        Autoregressor(
            AutoregressorConfig(sizes, look=8, code=4, width=16, head=8), offsets_of(c.codebook for c in chairs)
        ),
    )
    save_band(genre.weights, BandCheckpoint(*networks, chairs, "trio-0"))
    return genre


def compose(genre, config=None, tune=TUNE, seeds=(1,), **controls):
    assignments = [Assignment(parse_notes(tune, "tune"), seed, Controls(**controls)) for seed in seeds]
    return Band(genre, config).compose(assignments, lambda stage, fraction: None)


def is_the_users(melody: Melody, composition):
    return [(n.start, n.pitch, n.duration) for n in composition.melody.notes] == [
        (n.start, n.pitch, n.duration) for n in melody.notes
    ]


@pytest.mark.parametrize("draft", DRAFTS)
def test_every_draft_leaves_the_melody_and_keeps_to_the_ranges(untrained, draft):
    (made,) = compose(untrained, BandConfig(draft=draft, masked_passes=3, refine_passes=1))
    assert is_the_users(parse_notes(TUNE, "tune"), made)
    parts = {part.name: part for part in untrained.parts}
    assert [track.name for track in made.accompaniment] == ["Piano", "Bass", "Drums"]
    for track in made.accompaniment:
        assert all(parts[track.name].low <= note.pitch <= parts[track.name].high for note in track.notes)


@pytest.mark.parametrize("draft", DRAFTS)
def test_the_seed_alone_decides_whatever_the_company(untrained, draft):
    config = BandConfig(draft=draft, masked_passes=3)
    (alone,) = compose(untrained, config, seeds=(5,))
    other, together = compose(untrained, config, seeds=(4, 5))
    assert write_composition(alone) == write_composition(together)
    assert write_composition(other) != write_composition(together)


def test_parts_that_are_left_out_are_silent(untrained):
    (made,) = compose(untrained, parts=("Bass",))
    assert [track.name for track in made.accompaniment] == ["Bass"]


def test_the_users_chords_are_kept_and_played(untrained):
    chords = (Chord(0, "Eb"), Chord(4 * 1920, "Abm7"))
    (made,) = compose(untrained, chords=chords)
    assert made.chords == chords
    piano = next(track for track in made.accompaniment if track.name == "Piano")
    for chord, start, end in ((chords[0], 0, 4 * 1920), (chords[1], 4 * 1920, 99 * 1920)):
        sounding = {note.pitch % 12 for note in piano.notes if start <= note.start < end}
        assert sounding <= set(parse_chord(chord.label).tones)


def test_a_returning_section_is_played_as_before_but_for_its_last_bar(untrained):
    tune = "C4 D E F | G:2 E:2 | D E F D | C:4 | " * 2
    (made,) = compose(untrained, BandConfig(vary=0.0), tune=tune, chords=(Chord(0, "C"),))
    drums = next(track for track in made.accompaniment if track.name == "Drums").notes
    half = 4 * 1920
    first = {(note.start, note.pitch) for note in drums if note.start < half - 1920}
    again = {(note.start - half, note.pitch) for note in drums if half <= note.start < 2 * half - 1920}
    assert first == again and first


def test_the_last_chord_stays_within_the_ranges(untrained):
    """The bass ends on the chord's own bass, which may lie below its lowest string."""
    narrow = replace(
        untrained, parts=tuple(replace(p, low=33, high=52) if p.role == "bass" else p for p in untrained.parts)
    )
    for key in ("C", "D", "E", "F", "G", "A", "B"):
        (made,) = compose(narrow, chords=(Chord(0, key),))
        bass = next(track for track in made.accompaniment if track.name == "Bass")
        assert all(33 <= note.pitch <= 52 for note in bass.notes)


def test_a_melody_out_of_reach_is_taken_in_another_octave_and_that_is_said(untrained):
    (made,) = compose(untrained, tune="C1 D E F | G:4")
    assert any("octave" in notice for notice in made.notices)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"draft": "loud"}, "loud"), ({"swing": 1}, "swing"), ({"typical_of": 10**6}, "0 to 64"),
        ({"masked_passes": 2.5}, "0 to 64"), ({"temperature": 0}, "above 0"),
    ],
)  # fmt: skip
def test_a_wrong_setting_of_the_genre_is_named(untrained, settings, said):
    with pytest.raises(GenreError, match=said):
        read_config(replace(untrained, band=settings))


@pytest.mark.parametrize("name", ["jazz", "pop", "rock", "songwriter", "symphony"])
def test_shipped_bands_compose(name):
    genre = find_genre(name)
    (made,) = compose(genre, seeds=(7,))
    assert is_the_users(parse_notes(TUNE, "tune"), made)
    parts = {part.name: part for part in genre.parts}
    for track in made.accompaniment:
        assert all(parts[track.name].low <= note.pitch <= parts[track.name].high for note in track.notes)
    bass = next(track for track in made.accompaniment if parts[track.name].role == "bass" and track.notes)
    assert np.ptp([note.start for note in bass.notes]) >= 4 * 1920  # it does not fall silent
