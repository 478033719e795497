import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.chords import parse_chord
from composer_core.music import Note, Timing
from composer_core.patterns import (
    DRUM_LANES,
    FIFTH,
    FIRST_SHAPE,
    HOLD,
    REST,
    SEVENTH,
    THIRD,
    Codebook,
    drum_notes,
    fold,
    from_symbols,
    line_notes,
    make_codebook,
    make_ground,
    slot_semitones,
    strikes,
    to_symbols,
)
from composer_core.pianoroll import make_grid

LABELS = ("C", "Am", "F#m7b5", "Bdim7", "Ebmaj7", "G7", "Dsus4", "Asus2", "E+", "C5", "Bb9", "F6")


def ground_of(*labels, tonic=0):
    """One bar of 4/4 a label."""
    grid = make_grid(Timing(), 1920 * len(labels))
    return make_ground(grid, tonic, [parse_chord(label) for label in labels for _ in range(16)])


@given(st.sampled_from(LABELS))
def test_slots_are_the_twelve_semitones_in_another_order(label):
    assert sorted(slot_semitones(parse_chord(label).steps)) == list(range(12))


@pytest.mark.parametrize(
    ("label", "third", "fifth", "seventh"),
    [("C", 4, 7, 10), ("Cm7", 3, 7, 10), ("Cmaj7", 4, 7, 11), ("Cdim7", 3, 6, 9), ("Csus4", 5, 7, 10),
     ("Cm7b5", 3, 6, 10), ("C+", 4, 8, 10)],
)  # fmt: skip
def test_the_chords_own_tones_have_fixed_slots(label, third, fifth, seventh):
    slots = slot_semitones(parse_chord(label).steps)
    assert (slots[0], slots[THIRD], slots[FIFTH], slots[SEVENTH]) == (0, third, fifth, seventh)


lines = st.lists(
    st.tuples(st.integers(0, 15), st.integers(40, 70), st.integers(1, 6)), min_size=1, max_size=8,
    unique_by=lambda note: note[0],
)  # fmt: skip


@given(lines, st.sampled_from(LABELS), st.integers(0, 11))
def test_a_line_comes_back_as_it_was(cells, label, tonic):
    cells = sorted(cells)
    ends = [min(a + length, b[0]) for (a, _, length), b in zip(cells, [*cells[1:], (16, 0, 0)], strict=True)]
    notes = tuple(
        Note(120 * start, pitch, 120 * (end - start)) for (start, pitch, _), end in zip(cells, ends, strict=True)
    )
    ground = ground_of(label, tonic=tonic)
    struck = strikes(notes, "line", ground, 55.0)
    codebook = make_codebook("line", [shape for shape, _ in struck.values()], least=1)
    symbols = to_symbols(struck, codebook, 16)
    assert line_notes(from_symbols(symbols, codebook), ground, 55.0, 0, 127) == notes


def test_one_pattern_is_one_row_of_symbols_over_every_chord_and_in_every_key():
    rows = []
    for label, root, third in (("C", 0, 4), ("F", 5, 4), ("Am", 9, 3), ("Bdim", 11, 3)):
        fifth = 6 if label.endswith("dim") else 7
        notes = [Note(480 * k, 36 + root + step, 480) for k, step in enumerate((0, third, fifth, 12))]
        ground = ground_of(label)
        struck = strikes(notes, "bass", ground, 42.0)
        rows.append([shape for shape, _ in struck.values()])
    assert rows == [[(0,), (THIRD,), (FIFTH,), (12,)]] * 4


def test_chords_keep_their_tones_and_leave_the_inversion_to_the_hand():
    ground = ground_of("Am7")
    low, high = ([Note(0, pitch, 480) for pitch in pitches] for pitches in ((45, 48, 52, 55), (55, 57, 60, 64)))
    assert strikes(low, "chords", ground, 56.0) == strikes(high, "chords", ground, 56.0)
    assert strikes(low, "chords", ground, 56.0)[0][0] == (0, THIRD, FIFTH, SEVENTH)


def test_a_rest_is_no_hold_but_drums_ring():
    ground = ground_of("C")
    short = [Note(0, 36, 120)]
    book = Codebook("bass", [(0,)])
    assert to_symbols(strikes(short, "bass", ground, 42.0), book, 16).tolist() == [FIRST_SHAPE, REST] + [HOLD] * 14
    kit = Codebook("drums", [(0,)])
    assert to_symbols(strikes(short, "drums", ground, 42.0), kit, 16).tolist() == [FIRST_SHAPE] + [HOLD] * 15


def test_drums_of_one_lane_are_one_and_strangers_are_left_out():
    ground = ground_of("C")
    struck = strikes([Note(0, 35, 10), Note(0, 40, 10), Note(0, 99, 10)], "drums", ground, 0.0)
    assert struck[0][0] == (0, 1)
    played = drum_notes([(0, 4, (0, 1))], ground.grid)
    assert [note.pitch for note in played] == [DRUM_LANES[0][0], DRUM_LANES[1][0]]
    assert all(0 < note.end <= 120 for note in played)


def test_an_unknown_shape_is_played_by_its_nearest():
    book = Codebook("chords", [(0, 3, 7), (0, 7), (9,)])
    assert book.shape(book.symbol((0, 3, 7, 10))) == (0, 3, 7)
    assert Codebook("chords", []).symbol((0,)) == REST


def test_a_codebook_keeps_the_commonest_and_drops_the_rare():
    book = make_codebook("bass", [(0,)] * 5 + [(7,)] * 3 + [(1,)] * 2)
    assert book.shapes == ((0,), (7,))
    assert len(make_codebook("bass", [(k,) for k in range(99) for _ in range(3)])) == FIRST_SHAPE + 48


@given(st.integers(0, 127), st.integers(20, 60), st.integers(12, 40))
def test_folding_moves_by_octaves_into_the_range(pitch, low, width):
    folded = fold(pitch, low, low + width)
    assert low <= folded <= low + width and (folded - pitch) % 12 == 0


def test_symbols_are_read_as_spans():
    book = Codebook("bass", [(0,), (7,)])
    row = np.array([REST, HOLD, 2, HOLD, 3, REST, HOLD, 2])
    assert from_symbols(row, book) == [(2, 4, (0,)), (4, 5, (7,)), (7, 8, (0,))]
