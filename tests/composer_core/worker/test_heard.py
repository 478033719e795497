"""The roll that a page draws beside the sound: notes at the seconds at which they are heard."""

import json

import pytest

from composer_core.genres import find_genre
from composer_core.music import Chord, Composition, Key, Note, Timing, Track
from composer_core.performance import perform, to_parts
from composer_core.worker.heard import heard


@pytest.fixture
def roll():
    """Two tracks of a swinging genre, a pick-up, a tempo change."""
    timing = Timing(tempos=((0, 120.0), (480 * 5, 60.0)), pickup_ticks=480)
    tune = tuple(Note(240 * n, 60 + n, 240) for n in range(20))
    bass = Track("Bass", 32, (Note(480, 36, 1920),), pan=0.3, level_db=-2.0, role="bass")
    composition = Composition(
        "tune", timing, Key(0), (Track("Melody", 66, tune, is_melody=True), bass), (Chord(0, "C"), Chord(2400, "G7")),
        feel=find_genre("jazz").feel,
    )  # fmt: skip
    performed = perform(composition)
    parts = to_parts(performed)
    return json.loads(json.dumps(heard(performed, parts))), parts


def test_bars_and_chords_stand_at_their_seconds(roll):
    data, _ = roll
    assert data["bars"] == [0.0, 0.5, 2.5, 6.5] and data["chords"] == [[0.0, "C"], [2.5, "G7"]]
    assert data["metres"] == [[0.0, "4/4"]] and data["tempos"][:2] == [[0.0, 120.0], [2.5, 60.0]]


def test_every_note_is_where_the_synthesiser_plays_it(roll):
    data, parts = roll
    assert [track["number"] for track in data["tracks"]] == [1, 2]
    for track, part in zip(data["tracks"], parts, strict=True):
        assert [note[:2] for note in track["notes"]] == [
            pytest.approx([note.start_s, note.duration_s], abs=1e-4) for note in sorted(part.notes)
        ]
    melody, bass = data["tracks"]
    assert melody["is_melody"] and not bass["is_melody"] and (bass["pan"], bass["level_db"]) == (0.3, -2.0)
    swung = melody["notes"][3][0] - melody["notes"][2][0]
    assert swung > 0.27, "the off-beat is drawn late, as it is heard"
