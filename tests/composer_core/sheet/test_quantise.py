"""What a person played becomes what they meant."""

import random

import pytest

from composer_core.music import Note
from composer_core.sheet.bars import GRAINS, lay_bars
from composer_core.sheet.bars import all_pulses as pulses_of
from composer_core.sheet.quantise import quantise

TUNE = [(0, 1), (1, 0.5), (1.5, 0.5), (2, 1.5), (3.5, 0.5), (4, 2 / 3), (4 + 2 / 3, 1 / 3), (5, 1), (6, 2)]


def played(song, loose, detached=1.0, seed=1):
    """The tune with every onset off by up to ``loose`` beats and every note shorter."""
    rng = random.Random(seed)
    composition = song((0, 60, 8))
    notes = [
        Note(max(round(480 * (start + rng.uniform(-loose, loose))), 0), 60 + place, round(480 * length * detached))
        for place, (start, length) in enumerate(TUNE)
    ]
    bars = lay_bars(composition)
    grains, _ = quantise(notes, composition.timing, pulses_of(bars))
    return [(note.start / GRAINS, note.duration / GRAINS) for note in grains]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("detached", [1.0, 0.8])
def test_a_loose_hand_is_written_straight_and_its_gaps_are_closed(song, seed, detached):
    for got, meant in zip(played(song, 0.035, detached, seed)[:-1], TUNE, strict=False):
        assert got == pytest.approx(meant)


def test_what_lies_on_the_grid_stays_as_it_is(song):
    assert played(song, 0.0, 1.0) == [pytest.approx(one) for one in TUNE]


def test_staccato_is_never_written_longer_than_the_way_to_the_next_note(song):
    short = played(song, 0.03, 0.3)
    assert [start for start, _ in short] == pytest.approx([start for start, _ in TUNE])
    assert all(length <= meant + 1e-9 for (_, length), (_, meant) in zip(short, TUNE, strict=True))


def test_an_ornament_has_no_length_of_its_own(song):
    composition = song((0, 60, 8))
    notes = [Note(0, 71, 470), Note(468, 70, 12), Note(483, 72, 450), Note(960, 74, 900)]
    grains, _ = quantise(notes, composition.timing, pulses_of(lay_bars(composition)))
    assert [(note.start // GRAINS, note.pitch, note.duration > 0) for note in grains] == [
        (0, 71, True),
        (1, 70, False),
        (1, 72, True),
        (2, 74, True),
    ]
