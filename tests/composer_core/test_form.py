from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.form import bar_lines, compare, energy, find_form
from composer_core.music import Melody, Metre, Note, Timing
from composer_core.notation import parse_notes
from composer_core.phrases import find_phrases

BEAT = 480
BAR = 4 * BEAT
VERSE = "C4 D E G | A G E:2 | F E D C | D:3 R"
BRIDGE = "A4:1/2 A:1/2 A:2 B | C5:2 A4:2 | G4:1/2 G:1/2 G:2 F# | G:3 R"


def tune(*phrases: str) -> Melody:
    return parse_notes("4/4 " + " | ".join(phrases))


def labels(melody: Melody) -> str:
    return "".join(section.label for section in find_form(melody.notes, melody.timing, melody.end))


def transposed(text: str, semitones: int) -> Melody:
    melody = tune(text)
    return Melody(tuple(Note(n.start, n.pitch + semitones, n.duration) for n in melody.notes), melody.timing)


def joined(*melodies: Melody) -> Melody:
    notes = [
        Note(note.start + 4 * BAR * place, note.pitch, note.duration)
        for place, melody in enumerate(melodies)
        for note in melody.notes
    ]
    return Melody(tuple(notes), melodies[0].timing)


# --- phrases


def steady(count: int) -> tuple[Note, ...]:
    return tuple(Note(k * BEAT, 60 + k % 5, BEAT) for k in range(count))


def test_phrases_end_at_rests_long_notes_and_after_four_bars():
    rest = (*steady(4), *(Note(note.start + 5 * BEAT, note.pitch, BEAT) for note in steady(4)))
    assert [phrase.start for phrase in find_phrases(rest, Timing(BEAT))] == [0, 5 * BEAT]
    lingering = (*steady(4), Note(4 * BEAT, 60, 3 * BEAT), Note(7 * BEAT, 62, BEAT), Note(8 * BEAT, 62, BEAT))
    assert [phrase.start for phrase in find_phrases(lingering, Timing(BEAT))] == [0, 7 * BEAT]
    assert [phrase.start for phrase in find_phrases(steady(40), Timing(BEAT))] == [0, 16 * BEAT, 32 * BEAT]


# --- sections


def test_a_song_form_is_found():
    melody = tune(VERSE, VERSE, BRIDGE, VERSE)
    form = find_form(melody.notes, melody.timing, melody.end)
    assert [(section.start // BAR, section.end // BAR) for section in form] == [(0, 4), (4, 8), (8, 12), (12, 16)]
    assert [section.label for section in form] == ["A", "A", "B", "A"]
    assert [section.repeats for section in form] == [None, 0, None, 0]


@pytest.mark.parametrize(
    "phrases",
    [
        ("C4 E G E | F E D:2", "G4:1/2 A:1/2 B C5 D5 | C5 B4:2 A | G:3 R", "C4 E G E | F E D:2"),
        ("C4 E G:2 | A:2 G:2 | E:3 R", "D4:1/2 E:1/2 F:3 | E:1/2 F:1/2 G:3 | C:3 R", "C4 E G:2 | A:2 G:2 | E:3 R"),
    ],
)
def test_phrases_of_other_lengths_are_kept_where_the_melody_breathes_there(phrases):
    melody = tune(*phrases)
    bars = phrases[0].count("|") + 1
    form = find_form(melody.notes, melody.timing, melody.end)
    if bars == 3:
        assert [section.start // BAR for section in form] == [0, 3, 6]
        assert [section.label for section in form] == ["A", "B", "A"]
    assert all(section.end - section.start <= 8 * BAR for section in form)


def test_a_return_begins_a_section_even_without_a_breath():
    opening, middle = "C4 E G E | F A C5 A4 | G B D5 B4", "A4 F D F | E G C5 G4 | D F A F | C E A E | D F B4 F"
    melody = tune(opening, middle, opening)
    form = find_form(melody.notes, melody.timing, melody.end)
    assert 8 * BAR in [section.start for section in form]


def test_a_pick_up_belongs_to_the_first_section():
    melody = parse_notes("4/4 G3 | C4 D E G | A G E:2 | F E D C | D:3 G3 | C4 D E G | A G E:2 | F E D C | C:3")
    form = find_form(melody.notes, melody.timing, melody.end)
    assert [(section.start, section.label) for section in form] == [(0, "A"), (BEAT + 4 * BAR, "A")]


def test_small_changes_leave_the_label_and_large_ones_do_not():
    varied = VERSE.replace("F E D C", "F E D C:1/2 D:1/2")
    assert labels(tune(VERSE, varied)) == "AA"
    assert labels(tune(VERSE, BRIDGE)) == "AB"


@pytest.mark.parametrize("semitones", [5, -3, 12])
def test_a_transposed_phrase_is_the_same_and_says_so(semitones):
    melody = joined(tune(VERSE), transposed(VERSE, semitones))
    second = find_form(melody.notes, melody.timing, melody.end)[1]
    assert (second.label, second.repeats, second.transposition) == ("A", 0, semitones)


def test_a_sequence_within_the_scale_counts_as_the_same():
    melody = joined(tune("C4 D E G | A G E:2 | F E D C | D:3 R"), tune("D4 E F A | B A F:2 | G F E D | E:3 R"))
    second = find_form(melody.notes, melody.timing, melody.end)[1]
    assert second.label == "A"
    assert second.transposition in (1, 2)


def test_likeness():
    line = {0: 60, 4: 62, 8: 64, 12: 65}
    assert compare(line, line) == (1.0, 0)
    assert compare(line, {step: pitch + 7 for step, pitch in line.items()}) == (1.0, 7)
    assert compare(line, {step + 1: pitch for step, pitch in line.items()}) == (0.0, 0)
    assert compare(line, {**line, 12: 70}) == (0.75, 0)
    assert compare({}, {}) == (1.0, 0)


def test_a_long_piece_has_many_labels():
    notes = tuple(Note(k * BEAT, 40 + (k * k * 7 + k // 16 * 11) % 47, BEAT) for k in range(4000))
    form = find_form(notes, Timing(BEAT), notes[-1].end)
    assert form[-1].end == 1000 * BAR
    assert len({section.label for section in form}) > 26


@settings(max_examples=150, deadline=None)
@given(data=st.data(), more=st.integers(0, 20_000))
def test_every_bar_is_in_exactly_one_section(melodies, data, more):
    melody = data.draw(melodies())
    form = find_form(melody.notes, melody.timing, melody.end + more)
    lines = bar_lines(melody.timing, melody.end + more)
    assert form[0].start == 0
    assert form[-1].end == lines[-1] >= melody.end + more
    assert all(a.end == b.start for a, b in pairwise(form))
    assert all(a.start < a.end for a in form)
    assert {section.start for section in form} <= set(lines)
    assert lines == sorted(set(lines))
    for place, section in enumerate(form):
        if section.repeats is None:
            assert all(other.label != section.label for other in form[:place])
        else:
            assert section.repeats < place
            assert (form[section.repeats].label, form[section.repeats].repeats) == (section.label, None)


@pytest.mark.parametrize("timing", [Timing(BEAT), Timing(BEAT, pickup_ticks=BEAT)])
def test_nothing_and_almost_nothing(timing):
    assert len(find_form((), timing, 0)) == 1
    assert len(find_form((Note(0, 60, 1),), timing, 1)) == 1
    assert len(energy(find_form((), timing, 0), (), timing)) == 1
    assert energy((), (), timing) == []


# --- energy


def heat(melody: Melody) -> list[float]:
    return energy(find_form(melody.notes, melody.timing, melody.end), melody.notes, melody.timing)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_energy_has_a_value_between_0_and_1_for_every_bar(melodies, data):
    melody = data.draw(melodies())
    values = heat(melody)
    assert len(values) == len(bar_lines(melody.timing, melody.end)) - 1
    assert all(0.0 <= value <= 1.0 for value in values)


def test_energy_rises_through_a_piece_and_falls_at_the_end():
    values = heat(Melody(steady(24 * 4), Timing(BEAT)))
    assert values[0] < values[8] < values[16]
    assert values[-1] < values[-2]


@pytest.mark.parametrize(
    "change",
    [
        lambda note: Note(note.start, note.pitch + 14, note.duration, note.velocity),
        lambda note: Note(note.start, note.pitch, note.duration, note.velocity + 35),
    ],
)
def test_energy_follows_height_and_loudness(change):
    plain = steady(64)
    notes = tuple(change(note) if 16 <= note.start // BEAT < 32 else note for note in plain)
    flat, shaped = heat(Melody(plain, Timing(BEAT))), heat(Melody(notes, Timing(BEAT)))
    assert shaped[5] - shaped[1] > flat[5] - flat[1] + 0.05


def test_energy_follows_density():
    plain = tuple(Note(k * BEAT, 60 + k * k % 7, BEAT) for k in range(48))
    busy = tuple(Note(n.start + half, n.pitch, BEAT // 2) for n in plain[16:32] for half in (0, BEAT // 2))
    dense, even = heat(Melody(plain[:16] + busy + plain[32:], Timing(BEAT))), heat(Melody(plain, Timing(BEAT)))
    assert dense[6] - dense[2] > even[6] - even[2] + 0.05


def test_the_chorus_is_lifted():
    other = "E4:1/2 F:1/2 G G:2 | F:3/2 E:1/2 D:2 | E:1/2 D:1/2 C:3 | D:3 R"
    melody = tune(VERSE, BRIDGE, other, BRIDGE)
    values = heat(melody)
    without = heat(tune(VERSE, BRIDGE, other, VERSE))
    assert max(values[4:8]) > max(without[4:8]) + 0.05


def test_metre_changes_are_cut_and_measured():
    timing = Timing(BEAT, metres=((0, Metre(4, 4)), (8 * BAR, Metre(3, 4))))
    notes = tuple(Note(k * BEAT, 60 + k % 3, BEAT) for k in range(32 + 24))
    form = find_form(notes, timing, notes[-1].end)
    assert 8 * BAR in [section.start for section in form]
    assert len(energy(form, notes, timing)) == 16
