"""A composition as MusicXML: ``corpora.musicxml`` reads the same music, and the page says what a player needs."""

import string
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer_core.chord_symbols import parse_chord
from composer_core.corpora.musicxml import read_score
from composer_core.feel import Feel
from composer_core.melody import changes_only
from composer_core.music import Chord, Composition, Key, Note, Timing, Track
from composer_core.sheet.musicxml import abbreviated, write_musicxml
from tests.composer_core.sheet.conftest import METRES, compositions


def page(composition):
    return ElementTree.fromstring(write_musicxml(composition))


def texts(root, path):
    return [element.text for element in root.iterfind(path)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(compositions())
def test_what_is_written_is_read_again(composition):
    score = read_score(write_musicxml(composition))
    melody, chords = score.parts
    assert (score.title, melody.name, melody.program, chords.name) == (composition.name, "Lead", 73, "Chords")
    assert [replace(note, velocity=80) for note in melody.notes] == sorted(composition.melody.notes)
    below = {(note.start, note.pitch) for note in composition.tracks[1].notes}
    assert {(note.start, note.pitch) for note in chords.notes} == below
    starts = composition.timing.bar_starts(max(composition.end, composition.timing.pickup_ticks + 1))
    assert [start for start, _ in score.bars] == starts
    assert score.timing.pickup_ticks == composition.timing.pickup_ticks
    assert score.timing.metres == composition.timing.metres and score.timing.tempos == composition.timing.tempos
    assert score.keys == ((0, composition.key),)


@settings(max_examples=40, deadline=None)
@given(compositions())
def test_the_plan_stands_above_the_melody(composition):
    end = composition.timing.bar_starts(composition.end)[-1]
    plan = [(chord.tick, parse_chord(chord.label)) for chord in composition.chords if chord.tick < end]
    read = [(chord.tick, parse_chord(chord.label)) for chord in read_score(write_musicxml(composition)).chords]
    assert [one for one in read if one[0] < end] == list(changes_only(plan))


@st.composite
def anything(draw):
    """Notes without any order, at any resolution, under any metres."""
    per_beat = draw(st.sampled_from([1, 24, 96, 100, 384, 480, 1000]))
    starts = sorted(draw(st.sets(st.integers(1, 12 * per_beat), max_size=3)))
    metres = [(0, draw(st.sampled_from(METRES))), *((start, draw(st.sampled_from(METRES))) for start in starts)]
    timing = Timing(per_beat, metres=tuple(metres), pickup_ticks=draw(st.integers(0, per_beat)))
    note = st.builds(Note, st.integers(0, 12 * per_beat), st.integers(0, 127), st.integers(1, 9 * per_beat))
    tracks = [Track("Lead", draw(st.integers(0, 127)), tuple(draw(st.lists(note, max_size=20))), is_melody=True)]
    tracks += [Track("Band", draw(st.integers(0, 127)), tuple(draw(st.lists(note, max_size=20))), role="chords")]
    tracks += [Track("Drums", 0, tuple(draw(st.lists(note, max_size=20))), is_drum=True)]
    return Composition("Anything", timing, Key(draw(st.integers(0, 11)), draw(st.booleans())), tuple(tracks))


@settings(max_examples=60, deadline=None)
@given(anything())
def test_anything_is_written_in_full_bars(composition):
    root = page(composition)
    parts = [full_bars(part) for part in root.iter("part")]
    assert all(bars == parts[0] for bars in parts)
    score = read_score(write_musicxml(composition))
    assert len(score.bars) == len(parts[0])


def full_bars(part):
    """The length of every bar of a part in quarters, the same in each of its voices."""
    divisions, lengths = int(part.findtext("measure/attributes/divisions")), []
    for measure in part.iter("measure"):
        filled, at = [], 0
        for element in measure:
            duration = int(element.findtext("duration") or 0)
            if element.tag == "backup":
                filled.append(at)
                at -= duration
                assert at == 0
            elif element.tag == "forward" or (element.tag == "note" and element.find("chord") is None):
                at += duration
        assert set(filled) <= {at} and at > 0
        lengths.append(Fraction(at, divisions))
    return lengths


def test_the_same_composition_gives_the_same_bytes(song):
    composition = song((0, 60, 1), (1, 62, 3))
    assert write_musicxml(composition) == write_musicxml(composition)


@given(st.text(string.printable + "\x00\x1f\ud7ff￾🎺é"), st.text())
def test_a_strangers_names_are_harmless(name, part):
    track = Track(part, 0, (Note(0, 60, 480),), is_melody=True)
    score = read_score(write_musicxml(Composition(name, Timing(), Key(0), (track,))))
    assert score.parts[0].notes[0].pitch == 60


def test_an_empty_composition_is_a_bar_of_rest():
    root = page(Composition("", Timing(), Key(0), (Track("Melody", 0, ()),)))
    assert root.findtext("work/work-title") == "Untitled" and root.find("part/measure/note/rest") is not None


def test_swing_is_written_straight_and_marked(song):
    root = page(song((0, 60, "1/2"), ("1/2", 62, "1/2"), (1, 64, 1), feel=Feel(swing=0.64)))
    assert texts(root, ".//words") == ["Swing"] and texts(root, ".//swing/first") == ["2"]
    assert texts(root, ".//note/type")[:2] == ["eighth", "eighth"]


@pytest.mark.parametrize(
    ("metre", "unit", "dots", "rate"),
    [("4/4", "quarter", 0, "90"), ("6/8", "quarter", 1, "60"), ("2/2", "half", 0, "45")],
)
def test_the_tempo_counts_the_beats_that_are_felt(song, metre, unit, dots, rate):
    composition = song((0, 60, 1), metre=metre)
    mark = page(replace(composition, timing=replace(composition.timing, tempos=((0, 90.0),)))).find(".//metronome")
    assert (mark.findtext("beat-unit"), mark.findtext("per-minute")) == (unit, rate)
    assert len(mark.findall("beat-unit-dot")) == dots


def test_a_tempo_that_wavers_is_one_mark_and_one_that_changes_two(song):
    composition = song(*((beat, 60, 1) for beat in range(16)))
    tempos = [(0, 100.0), (480, 103.0), (960, 99.0), (3 * 1920, 140.0)]
    root = page(replace(composition, timing=replace(composition.timing, tempos=tuple(tempos))))
    assert texts(root, ".//per-minute") == ["100", "140"]
    assert [sound.get("tempo") for sound in root.iter("sound") if sound.get("tempo")] == ["100", "103", "99", "140"]


def test_a_ritardando_is_told(song):
    composition = song(*((beat, 60, 1) for beat in range(32)), feel=Feel(ritard=0.3))
    assert texts(page(composition), ".//words") == ["rit."]


def test_dynamics_follow_what_was_played(song):
    composition = song(*((beat, 60, 1) for beat in range(32)))
    notes = tuple(replace(note, velocity=45 if note.start < 16 * 480 else 110) for note in composition.melody.notes)
    root = page(replace(composition, tracks=(replace(composition.melody, notes=notes),)))
    assert [mark[0].tag for mark in root.iter("dynamics")] == ["p", "ff"]


def test_instruments_that_sound_lower_are_written_higher_and_the_heading_says_so(song):
    composition = song((0, 72, 1))
    bass = Track("Bass", 32, (Note(0, 40, 480),), role="bass")
    root = page(replace(composition, tracks=(composition.melody, bass)))
    part = root.findall("part")[1]
    assert part.findtext(".//octave-change") == "-1" and part.findtext(".//pitch/octave") == "3"
    assert root.findtext(".//miscellaneous-field") == "Score in C; an octave lower than written: bass"
    assert (
        read_score(write_musicxml(replace(composition, tracks=(composition.melody, bass)))).parts[1].notes[0].pitch
        == 40
    )


def test_drums_stand_on_a_percussion_staff_with_their_instruments(song):
    root = page(song((0, 36, "1/8"), (0, 42, "1/8"), ("1/2", 42, "1/8"), (1, 38, "1/8"), (1, 49, "1/8"), is_drum=True))
    assert root.findtext(".//clef/sign") == "percussion" and root.find(".//key") is None
    notes = [note for note in root.iter("note") if note.find("rest") is None]
    shown = [(n.findtext("unpitched/display-step"), n.findtext("notehead"), n.findtext("stem")) for n in notes]
    assert shown == [("G", "x", "up"), ("G", "x", "up"), ("C", None, "up"), ("A", "x", "up"), ("F", None, "down")]
    assert [n.find("instrument").get("id") for n in notes][-1] == "P1-I36"
    assert texts(root, ".//score-part[@id='P1']/midi-instrument/midi-unpitched") == ["37", "39", "43", "50"]


def test_short_notes_of_the_band_are_written_with_a_dot_and_those_of_the_melody_as_they_are(song):
    composition = song((0, 72, "1/2"), (1, 72, "1/2"))
    band = replace(composition.melody, is_melody=False, name="Band")
    melody, accompaniment = page(replace(composition, tracks=(composition.melody, band))).findall("part")
    assert texts(melody, ".//note/type")[:2] == ["eighth", "eighth"] and melody.find(".//staccato") is None
    assert (
        texts(accompaniment, ".//note/type")[:2] == ["quarter", "quarter"]
        and accompaniment.find(".//staccato") is not None
    )


def test_ornaments_are_written_small_in_their_order(song):
    composition = song((0, 60, 4))
    notes = (
        Note(0, 71, 470),
        Note(460, 73, 9),
        Note(468, 70, 12),
        Note(483, 72, 450),
        Note(958, 74, 6),
        Note(966, 76, 900),
    )
    root = page(replace(composition, tracks=(replace(composition.melody, notes=notes),)))
    small = [note for note in root.iter("note") if note.find("grace") is not None]
    assert [note.findtext("pitch/step") for note in small] == ["D", "B", "D"]
    assert [note.findtext("type") for note in small] == ["16th", "16th", "eighth"]
    assert [note.findtext("accidental") for note in small] == ["flat", "flat", "natural"]
    assert small[2].find("grace").get("slash") == "yes" and small[0].findtext("beam") == "begin"
    assert (
        len(
            read_score(write_musicxml(replace(composition, tracks=(replace(composition.melody, notes=notes),))))
            .parts[0]
            .notes
        )
        == 3
    )


def test_triplets_of_beats_stay_within_their_bar(song):
    third = Fraction(2, 3)
    notes = [
        (0, 60, 1),
        (1, 62, 1),
        (2, 64, third),
        (2 + third, 65, third),
        (2 + 2 * third, 67, third),
    ]  # over the line
    notes += [(4 + third * n, 60 + n, third) for n in range(3)] + [(6 + third * n, 60 + n, third) for n in range(3)]
    composition = song(*notes, metre="3/4")
    score = read_score(write_musicxml(composition))
    assert [(n.start, n.pitch, n.duration) for n in score.parts[0].notes] == [
        (n.start, n.pitch, n.duration) for n in composition.melody.notes
    ]
    assert [end - start for start, end in score.bars] == [1440] * 3
    brackets = [tuplet.get("type") for tuplet in page(composition).iter("tuplet")]
    assert brackets.count("start") == brackets.count("stop") == 4  # two beats around the line, then two of two beats


def test_a_pick_up_may_be_part_of_a_triplet(song):
    third = Fraction(1, 3)
    composition = song((0, 67, third), (third, 69, third), (2 * third, 72, 1), pickup=2 * third)
    score = read_score(write_musicxml(composition))
    assert [(n.start, n.duration) for n in score.parts[0].notes] == [(0, 160), (160, 160), (320, 480)]
    assert score.timing.pickup_ticks == 320
    assert [tuplet.get("type") for tuplet in page(composition).iter("tuplet")] == ["start", "stop"]


def test_a_chord_between_two_notes_stands_where_it_sounds(song):
    composition = song((0, 60, 4), chords=[(0, "C"), (2.5, "G7")])
    first, second = page(composition).iter("harmony")
    assert first.find("offset") is None and second.findtext("offset") == "5"
    assert read_score(write_musicxml(composition)).chords == (Chord(0, "C"), Chord(1200, "G7"))


@pytest.mark.parametrize(
    ("role", "pitches", "lines"), [("voice", [60], "no"), ("line", [60], "yes"), ("chords", [36, 48, 72, 84], None)]
)
def test_a_bracket_holds_the_staves_together_unless_one_part_has_a_brace(song, role, pitches, lines):
    composition = song((0, 72, 1))
    second = Track("Second", 0, tuple(Note(0, pitch, 480) for pitch in pitches), role=role)
    root = page(replace(composition, tracks=(composition.melody, second)))
    assert root.findtext(".//group-barline") == lines and root.find("part-list/part-group[@type='stop']") is (
        None if lines is None else root.find("part-list")[-1]
    )


@pytest.mark.parametrize(
    ("name", "short"), [("Violins", "Vln."), ("Rhythm guitar", "R. Gtr."), ("Accordion", "Acco."), ("Oboe", "Oboe")]
)
def test_part_names_are_shortened_as_scores_do(name, short):
    assert abbreviated(name) == short
