from dataclasses import replace

import pytest

from composer_core.metrics.originality import Collection, bar_prints
from composer_core.metrics.songroll import make_songroll
from composer_core.music import Chord, Note


@pytest.fixture
def parts(trio):
    return {part.name: part for part in trio.parts[1:]}


def test_a_print_is_relative_to_the_chord(parts, song):
    roll = make_songroll(song(0, bars=4))
    assert bar_prints(roll, parts["Bass"]) == [frozenset({(0, 0), (8, 0)})] * 4
    assert set(bar_prints(roll, parts["Piano"])) == {
        frozenset({(0, 0), (0, 4), (0, 7)}),
        frozenset({(0, 0), (0, 3), (0, 7)}),
    }
    assert bar_prints(roll, parts["Drums"])[0] == {(0, 0), (4, 1), (8, 0), (12, 1)}


def test_what_lies_over_no_chord_has_no_print(parts, song):
    roll = make_songroll(replace(song(0, bars=2), chords=(Chord(0, "N"),)))
    assert bar_prints(roll, parts["Bass"]) == [] and len(bar_prints(roll, parts["Drums"])) == 2


def test_a_copy_is_found_in_any_key_and_another_figure_is_not(trio, song, parts):
    known = make_songroll(song(0))
    collection = Collection([known], trio.parts[1:])
    copied = make_songroll(song(7))  # other chords, the same figures
    assert collection.copied([copied]) == {"Piano": 1, "Bass": 1, "Drums": 1}
    assert collection.distance(copied) == 0
    lively = make_songroll(song(7, lively=True))
    assert collection.copied([lively]) == {"Piano": 0, "Bass": 1, "Drums": 1}
    assert collection.distance(lively) == pytest.approx(1 / 3)  # eight of 24 bars are new


def test_the_nearest_song_is_one_song(trio, song):
    one = replace(song(0), parts={"Bass": song(0).parts["Bass"]})
    other = replace(song(1), parts={"Drums": song(1).parts["Drums"]})
    both = Collection([make_songroll(one), make_songroll(other)], trio.parts[1:])
    made = make_songroll(replace(song(0), parts={**one.parts, **other.parts}))
    assert both.copied([made]) == {"Piano": None, "Bass": 1, "Drums": 1}
    assert both.distance(made) == 0.5


def test_silence_is_no_copy(trio, song):
    silent = make_songroll(replace(song(0), parts={"Bass": ()}))
    collection = Collection([make_songroll(song(0))], trio.parts[1:])
    assert collection.distance(silent) is None
    assert collection.copied([silent])["Bass"] is None
    assert Collection([], trio.parts[1:]).distance(make_songroll(song(0))) == 1


def test_the_same_rhythm_on_other_degrees_is_another_print(parts, song):
    base = song(0, bars=1)
    moved = replace(base, parts={"Bass": tuple(Note(n.start, n.pitch + 1, n.duration) for n in base.parts["Bass"])})
    assert not set(bar_prints(make_songroll(base), parts["Bass"])) & set(
        bar_prints(make_songroll(moved), parts["Bass"])
    )
