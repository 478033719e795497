import numpy as np
import pytest

from composer_core.evaluation.judge import _exams, auc, judge
from composer_core.evaluation.judge_windows import TIMESTEPS, song_planes, windows
from composer_core.metrics.songroll import make_songroll


@pytest.fixture(scope="module")
def seen(trio, rolls):
    def look(numbers, **settings):
        return {roll.name: windows(roll, trio.parts[1:]) for roll in rolls(numbers, bars=5, **settings)}

    return look


def test_auc_is_the_chance_that_real_scores_above_composed():
    assert auc(np.array([3.0, 1.0, 2.0, 0.0]), np.array([1, 1, 0, 0])) == 0.75
    assert auc(np.array([1.0, 1.0]), np.array([1, 0])) == 0.5


def test_another_accompaniment_is_told_by_both_judges(seen):
    verdict = judge(seen(range(10)), seen(range(10), lively=True))
    assert verdict.network > 0.9 and verdict.summary > 0.9
    assert verdict.sharper == max(verdict.network, verdict.summary)


def test_two_halves_of_one_set_are_not_told(seen):
    verdict = judge(seen(range(12)), seen(range(12, 24)))
    assert 0.2 < verdict.network < 0.8 and 0.2 < verdict.summary < 0.8


def test_the_same_seed_judges_the_same(seen):
    real, composed = seen(range(5)), seen(range(5), lively=True)
    assert judge(real, composed) == judge(real, composed)


def test_a_song_is_never_known_from_training():
    def marked(names):
        return {name: np.full((2, 1, 4), float(number)) for number, name in enumerate(names)}

    names = [f"song {number}" for number in range(11)]
    tested = []
    for exam in _exams(marked(names), marked(names), 0):
        learn, stop, test = (set(group[0][:, 0, 0].tolist()) for group in (exam.learn, exam.stop, exam.test))
        assert not learn & stop and not learn & test and not stop & test
        assert exam.has_both and len(exam.test[1]) == 4 * len(test)  # real and composed, two windows each
        tested += sorted(test)
    assert sorted(tested) == list(map(float, range(11)))


def test_too_few_songs_are_not_judged(seen):
    assert judge(seen(range(1)), seen(range(1), lively=True)) is None


def test_windows_begin_on_bars_a_bar_apart(trio, rolls):
    (roll,) = rolls([3], bars=6)
    cut, planes = windows(roll, trio.parts[1:]), song_planes(roll, trio.parts[1:])
    assert cut.shape == (3, len(planes), TIMESTEPS)
    assert (cut[1] == planes[:, 16:80]).all()
    assert len(windows(rolls([3], bars=3)[0], trio.parts[1:])) == 0


def test_a_song_looks_the_same_in_any_key_and_by_any_plan(trio, song):
    from dataclasses import replace

    def up(notes):
        return tuple(replace(note, pitch=note.pitch + 2) for note in notes)

    one = replace(song(4), parts={"Bass": song(4).parts["Bass"]})
    other = replace(one, melody=up(one.melody), parts={"Bass": up(one.parts["Bass"])}, chords=())
    first, second = (song_planes(make_songroll(s), trio.parts[1:]) for s in (one, other))
    assert (first == second).all()
