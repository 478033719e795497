"""The ensemble that pieces have in common: its parts, their names, programs and ranges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.corpora.midi_songs import MidiPiece, MidiTrack
from composer_core.dataset.casting import Cast
from composer_core.dataset.ensemble import learn_ensemble
from composer_core.dataset.instruments import INSTRUMENTS
from composer_core.dataset.members import Member
from composer_core.music import Note, Timing

PIECE = MidiPiece("ours", "test", Timing(), 0.5, (MidiTrack(0, False, "", (Note(0, 60, 480),)),))


def member(kind, role="line", height=60, program=None, count=40, together=1):
    notes = [Note(480 * at, height + at % 5 + 4 * voice, 480) for at in range(count) for voice in range(together)]
    return Member(kind, role, "", INSTRUMENTS[kind].program if program is None else program, tuple(sorted(notes)))


def casts(*ensembles, lead="flute"):
    program = INSTRUMENTS[lead].program
    tune = tuple(Note(480 * at, 72 + at % 7, 480) for at in range(60))
    return [Cast(PIECE, tune, "", lead, program, tuple(members)) for members in ensembles]


def names(*ensembles, lead="flute"):
    return [part.name for part in learn_ensemble(casts(*ensembles, lead=lead)).parts]


BASS, DRUMS = member("bass", "bass", 36), member("drums", "drums", 38)
PIANO = member("piano", "chords", 58, together=3)


def test_a_band_from_the_top_to_the_drums():
    parts = learn_ensemble(casts(*[[DRUMS, BASS, PIANO, member("strings", "chords", 70, together=3)]] * 4)).parts
    assert [(part.name, part.role) for part in parts] == [
        ("Melody", "melody"), ("Strings", "chords"), ("Piano", "chords"), ("Bass", "bass"), ("Drums", "drums"),
    ]  # fmt: skip
    assert [part.program for part in parts] == [73, 48, 0, 33, 0]


def test_a_quartet_has_its_second_violin():
    trio = [member("violin", height=66), member("viola", height=60), member("cello", "bass", 48)]
    assert names(*[trio] * 3, lead="violin") == ["Melody", "Second violin", "Viola", "Cello"]


def test_two_violins_below_a_flute_are_numbered():
    assert names(*[[member("violin", height=76), member("violin", height=64)]] * 3) == [
        "Melody", "First violin", "Second violin",
    ]  # fmt: skip


def test_a_piano_has_two_hands():
    hands = [member("piano", "bass", 40), PIANO]
    assert names(*[hands] * 3) == ["Melody", "Piano right hand", "Piano left hand"]


def test_a_choir_has_its_voices():
    voices = [member("voice", height=65), member("voice", height=58), member("voice", "bass", 48)]
    assert names(*[voices] * 3, lead="voice") == ["Melody", "Alto", "Tenor", "Bass"]
    found = learn_ensemble(casts(*[voices] * 3, lead="voice"))
    assert [part.role for part in found.parts[1:]] == ["voice"] * 3  # they keep the rules of part writing


def test_a_part_that_few_pieces_have_joins_its_relatives_or_goes():
    rare = [[BASS, PIANO]] * 8 + [[BASS, member("organ", "chords", 60, together=3)]] * 2
    ensemble = learn_ensemble(casts(*rare))
    assert [part.name for part in ensemble.parts] == ["Melody", "Piano", "Bass"]
    assert set(ensemble.seats[0].members) == set(range(10))
    lonely = [[BASS, PIANO]] * 9 + [[BASS, PIANO, member("timpani", "bass", 43)]]
    assert names(*lonely) == ["Melody", "Piano", "Bass"]


def test_one_instrument_that_plays_chords_here_and_figures_there_is_one_part():
    figures = member("guitar", "line", 60)
    strums = member("guitar", "chords", 56, together=4)
    assert names(*[[BASS, figures]] * 4, *[[BASS, strums]] * 4) == ["Melody", "Guitar", "Bass"]


def test_an_orchestra_becomes_six_sections():
    kinds = ("flute", "oboe", "clarinet", "bassoon", "horn", "trumpet", "violin", "violin", "viola", "cello")
    orchestra = [member(kind, height=84 - 4 * at) for at, kind in enumerate(kinds)]
    orchestra += [member("double bass", "bass", 36), member("timpani", "bass", 43)]
    parts = learn_ensemble(casts(*[orchestra] * 3, lead="violin")).parts[1:]
    assert len(parts) == 6
    assert {"Timpani", "Double bass"} < {part.name for part in parts}


def test_a_range_is_what_was_played_without_what_strayed():
    strayed = member("viola", height=55, count=200)
    strayed = Member("viola", "line", "", 41, (*strayed.notes, Note(0, 20, 480), Note(480, 110, 480)))
    (part,) = learn_ensemble(casts(*[[strayed]] * 3)).parts[1:]
    assert INSTRUMENTS["viola"].low <= part.low <= 55 and 59 <= part.high <= 72


KINDS = st.sampled_from(sorted(set(INSTRUMENTS) - {"drums"}))
PLAYERS = st.builds(
    member, KINDS, st.sampled_from(["line", "chords"]), st.integers(20, 100), count=st.integers(4, 30),
    together=st.integers(1, 3),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(PLAYERS, max_size=9), max_size=8))
def test_any_pieces_make_an_ensemble_that_can_be_played(ensembles):
    ensemble = learn_ensemble(casts(*ensembles))
    assert ensemble.parts[0].role == "melody"
    assert len(ensemble.parts) <= 7 and len(ensemble.seats) == len(ensemble.parts) - 1
    assert len({part.name for part in ensemble.parts}) == len(ensemble.parts)
    for part in ensemble.parts:
        assert 0 <= part.low <= part.high - 12 <= 115 and 0 <= part.program <= 127
        assert -1 <= part.pan <= 1
    again = learn_ensemble(casts(*ensembles))
    assert again.parts == ensemble.parts


@pytest.mark.parametrize("kind", INSTRUMENTS)
def test_every_instrument_has_a_range_to_play_in(kind):
    instrument = INSTRUMENTS[kind]
    assert 0 <= instrument.low <= instrument.high - 19 <= 108
