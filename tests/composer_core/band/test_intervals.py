from dataclasses import replace

import numpy as np
import pytest
import torch

from composer_core.models.band.batch import stack, style_of, window
from composer_core.models.band.intervals import ABOVE, NO_PITCH, STEP, Intervals, distance, offsets_of
from composer_core.patterns import HOLD, REST
from composer_core.scores import learn_chairs, make_score, read_part


@pytest.fixture(scope="module")
def batch(score):
    return stack([window(score, 0, len(score)) | {"style": style_of(1.0, score.density, np.zeros(3))}])


@pytest.fixture(scope="module")
def intervals(chairs):
    sizes = [len(chair.codebook) for chair in chairs]
    return Intervals(sizes, offsets_of(chair.codebook for chair in chairs), 8)


def test_a_symbols_pitch_is_what_the_song_plays(songs, score, chairs, intervals, batch):
    for number, (chair, pitches) in enumerate(zip(chairs, intervals.pitches(batch), strict=True)):
        struck = np.flatnonzero(score.symbols[number] > REST)
        symbols = torch.from_numpy(score.symbols[number, struck])
        found = pitches[0, struck].gather(1, symbols[:, None])[:, 0].tolist()
        if chair.part.role in ("drums", "chords"):
            assert set(found) == {NO_PITCH}
            continue
        written = {note.start: note.pitch for note in sorted(songs[0].parts[chair.part.name])}
        assert found == [written[int(score.context.grid.ticks[t])] for t in struck]


def test_steps_are_told_from_the_last_pitch_of_the_part(score, chairs, intervals, batch):
    number = next(n for n, chair in enumerate(chairs) if chair.part.role == "bass")
    (pitches,) = intervals.pitches(batch)[number].numpy()
    steps, above, _ = (rows[0].numpy() for rows in intervals.distances(batch)[number])
    before = NO_PITCH
    for t in range(len(score)):
        assert (steps[t] == distance(pitches[t], before, STEP)).all()
        assert (above[t] == distance(pitches[t], int(score.context.tune[t]), ABOVE)).all()
        if (now := int(pitches[t, score.symbols[number, t]])) != NO_PITCH:
            before = now


def test_hold_and_rest_are_no_step(intervals, batch):
    for rows in intervals.distances(batch):
        for row in rows:
            assert not row[..., [HOLD, REST]].any()


def test_a_voice_moves_with_the_melody(songs, trio):
    """Its symbols are the same whatever the octave and key of the piece."""
    genre = replace(trio, parts=(trio.parts[0], replace(trio.parts[1], name="Voice", role="voice", low=30, high=100)))
    lines = [tuple(replace(note, pitch=note.pitch - 5) for note in song.melody) for song in songs]
    voiced = [replace(song, parts={"Voice": line}) for song, line in zip(songs, lines, strict=True)]
    chairs = learn_chairs(voiced, genre)
    scores = [make_score(song, chairs) for song in voiced]
    assert (scores[0].symbols == scores[1].symbols).all()
    for song, score in zip(voiced, scores, strict=True):
        assert read_part(score.symbols[0], chairs[0], score.context) == song.parts["Voice"]
