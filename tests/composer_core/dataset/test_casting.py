"""Which track sings, who has the bass, and what the others play."""

import pytest

from composer_core.corpora.midi_songs import MidiPiece, MidiTrack
from composer_core.dataset.casting import make_cast
from composer_core.dataset.leads import NoSuchTrack
from composer_core.dataset.reading import read_file
from composer_core.music import Note, Timing

BAR = 1920


def track(program, name, bars, bar_notes, is_drum=False):
    """``bar_notes``: (beat, pitch, beats) of every bar."""
    notes = (Note(bar * BAR + round(b * 480), p, round(length * 480)) for bar in bars for b, p, length in bar_notes)
    return MidiTrack(program, is_drum, name, tuple(sorted(notes)))


ALL = range(32)
TUNE = [(0, 72, 1), (1, 74, 0.5), (1.5, 76, 0.5), (2, 77, 1), (3, 74, 1)]
CHORDS = [(at, pitch, 1.5) for at in (0, 2) for pitch in (60, 64, 67)]
LOW = [(beat, pitch, 1) for beat, pitch in enumerate((36, 43, 40, 43))]
ARPEGGIO = [(beat / 2, (48, 55, 64, 72)[beat % 4], 0.5) for beat in range(8)]
BEAT = [(0, 36, 0.2), (1, 38, 0.2), (2, 36, 0.2), (3, 38, 0.2)]


def cast(*tracks, **wishes):
    return make_cast(MidiPiece("ours", "test", Timing(), 0.5, tracks), **{"is_score": False, **wishes})


def roles(found):
    return {(member.role, member.kind): member for member in found.members}


def test_a_band_is_heard_as_a_musician_hears_it():
    found = cast(
        track(0, "", ALL, CHORDS), track(33, "", ALL, LOW), track(73, "", ALL, TUNE), track(25, "", ALL, ARPEGGIO),
        track(0, "", ALL, BEAT, is_drum=True),
    )  # fmt: skip
    assert found.melody_kind == "flute"
    assert set(roles(found)) == {("chords", "piano"), ("bass", "bass"), ("line", "guitar"), ("drums", "drums")}
    assert found.chords[0].label == "C"


def test_a_melody_that_the_piano_doubles_is_still_the_melody():
    doubled = [*CHORDS, *TUNE]
    found = cast(track(0, "", ALL, doubled), track(40, "", ALL, TUNE), track(33, "", ALL, LOW))
    assert found.melody_kind == "violin"
    assert {note.pitch for note in found.melody} == {72, 74, 76, 77}


def test_another_lead_takes_over_in_a_long_rest_and_lends_its_notes():
    flute = track(73, "Melody", [*range(12), *range(20, 32)], TUNE)
    solo = track(65, "Solo", ALL, [(b, p - 5, length) for b, p, length in TUNE])
    found = cast(flute, solo, track(33, "", ALL, LOW))
    bars = {note.start // BAR for note in found.melody}
    assert bars == set(ALL)
    (sax,) = [member for member in found.members if member.kind == "saxophone"]
    assert {note.start // BAR for note in sax.notes} == {*range(12), *range(20, 32)}


def test_a_short_rest_of_the_melody_is_a_rest():
    flute = track(73, "Melody", [bar for bar in ALL if bar % 4 != 3], TUNE)
    solo = track(65, "Solo", ALL, [(b, p - 5, length) for b, p, length in TUNE])
    found = cast(flute, solo, track(33, "", ALL, LOW))
    assert {note.start // BAR for note in found.melody} == {bar for bar in ALL if bar % 4 != 3}


def test_chords_spread_over_tracks_are_one_players():
    strings = [track(24, "", ALL, [(b, pitch, 1) for b in (0, 1, 2, 3)]) for pitch in (60, 64, 67)]
    found = cast(*strings, track(73, "", ALL, TUNE), track(33, "", ALL, LOW))
    guitar = roles(found)["chords", "guitar"]
    assert {note.pitch for note in guitar.notes} == {60, 64, 67}


def test_an_echo_is_no_player():
    late = track(81, "", ALL, [(b + 0.25, p, length) for b, p, length in TUNE])
    found = cast(track(81, "", ALL, TUNE), late, track(33, "", ALL, LOW), track(0, "", ALL, CHORDS))
    assert {member.kind for member in found.members} == {"bass", "piano"}


def test_a_lone_piano_is_divided_between_the_hands():
    found = cast(track(40, "", ALL, TUNE), track(0, "", ALL, [*CHORDS, *LOW]))
    by_role = {member.role: member for member in found.members}
    assert {note.pitch for note in by_role["bass"].notes} == {36, 40, 43}
    assert {note.pitch for note in by_role["chords"].notes} == {60, 64, 67}


def test_a_solo_piano_gives_its_top_line_as_the_melody():
    found = cast(track(0, "", ALL, [*TUNE, *CHORDS, *LOW]))
    assert {note.pitch for note in found.melody} == {72, 74, 76, 77}
    assert {member.role for member in found.members} == {"bass", "chords"}


def test_the_melody_asked_for_is_taken_whatever_its_case():
    tracks = (track(73, "Flute", ALL, TUNE), track(40, "Fiddle", ALL, ARPEGGIO), track(33, "Low", ALL, LOW))
    assert cast(*tracks, melody="fiddle").melody_title == "Fiddle"
    assert cast(*tracks, melody="fidle").melody_title == "Fiddle"
    with pytest.raises(NoSuchTrack, match=r"^Flute, Fiddle, Low$"):
        cast(*tracks, melody="Zither")


@pytest.mark.parametrize(
    "tracks",
    [
        (track(33, "", ALL, LOW), track(0, "", ALL, BEAT, is_drum=True)),
        (track(89, "", ALL, [(0, 60, 4), (0, 64, 4), (0, 67, 4)]), track(33, "", ALL, LOW)),
        (track(0, "", ALL, BEAT, is_drum=True),),
    ],
    ids=["bass and drums", "one held chord", "drums"],
)
def test_no_melody_is_made_up(tracks):
    assert cast(*tracks).melody == ()


def test_four_like_voices_are_a_choir_in_the_octave_in_which_choirs_sing():
    voices = [track(0, "", ALL, [(0, pitch, 2), (2, pitch + 2, 2)]) for pitch in (96, 91, 87, 79)]
    found = cast(*voices)
    assert {note.pitch for note in found.melody} == {72, 74}
    assert [(member.role, member.kind) for member in found.members] == [
        ("line", "voice"), ("line", "voice"), ("bass", "voice"),
    ]  # fmt: skip


def test_the_first_violin_leads_a_quartet(music):
    found = make_cast(read_file(music.quartet(1), "q", "test", is_score=True), is_score=True)
    assert found.melody_title == "Violin I"
    assert [(m.role, m.kind) for m in found.members] == [("bass", "cello"), ("line", "violin"), ("line", "viola")]


def test_a_song_is_sung_above_the_pianos_hands(music):
    found = make_cast(read_file(music.song(1), "s", "test", is_score=True), is_score=True)
    assert found.melody_title == "Singstimme"
    by_role = {member.role: member for member in found.members}
    assert all(note.pitch < 60 for note in by_role["bass"].notes)
    assert by_role["chords"].kind == "piano" and by_role["chords"].onsets < len(by_role["chords"].notes)


def test_a_double_bass_takes_the_bass_from_the_piano(music):
    parts = [("Flute", music.line("f", 5)), ("Contrabass", music.line("b", 2))]
    piano = [music.measure([("C", 4, 8, 1, False), ("E", 4, 8, 1, True), ("C", 3, 8, 2, False)])] * 32
    data = music.score([*parts, ("Piano", piano)])
    found = make_cast(read_file(data, "s", "test", is_score=True), is_score=True)
    assert [(m.role, m.kind) for m in found.members] == [("bass", "double bass"), ("chords", "piano")]


def test_a_piano_score_sings_with_its_right_hand(music):
    hands = [
        music.measure([("G", 5, 4, 1, False), ("E", 4, 4, 1, True), ("A", 5, 4, 1, False), ("F", 4, 4, 1, True),
                       ("C", 3, 4, 2, False), ("F", 2, 4, 2, False)]),
        music.measure([("E", 5, 4, 1, False), ("C", 4, 4, 1, True), ("D", 5, 4, 1, False), ("B", 3, 4, 1, True),
                       ("C", 3, 4, 2, False), ("G", 2, 4, 2, False)]),
    ] * 16  # fmt: skip
    found = make_cast(read_file(music.score([("Piano", hands)]), "p", "test", is_score=True), is_score=True)
    assert {note.pitch for note in found.melody} == {79, 81, 76, 74}
    by_role = {member.role: member for member in found.members}
    assert {note.pitch for note in by_role["bass"].notes} == {48, 41, 43}
    assert {note.pitch for note in by_role["line"].notes} == {64, 65, 60, 59}


def test_in_an_orchestra_the_first_violin_leads_and_others_take_over_while_it_rests(music):
    names = ("Flauto", "Oboe", "Clarinetto", "Fagotto", "Corno", "Violin 1", "Violin 2", "Viola", "Violoncello")
    octaves = (6, 5, 5, 3, 4, 5, 4, 4, 3)
    parts = [(name, music.line(name, octave)) for name, octave in zip(names, octaves, strict=True)]
    rest = "<note><rest/><duration>8</duration></note>"
    parts[5] = ("Violin 1", [*parts[5][1][:16], *[rest] * 16])
    found = make_cast(read_file(music.score(parts), "o", "test", is_score=True), is_score=True)
    assert found.melody_title == "Violin 1"
    assert {note.start // BAR for note in found.melody} == set(ALL)
