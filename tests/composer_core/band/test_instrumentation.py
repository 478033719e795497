import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.context import make_context
from composer_core.errors import GenreError
from composer_core.genres import Part
from composer_core.instrumentation import BarPlan, Instrumentation
from composer_core.models.band.walk import FREE
from composer_core.music import Note
from composer_core.patterns import FIRST_SHAPE, HOLD, REST
from composer_core.techniques.bar_plan import (
    AWAKE,
    Awake,
    bar_spans,
    entries,
    join_melody,
    repetitions,
    silences,
    still_silent,
    taken_again,
)
from composer_core.training.instrumentation import bars_of

BAR = 1920
PARTS = ("Winds", "Strings")


def piece(*bars):
    """Bars written as (plays, repeats, carries), each a string of the numbers of parts."""
    return np.array([[[str(n) in text for n in range(len(PARTS))] for text in bar] for bar in bars])


BOTH_BY_TURNS = piece(("0", "", "0"), ("0", "0", "0"), ("1", "", ""), ("1", "1", "1"))


@pytest.fixture
def context(make_song):
    song = make_song(bars=4)
    return make_context(song.melody, song.timing, song.chords, song.end)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_plan_follows_the_bars_of_a_real_piece():
    plan = Instrumentation(PARTS, [BOTH_BY_TURNS]).plan([(0, 4, None)], rng(), 0.0)
    assert plan.plays.tolist() == [[True, True, False, False], [False, False, True, True]]
    assert plan.repeats.tolist() == [[False, True, False, False], [False, False, False, True]]


def test_where_nobody_joins_in_the_melody_those_go_on_who_did_last_and_play():
    solo = piece(("0", "", "0"), ("01", "", ""), ("1", "", ""), ("01", "", "1"))
    plan = Instrumentation(PARTS, [solo]).plan([(0, 4, None)], rng(), 0.0)
    assert plan.carries.tolist() == [[True, True, False, False], [False, False, False, True]]


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
    assert not (plan.repeats & ~plan.plays).any() and not (plan.carries & ~plan.plays).any()
    assert not plan.repeats[:, 0].any() and not (plan.repeats[:, 1:] & ~plan.plays[:, :-1]).any()


def test_a_file_brings_back_the_same_bars(tmp_path):
    Instrumentation(PARTS, [BOTH_BY_TURNS]).save(tmp_path / "i.json", {"sources": []})
    back = Instrumentation.load(tmp_path / "i.json", PARTS)
    assert len(back.pieces) == 1 and (back.pieces[0] == BOTH_BY_TURNS).all()


@pytest.mark.parametrize("text", ["", "[]", '{"parts": ["Winds"], "pieces": []}', '{"parts": ["Winds", "Strings"]}'])
def test_a_damaged_file_is_one_line(tmp_path, text):
    (tmp_path / "i.json").write_text(text)
    with pytest.raises(GenreError) as raised:
        Instrumentation.load(tmp_path / "i.json", PARTS)
    assert "damaged" in str(raised.value) and "\n" not in str(raised.value)


def test_a_part_is_silent_in_the_bars_where_it_does_not_play(context):
    plan = BarPlan(*(np.array([[True, False, True, False]]) for _ in range(3)))
    forced = silences(plan, context, [Part("Bass", 32, 28, 60, role="bass")], np.full((1, len(context)), FREE))
    spans = bar_spans(context.grid, len(context))
    for bar, (start, end) in enumerate(spans):
        wanted = [FREE] * (end - start) if bar % 2 == 0 else [REST] + [HOLD] * (end - start - 1)
        assert forced[0, start:end].tolist() == wanted


def test_a_bar_that_goes_on_as_before_takes_the_symbols_of_the_bar_before(context):
    repeats = np.array([[False, True, True, False]])
    again = repetitions(BarPlan(repeats, repeats, repeats), context, np.full((1, len(context)), FREE))
    symbols = np.arange(len(context))[None]
    taken = taken_again(symbols, again)[0].reshape(4, -1)
    assert taken[1].tolist() == taken[2].tolist() == taken[0].tolist() and taken[3].tolist() != taken[0].tolist()


def test_a_part_enters_where_it_was_silent_and_bars_that_stay_silent_are_found(context):
    plan = BarPlan(*(np.array([[False, True, True, False]]) for _ in range(3)))
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


def test_silence_costs_a_part_that_is_to_play_until_it_has_begun(context):
    plan = BarPlan(*(np.array([[True, True, False, True]]) for _ in range(3)))
    awake = Awake(plan, context, [Part("Bass", 32, 28, 60, role="bass")], [5])
    assert awake.costs(0, 0)[[HOLD, REST]].tolist() == [AWAKE, AWAKE] and not awake.costs(0, 0)[FIRST_SHAPE:].any()
    awake.take(0, 0, FIRST_SHAPE)
    assert not awake.costs(0, 1).any()


def test_what_stands_in_real_bars_is_read_from_them(make_song, trio):
    from composer_core.metrics.songroll import make_songroll

    rows = bars_of(make_songroll(make_song(bars=3)), trio)
    assert rows[:, 0].all() and rows[1:, 1].all() and not rows[0, 1].any()


def test_the_shipped_files_are_of_their_genres():
    from composer_core.genres import find_genre
    from composer_core.instrumentation import FILE
    from composer_core.training.instrumentation import GENRES

    for name in GENRES:
        genre = find_genre(name)
        loaded = Instrumentation.load(genre.folder / FILE, [part.name for part in genre.parts[1:]])
        assert len(loaded.pieces) > 10 and json.loads((genre.folder / FILE).read_text())["sources"]
