from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer_core.chords import chord_line, format_plan, parse_chord
from composer_core.errors import ResourceError, SettingError
from composer_core.harmony import CHORDS
from composer_core.music import Chord, Key, Melody, Metre, Note, Timing
from composer_core.notation import parse_notes
from composer_core.planner.cells import describe, make_cells, transpose
from composer_core.planner.enrich import STYLES, enrich
from composer_core.planner.network import PlannerNetwork
from composer_core.planner.plan import load_planner
from composer_core.planner.weights import WEIGHTS, load_network, save_network

# Music written for these tests, or by nobody known.
TWINKLE = (60, 60, 67, 67, 69, 69, 67, None, 65, 65, 64, 64, 62, 62, 60, None)
GREENSLEEVES = ((69, 1), (72, 2), (74, 1), (76, 1.5), (77, 0.5), (76, 1), (74, 2), (71, 1), (67, 1.5), (69, 0.5),
                (71, 1), (72, 2), (69, 1), (69, 1.5), (68, 0.5), (69, 1), (71, 2), (68, 1), (64, 2), (69, 1),
                (72, 2), (74, 1), (76, 1.5), (77, 0.5), (76, 1), (74, 2), (71, 1), (67, 1.5), (69, 0.5), (71, 1),
                (72, 1.5), (71, 0.5), (69, 1), (68, 1.5), (66, 0.5), (68, 1), (69, 3), (69, 2))  # fmt: skip


@pytest.fixture(scope="session")
def planner():
    return load_planner(torch.device("cpu"))


def twinkle(shift=0):
    notes = []
    for place, pitch in enumerate(TWINKLE):
        if pitch is not None:
            is_long = place + 1 < len(TWINKLE) and TWINKLE[place + 1] is None
            notes.append(Note(place * 480, pitch + shift, 960 if is_long else 480))
    return Melody(tuple(notes))


def greensleeves():
    notes, tick = [], 0
    for pitch, eighths in GREENSLEEVES:
        notes.append(Note(tick, pitch, round(eighths * 240)))
        tick = notes[-1].end
    return Melody(tuple(notes), Timing(metres=((0, Metre(6, 8)),), pickup_ticks=240))


def test_a_simple_tune_gets_its_simple_chords(planner):
    plan = planner.plan(twinkle())
    line = chord_line(plan, [0, 1920, 2880, 5760, 6720])
    assert [symbol.root for symbol in line] == [0, 5, 0, 7, 0]
    assert planner.key(twinkle()) == Key(0)


@pytest.mark.parametrize("shift", [1, 5, -4, 12, -24])
def test_a_transposed_melody_gets_the_transposed_plan(planner, shift):
    plan, moved = planner.plan(twinkle()), planner.plan(twinkle(shift))
    assert [chord.tick for chord in plan] == [chord.tick for chord in moved]
    roots = [(parse_chord(a.label), parse_chord(b.label)) for a, b in zip(plan, moved, strict=True)]
    assert all((b.root - a.root) % 12 == shift % 12 and a.quality == b.quality for a, b in roots)


def test_a_minor_melody_is_harmonised_in_minor(planner):
    plan = planner.plan(greensleeves())
    assert planner.key(greensleeves()) == Key(9, False)
    assert plan[-1].label == "Am"
    assert "E" in {chord.label.rstrip("7") for chord in plan}


def test_the_plan_ends_on_the_tonic_where_the_melody_does(planner):
    assert planner.plan(twinkle())[-1].label == "C"


def test_other_plans_differ_and_come_again_the_same(planner):
    plans = [planner.plan(twinkle(), variant) for variant in range(4)]
    assert len(set(plans)) == 4
    assert plans == [planner.plan(twinkle(), variant) for variant in range(4)]


@given(st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_melody_gets_a_plan_that_can_be_written_and_read(planner, melodies, data):
    melody = data.draw(melodies())
    plan = planner.plan(melody, data.draw(st.integers(0, 1)))
    cells = make_cells(melody)
    assert plan[0].tick == 0
    assert {chord.tick for chord in plan} <= {0, *cells.starts.tolist()}
    assert all(before.label != after.label for before, after in pairwise(plan))
    assert all(parse_chord(chord.label) is not None for chord in plan)
    assert format_plan(plan, melody)


@pytest.mark.parametrize("metre", [Metre(5, 4), Metre(7, 8), Metre(9, 8), Metre(1, 4), Metre(16, 16)])
def test_unusual_metres(planner, metre):
    notes = tuple(Note(number * 240, 60 + (0, 2, 4, 7, 9)[number % 5], 240) for number in range(40))
    assert planner.plan(Melody(notes, Timing(metres=((0, metre),))))


def test_one_note_and_one_note_after_many_rests(planner):
    assert planner.plan(Melody((Note(0, 67, 480),)))[0].label == "G"
    assert planner.plan(Melody((Note(100 * 1920, 67, 480),)))[0].tick == 0


def test_a_thousand_bars(planner):
    notes = tuple(Note(number * 480, 60 + (0, 4, 7, 4)[number % 4], 480) for number in range(4000))
    plan = planner.plan(Melody(notes))
    assert plan[-1].tick < 1000 * 1920


# Cells


@given(st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_cells_cover_the_melody_without_gaps(melodies, data):
    melody = data.draw(melodies())
    cells = make_cells(melody)
    assert cells.starts[0] == 0
    assert cells.starts[-1] >= melody.end
    assert (np.diff(cells.starts) > 0).all()
    assert set(melody.timing.bar_starts(melody.end)) <= set(cells.starts.tolist())


def test_a_pickup_counts_back_from_the_bar_line():
    melody = Melody((Note(0, 60, 480), Note(480, 60, 1920)), Timing(pickup_ticks=480))
    cells = make_cells(melody)
    assert cells.pickups == 1
    assert cells.pulses.tolist() == [3, 0, 1, 2, 3]
    assert cells.is_half.tolist() == [False, True, False, True, False]


def test_what_the_network_sees_is_relative_to_the_scale():
    low, high = twinkle(), twinkle(3)
    seen, moved = describe(low, make_cells(low), 0), describe(high, make_cells(high), 3)
    register = seen.shape[1] - 13 - 1  # the only plane that tells absolute pitch
    np.testing.assert_array_equal(np.delete(seen, register, 1), np.delete(moved, register, 1))


def test_transposing_chords():
    assert CHORDS[transpose(CHORDS.index((11, "m7")), 2)] == (1, "m7")


# Enriching


def labels(plan):
    return [chord.label for chord in plan]


def a_plan(text, bar=1920):
    return tuple(Chord(number * bar, label) for number, label in enumerate(text.split()))


def test_triads_have_no_sevenths_and_sevenths_stay_as_planned():
    plan, rng = a_plan("Dm7 G7 Cmaj7"), np.random.default_rng(0)
    melody = Melody(tuple(Note(bar * 1920, pitch, 1920) for bar, pitch in enumerate((65, 67, 67))))
    assert labels(enrich(plan, melody, Key(0), "triads", rng)) == ["Dm", "G", "C"]
    assert enrich(plan, melody, Key(0), "sevenths", rng) == plan


def test_jazz_colours_every_chord_and_finds_the_two_of_a_five():
    melody = Melody(tuple(Note(bar * 1920, pitch, 1920) for bar, pitch in enumerate((64, 65, 67))))
    found = {
        tuple(labels(enrich(a_plan("C G7 C"), melody, Key(0), "jazz", np.random.default_rng(seed))))
        for seed in range(20)
    }
    assert any("Dm7" in plan or "Dm9" in plan for plan in found)
    assert all(label not in ("C", "G") for plan in found for label in plan)


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_colour_clashes_with_a_held_note(data):
    pitches = data.draw(st.lists(st.integers(55, 79), min_size=2, max_size=6))
    roots = data.draw(st.lists(st.sampled_from(["C", "F", "G7", "Am", "Dm", "E7", "Bdim"]), min_size=2, max_size=6))
    count = min(len(pitches), len(roots))
    melody = Melody(tuple(Note(bar * 1920, pitch, 1920) for bar, pitch in enumerate(pitches[:count])))
    plan = a_plan(" ".join(roots[:count]))
    rich = enrich(plan, melody, Key(0), "jazz", np.random.default_rng(data.draw(st.integers(0, 99))))
    ticks = range(0, count * 1920, 480)
    for tick, plain, symbol in zip(ticks, chord_line(plan, ticks), chord_line(rich, ticks), strict=True):
        above = {(tone + 1) % 12 for tone in symbol.tones} - set(symbol.tones)
        plain_above = {(tone + 1) % 12 for tone in plain.tones} - set(plain.tones)
        pitch = pitches[tick // 1920] % 12
        assert pitch not in above or pitch in plain_above


def test_an_unknown_style_is_named():
    with pytest.raises(SettingError, match="'bebop'"):
        enrich((), twinkle(), Key(0), "bebop", np.random.default_rng(0))
    assert "jazz" in STYLES


# Weights


def test_weights_come_back_in_half_precision(tmp_path: Path):
    network = PlannerNetwork()
    save_network(tmp_path / "w.safetensors", network)
    loaded = load_network(tmp_path / "w.safetensors", torch.device("cpu"))
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], tensor.half().float())


def test_the_shipped_weights_are_small():
    assert WEIGHTS.stat().st_size < 2_000_000


def test_missing_and_damaged_weights_are_named(tmp_path: Path):
    with pytest.raises(ResourceError, match="missing"):
        load_network(tmp_path / "none", torch.device("cpu"))
    (tmp_path / "bad").write_bytes(b"nothing of the kind")
    with pytest.raises(ResourceError, match="damaged"):
        load_network(tmp_path / "bad", torch.device("cpu"))


def test_a_drawn_plan_is_decided_by_its_chance_and_ends_on_the_tonic(planner):
    melody = parse_notes("C4 D E F | G:2 E:2 | F E D G | C:4")
    draws = [planner.draw(melody, 1.0, np.random.default_rng(seed)) for seed in range(6)]
    assert planner.draw(melody, 1.0, np.random.default_rng(3)) == draws[3]
    assert len(set(draws)) > 1
    assert {plan[-1].label for plan in draws} == {"C"}
