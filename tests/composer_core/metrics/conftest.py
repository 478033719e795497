import pytest

from composer_core.corpora.songs import Song
from composer_core.metrics.songroll import make_songroll
from composer_core.music import Chord, Metre, Note, Timing

Q = 480


def _line(*pitches, length=Q, start=0):
    """Notes of one length; None is a rest, a tuple a chord."""
    notes = []
    for i, entry in enumerate(pitches):
        for pitch in entry if isinstance(entry, tuple) else (entry,):
            if pitch is not None:
                notes.append(Note(start + i * length, pitch, length))
    return tuple(notes)


@pytest.fixture(scope="session")
def line():
    return _line


@pytest.fixture(scope="session")
def song_of():
    """A song from a melody, parts and (beat, label) chords."""

    def make(melody, chords=(), name="song", metre=(4, 4), pickup_beats=0, **parts):
        timing = Timing(Q, metres=((0, Metre(*metre)),), pickup_ticks=pickup_beats * Q)
        plan = tuple(Chord(round(beat * Q), label) for beat, label in chords)
        return Song(name, name, "test", timing, melody, plan, {part: tuple(notes) for part, notes in parts.items()})

    return make


@pytest.fixture(scope="session")
def roll_of(song_of):
    return lambda *args, **settings: make_songroll(song_of(*args, **settings))
