import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.context import make_context
from composer_core.errors import GenreError
from composer_core.genres import Part
from composer_core.instrumentation import NEW, BarPlan, Instrumentation
from composer_core.models.band.walk import FREE
from composer_core.music import Note
from composer_core.patterns import FIRST_SHAPE, HOLD, REST, Codebook
from composer_core.scores import Chair
from composer_core.techniques.bar_plan import (
    AWAKE,
    OTHER_RHYTHM,
    BarRules,
    bar_spans,
    earlier_steps,
    entries,
    fitting,
    join_melody,
    silences,
    still_silent,
    taken_again,
)
from composer_core.training.instrumentation import bars_of, lags_of

BAR = 1920
PARTS = ("Winds", "Strings")


def piece(*bars):
    """Bars written as (plays, plays the bar before again, carries), each a string of the numbers of parts."""
    return np.array([[[int(str(n) in text) for n in range(len(PARTS))] for text in bar] for bar in bars])


def plan_of(plays, same=None, rhythm=None):
    """A plan of one part from a list of bars."""
    new = [NEW] * len(plays)
    rows = (np.array([row]) for row in (plays, same or new, rhythm or new, [False] * len(plays)))
    return BarPlan(*rows)


BOTH_BY_TURNS = piece(("0", "", "0"), ("0", "0", "0"), ("1", "", ""), ("1", "1", "1"))


@pytest.fixture
def context(make_song):
    song = make_song(bars=4)
    return make_context(song.melody, song.timing, song.chords, song.end)


def chair(role, *shapes):
    return Chair(Part(role, 32, 28, 60, role=role), Codebook(role, shapes), 40.0, (1.0, 1.0))


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_plan_follows_the_bars_of_a_real_piece():
    plan = Instrumentation(PARTS, [BOTH_BY_TURNS]).plan([(0, 4, None)], rng(), 0.0)
    assert plan.plays.tolist() == [[True, True, False, False], [False, False, True, True]]
    assert plan.same.tolist() == [[NEW, 0, NEW, NEW], [NEW, NEW, NEW, 2]] and (plan.rhythm == NEW).all()


def test_where_nobody_joins_in_the_melody_those_go_on_who_did_last_and_play():
    solo = piece(("0", "", "0"), ("01", "", ""), ("1", "", ""), ("01", "", "1"))
    plan = Instrumentation(PARTS, [solo]).plan([(0, 4, None)], rng(), 0.0)
    assert plan.carries.tolist() == [[True, True, False, False], [False, False, False, True]]


def test_a_short_piece_is_more_than_the_introduction_of_a_long_one():
    late = piece(*[("1", "", "")] * 6, *[("01", "", "")] * 6)
    at_once = piece(*[("0", "", "")] * 2, *[("01", "", "")] * 6)
    instrumentation = Instrumentation(PARTS, [late, at_once])
    short, long = (
        [instrumentation.plan([(0, bars, None)], rng(seed), 0.0).plays for seed in range(20)] for bars in (4, 8)
    )
    assert all(plays.any(axis=1).all() for plays in (*short, *long))
    assert {tuple(plays[:, 0]) for plays in short} == {(True, False)}
    assert len({tuple(plays[:, 0]) for plays in long}) == 2  # both openings are long enough by then


def test_a_section_that_returns_is_played_by_the_same_parts():
    pieces = [BOTH_BY_TURNS, piece(("01", "", "0"), ("1", "", ""), ("01", "", ""), ("0", "", ""))]
    plan = Instrumentation(PARTS, pieces).plan([(0, 4, None), (4, 8, 0)], rng(), vary=0.0)
    assert (plan.plays[:, 4:] == plan.plays[:, :4]).all()


@given(seed=st.integers(0, 2**31), lengths=st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_somebody_always_plays_and_only_those_repeat_or_carry_who_play(seed, lengths):
    edges = np.cumsum([0, *lengths]).tolist()
    sections = [(a, b, None) for a, b in itertools.pairwise(edges)]
    silent = piece(("", "", ""), ("", "0", "1"), ("1", "1", "1"))
    plan = Instrumentation(PARTS, [BOTH_BY_TURNS, silent]).plan(sections, rng(seed), 0.5)
    assert plan.plays.shape == (2, edges[-1]) and plan.plays.any(axis=0).all()
    assert not (plan.carries & ~plan.plays).any()
    for earlier in (plan.same, plan.rhythm):
        part, bar = np.nonzero(earlier != NEW)
        assert (earlier[part, bar] < bar).all()
        assert plan.plays[part, bar].all() and plan.plays[part, earlier[part, bar]].all()


def test_a_file_brings_back_the_same_bars(tmp_path):
    bars = BOTH_BY_TURNS.copy()
    bars[3, 1] = [-2, 3]
    Instrumentation(PARTS, [bars]).save(tmp_path / "i.json", {"sources": []})
    back = Instrumentation.load(tmp_path / "i.json", PARTS)
    assert len(back.pieces) == 1 and (back.pieces[0] == bars).all()


@pytest.mark.parametrize("text", ["", "[]", '{"parts": ["Winds"], "pieces": []}', '{"parts": ["Winds", "Strings"]}'])
def test_a_damaged_file_is_one_line(tmp_path, text):
    (tmp_path / "i.json").write_text(text)
    with pytest.raises(GenreError) as raised:
        Instrumentation.load(tmp_path / "i.json", PARTS)
    assert "damaged" in str(raised.value) and "\n" not in str(raised.value)


def test_a_part_is_silent_in_the_bars_where_it_does_not_play(context):
    plan = plan_of([True, False, True, False])
    forced = silences(plan, context, [Part("Bass", 32, 28, 60, role="bass")], np.full((1, len(context)), FREE))
    spans = bar_spans(context.grid, len(context))
    for bar, (start, end) in enumerate(spans):
        wanted = [FREE] * (end - start) if bar % 2 == 0 else [REST] + [HOLD] * (end - start - 1)
        assert forced[0, start:end].tolist() == wanted


def test_a_bar_that_is_played_again_takes_the_symbols_of_the_earlier_bar(context):
    again = earlier_steps(np.array([[NEW, 0, NEW, 1]]), context, len(context) + 2)
    assert (again[0, -2:] == FREE).all()
    symbols = np.arange(len(context) + 2)[None]
    taken = taken_again(symbols, again)[0, : len(context)].reshape(4, -1)
    assert taken[1].tolist() == taken[3].tolist() == taken[0].tolist() and taken[2].tolist() != taken[0].tolist()


def test_a_bar_that_takes_a_rhythm_strikes_and_rests_as_there_and_nothing_else(context):
    plan = plan_of([True] * 4, rhythm=[NEW, 0, NEW, NEW])
    rules = BarRules(plan, context, [chair("bass", (0,), (12,), (1,))])
    (_, _), (start, _), *_ = bar_spans(context.grid, len(context))
    for t, symbol in enumerate((FIRST_SHAPE, HOLD, REST)):
        rules.take(0, t, symbol)
    dear = [np.flatnonzero(rules.costs(0, start + t) == OTHER_RHYTHM).tolist() for t in range(3)]
    assert dear == [[HOLD, REST], [1, 2, 3, 4], [0, 2, 3, 4]]


def test_a_part_enters_where_it_was_silent_and_bars_that_stay_silent_are_found(context):
    plan = plan_of([False, True, True, False])
    spans = bar_spans(context.grid, len(context))
    assert np.flatnonzero(entries(plan, context, len(context))[0]).tolist() == [spans[1][0]]
    symbols = np.full((1, len(context)), HOLD)
    symbols[0, 0], symbols[0, spans[1][0] + 2] = REST, FIRST_SHAPE
    assert not still_silent(symbols, plan, context, [False]).any()
    symbols[0, spans[2][0]] = REST
    assert np.flatnonzero(still_silent(symbols, plan, context, [False])[0]).tolist() == list(range(*spans[2]))


def test_a_line_that_carries_plays_the_melody_in_its_own_octave_and_nothing_beside_it(context, make_song):
    melody, part = make_song(bars=4).melody, Part("Cellos", 42, 36, 60, role="line")
    own = [Note(bar * BAR, 40, BAR) for bar in range(4)]
    notes = join_melody(own, melody, part, np.array([False, True, False, False]), context)
    second = [note for note in notes if BAR <= note.start < 2 * BAR]
    wanted = [note for note in melody if BAR <= note.start < 2 * BAR]
    assert [(n.start, n.pitch % 12) for n in second] == [(n.start, n.pitch % 12) for n in wanted]
    assert all(part.low <= note.pitch <= part.high for note in second)
    assert [note for note in notes if note.start >= 2 * BAR] == own[2:]
    chords = Part("Piano", 0, 36, 84, role="chords")
    assert join_melody(own, melody, chords, np.ones(4, dtype=bool), context) == tuple(own)


def test_silence_costs_a_part_that_is_to_play_and_was_silent_in_the_bar_before(context):
    plan = plan_of([True, True, False, True])
    awake = BarRules(plan, context, [chair("bass", (0,), (12,), (1,))])
    assert awake.costs(0, 0)[[HOLD, REST]].tolist() == [AWAKE, AWAKE] and not awake.costs(0, 0)[FIRST_SHAPE:].any()
    (_, _), (second, third), _, (fourth, _) = bar_spans(context.grid, len(context))
    for t, symbol in enumerate((FIRST_SHAPE, REST, *[HOLD] * (second - 2))):
        awake.take(0, t, symbol)
        assert not awake.costs(0, t + 1).any()  # a rest is free where it has begun, and early in the bar after
    assert awake.costs(0, second + (third - second) // 2)[REST] == AWAKE
    for t in range(second, fourth):
        awake.take(0, t, HOLD)
        assert t < third or not awake.costs(0, t).any()  # it is not to play in the third bar
    assert awake.costs(0, fourth)[HOLD] == AWAKE


def test_what_stands_in_real_bars_is_read_from_them(make_song, trio):
    from composer_core.metrics.songroll import make_songroll

    rows = bars_of(make_songroll(make_song(bars=3)), trio)
    assert rows[:, 0].all() and (rows[1:, 1] != 0).all() and not rows[0, 1].any()


def test_a_bar_is_the_same_as_the_nearest_one_with_its_notes_else_has_the_rhythm_of_one(make_song, trio):
    from dataclasses import replace

    from composer_core.metrics.songroll import make_songroll
    from composer_core.music import Chord

    bass = next(part for part in trio.parts if part.role == "bass")
    song = make_song(bars=5)
    bars = [(36, 36), (43, 36), (36, 36), (40, 40), (36,)]
    notes = [Note(BAR * n + 960 * k, p, 480) for n, bar in enumerate(bars) for k, p in enumerate(bar)]
    song = replace(song, chords=(Chord(0, "C"),), parts={bass.name: tuple(notes)})
    assert lags_of(make_songroll(song), bass) == [0, -1, 2, -1, 0]


def test_the_shipped_files_are_of_their_genres():
    from composer_core.genres import find_genre
    from composer_core.instrumentation import FILE
    from composer_core.training.instrumentation import GENRES

    for name in GENRES:
        genre = find_genre(name)
        loaded = Instrumentation.load(genre.folder / FILE, [part.name for part in genre.parts[1:]])
        assert len(loaded.pieces) > 10 and json.loads((genre.folder / FILE).read_text())["sources"]


def test_a_bass_takes_only_the_rhythm_of_a_bar_whose_chords_change_elsewhere(make_song):
    from composer_core.music import Chord

    song = make_song(bars=3)
    chords = [Chord(0, "C"), Chord(BAR, "F"), Chord(2 * BAR, "C"), Chord(2 * BAR + BAR // 2, "G")]
    context = make_context(song.melody, song.timing, chords, song.end)
    plan = plan_of([True] * 3, same=[NEW, 0, 1])
    fitted = fitting(plan, context, [Part("Bass", 32, 28, 60, role="bass")])
    assert fitted.same.tolist() == [[NEW, 0, NEW]] and fitted.rhythm.tolist() == [[NEW, NEW, 1]]
    assert fitting(plan, context, [Part("Piano", 0, 36, 84, role="chords")]).same.tolist() == [[NEW, 0, 1]]


def test_tones_that_are_no_chords_own_cost_what_the_genre_says(context):
    rules = BarRules(plan_of([False] * 4), context, [chair("bass", (0,), (1,), (7, 14))], pull=0.5)
    assert rules.costs(0, 0).tolist() == [0, 0, 0, 0.5, 0.25]


def test_a_drummer_leaves_the_toms_after_a_while(context):
    hat, tom, both = (3,), (8,), (0, 7)
    rules = BarRules(plan_of([False] * 4), context, [chair("drums", hat, tom, both)])
    assert not rules.costs(0, 0).any()
    for t in range(24):
        rules.take(0, t, FIRST_SHAPE + 1)
    _, _, on_hat, on_tom, on_both = rules.costs(0, 24).tolist()
    assert on_hat == 0 and on_tom == on_both > 3


def test_a_bass_meets_a_new_chord_with_its_root_or_pays_for_it(context):
    rules = BarRules(plan_of([False] * 4), context, [chair("bass", (0,), (12,), (7,))], rooted=2.0)
    root, octave, fifth = range(FIRST_SHAPE, FIRST_SHAPE + 3)
    assert rules.costs(0, 0)[[REST, root, octave, fifth]].tolist() == [0, 0, 0, 2]
    rules.take(0, 0, REST)
    assert rules.costs(0, 1)[[HOLD, root, fifth]].tolist() == [0, 0, 2]  # it has not met the chord yet
    rules.take(0, 1, root)
    assert rules.costs(0, 2)[[HOLD, root, fifth]].tolist() == [0, 0, 0]
    change = int(np.flatnonzero(np.diff(context.ground.root))[0]) + 1
    assert rules.costs(0, change)[[HOLD, root, fifth]].tolist() == [2, 0, 2]  # the old note would sound on
