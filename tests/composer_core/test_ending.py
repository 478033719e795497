from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.ending import CRASH, KICK, end_together, last_strike
from composer_core.music import Chord, Composition, Key, Melody, Note, Timing, Track
from composer_core.notation import parse_notes

BEAT = 480
BAR = 4 * BEAT
MELODY = parse_notes("4/4 C4 D E F | G:2 E:2 | D E F D | C:2 R:2")


def band(melody: Melody, chords: tuple[Chord, ...] = (Chord(0, "C"),)) -> Composition:
    """Comping on every beat, bass and guitar in eighths, a pad a bar and drums, two bars past the melody's end."""
    end = max(melody.end, 1) + 2 * BAR
    tracks = (
        Track("Melody", 0, melody.notes, is_melody=True),
        Track("Piano", 0, tuple(Note(t, p, BEAT // 2) for t in range(0, end, BEAT) for p in (60, 64, 67))),
        Track("Bass", 33, tuple(Note(t, 40 + t // BEAT % 3, BEAT // 2) for t in range(0, end, BEAT // 2))),
        Track("Guitar", 25, tuple(Note(t, 52 + t // BEAT % 5, BEAT // 2) for t in range(0, end, BEAT // 2))),
        Track("Strings", 48, tuple(Note(t, p, BAR) for t in range(0, end, BAR) for p in (72, 76))),
        Track("Drums", 0, tuple(Note(t, 42, 120) for t in range(0, end, BEAT // 2)), is_drum=True),
    )
    return Composition("test", melody.timing, Key(0), tracks, chords=chords)


def at(track: Track, tick: int) -> list[Note]:
    return [note for note in track.notes if note.start <= tick < note.end]


def test_everyone_strikes_the_last_chord_with_the_melody_and_ends_with_the_bar():
    ended = end_together(band(MELODY))
    strike, end = last_strike(band(MELODY))
    assert (strike, end) == (3 * BAR, 4 * BAR)
    for track in ended.accompaniment:
        assert {note.end for note in at(track, strike)} == {end}
        assert max(note.end for note in track.notes) == end
    assert ended.end == end


def test_drums_end_with_kick_and_crash():
    drums = end_together(band(MELODY)).tracks[-1]
    assert [note.pitch for note in at(drums, 3 * BAR)] == [KICK, CRASH]


def test_the_bass_takes_the_bass_of_the_chord_and_the_guitar_the_whole_of_it():
    chords = (Chord(0, "C"), Chord(3 * BAR, "F/A"), Chord(3 * BAR + 2 * BEAT, "G"))
    ended = end_together(band(MELODY, chords))
    _, piano, bass, guitar, *_ = ended.tracks
    assert [note.pitch % 12 for note in at(bass, 3 * BAR)] == [9]
    assert {note.pitch % 12 for note in at(piano, 3 * BAR)} <= {5, 9, 0}
    assert {note.pitch % 12 for note in at(guitar, 3 * BAR)} == {5, 9, 0}
    assert ended.chords == chords[:2]


@pytest.mark.parametrize(
    ("text", "strike", "end"),
    [
        ("4/4 C D E F | G:4", BAR, 2 * BAR),
        ("4/4 C D E F | G:2 A:2", BAR + 2 * BEAT, 2 * BAR),
        ("4/4 C D E F | G A B C5", BAR + 3 * BEAT, 2 * BAR + BEAT),  # too late for the bar: it rings two pulses
        ("4/4 C D E F | R:4 | G:4", 2 * BAR, 3 * BAR),
        ("3/4 C D E | F:3", 3 * BEAT, 6 * BEAT),
    ],
)
def test_where_the_last_chord_stands(text, strike, end):
    assert last_strike(band(parse_notes(text))) == (strike, end)


def test_under_a_note_of_many_bars_the_last_bar_line_counts():
    held = replace(MELODY, notes=(*MELODY.notes[:-1], Note(3 * BAR - BEAT, 60, 2 * BAR + BEAT)))
    assert last_strike(band(held)) == (4 * BAR, 5 * BAR)


def test_a_band_a_little_off_the_melody_keeps_its_own_place():
    late = replace(MELODY, notes=(*MELODY.notes[:-1], replace(MELODY.notes[-1], start=3 * BAR + 30)))
    assert last_strike(band(late))[0] == 3 * BAR


def test_a_part_that_held_a_note_goes_on_holding_it():
    held = Track("Pad", 89, (Note(0, 60, 10 * BAR),))
    composition = replace(band(MELODY), tracks=(band(MELODY).melody, held))
    assert end_together(composition).tracks[1].notes == (Note(0, 60, 4 * BAR),)


def test_a_part_that_was_at_rest_joins_in_and_one_that_had_long_stopped_does_not():
    notes = (Note(2 * BAR, 64, BEAT), Note(2 * BAR, 71, BEAT))
    resting, gone = Track("Organ", 16, notes), Track("Brass", 61, (Note(0, 60, BEAT),))
    composition = replace(band(MELODY), tracks=(band(MELODY).melody, resting, gone))
    _, organ, brass = end_together(composition).tracks
    assert [note.pitch for note in at(organ, 3 * BAR)] == [64, 72]
    assert brass == gone


def test_without_chords_or_notes_nothing_breaks():
    assert [note.pitch for note in at(end_together(band(MELODY, ())).tracks[1], 3 * BAR)] == [60, 64, 67]
    empty = Composition("none", Timing(), Key(0), (Track("Melody", 0, (), is_melody=True), Track("Bass", 33, ())))
    assert end_together(empty) == empty


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_melody_and_all_before_the_last_chord_stay(melodies, data):
    composition = band(data.draw(melodies(ticks_per_beat=st.just(BEAT))))
    ended = end_together(composition)
    strike, end = last_strike(composition)
    assert ended.melody == composition.melody
    assert strike < end
    for before, after in zip(composition.accompaniment, ended.accompaniment, strict=True):
        kept = [(note.start, note.pitch) for note in before.notes if note.start < strike]
        assert [(note.start, note.pitch) for note in after.notes if note.start < strike] == sorted(kept)
        assert all(note.duration > 0 for note in after.notes)
        assert max(note.end for note in after.notes) == end
    assert end_together(ended) == ended
