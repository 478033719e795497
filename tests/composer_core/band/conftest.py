"""Small tunes that a band of three plays; written for these tests."""

import pytest

from composer_core.corpora.songs import Song
from composer_core.genres import Genre, Part
from composer_core.music import Chord, Note, Timing
from composer_core.scores import learn_chairs, make_score

BEAT, BAR = 480, 1920
LABELS, ROOTS, THIRDS = ("C", "Am7", "Dm7", "G7"), (0, 9, 2, 7), (4, 3, 3, 4)


def plain_song(name="tune", bars=8, up=0):
    """A plain tune over I vi ii V: stepwise melody, walking bass, off-beat chords, ride and hats; ``up`` semitones."""
    melody, bass, piano, drums, chords = [], [], [], [], []
    names = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    for bar in range(bars):
        tick, place = bar * BAR, bar % 4
        root = (ROOTS[place] + up) % 12
        chords.append(Chord(tick, names[root] + LABELS[place][1:]))
        for beat in range(4):
            at = tick + beat * BEAT
            melody.append(Note(at, 72 + up + (0, 2, 4, 5)[(beat + bar) % 4], BEAT))
            bass.append(Note(at, 36 + root + (0, THIRDS[place], 7, 9)[beat], 400))
            drums.append(Note(at, 51, 60))
            if beat % 2:
                drums.append(Note(at, 42, 60))
        for offset in (0, 720):
            piano += [Note(tick + offset, 48 + root + step, 240) for step in (0, THIRDS[place], 7)]
    parts = {"Piano": tuple(piano), "Bass": tuple(bass), "Drums": tuple(drums)}
    return Song(name, name, "test", Timing(), tuple(melody), tuple(chords), parts)


@pytest.fixture
def make_song():
    """The maker of the plain tune."""
    return plain_song


@pytest.fixture(scope="session")
def trio(tmp_path_factory):
    """A genre of three players."""
    parts = (
        Part("Melody", 66, 55, 86, role="melody"),
        Part("Piano", 0, 40, 88, role="chords"),
        Part("Bass", 32, 28, 60, role="bass"),
        Part("Drums", 0, 35, 81, role="drums"),
    )
    folder = tmp_path_factory.mktemp("trio")
    return Genre("trio", "Trio", "For tests.", "accompany", 120.0, parts, folder)


@pytest.fixture(scope="session")
def songs():
    return [plain_song(f"tune {up}", up=up) for up in (0, 2, 5)]


@pytest.fixture(scope="session")
def chairs(songs, trio):
    return learn_chairs(songs, trio)


@pytest.fixture(scope="session")
def score(songs, chairs):
    """The first tune as symbols."""
    return make_score(songs[0], chairs)
