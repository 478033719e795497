from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.demo import DEMO_NOTES
from composer_core.errors import NotationError
from composer_core.music import Melody, Metre, Note, Timing
from composer_core.notation import MAX_CHARACTERS, MAX_TOKENS, format_notes, parse_notes


def heard(text: str) -> list[tuple[float, int, float]]:
    """What a note string sounds like: (start, pitch, length), in beats."""
    melody = parse_notes(text)
    ticks = melody.timing.ticks_per_beat
    return [(n.start / ticks, n.pitch, n.duration / ticks) for n in melody.notes]


def pitches(text: str) -> list[int]:
    return [pitch for _, pitch, _ in heard(text)]


def lengths(text: str) -> list[float]:
    return [length for _, _, length in heard(text)]


def test_the_manual_example():
    assert heard("C4 D4 E4:2 R:1 F#4:1/2 Bb3:1.5 | G4:1/3") == [
        (0, 60, 1),
        (1, 62, 1),
        (2, 64, 2),
        (5, 66, 0.5),
        (5.5, 58, 1.5),
        (7, 67, 1 / 3),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C4 D E", [60, 62, 64]),
        ("C D E", [60, 62, 64]),
        ("C5 D E4 F", [72, 74, 64, 65]),
        ("C5 R D", [72, 74]),
        ("c4 d bb b", [60, 62, 70, 71]),
        ("F#4 F♯ F## Fx F𝄪 B♭ Bbb B𝄫 Bn B♮ E♭♭", [66, 66, 67, 67, 67, 70, 69, 69, 71, 71, 62]),
        ("B#4 Cb4", [72, 59]),
        ("C-1 G9", [0, 127]),
        ("C4, D4; E4,", [60, 62, 64]),
        ("| C4|D4 || E4 |", [60, 62, 64]),
    ],
)
def test_pitch(text, expected):
    assert pitches(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C:2 C C:1/2 C:0.25 C:3/2", [2, 1, 0.5, 0.25, 1.5]),
        ("C. C:1/2. C:2.. C:1. C:1.5.", [1.5, 0.75, 3.5, 1.5, 2.25]),
        ("C:1/3 C:1/3 C:1/3 C:1/6 C:1/5 C:1/7", [1 / 3] * 3 + [1 / 6, 1 / 5, 1 / 7]),
        ("C:3~ | C:1 D:2", [4, 2]),
        ("C~ C~ C D", [3, 1]),
    ],
)
def test_length(text, expected):
    assert lengths(text) == pytest.approx(expected, abs=0)


def test_odd_divisions_add_up_exactly():
    melody = parse_notes("C:1/3 C:1/3 C:1/3 D:1/7 D:6/7 E:1/64 E:63/64 F")
    assert melody.notes[-1].start == 3 * melody.timing.ticks_per_beat


@pytest.mark.parametrize(
    ("text", "metre", "pickup"),
    [
        ("C D E F G", "4/4", 0),
        ("3/4 C D E F G", "3/4", 0),
        ("C D E | F G A | B:3", "3/4", 0),
        ("C D | E F | G:2", "2/4", 0),
        ("G | C D E F | G A B", "4/4", 1),
        ("G:1/2 | C D E | F G:1.5", "3/4", 0.5),
        ("6/8 C:1.5 D:1.5 | E:3", "6/8", 0),
        ("C D:1/2 E F:1/2 | G:1.5 A:1.5", "6/8", 0),
        ("C:2 D | E:2 F | G:3", "3/4", 0),
        ("C D:1/2 | E F:1/2 | G:1.5", "3/8", 0),
        ("C D E F G | C:5 | C:5", "5/4", 0),
        ("C D E F | G A |", "4/4", 0),
    ],
)
def test_metre_and_pickup(text, metre, pickup):
    timing = parse_notes(text).timing
    assert [str(said) for _, said in timing.metres] == [metre]
    assert timing.pickup_ticks == pickup * timing.ticks_per_beat


def test_metre_may_change_at_a_bar_line():
    timing = parse_notes("4/4 C D E F | 3/4 G A B | G A B | 4/4 C:4").timing
    assert timing.metres == ((0, Metre(4, 4)), (1920, Metre(3, 4)), (4800, Metre(4, 4)))


def test_assumptions_are_said():
    assert "4/4 was assumed" in parse_notes("C D E").notices[0]
    assert "3/4" in parse_notes("C D E | F G A").notices[0]
    assert "pick-up" in parse_notes("4/4 G | C D E F").notices[0]
    assert "do not agree" in parse_notes("C D E F | G A B | C D | E").notices[0]
    assert parse_notes("4/4 C D E F").notices == ()


@pytest.mark.parametrize(
    ("text", "position", "hint"),
    [
        ("C4 X4 D4", 2, "C4, F#4:1/2"),
        ("C4 [C4 E4 G4]", 2, "one note at a time"),
        ("C4 C4+E4", 2, "one note at a time"),
        ("C4 C4,E4", 2, "one note at a time"),
        ("Am F", 1, "one note at a time"),
        ("C4 Cmaj7", 2, "one note at a time"),
        ("C4 H4", 2, "German"),
        ("do re mi", 1, "C D E F G A B"),
        ("|: C D :|", 2, "repeat"),
        ("C4 D44", 2, "C-1 to G9"),
        ("G9 A9", 2, "C-1 to G9"),
        ("C4 C#b4", 2, "accidentals"),
        ("C4 D4:", 2, "number of beats"),
        ("C4 D4:x", 2, "number of beats"),
        ("C4 D4:-1", 2, "number of beats"),
        ("C4 D4:1/0", 2, "number of beats"),
        ("C4 D4:0", 2, "0 beats"),
        ("C4 D4:0.33", 2, "1/3"),
        ("C4 D4:1/1023 E4:1/1025", 3, "too fine"),
        ("C4 D.....", 2, "dots"),
        ("R4 C", 1, "R:2"),
        ("C4~ D4", 2, "same pitch"),
        ("C4~ R C4", 2, "same pitch"),
        ("C4 D4~", 2, "leads nowhere"),
        ("C4 3/4 D4", 2, "after a bar line"),
        ("5/5 C4", 1, "6/8"),
        ("0/4 C4", 1, "6/8"),
        ("C4 D4:1400 E:101", 3, "15 minutes"),
        ("C4:99999999", 1, "number of beats"),
        ("", 1, "no note"),
        ("R | R:3", 1, "no note"),
        ("3/4 C D E F | G", 6, "bar 1 has 4 beats, a bar of 3/4 has 3 beats"),
        ("C D E F | G A B | C D E F", 9, "bar 2 has 3 beats, a bar of 4/4 has 4 beats"),
        ("G | C D E F | G A B | C D E F | G:4", 11, "bar 2 has 3 beats"),
        ("4/4 C D E F | G A B C D", 11, "bar 2 has 5 beats"),
    ],
)
def test_wrong_token_is_named_with_its_place(text, position, hint):
    with pytest.raises(NotationError) as refusal:
        parse_notes(text)
    error = refusal.value
    assert error.position == position
    assert text[error.column :].startswith(error.token)
    assert f"Token {position}, {error.token!r}" in str(error)
    assert hint in str(error) and "\n" not in str(error)


def test_text_has_limits():
    with pytest.raises(NotationError, match="characters"):
        parse_notes("C" * (MAX_CHARACTERS + 1))
    with pytest.raises(NotationError, match="tokens"):
        parse_notes("C:0.01 " * (MAX_TOKENS // 2) + "| " * (MAX_TOKENS // 2 + 1))


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet=st.sampled_from("ABCDEFGRabh#♭x0123459:/.~|- \n[]{}é"), max_size=40))
def test_any_text_is_read_or_refused_in_one_line(text):
    try:
        melody = parse_notes(text)
    except NotationError as error:
        assert "\n" not in str(error)
    else:
        assert melody.notes
        assert same_sound(parse_notes(format_notes(melody)), melody)


def same_sound(one: Melody, other: Melody) -> bool:
    def beats(melody):
        ticks = melody.timing.ticks_per_beat
        return [(Fraction(n.start, ticks), n.pitch, Fraction(n.duration, ticks)) for n in melody.notes]

    return beats(one) == beats(other)


def test_demo_is_sixteen_bars_for_a_soprano():
    melody = parse_notes(DEMO_NOTES)
    assert melody.length_bars == 16
    assert all(60 <= note.pitch <= 81 for note in melody.notes)


def test_format_is_what_a_musician_types():
    text = "4/4 G4:1/2 A:1/2 | C5 D:1.5 E:1/2 F#~ | F#:2 R Bb3 | 3/4 C4:1/3 D:1/3 E:1/3 F:2"
    assert format_notes(parse_notes(text)) == text.replace("G4", "G")


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_round_trip(melodies, data):
    melody = data.draw(melodies(ticks_per_beat=st.just(480)))
    again = parse_notes(format_notes(melody))
    assert [(n.start, n.pitch, n.duration) for n in again.notes] == [
        (n.start, n.pitch, n.duration) for n in melody.notes
    ]
    assert (again.timing.metres, again.timing.pickup_ticks) == (melody.timing.metres, melody.timing.pickup_ticks)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_round_trip_at_any_resolution(melodies, data):
    melody = data.draw(melodies())
    assert same_sound(parse_notes(format_notes(melody)), melody)


def test_round_trip_keeps_metres_and_pickup():
    timing = Timing(metres=((0, Metre(3, 4)), (480 + 2 * 1440, Metre(6, 8))), pickup_ticks=480)
    melody = Melody((Note(0, 60, 480), Note(960, 62, 4000), Note(5200, 64, 80)), timing)
    again = parse_notes(format_notes(melody))
    assert (again.notes, again.timing) == (melody.notes, timing)


def test_a_bar_cut_short_by_a_metre_change_can_still_be_read():
    for short in (720, 500, 7):
        timing = Timing(metres=((0, Metre(4, 4)), (1920 + short, Metre(3, 4))))
        melody = Melody((Note(0, 60, 2500), Note(2500, 62, 3000)), timing)
        assert same_sound(parse_notes(format_notes(melody)), melody)
