"""A training in its folder: when it stops, what it keeps, how it goes on."""

from dataclasses import dataclass, field, replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from composer_core.checkpoints import load_band
from composer_core.errors import Cancelled, ResourceError
from composer_core.training import custom, watch
from composer_core.training.course import Course, Diverged
from composer_core.training.custom import BEST, STATE, Record, Training
from composer_core.training.exam import Exam
from tests.fakes.small_training import shrink, small_lesson, weights_of

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("small")


@dataclass
class Watching:
    """Notes what it is told; stops after so many rounds."""

    stop_after: int = 10**9
    rounds: int = 0
    told: list[tuple] = field(default_factory=list)

    def alive(self):
        self.rounds += 1
        if self.rounds >= self.stop_after:
            raise Cancelled

    def epoch(self, epoch, record):
        assert record.epochs[-1] == epoch
        self.told.append(("epoch", epoch.epoch))

    def sample(self, epoch, composition):
        assert composition.accompaniment
        self.told.append(("sample", epoch))

    def note(self, text):
        self.told.append(("note", text))

    def of(self, kind):
        return [what for told, what in self.told if told == kind]


def begin(folder, watching=None, **wishes):
    folder.mkdir(exist_ok=True)
    watching = watching or Watching()
    return Training(small_lesson(folder, **wishes), watching, CPU), watching


def curves(record):
    """Everything that is told of an epoch but for how long it took, and of how many it is."""
    return [replace(e, seconds=0.0, rounds_per_s=0.0, eta_s=0.0, epochs=0) for e in record.epochs]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An undisturbed training of three epochs."""
    with pytest.MonkeyPatch.context() as patch:
        shrink(patch.setattr)
        training, watching = begin(tmp_path_factory.mktemp("whole"), epochs=3)
        record = training.run()
    return SimpleNamespace(curves=curves(record), told=watching, best=(training.folder / BEST).read_bytes())


@pytest.fixture
def indexes(monkeypatch):
    """``indexes(0.5, 0.4, ...)``: what the exams of the followed draft find, at the start and after each epoch."""

    def set_to(*similarities, empty=(0.1, 0.1)):
        left = iter(similarities)

        def take(exam, checkpoint, seed, draft=custom.DRAFT):
            found = next(left, similarities[-1]) if draft == custom.DRAFT else 0.95
            return custom.Result(found, {"empty bars": empty}, 0.9, 0.1)

        monkeypatch.setattr(Exam, "take", take)
        monkeypatch.setattr("composer_core.training.course.FEWEST_ROUNDS", 1)
        monkeypatch.setattr("composer_core.training.course.MOST_ROUNDS", 1)

    return set_to


def test_it_stops_when_all_epochs_are_done(tmp_path):
    training, watching = begin(tmp_path, epochs=2)
    record = training.run()
    assert [e.epoch for e in record.epochs] == [1, 2] and record.reason == "all 2 epochs are done"
    assert watching.told[:-1] == [("sample", 0), ("epoch", 1), ("sample", 1), ("epoch", 2), ("sample", 2)]
    assert watching.told[-1] == ("note", "Stopped: all 2 epochs are done.")
    last = record.epochs[-1]
    assert last.eta_s == 0 and record.epochs[0].eta_s > 0 and last.epochs == 2
    assert 0 < record.train_s < record.elapsed_s
    assert set(record.drafts) == set(record.start) == {"autoregressive", "adversarial", "masked"}
    assert {"copy of the nearest training piece", "rule: root, pad and a stock drum bar"} == set(record.baselines)
    assert sorted(path.name for path in tmp_path.iterdir()) == [STATE, BEST]
    assert Record.from_json(record.to_json()) == record


def test_samples_are_few_however_many_epochs(tmp_path, indexes, monkeypatch):
    indexes(*(0.9**n for n in range(20)))
    training, watching = begin(tmp_path, epochs=10)
    training.run()
    assert watching.of("sample") == [0, 2, 4, 6, 8, 10]


def test_it_stops_when_the_minutes_are_over(tmp_path, monkeypatch):
    seconds = count(step=20.0)  # an epoch asks for the time once at its begin and once at its end
    monkeypatch.setattr(custom, "time", SimpleNamespace(perf_counter=lambda: next(seconds)))
    record = begin(tmp_path, epochs=50, minutes=1)[0].run()
    assert len(record.epochs) == 3 and record.reason == "the 1 minutes are over"
    assert [e.eta_s for e in record.epochs] == [40, 20, 0]


def test_it_stops_on_a_plateau_and_says_since_when(tmp_path, monkeypatch, indexes):
    monkeypatch.setattr(watch, "FEWEST_EPOCHS", 3)
    monkeypatch.setattr(watch, "PATIENCE", 2)
    indexes(0.6, 0.5, 0.4, 0.41, 0.4)
    record = begin(tmp_path, epochs=50)[0].run()
    assert record.reason == "the similarity index has been flat since epoch 2" and len(record.epochs) == 4


def test_whoever_goes_on_after_a_plateau_is_judged_anew(tmp_path, monkeypatch, indexes):
    monkeypatch.setattr(watch, "FEWEST_EPOCHS", 3)
    monkeypatch.setattr(watch, "PATIENCE", 2)
    indexes(0.6, 0.5, 0.4, 0.41, 0.4)
    begin(tmp_path, epochs=50)[0].run()
    indexes(0.4)
    record = begin(tmp_path, epochs=50, resume="earlier")[0].run()
    assert record.reason == "the similarity index has been flat since epoch 5" and len(record.epochs) == 7


def kept_weights(folder, lesson):
    return {name: value.clone() for name, value in weights_of(load_band(lesson.genre, CPU))}


def is_kept(kept, checkpoint):
    """Weights on the disk are half as precise."""
    return all(torch.equal(kept[name], value.half().float()) for name, value in weights_of(checkpoint))


def test_the_best_epoch_is_kept_by_the_mean_of_the_last_three(tmp_path, indexes):
    found = [0.9, 0.6, 0.5, 0.7, 0.2, 0.65]
    indexes(*found)
    training, watching = begin(tmp_path, epochs=5)
    then = {}
    watching.epoch = lambda epoch, record: then.update(
        {epoch.epoch: {name: value.clone() for name, value in weights_of(training.course.checkpoint())}}
    )
    record = training.run()
    trends = [np.mean(found[max(n - 2, 1) : n + 1]) for n in range(1, 6)]
    assert record.best == 4 == 1 + int(np.argmin(trends)) and record.best_similarity == pytest.approx(min(trends))
    assert [e.best for e in record.epochs] == [True, True, False, True, False]
    kept = kept_weights(tmp_path, training.lesson)
    assert all(torch.equal(kept[name], value.half().float()) for name, value in then[4].items())


def test_where_nothing_is_better_than_the_start_the_start_is_kept(tmp_path, indexes):
    indexes(0.3, 0.4, 0.5)
    training, _ = begin(tmp_path)
    record = training.run()
    assert record.best == 0 and not any(e.best for e in record.epochs)
    assert is_kept(kept_weights(tmp_path, training.lesson), training._start)


def test_the_followed_draft_is_chosen_unless_another_is_clearly_better(tmp_path):
    training, _ = begin(tmp_path)
    for adversarial, chosen in ((0.31, "autoregressive"), (0.26, "autoregressive"), (0.25, "adversarial")):
        results = {"autoregressive": 0.3, "adversarial": adversarial, "masked": 0.4}
        training.record.drafts = {name: {"similarity": value} for name, value in results.items()}
        assert training._choose_draft() == chosen


def test_the_same_seed_gives_the_same_curves_and_genre(tmp_path, whole):
    again = begin(tmp_path, epochs=3)[0].run()
    assert curves(again) == whole.curves and (tmp_path / BEST).read_bytes() == whole.best
    assert curves(begin(tmp_path / "other", seed=1, epochs=1)[0].run()) != whole.curves[:1]


@pytest.mark.parametrize("rounds", [1, 3, 4])
def test_a_stopped_training_goes_on_with_the_same_curves(tmp_path, whole, rounds):
    """Two rounds are an epoch; it may be stopped in the middle of one or before it is noted."""
    first = Watching(stop_after=rounds)
    with pytest.raises(Cancelled):
        begin(tmp_path, first, epochs=3)[0].run()
    torch.randn(5)
    again, second = begin(tmp_path, epochs=3)
    assert len(again.record.epochs) == (rounds - 1) // 2 == len(first.of("epoch"))
    assert curves(again.run()) == whole.curves
    assert first.of("epoch") + second.of("epoch") == whole.told.of("epoch") == [1, 2, 3]
    assert sorted({*first.of("sample"), *second.of("sample")}) == whole.told.of("sample")
    assert (tmp_path / BEST).read_bytes() == whole.best


def test_what_was_wished_anew_holds_for_the_rest(tmp_path):
    begin(tmp_path, epochs=1)[0].run()
    training, watching = begin(tmp_path, epochs=3)
    record = training.run()
    assert watching.of("epoch") == [2, 3] and record.request["epochs"] == 3
    assert record.reason == "all 3 epochs are done"


def test_a_training_that_was_done_is_only_finished_again(tmp_path):
    done = begin(tmp_path)[0].run()
    weights = (tmp_path / BEST).read_bytes()
    training, watching = begin(tmp_path)
    record = training.run()
    assert watching.of("epoch") == [] and curves(record) == curves(done) and record.drafts == done.drafts
    assert (tmp_path / BEST).read_bytes() == weights


def test_its_best_checkpoint_can_be_kept_without_going_on(tmp_path):
    with pytest.raises(Cancelled):
        begin(tmp_path, Watching(stop_after=3), epochs=9)[0].run()
    training, watching = begin(tmp_path, epochs=9)
    record = training.finish("that was asked for")
    assert len(record.epochs) == 1 and record.reason == "that was asked for" and watching.of("epoch") == []
    assert record.drafts and record.baselines and (tmp_path / BEST).is_file()


def test_a_damaged_state_is_one_line(tmp_path):
    begin(tmp_path, epochs=1)[0].run()
    (tmp_path / STATE).write_bytes((tmp_path / STATE).read_bytes()[:5000])
    with pytest.raises(ResourceError, match=r"state\.safetensors is missing or damaged"):
        begin(tmp_path)


def test_a_full_disk_loses_no_more_than_an_epoch(tmp_path, monkeypatch):
    begin(tmp_path, epochs=1)[0].run()
    training, watching = begin(tmp_path, epochs=2)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(custom, "save_course", full)
        with pytest.raises(OSError):
            training.run()
    assert watching.of("epoch") == []  # what is not on the disk is not told
    again, _ = begin(tmp_path, epochs=2)
    assert [e.epoch for e in again.record.epochs] == [1] and len(again.run().epochs) == 2


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def spoil(monkeypatch):
    """``spoil(2, ...)``: the tries, an epoch each, whose losses ``by`` makes wrong: a critic that ran away."""

    def set_to(*tries, by=lambda losses: replace(losses, real_score=99.0)):
        real, number = Course.train_epoch, count(1)

        def train_epoch(self, alive):
            losses = real(self, alive)
            return by(losses) if next(number) in tries else losses

        monkeypatch.setattr(Course, "train_epoch", train_epoch)

    return set_to


def diverge(_):
    raise Diverged


@pytest.mark.parametrize(
    ("by", "said"),
    [(lambda losses: replace(losses, real_score=99.0), "the critic ran away"), (diverge, "no number any more")],
    ids=["runaway", "no number"],
)
@pytest.mark.parametrize("at", [1, 2])
def test_what_goes_wrong_is_taken_back_and_told(tmp_path, whole, spoil, by, said, at):
    spoil(at, by=by)
    training, watching = begin(tmp_path)
    record = training.run()
    (note,) = watching.of("note")[:-1]
    assert note.startswith(f"Epoch {at}: ") and said in note
    assert note.endswith(f"Back to epoch {at - 1}, at half the learning rate.") and note in record.notes
    assert [e.epoch for e in record.epochs] == [1, 2]
    assert watching.of("sample") == [0, 1, 2]  # none is made twice
    assert curves(record)[: at - 1] == whole.curves[: at - 1]
    assert curves(record)[at - 1] != whole.curves[at - 1]  # another draw, half as fast
    assert training.course.rollbacks == 1
    assert training.course.optimisers["critic"].param_groups[0]["lr"] == pytest.approx(
        custom.FROM_SCRATCH * training.lesson.request.learning_rate / 2
    )


@pytest.mark.parametrize(
    ("found", "empty", "said"),
    [((0.3, 0.9), (0.1, 0.1), "collapsed"), ((0.3, 0.2), (0.95, 0.1), "fell silent (95% empty bars, real ones 10%)")],
    ids=["collapse", "silence"],
)
def test_music_that_collapses_or_falls_silent_is_taken_back_until_it_is_enough(tmp_path, indexes, found, empty, said):
    indexes(*found, empty=empty)
    training, watching = begin(tmp_path, epochs=9)
    record = training.run()
    notes = watching.of("note")
    assert len(notes) == watch.MOST_ROLLBACKS + 2 and all(said in note for note in notes[:-1])
    assert notes[-2].endswith("Back to epoch 0.") and "half" not in notes[-2]
    assert record.reason.startswith("it went wrong 4 times (try a lower learning rate)") and record.epochs == []
    assert is_kept(kept_weights(tmp_path, training.lesson), training._start)


def test_the_best_of_before_survives_a_training_that_goes_wrong_for_good(tmp_path, spoil):
    spoil(*range(2, 99), by=diverge)
    training, watching = begin(tmp_path, epochs=9)
    record = training.run()
    assert [e.epoch for e in record.epochs] == [1] and "it went wrong 4 times" in record.reason
    assert watching.of("note")[-1] == f"Stopped: {record.reason}."
    assert record.drafts and (tmp_path / BEST).is_file()


def test_a_training_killed_after_a_rollback_comes_out_the_same(tmp_path, spoil):
    spoil(1)
    spoilt = curves(begin(tmp_path / "spoilt")[0].run())
    spoil(1)
    with pytest.raises(Cancelled):
        begin(tmp_path / "killed", Watching(stop_after=5))[0].run()
    again, _ = begin(tmp_path / "killed")
    assert again.course.rollbacks == 1
    assert curves(again.run()) == spoilt
