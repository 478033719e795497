from dataclasses import replace

import pytest

from composer_core.evaluation.bands import bass_part, measure
from composer_core.genres import find_genre
from composer_core.metrics.songroll import make_songroll


def test_the_lowest_of_several_basses_has_the_root():
    assert bass_part(find_genre("symphony")) == "Basses"
    assert bass_part(find_genre("jazz")) == "Bass"


def test_a_row_of_the_tunes_as_written(trio, rolls):
    real = rolls(range(8))
    row = measure("written", [real], real, trio)
    wanted = {"bass_on_root": 1, "chord_tones": 1, "bass_repeat": 1, "drum_repeat": 1, "drum_tiled": 1, "clashes": 0}
    assert {name: row.figures[name] for name in wanted} == wanted
    assert row.figures["drum_distinct"] == pytest.approx(1 / 8)
    assert row.figures["seeds_differ"] is None
    assert row.parts["Bass"]["notes"] == 2 and row.parts["Piano"]["empty"] == 0
    assert "chord_tones" not in row.parts["Drums"]


def test_a_part_that_a_song_lacks_does_not_count(trio, song):
    both = [make_songroll(song(0)), make_songroll(replace(song(1), parts={"Bass": song(1).parts["Bass"]}))]
    row = measure("", [both], both, trio)
    assert row.parts["Piano"]["empty"] == 0 and row.parts["Bass"]["empty"] == 0


def test_a_silent_part_counts_as_empty(trio, song):
    silent = [make_songroll(replace(song(n), parts={**song(n).parts, "Bass": ()})) for n in range(4)]
    row = measure("", [silent], [make_songroll(song(n)) for n in range(4)], trio)
    assert row.parts["Bass"]["empty"] == 1 and row.figures["bass_on_root"] is None


def test_the_area_falls_when_the_accompaniment_is_another(trio, rolls):
    real = rolls(range(8), lively=True)
    same = measure("", [rolls(range(10, 18), lively=True)], real, trio).figures["overlapped_area"]
    other = measure("", [rolls(range(10, 18))], real, trio).figures["overlapped_area"]
    assert other < same - 0.2


def test_seeds_are_compared_with_each_other(trio, rolls):
    takes = [rolls(range(3)), rolls(range(3), lively=True)]
    assert 0 < measure("", takes, takes[0], trio).figures["seeds_differ"] < 1
