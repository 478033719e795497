import math

import pytest
import torch

from composer_core.errors import Cancelled
from composer_core.scores import learn_chairs, make_score
from composer_core.training import course as courses
from composer_core.training.course import Course, Diverged, fresh_checkpoint, with_request
from tests.fakes.small_training import SMALL, small_checkpoint, small_songs, trio, weights_of

CPU = torch.device("cpu")
CONFIG = with_request(SMALL, 1e-3, 1)


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    songs, genre = small_songs(), trio(tmp_path_factory.mktemp("trio"))
    chairs = learn_chairs(songs.training, genre)
    scores, held_out = ([make_score(song, chairs) for song in side] for side in (songs.training, songs.validation))
    return small_checkpoint(chairs, 0, "trio-0"), scores, held_out


@pytest.fixture
def begin(lesson, small):
    return lambda seed=0, config=CONFIG: Course(*lesson, config, seed, CPU)


def alive():
    pass


def train(course, epochs):
    """Losses of each epoch, seconds left out."""
    told = [course.train_epoch(alive) for _ in range(epochs)]
    return [(t.generator, t.critic, t.real_score, t.fake_score, t.rounds) for t in told]


def all_of(course):
    return {**course.state(), **{f"checkpoint/{name}": w.clone() for name, w in weights_of(course.checkpoint())}}


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)


def test_the_same_seed_gives_the_same_losses_and_weights_bit_for_bit(begin):
    one, other = begin(), begin()
    assert train(one, 2) == train(other, 2)
    assert same(all_of(one), all_of(other)) and one.held_out_nats() == other.held_out_nats()
    assert train(begin(seed=1), 2) != train(begin(), 2)


@pytest.mark.parametrize("epochs", [0, 1, 2])
def test_an_interrupted_course_goes_on_as_if_nothing_had_happened(begin, epochs):
    whole, first = begin(), begin()
    losses = train(whole, 3)
    train(first, epochs)
    torch.randn(7)  # whatever else has been drawn meanwhile
    second = begin(seed=0)
    second.restore(first.state(), first.epoch, first.rounds, first.rollbacks)
    assert same(all_of(first), all_of(second))
    assert train(second, 3 - epochs) == losses[epochs:]
    assert same(all_of(second), all_of(whole)) and (second.epoch, second.rounds) == (whole.epoch, whole.rounds)


def test_a_stopped_epoch_leaves_nothing_behind_once_it_is_restored(begin):
    whole, stopped = begin(), begin()
    state = stopped.state()

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        stopped.train_epoch(stop)
    stopped.restore(state, 0, 0, 0)
    assert train(stopped, 1) == train(whole, 1)


def test_a_state_of_another_course_is_refused(begin):
    course = begin()
    state = course.state()
    missing = {key: value for key, value in state.items() if not key.startswith("critic/")}
    wrong = state | {"generator/unet.leave.bias": torch.zeros(3)}
    for broken in (missing, wrong):
        with pytest.raises((KeyError, RuntimeError)):
            begin().restore(broken, 0, 0, 0)


def test_alive_is_asked_after_every_round(begin):
    asked = []
    assert begin().train_epoch(lambda: asked.append(1)).rounds == len(asked) == 2


@pytest.mark.parametrize("step", ["critic_step", "generator_step"])
def test_a_loss_that_is_no_number_is_noticed(begin, monkeypatch, step):
    real = getattr(courses, step)
    monkeypatch.setattr(courses, step, lambda *a: real(*a) | {"critic": torch.tensor(math.nan)})
    with pytest.raises(Diverged):
        begin().train_epoch(alive)


@pytest.mark.parametrize("name", ["autoregressor", "refiner"])
def test_a_gradient_that_is_no_number_is_noticed(begin, name):
    course = begin()
    with torch.no_grad():
        next(course.networks[name].parameters()).fill_(math.inf)
    with pytest.raises(Diverged):
        course.train_epoch(alive)


@pytest.mark.parametrize("name", courses.NETWORKS)
def test_a_weight_that_is_no_number_after_the_last_round_is_noticed(begin, name):
    course, rounds = begin(), []

    @torch.no_grad()
    def spoil():
        rounds.append(1)
        if len(rounds) == course.rounds_per_epoch:
            next(course.networks[name].parameters()).view(-1)[0] = math.nan

    with pytest.raises(Diverged):
        course.train_epoch(spoil)


def test_a_rollback_halves_the_rate_and_draws_anew(begin):
    rates = []
    losses = []
    for rollbacks in (0, 1, 2):
        course = begin()
        course.rollbacks = rollbacks
        losses.append(train(course, 2))
        rates.append({name: opt.param_groups[0]["lr"] for name, opt in course.optimisers.items()})
    assert rates[0] == {"generator": 1e-3, "critic": 1e-3, "refiner": 2e-3, "autoregressor": 2e-3}
    for halved in (1, 2):
        assert rates[halved] == {name: rate / 2**halved for name, rate in rates[0].items()}
    assert len({str(told) for told in losses}) == 3
    just_as_fast = begin(config=with_request(SMALL, 2e-3, 1))
    just_as_fast.rollbacks = 1
    assert train(just_as_fast, 2) != losses[0]


def test_the_rate_warms_up(begin):
    course, rates = begin(), []
    course.train_epoch(lambda: rates.append(course.optimisers["critic"].param_groups[0]["lr"]))
    assert rates == [0.5e-3, 1e-3]


@pytest.mark.parametrize("ratio", [1, 3])
def test_the_critic_comes_first_and_as_often_as_asked(begin, monkeypatch, ratio):
    order = []
    for name in ("critic_step", "generator_step"):
        real = getattr(courses, name)
        monkeypatch.setattr(courses, name, lambda *a, real=real, name=name: order.append(name) or real(*a))
    begin(config=with_request(SMALL, 1e-3, ratio)).train_epoch(alive)
    assert order == (["critic_step"] * ratio + ["generator_step"]) * 2


def test_what_is_kept_is_the_average_not_the_latest(begin):
    course = begin()
    train(course, 1)
    kept, latest = course.checkpoint().autoregressor, course.networks["autoregressor"]
    assert not torch.equal(kept.gru.weight_ih_l0, latest.gru.weight_ih_l0)
    assert not kept.training and latest.training


def test_learning_lowers_what_it_learns_by(begin):
    course = begin(config=with_request(SMALL, 1e-2, 1))
    before = course.held_out_nats()
    train(course, 5)
    assert course.held_out_nats() < before


def test_an_epoch_is_as_long_as_the_music_within_limits(lesson):
    assert Course(*lesson, SMALL, 0, CPU).rounds_per_epoch == courses.FEWEST_ROUNDS
    start, scores, held_out = lesson
    assert Course(start, scores * 100, held_out, SMALL, 0, CPU).rounds_per_epoch == courses.MOST_ROUNDS


def test_fresh_networks_come_from_the_seed(lesson):
    chairs = lesson[0].chairs
    one, same_one, other = (fresh_checkpoint(chairs, seed, "x") for seed in (0, 0, 1))
    first = dict(weights_of(one))
    assert all(torch.equal(value, first[name]) for name, value in weights_of(same_one))
    assert not torch.equal(dict(weights_of(other))["critic.dense.weight"], first["critic.dense.weight"])
