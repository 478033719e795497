"""Note values, tuplets, ties and beams of one voice in one bar."""

import pytest
from hypothesis import given

from composer_core.music import Metre
from composer_core.sheet.bars import GRAINS, Bar
from composer_core.sheet.beams import beam
from composer_core.sheet.quantise import quantise
from composer_core.sheet.values import KINDS, write_voice
from composer_core.sheet.voices import to_voices
from tests.composer_core.sheet.conftest import METRES, compositions

SHORT = {"whole": "1", "half": "2", "quarter": "4", "eighth": "8", "16th": "16", "32nd": "32"}


def bar_of(metre):
    return Bar(1, 0, metre.bar_ticks(GRAINS), 0, metre)


def written(song, metre, *notes, bar=None):
    """The symbols of a bar as a word each: 4. is a dotted quarter, r8 a rest, ~ a tie onwards, /3 in a triplet."""
    composition = song(*notes, metre=metre)
    bar = bar or bar_of(composition.timing.metre_at(0))
    grains, pulses = quantise(composition.melody.notes, composition.timing, bar.pulses())
    (voice,) = to_voices(grains)
    symbols = write_voice(voice, bar, pulses)
    return " ".join(
        ("" if s.chord else "r")
        + SHORT[s.kind]
        + "." * s.dots
        + (f"/{s.tuplet.actual}" if s.tuplet else "")
        + ("~" if s.ties else "")
        for s in symbols
    ), symbols


@pytest.mark.parametrize(
    ("metre", "notes", "page"),
    [
        ("4/4", [(0, 1), (1, 2), (3, 1)], "4 2 4"),
        ("4/4", [(0, "1/2"), ("1/2", 1), ("3/2", "1/2"), (2, 2)], "8 4 8 2"),  # a syncope within half a bar
        ("4/4", [(0, "3/2"), ("3/2", 1), ("5/2", "3/2")], "4. 8~ 8 8~ 4"),  # the middle of the bar is seen
        ("4/4", [(0, 3), (3, 1)], "2. 4"),
        ("4/4", [(0, 1), (1, 3)], "4 2."),
        ("4/4", [(0, 1)], "4 r4 r2"),
        ("4/4", [(3, 1)], "r2 r4 4"),
        ("3/4", [(0, 1)], "4 r4 r4"),
        ("3/4", [(0, 3)], "2."),
        ("4/4", [("1/4", "1/2"), ("3/4", "1/4"), (1, "3/4"), ("7/4", "1/4")], "r16 8 16 8. 16 r2"),
        ("6/8", [(0, "3/2"), ("3/2", 1), ("5/2", "1/2")], "4. 4 8"),
        ("6/8", [(0, 3)], "2."),
        ("6/8", [(0, "1/2")], "8 r8 r8 r4."),
        ("6/8", [(0, 2), (2, 1)], "4.~ 8 4"),
        ("4/4", [(0, "1/3"), ("1/3", "1/3"), ("2/3", "1/3"), (1, 3)], "8/3 8/3 8/3 2."),
        ("4/4", [(0, "2/3"), ("2/3", "1/3"), (1, 1)], "4/3 8/3 4 r2"),
        ("4/4", [(0, "2/3"), ("2/3", "2/3"), ("4/3", "2/3"), (2, 2)], "4/3 4/3 4/3 2"),  # three quarters for two
        ("4/4", [(n, "1/5") for n in ("0", "1/5", "2/5", "3/5", "4/5")], "16/5 16/5 16/5 16/5 16/5 r4 r2"),
        ("4/4", [(0, "4/3"), ("4/3", "2/3")], "4~ 8/3 4/3 r2"),
        ("6/8", [(0, "3/4"), ("3/4", "3/4")], "8. 8. r4."),
        ("5/8", [(0, "3/2"), ("3/2", 1)], "4. 4"),
        ("2/2", [(0, 4)], "1"),
    ],
)  # fmt: skip
def test_rhythms_are_written_as_musicians_read_them(song, metre, notes, page):
    assert written(song, metre, *((start, 60, length) for start, length in notes))[0] == page


@given(compositions())
def test_symbols_fill_their_bar_and_last_as_long_as_they_look(composition):
    metre = composition.timing.metre_at(0)
    for track in composition.tracks:
        first = Bar(1, 0, metre.bar_ticks(GRAINS), 0, metre)
        notes, pulses = quantise(track.notes, composition.timing, first.pulses())
        for voice in to_voices([note for note in notes if note.end <= first.end]):
            symbols = write_voice(voice, first, pulses)
            assert [s.start for s in symbols] == [0, *(s.end for s in symbols[:-1])] and symbols[-1].end == first.end
            for symbol in symbols:
                looks = KINDS[symbol.kind] * (3 if symbol.dots else 2) // 2
                if symbol.tuplet:
                    looks = looks * symbol.tuplet.normal // symbol.tuplet.actual
                assert symbol.is_bar or looks == symbol.length


@pytest.mark.parametrize("metre", [*METRES, Metre(11, 16), Metre(1, 32)])
def test_a_whole_bar_of_rest_is_one_sign(metre):
    (rest,) = write_voice((), bar_of(metre), bar_of(metre).pulses())
    assert rest.is_bar and rest.length == metre.bar_ticks(GRAINS)


@pytest.mark.parametrize(
    ("metre", "notes", "firsts"),
    [
        ("4/4", [(f"{n}/2", "1/2") for n in range(8)], [0, 4]),  # four and four
        ("3/4", [(f"{n}/2", "1/2") for n in range(6)], [0]),
        ("4/4", [(0, "1/2"), ("1/2", "1/4"), ("3/4", "1/4"), (1, "1/2"), ("3/2", "1/2")], [0, 3]),
        ("6/8", [(f"{n}/2", "1/2") for n in range(6)], [0, 3]),
        ("5/8", [(f"{n}/2", "1/2") for n in range(5)], [0, 3]),
        ("7/8", [(f"{n}/2", "1/2") for n in range(7)], [0, 4]),
    ],
)
def test_beams_show_the_beats(song, metre, notes, firsts):
    _, symbols = written(song, metre, *((start, 60, length) for start, length in notes))
    beams = beam(symbols, bar_of(Metre(*map(int, metre.split("/")))))
    assert [index for index, one in enumerate(beams) if one.get(1) == "begin"] == firsts


def test_a_single_short_note_beside_a_longer_one_gets_a_hook(song):
    _, symbols = written(song, "4/4", (0, 60, "3/4"), ("3/4", 60, "1/4"), (1, 60, "1/4"), ("5/4", 60, "3/4"))
    beams = beam(symbols, bar_of(Metre()))
    assert beams[1] == {1: "end", 2: "backward hook"} and beams[2] == {1: "begin", 2: "forward hook"}


def test_a_pick_up_is_counted_from_its_end(song):
    full = Metre().bar_ticks(GRAINS)
    pickup = Bar(0, 0, GRAINS * 3 // 2, GRAINS * 3 // 2 - full, Metre())
    assert written(song, "4/4", (0, 60, "1/2"), ("1/2", 60, 1), bar=pickup)[0] == "8 4"
