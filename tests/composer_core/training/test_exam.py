from dataclasses import replace

import numpy as np
import pytest

from composer_core.metrics.songroll import make_songroll
from composer_core.music import Timing
from composer_core.scores import learn_chairs
from composer_core.training.exam import BARS, Exam, choose_excerpts
from tests.fakes.small_training import small_checkpoint, small_songs, trio, tune

COPY, RULE = "copy of the nearest training piece", "rule: root, pad and a stock drum bar"


@pytest.fixture(scope="module")
def exam(tmp_path_factory):
    songs = small_songs()
    return Exam(trio(tmp_path_factory.mktemp("exam")), songs.training, songs.validation, pieces=2)


@pytest.fixture(scope="module")
def checkpoint(exam):
    return small_checkpoint(learn_chairs(small_songs().training, exam.genre), 0, "trio-0")


def test_the_real_pieces_themselves_are_perfect_and_the_training_pieces_are_what_can_be_reached(exam):
    perfect = exam.mark(exam.real)
    assert perfect.similarity == pytest.approx(0) and perfect.copied == exam.shared
    assert all(made == real for made, real in perfect.figures.values())
    training = exam.mark([make_songroll(song) for song in small_songs().training])
    assert training.similarity == pytest.approx(exam.reach) and 0 < exam.reach < 0.3


def test_a_copy_of_the_training_set_is_near_and_is_named_a_copy(exam):
    copied = exam.mark([make_songroll(song) for song in small_songs().training])
    assert copied.similarity <= exam.reach + 1e-9 and copied.copied == 1.0 > exam.shared
    found = exam.baselines()
    assert set(found) == {COPY, RULE}
    assert found[COPY].copied == 1.0 and found[RULE].copied < 1
    assert found[COPY].similarity < found[RULE].similarity


def test_silence_is_far_and_copies_nothing(exam):
    empty = np.zeros((0, 3), dtype=np.int64)
    silent = [replace(roll, parts=dict.fromkeys(roll.parts, empty)) for roll in exam.real]
    result = exam.mark(silent)
    assert result.similarity > 0.9 and (result.copied, result.chord_tones) == (0, 0)
    assert result.figures["empty bars"][0] == 1


def test_an_exam_is_the_same_for_the_same_seed(exam, checkpoint):
    one, again, other = (exam.take(checkpoint, seed) for seed in (1, 1, 2))
    assert one == again != other
    assert exam.take(checkpoint, 1, "adversarial") != one


def test_a_sample_is_the_first_held_out_melody_with_the_parts_of_its_piece(exam, checkpoint):
    sample = exam.sample(checkpoint, 1)
    assert [n.pitch for n in sample.melody.notes] == [n.pitch for n in exam.questions[0].melody]
    assert [track.name for track in sample.accompaniment] == ["Piano", "Bass", "Drums"]
    without = replace(small_songs().validation[0], parts={"Bass": small_songs().validation[0].parts["Bass"]})
    alone = Exam(exam.genre, small_songs().training, [without], pieces=1)
    assert [track.name for track in alone.sample(checkpoint, 1).accompaniment] == ["Bass"]


def names(songs, count):
    return [excerpt.name for excerpt in choose_excerpts(songs, count)]


def test_every_piece_gives_one_excerpt_before_any_gives_two():
    long, short = tune(1, bars=24), tune(2, bars=8)
    assert names([long, short], 4) == ["tune 1@0", "tune 2@0", "tune 1@8", "tune 1@16"]
    assert names([long, short], 1) == ["tune 1@0"]
    assert all(len(e.timing.bar_starts(e.end)) <= BARS for e in choose_excerpts([long, short], 9))


def test_where_no_melody_is_long_enough_what_there_is_is_taken():
    bare = replace(tune(1), melody=tune(1).melody[:3])
    assert names([bare, bare], 5) == ["tune 1", "tune 1"]
    assert choose_excerpts([], 3) == []
    assert names([replace(tune(1), timing=Timing(480, ((0, 90.0),)))], 2) == ["tune 1@0"]
