"""MIDI and MusicXML as pieces on the grid; what is hostile is refused in one sentence."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.dataset.casting import make_cast
from composer_core.dataset.ensemble import learn_ensemble
from composer_core.dataset.reading import read_file, reason_of
from composer_core.dataset.seating import make_song
from composer_core.dataset.tags import tags_of
from composer_core.errors import MelodyError
from composer_core.music import Key, Metre


def midi(data):
    return read_file(data, "ours", "test", is_score=False)


def test_bars_stay_where_a_file_without_drums_says(music):
    late = [(2 + 4 * bar, 60, 4) for bar in range(32)]  # harmony that changes in mid-bar
    piece = midi(music.midi([("Strings", 0, 48, [(0, 55, 2), *late]), ("Flute", 1, 73, music.tune(1, 32))]))
    assert {note.start % 1920 for note in piece.tracks[0].notes[1:]} == {960}


def test_a_files_own_metre_is_kept(music):
    piece = midi(music.midi([("Flute", 0, 73, music.tune(1, 20, beats=3))], metres=[(0, 3, 4)]))
    assert piece.timing.metres == ((0, Metre(3, 4)),)


def test_changes_of_metre_and_pick_ups_are_kept(music):
    tracks = [("Flute", 0, 73, music.tune(1, 30))]
    piece = midi(music.midi(tracks, metres=[(0, 4, 4), (32, 3, 4), (62, 4, 4)]))
    assert [(tick // 480, str(metre)) for tick, metre in piece.timing.metres] == [(0, "4/4"), (32, "3/4"), (62, "4/4")]
    piece = midi(music.midi(tracks, metres=[(0, 1, 4), (1, 4, 4)]))
    assert (piece.timing.pickup_ticks, piece.timing.metres) == (480, ((0, Metre(4, 4)),))


def test_a_score_gives_hands_signature_and_tempo(music):
    piece = read_file(music.song(1), "ours", "test", is_score=True)
    assert [track.name for track in piece.tracks] == ["Singstimme", "Pianoforte right hand", "Pianoforte left hand"]
    assert piece.signature == Key(0)
    assert len(piece.timing.tempos) == 1


HOSTILE = {
    "too long": ([("A", 0, 0, [(at, 60, 1) for at in range(2000)])], 100, "The file lasts longer than 15 minutes."),
    "held": (
        [(str(n), c, 0, [(0, pitch, 1000) for pitch in range(128)]) for n, c in enumerate((0, 1, 2, 3))], 300,
        "Its notes are held far longer than any player would.",
    ),
    "free": (
        [("A", 0, 0, [(random.Random(at).random() * 300, 60, 0.2) for at in range(400)])], 120,
        "Its notes follow no beat (it was played freely, not to a click).",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("tracks", "bpm", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_learned_from_is_refused(music, tracks, bpm, reason):
    with pytest.raises(MelodyError) as error:
        midi(music.midi(tracks, bpm=bpm))
    assert reason_of(error.value) == reason


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_never_breaks(music, data):
    is_score = data.draw(st.booleans())
    good = music.song(1, 12) if is_score else music.band(1, bars=12)
    bad = bytearray(good)
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(good) - 1), st.integers(0, 255)), max_size=12)):
        bad[place] = value
    try:
        piece = read_file(bytes(bad), "ours", "test", is_score=is_score)
    except MelodyError as error:
        assert reason_of(error).isprintable()
        return
    cast = make_cast(piece, is_score=is_score)
    song = make_song(cast, 0, learn_ensemble([cast]), "work")
    assert set(tags_of(cast, ())) and song.timing == piece.timing
    for note in (*song.melody, *(note for notes in song.parts.values() for note in notes)):
        assert note.start >= 0 and note.duration > 0 and 0 <= note.pitch <= 127
