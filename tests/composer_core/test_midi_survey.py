"""A whole MIDI file read for description."""

import pytest

from composer_core.errors import MelodyError
from composer_core.harmony import find_key
from composer_core.midi import write_composition
from composer_core.midi_survey import read_composition
from composer_core.music import Composition, Note, Track
from composer_core.notation import parse_notes

MELODY = parse_notes("3/4 G4:2 A | B:1.5 C5:1/2 D | B4:2 A | G:3")
BASS = Track("Bass", 32, tuple(Note(1440 * bar, 43, 1440) for bar in range(4)))
DRUMS = Track("Drums", 0, tuple(Note(480 * beat, 36, 120) for beat in range(12)), is_drum=True)


def file_of(*tracks):
    melody = Track("Melody", 73, MELODY.notes, is_melody=True)
    return write_composition(Composition("tune", MELODY.timing, find_key(MELODY.notes), (melody, *tracks)))


def test_what_was_written_is_read_again_track_by_track():
    read = read_composition(file_of(BASS, DRUMS), "tune")
    assert [(track.name, track.program, track.is_drum, track.is_melody) for track in read.tracks] == [
        ("Melody", 73, False, True),
        ("Bass", 32, False, False),
        ("Drums", 0, True, False),
    ]
    for track, notes in zip(read.tracks, (MELODY.notes, BASS.notes, DRUMS.notes), strict=True):
        assert [(note.start, note.pitch, note.duration) for note in track.notes] == [
            (note.start, note.pitch, note.duration) for note in sorted(notes)
        ]
    assert (str(read.key), read.timing.metres, read.name) == ("G major", MELODY.timing.metres, "tune")


def test_a_file_of_drums_alone_can_be_described_too():
    drums = Composition("drums", MELODY.timing, find_key(MELODY.notes), (DRUMS,))
    read = read_composition(write_composition(drums))
    assert [track.is_drum for track in read.tracks] == [True]


@pytest.mark.parametrize("data", [b"", b"not midi", file_of()[:60]])
def test_what_cannot_be_read_is_refused(data):
    with pytest.raises(MelodyError):
        read_composition(data)


def test_a_file_without_notes_is_refused():
    empty = Composition("", MELODY.timing, find_key(MELODY.notes), (Track("Melody", 0, ()),))
    with pytest.raises(MelodyError, match="no notes"):
        read_composition(write_composition(empty))
