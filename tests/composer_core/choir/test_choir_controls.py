"""What the user decides: a choir does it, on untrained networks."""

import numpy as np
import pytest

from composer_core.chords import parse_chord, parse_plan
from composer_core.genres import SHIPPED, read_genre
from composer_core.midi import write_composition
from composer_core.music import Melody, Metre, Note, Timing
from composer_core.notation import parse_notes
from composer_core.request import Controls
from composer_core.techniques import Assignment
from composer_core.techniques.band import Band
from composer_core.techniques.blocks import Blocks

PLAN = "C Am | F G7/B"


@pytest.fixture
def technique(tiny_genre):
    return Band(tiny_genre)


@pytest.fixture
def compose(technique):
    def run(melody, seed=1, **controls):
        return technique.compose([Assignment(melody, seed, Controls(**controls))], lambda stage, fraction: None)[0]

    return run


def notes(composition):
    return [track.notes for track in composition.accompaniment]


def strayed(composition, plan):
    """Share of the voices that sound beside the plan, over all quarters."""
    away, voices = 0, 0
    for tick in range(0, composition.melody.notes[-1].end, 480):
        symbol = parse_chord([chord.label for chord in plan if chord.tick <= tick][-1])
        sounding = [n.pitch % 12 for line in notes(composition) for n in line if n.start <= tick < n.end]
        away += sum(tone not in symbol.tones for tone in sounding)
        voices += len(sounding)
    return away / voices


@pytest.mark.skipif(not (SHIPPED / "chorale" / "weights.safetensors").exists(), reason="the weights are not there")
def test_the_users_chords_are_in_the_result_and_in_the_voices():
    melody = parse_notes("E4 E F G | G F E D | C C D E | E:1.5 D:1/2 D:2")
    plan = parse_plan("C | G7 | Am F | G", melody)
    asked = [Assignment(melody, 1, Controls(chords=plan)), Assignment(melody, 1)]
    planned, free = Band(read_genre(SHIPPED / "chorale")).compose(asked, lambda stage, fraction: None)
    assert planned.chords == plan and planned.melody.notes == melody.notes
    assert strayed(planned, plan) < 0.1 and strayed(planned, plan) < 0.5 * strayed(free, plan)


def test_only_the_named_parts_play(compose, tune):
    composition = compose(tune(), parts=("Alto", "Bass"))
    assert [track.name for track in composition.tracks] == ["Soprano", "Alto", "Bass"]
    assert all(track.notes for track in composition.tracks)


def test_each_reharmonisation_is_another_one(compose, tune):
    takes = [notes(compose(tune(), reharmonise=number)) for number in (0, 1, 2)]
    assert takes[0] != takes[1] != takes[2] != takes[0]
    assert notes(compose(tune(), reharmonise=2)) == takes[2]


def test_risk_widens_the_draws_and_its_default_changes_nothing(compose, tune):
    assert notes(compose(tune(), risk=1.0)) == notes(compose(tune()))
    careful, wild = (compose(tune(32), risk=risk) for risk in (0.5, 6.0))
    assert notes(careful) != notes(wild)
    for composition in (careful, wild):
        assert composition.melody.notes == tune(32).notes


def test_a_piece_does_not_depend_on_the_controls_of_its_company(technique, tune):
    asked = [
        Assignment(tune(), 3, Controls()),
        Assignment(tune(), 3, Controls(reharmonise=2)),
        Assignment(tune(), 3, Controls(chords=parse_plan(PLAN, tune()))),
        Assignment(tune(), 3, Controls(risk=3.0, parts=("Tenor",))),
    ]
    together = technique.compose(asked, lambda stage, fraction: None)
    for assignment, composition in zip(asked, together, strict=True):
        (alone,) = technique.compose([assignment], lambda stage, fraction: None)
        assert write_composition(alone) == write_composition(composition)


SIXTEENTHS = Melody(tuple(Note(i * 120, 60 + i % 12, 120) for i in range(256)), Timing(480, tempos=((0, 300.0),)))
ALONE = Melody((Note(11 * 1920 + 480, 67, 240),), Timing(480))


@pytest.mark.parametrize(
    "melody",
    [
        pytest.param(SIXTEENTHS, id="all sixteenths at 300 bpm"),
        pytest.param(ALONE, id="all rests but one"),
        pytest.param(parse_notes("C4"), id="one note"),
        pytest.param(parse_notes("5/4 C4 D E F G | G:5"), id="5/4"),
        pytest.param(parse_notes("7/8 " + "C4:1/2 D E F G A:1"), id="7/8"),
        pytest.param(parse_notes("C9 D E F"), id="too high"),
        pytest.param(parse_notes("C0 D E F"), id="too low"),
        pytest.param(Melody((Note(0, 60, 1),), Timing(480, metres=((0, Metre(4, 4)),))), id="one tick"),
    ],
)
@pytest.mark.parametrize("controls", [Controls(), Controls(risk=6.0, reharmonise=1), Controls(parts=("Bass",))])
def test_odd_melodies_give_music_and_stand_as_they_are(technique, melody, controls):
    (composition,) = technique.compose([Assignment(melody, 1, controls)], lambda stage, fraction: None)
    assert composition.melody.notes == melody.notes
    assert all(track.notes for track in composition.tracks)


def test_plain_chords_take_plan_and_parts_and_name_what_they_do_not(tiny_genre, tune):
    melody = tune(8)
    plan = parse_plan("Dm | G7", melody)
    controls = Controls(chords=plan, parts=("Bass",), risk=2.0)
    (composition,) = Blocks(tiny_genre).compose([Assignment(melody, 1, controls)], lambda stage, fraction: None)
    assert [track.name for track in composition.tracks] == ["Soprano", "Bass"]
    assert [n.pitch % 12 for n in composition.tracks[1].notes] == [2, 2, 7, 7]
    assert [notice for notice in composition.notices if "--" in notice] == ["Plain chords by rule know no --risk."]
    assert np.all([chord.label in ("Dm", "G7") for chord in composition.chords])
