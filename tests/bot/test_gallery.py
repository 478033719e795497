"""The gallery's melodies are right as far as a rule can tell, and the command composes each of them."""

import itertools
import re

import pytest

from bot.terminal import compose
from bot.tunes import read_tunes
from composer_core.music import PITCH_CLASS_NAMES
from composer_core.transposition import parse_key

TUNES = read_tunes()


def steps(tune, first, last):
    """Semitones from note to note of a stretch: what makes a melody known in any key."""
    pitches = [note.pitch for note in tune.melody.notes][first:last]
    return [b - a for a, b in itertools.pairwise(pitches)]


def by_title(word):
    return next(tune for tune in TUNES if word in tune.title)


def test_there_are_eight_of_different_metres_and_modes():
    assert len({tune.title for tune in TUNES}) == 8
    assert {str(tune.melody.timing.metre_at(0)) for tune in TUNES} == {"4/4", "3/4", "6/8"}
    assert {parse_key(tune.key)[1] for tune in TUNES} == {True, False}
    assert 3 <= sum(bool(tune.melody.timing.pickup_ticks) for tune in TUNES) < 8
    assert all(re.search(r"\d", tune.source) or "traditional" in tune.source for tune in TUNES)


@pytest.mark.parametrize("tune", TUNES, ids=lambda tune: tune.title)
def test_a_tune_has_its_bars_ends_on_the_tonic_and_can_be_sung(tune):
    melody = tune.melody
    assert melody.name == tune.title and melody.length_bars == tune.bars and 8 <= tune.bars <= 24
    assert PITCH_CLASS_NAMES[melody.notes[-1].pitch % 12] == PITCH_CLASS_NAMES[parse_key(tune.key)[0]]
    bar = melody.timing.metre_at(0).bar_ticks(480)
    assert (melody.end - melody.timing.pickup_ticks) % bar in (0, bar - melody.timing.pickup_ticks)
    pitches = [note.pitch for note in melody.notes]
    assert min(pitches) >= 57 and max(pitches) <= 84 and max(pitches) - min(pitches) <= 19
    assert all(abs(b - a) <= 15 for a, b in itertools.pairwise(pitches))
    assert 20 <= tune.tempo_bpm <= 300 and 15 <= 60 * melody.end / 480 / tune.tempo_bpm <= 60


@pytest.mark.parametrize("tune", TUNES, ids=lambda tune: tune.title)
def test_a_tune_stays_in_its_key_but_for_known_colours(tune):
    tonic, is_major = parse_key(tune.key)
    scale = {0, 2, 4, 5, 7, 9, 11} if is_major else {0, 2, 3, 5, 7, 9, 10, 11}  # minor: Dorian, and its leading note
    assert {(note.pitch - tonic) % 12 for note in tune.melody.notes} <= scale


@pytest.mark.parametrize(
    ("word", "opening"),
    [
        ("Joy", [0, 1, 2, 0, -2, -1, -2, -2, 0, 2, 2]),
        ("Greensleeves", [3, 2, 2, 2, -2, -2, -3, -4, 2, 2]),
        ("Amazing", [5, 4, -4, 4, -2, -2, -3, -2]),
        ("Scarborough", [0, 7, 0, -5, 1, -1, -2]),
        ("Saints", [4, 1, 2, -7, 4, 1, 2]),
        ("Auld", [5, 0, 0, 4, -2, -2, 2, 2, -4, 0, 4, 3, 2]),
        ("Jacques", [2, 2, -4, 0, 2, 2, -4, 4, 1, 2]),
        ("Londonderry", [1, 2, 2, -2, 2, 5, -2, -3, -2, -2, -3]),
    ],
)
def test_the_opening_is_the_one_that_everybody_knows(word, opening):
    assert steps(by_title(word), 0, len(opening) + 1) == opening


def test_repeated_lines_are_repeated():
    amazing, jacques = by_title("Amazing"), by_title("Jacques")
    assert steps(amazing, 0, 6) == steps(amazing, 9, 15)  # "Amazing grace, how" and "that saved a wretch"
    assert steps(jacques, 0, 4) == steps(jacques, 4, 8) and steps(jacques, 14, 20) == steps(jacques, 20, 26)


def test_every_tune_is_composed_under_its_title_in_the_genre(tutti, ledger, home, monkeypatch, tmp_path):
    def work(self):
        (job,) = ledger.claim("w", ["compose"], only=self.job.id)
        ledger.finish("w", job.id, {"takes": []})

    monkeypatch.setattr(compose.WorkerWatch, "check", work)
    answer = tutti("gallery", "--genre", "jazz", "--seed", 4, "--out", tmp_path / "out")
    assert answer.status == 0
    payloads = [job.payload for job in ledger.jobs()]
    assert [payload["melody"]["name"] for payload in reversed(payloads)] == [tune.title for tune in TUNES]
    assert {(payload["genre"], payload["seed"]) for payload in payloads} == {("jazz", 4)}
    assert all(tune.title in answer.err for tune in TUNES)


def test_a_genre_that_is_not_there_is_told_before_anything_is_composed(tutti, ledger):
    assert "jazz" in tutti("gallery", "--genre", "jaz").error and ledger.jobs() == []
