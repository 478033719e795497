import numpy as np
import pytest
import torch

from composer_core.corpora.songs import Song, Songs
from composer_core.genres import Genre, Part
from composer_core.metrics.songroll import make_songroll
from composer_core.music import Chord, Note, Timing

Q = 480
BAR = 4 * Q
PARTS = (
    Part("Melody", 66, 55, 90, role="melody"),
    Part("Piano", 0, 40, 84, role="chords"),
    Part("Bass", 32, 28, 60, role="bass"),
    Part("Drums", 0, 35, 81, role="drums"),
)


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def trio(tmp_path_factory):
    """A genre of three parts, played by the plain technique that needs no weights."""
    folder = tmp_path_factory.mktemp("genres")
    return Genre("trio", "Trio", "for tests", "blocks", 100.0, PARTS, folder)


def _song(number, bars=8, is_human=True, lively=False, name=None):
    """A tune of our own over four chords, drawn with a seed: a pad or broken chords, root notes, a plain beat."""
    rng = np.random.default_rng(number)
    roots = [int(root) for root in rng.permutation([0, 5, 7, 9])]
    melody, piano, bass, drums, chords = [], [], [], [], []
    for bar in range(bars):
        at, root = bar * BAR, roots[bar % 4]
        chords.append(Chord(at, ("C", "", "", "", "", "F", "", "G", "", "Am")[root]))
        tones = [root, root + (3 if root == 9 else 4), root + 7]
        melody += [Note(at + beat * Q, 72 + int(rng.choice(tones)) % 12, Q) for beat in range(4)]
        if lively:
            piano += [Note(at + half * Q // 2, 60 + tones[half % 3] % 12, Q // 2) for half in range(8)]
        else:
            piano += [Note(at, 60 + tone % 12, BAR) for tone in tones]
        bass += [Note(at, 36 + root, 2 * Q), Note(at + 2 * Q, 36 + root, 2 * Q)]
        drums += [Note(at + beat * Q, 36 if beat % 2 == 0 else 38, Q // 4) for beat in range(4)]
    parts = {"Piano": tuple(piano), "Bass": tuple(bass), "Drums": tuple(drums)}
    label = name or f"song {number}"
    return Song(label, label, "test", Timing(), tuple(melody), tuple(chords), parts, is_human=is_human)


@pytest.fixture(scope="session")
def song():
    return _song


@pytest.fixture(scope="session")
def rolls():
    """The same tunes with the same or another accompaniment, on the grid."""
    return lambda numbers, **settings: [make_songroll(_song(number, **settings)) for number in numbers]


@pytest.fixture(scope="session")
def corpus():
    """Twelve songs to learn from, ten held out."""
    return Songs(tuple(_song(n, 6) for n in range(12)), (), tuple(_song(n, 6) for n in range(20, 30)))
