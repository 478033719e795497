"""Learning what speaks for a key: which keys a score's signature and last chord allow, and that a fit finds them."""

import numpy as np
import pytest

from composer_core.corpora.musicxml import Score, ScorePart
from composer_core.errors import ResourceError
from composer_core.key_profiles import EVIDENCE, gather_evidence, read_profiles, seen_from_every_tonic
from composer_core.music import Chord, Key, Note, Timing
from composer_core.training.key_profiles import EXCERPTS, KeyedMelody, excerpts, fit, keyed_melody, read_keyed_melodies

C_MAJOR, A_MINOR = Key(0), Key(9, is_major=False)
BAR = 1920


def tune(*pitches):
    return tuple(Note(at * 480, pitch, 480) for at, pitch in enumerate(pitches))


def score(notes, *, chords=(), keys=((0, C_MAJOR),), below=()):
    bars = tuple((start, start + BAR) for start in range(0, notes[-1].end, BAR))
    parts = tuple(ScorePart(name, 0, "keys", {(1, 1): line}) for name, line in (("tune", notes), ("bass", below)))
    return Score("", "", parts, Timing(), bars, keys, tuple(Chord(0, label) for label in chords))


LONG = tune(*[60, 62, 64, 65, 67, 69, 71, 72] * 8)


@pytest.mark.parametrize(("label", "meant"), [("C6", {C_MAJOR}), ("Am7", {A_MINOR}), ("G7", {C_MAJOR, A_MINOR})])
def test_the_last_chord_chooses_between_the_keys_of_a_signature(label, meant):
    assert keyed_melody(score(LONG, chords=("F", label)), "").keys == meant


def test_without_chords_the_lowest_last_note_chooses():
    bass = (Note(0, 48, 480), Note(LONG[-1].end - 480, 45, 480))
    assert keyed_melody(score(LONG, below=bass), "").keys == {A_MINOR}


def test_a_chord_without_a_name_here_chooses_nothing():
    assert keyed_melody(score(LONG, chords=("Am#5",)), "").keys == {C_MAJOR, A_MINOR}


def test_a_melody_is_read_until_its_signature_changes_and_the_last_chord_is_not_its_own():
    melody = keyed_melody(score(LONG, chords=("Am",), keys=((0, C_MAJOR), (4 * BAR, Key(7)))), "")
    assert melody.keys == {C_MAJOR, A_MINOR}
    assert max(note.end for note in melody.notes) == 4 * BAR == BAR * len(melody.bars)


def test_every_kind_of_excerpt_has_its_weight():
    heard = list(excerpts(keyed_melody(score(LONG), "")))
    assert sum(weight for _, weight in heard) == pytest.approx(sum(EXCERPTS.values()))
    assert heard[0][0] == LONG


def test_a_fit_hears_the_degrees_that_its_melodies_have():
    """Melodies of one made-up scale, each ending on its tonic: the tonic's weight at the end is the greatest."""
    steps = (0, 1, 4, 7, 8)
    rng = np.random.default_rng(0)
    melodies = []
    for tonic in range(12):
        pitches = [60 + tonic + int(step) for step in rng.choice(steps, 30)]
        melodies.append(KeyedMelody(tune(*pitches, 60 + tonic), (0,), frozenset({Key(tonic)}), "made up"))
    weights, gain = fit(melodies)
    scores = [seen_from_every_tonic(gather_evidence(melody.notes)) @ weights.T + (gain, 0) for melody in melodies]
    assert [tuple(np.unravel_index(score.argmax(), score.shape)) for score in scores] == [(t, 0) for t in range(12)]
    assert weights[0].reshape(len(EVIDENCE), 12)[2].argmax() == 0


def test_the_shipped_profiles_are_whole():
    weights, _ = read_profiles()
    assert weights.shape == (2, len(EVIDENCE) * 12) and np.isfinite(weights).all()


def test_a_missing_corpus_is_named(tmp_path):
    with pytest.raises(ResourceError, match=r"lieder\.zip is missing"):
        next(read_keyed_melodies(tmp_path / "lieder.zip"))
