"""Chords read out of bass and accompaniment."""

from hypothesis import given
from hypothesis import strategies as st

from composer_core.chord_symbols import parse_chord
from composer_core.corpora.chord_reading import read_chords
from composer_core.music import Metre, Note, Timing

HALF = 960


def accompany(labels, length=HALF, thirds=True):
    """A bass note and a chord for every label."""
    bass, others = [], []
    for place, label in enumerate(labels):
        chord = parse_chord(label)
        bass.append(Note(place * length, 36 + chord.lowest, length))
        tones = chord.tones if thirds else (chord.root, (chord.root + 7) % 12)
        others += [Note(place * length, 60 + tone, length) for tone in tones]
    return bass, others


def read(labels, timing=None, length=HALF, thirds=True, melody=()):
    bass, others = accompany(labels, length, thirds)
    return read_chords(timing or Timing(), len(labels) * length, bass, others, melody)


@given(st.lists(st.sampled_from(["C", "Am", "F", "G7", "Dm7", "Em", "Bm7b5", "E7"]), min_size=2, max_size=12))
def test_plain_progressions_are_read_as_they_were_played(labels):
    expected = [(i * HALF, b) for i, (a, b) in enumerate(zip([None, *labels], labels, strict=False)) if a != b]
    assert [(chord.tick, chord.label) for chord in read(labels)] == expected


def test_a_bass_on_another_tone_is_a_slash_chord():
    assert [chord.label for chord in read(["C", "C/E", "F", "G/B"])] == ["C", "C/E", "F", "G/B"]


def test_power_chords_get_the_third_of_the_key():
    melody = [Note(i * 240, pitch, 240) for i, pitch in enumerate((69, 72, 71, 69, 67, 64, 67, 69) * 2)]
    chords = read(["A", "F", "G", "A"], thirds=False, melody=melody)
    assert [chord.label for chord in chords] == ["Am", "F", "G", "Am"]


def test_a_passing_melody_note_changes_no_chord():
    melody = [Note(i * 240, pitch, 240) for i, pitch in enumerate((72, 74, 76, 77, 79, 81, 83, 84))]
    assert [chord.label for chord in read(["C", "C"], melody=melody)] == ["C"]


def test_waltzes_have_one_chord_a_bar():
    timing = Timing(metres=((0, Metre(3, 4)),))
    assert [(c.tick, c.label) for c in read(["C", "F", "G7"], timing, 1440)] == [(0, "C"), (1440, "F"), (2880, "G7")]


def test_a_long_silence_has_no_chord_and_a_short_one_keeps_it():
    bass, others = accompany(["C"])
    later = [Note(note.start + 8 * HALF, note.pitch, HALF) for note in (*bass, *others)]
    chords = read_chords(Timing(), 9 * HALF, [*bass, later[0]], [*others, *later[1:]], ())
    assert [(chord.tick, chord.label) for chord in chords] == [(0, "C"), (HALF, "N"), (8 * HALF, "C")]
    near = [Note(note.start + 3 * HALF, note.pitch, HALF) for note in (*bass, *others)]
    assert len(read_chords(Timing(), 4 * HALF, [*bass, near[0]], [*others, *near[1:]], ())) == 1
