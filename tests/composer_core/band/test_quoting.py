"""A composition that repeats a training piece at length is made again."""

from dataclasses import replace

import pytest

from composer_core.checkpoints import save_band
from composer_core.metrics.repeats import FEW, REPEATS, Repeats
from composer_core.metrics.songroll import roll_of
from composer_core.notation import parse_notes
from composer_core.scores import learn_chairs
from composer_core.techniques import Assignment
from composer_core.techniques.band import MORE_TRIES, Band
from composer_core.techniques.band_config import BandConfig
from tests.fakes.small_training import small_checkpoint, small_songs, trio

TUNE = "C4 D E F | G:2 G:2 | A A A A | G:4 | C4 D E F | G:2 G:2 | A G F E | C:4"


@pytest.fixture(scope="module")
def genre(tmp_path_factory):
    genre = trio(tmp_path_factory.mktemp("quoting"))
    chairs = learn_chairs(small_songs().training, genre)
    save_band(genre.weights, small_checkpoint(chairs, 0, "trio-0"))
    return genre


@pytest.fixture
def band(genre):
    (genre.folder / REPEATS).unlink(missing_ok=True)
    yield lambda: Band(genre, BandConfig(vary=1.0))
    (genre.folder / REPEATS).unlink(missing_ok=True)


def compose(band, seed=3):
    return band.compose([Assignment(parse_notes(TUNE, "tune"), seed)], lambda stage, fraction: None)[0]


def learn(genre, *compositions):
    Repeats.learn([roll_of(made) for made in compositions], genre.parts[1:]).save(genre.folder / REPEATS)


def notes_of(composition):
    return [(track.name, track.notes) for track in composition.tracks]


def test_a_take_that_quotes_is_made_again_the_same_every_time(genre, band):
    quoting, other = compose(band()), compose(band(), seed=4)
    learn(genre, quoting)
    watchful = band()
    assert watchful._quoted(quoting) > FEW >= watchful._quoted(other)
    made = compose(watchful)
    assert watchful._quoted(made) <= FEW and notes_of(made) != notes_of(quoting)
    assert made.melody == quoting.melody and made.notices == ()
    assert notes_of(compose(band())) == notes_of(made)
    assert notes_of(compose(band(), seed=4)) == notes_of(other)  # what quotes nothing stays as it was


def test_when_every_try_quotes_the_least_is_kept_and_that_is_said(band, monkeypatch):
    watchful = band()
    watchful.repeats = Repeats([])
    takes = [replace(compose(watchful), details={"try": number}) for number in range(MORE_TRIES + 1)]
    quoted = dict(enumerate([9, 7, 6, 8]))
    left = iter(takes)
    monkeypatch.setattr(watchful, "_take", lambda *_: next(left))
    monkeypatch.setattr(watchful, "_quoted", lambda made: quoted[made.details["try"]])
    made = compose(watchful)
    assert made.details == {"try": 2} and next(left, None) is None
    assert made.notices == (
        "6 bars in a row are as in one of the training pieces: try another seed, or a higher --risk.",
    )


def test_it_stops_at_the_first_take_that_does_not(band, monkeypatch):
    watchful = band()
    watchful.repeats = Repeats([])
    takes = [replace(compose(watchful), details={"try": number}) for number in range(MORE_TRIES + 1)]
    left = iter(takes)
    monkeypatch.setattr(watchful, "_take", lambda *_: next(left))
    monkeypatch.setattr(watchful, "_quoted", lambda made: (9, FEW, 0, 0)[made.details["try"]])
    made = compose(watchful)
    assert made.details == {"try": 1} and made.notices == () and len(list(left)) == 2
