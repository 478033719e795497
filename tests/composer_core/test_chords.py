import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer_core.chord_symbols import ALTERATIONS, BASES
from composer_core.chords import (
    ChordSymbol,
    chord_line,
    count_bars,
    format_plan,
    parse_chord,
    parse_plan,
    spelling,
    tidy,
)
from composer_core.errors import SettingError
from composer_core.harmony import CHORDS, QUALITIES
from composer_core.music import Chord, Key, Melody, Metre, Note, Timing

SEVENTHS = [base for base, steps in BASES.items() if {10, 11} & set(steps)]


@st.composite
def qualities(draw):
    """A base, or one with a seventh and up to two alterations."""
    if draw(st.booleans()):
        return draw(st.sampled_from(list(BASES)))
    chosen = draw(st.sets(st.sampled_from(list(ALTERATIONS)), min_size=1, max_size=2))
    base = draw(st.sampled_from([base for base in SEVENTHS if not base.endswith("b5")]))
    return base + "".join(name for name in ALTERATIONS if name in chosen)


PITCH_CLASSES = st.integers(0, 11)
SYMBOLS = st.builds(ChordSymbol, PITCH_CLASSES, qualities(), st.none() | PITCH_CLASSES)
KEYS = st.builds(Key, PITCH_CLASSES, st.booleans())


@given(SYMBOLS, KEYS)
def test_a_symbol_is_read_back_as_it_was_written(symbol, key):
    assert parse_chord(str(symbol)) == symbol
    assert parse_chord(symbol.name(key)) == symbol
    assert tidy(symbol.name(key)) == symbol.name(key)


@given(SYMBOLS)
def test_tones_begin_on_the_root_and_the_basic_chord_is_one_of_the_list(symbol):
    assert symbol.tones[0] == symbol.root
    assert list(symbol.steps) == sorted(set(symbol.steps))
    assert symbol.basic in QUALITIES
    assert CHORDS[symbol.index] == (symbol.root, symbol.basic)


@pytest.mark.parametrize("quality", QUALITIES)
def test_the_basic_chord_of_a_basic_chord_is_itself(quality):
    assert ChordSymbol(3, quality).basic == quality
    assert ChordSymbol(3, quality).steps == QUALITIES[quality]


@pytest.mark.parametrize(
    ("text", "name", "tones"),
    [
        ("C", "C", (0, 4, 7)),
        ("Am", "Am", (9, 0, 4)),
        ("A-", "Am", (9, 0, 4)),
        ("F#m7", "F#m7", (6, 9, 1, 4)),
        ("F♯min7", "F#m7", (6, 9, 1, 4)),
        ("Bbmaj7", "Bbmaj7", (10, 2, 5, 9)),
        ("BbM7", "Bbmaj7", (10, 2, 5, 9)),
        ("Bbj7", "Bbmaj7", (10, 2, 5, 9)),
        ("B♭Δ", "Bbmaj7", (10, 2, 5, 9)),
        ("CM", "C", (0, 4, 7)),
        ("Bdim", "Bdim", (11, 2, 5)),
        ("Bm7b5", "Bm7b5", (11, 2, 5, 9)),
        ("Bø", "Bm7b5", (11, 2, 5, 9)),
        ("Bø7", "Bm7b5", (11, 2, 5, 9)),
        ("Bdim7", "Bdim7", (11, 2, 5, 8)),
        ("Bo7", "Bdim7", (11, 2, 5, 8)),
        ("B°7", "Bdim7", (11, 2, 5, 8)),
        ("C+", "Caug", (0, 4, 8)),
        ("C+7", "C7#5", (0, 4, 8, 10)),
        ("C6", "C6", (0, 4, 7, 9)),
        ("Am6", "Am6", (9, 0, 4, 6)),
        ("C6/9", "C69", (0, 4, 7, 9, 2)),
        ("G9", "G9", (7, 11, 2, 5, 9)),
        ("Cmaj9", "Cmaj9", (0, 4, 7, 11, 2)),
        ("Dm9", "Dm9", (2, 5, 9, 0, 4)),
        ("G7b9", "G7b9", (7, 11, 2, 5, 8)),
        ("D79b", "D7b9", (2, 6, 9, 0, 3)),
        ("G7(b9,#11)", "G7b9#11", (7, 11, 2, 5, 8, 1)),
        ("G13", "G13", (7, 11, 2, 5, 9, 4)),
        ("Gsus4", "Gsus4", (7, 0, 2)),
        ("Gsus2", "Gsus2", (7, 9, 2)),
        ("Gsus", "Gsus4", (7, 0, 2)),
        ("G7sus4", "G7sus4", (7, 0, 2, 5)),
        ("Cadd9", "Cadd9", (0, 4, 7, 2)),
        ("C5", "C5", (0, 7)),
        ("Am(maj7)", "AmMaj7", (9, 0, 4, 8)),
        ("C/E", "C/E", (0, 4, 7)),
        ("F#m7b5/A", "F#m7b5/A", (6, 9, 0, 4)),
        ("C/C", "C", (0, 4, 7)),
    ],
)
def test_usual_spellings(text, name, tones):
    symbol = parse_chord(text)
    assert (str(symbol), symbol.tones) == (name, tones)


@pytest.mark.parametrize("text", ["N", "NC", "N.C.", " N "])
def test_no_chord(text):
    assert parse_chord(text) is None


def test_the_bass_is_the_root_unless_it_is_written():
    assert parse_chord("C").lowest == 0
    assert parse_chord("C/E").lowest == 4


@pytest.mark.parametrize(
    ("text", "meant"),
    [("am", "Am"), ("H7", "B7"), ("Cmaj77", "Cmaj7"), ("C7sus44", "C7sus4"), ("Dmm", "Dm"), ("F#m7!", "F#m7")],
)
def test_a_wrong_chord_is_named_with_the_nearest_right_one(text, meant):
    with pytest.raises(SettingError) as caught:
        parse_chord(text)
    assert f"{text!r}: did you mean {meant!r}?" in str(caught.value)


@given(st.text(max_size=12))
def test_any_text_is_a_chord_or_a_clear_sentence(text):
    try:
        parse_chord(text)
    except SettingError as error:
        assert "\n" not in str(error)


def test_an_unknown_quality_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="foo"):
        ChordSymbol(0, "foo")
    with pytest.raises(ValueError, match="12"):
        ChordSymbol(12)


def test_keys_spell_their_chords():
    assert spelling(Key(1))[6] == "Gb"
    assert spelling(Key(4))[8] == "G#"
    assert spelling(Key(9, False))[8] == "G#"
    assert spelling(Key(7, False))[6] == "F#"
    assert ChordSymbol(6, "m7").name(Key(8)) == "Gbm7"


# Plans


def crotchets(count, metre=None, pickup_ticks=0):
    notes = tuple(Note(number * 480, 60, 480) for number in range(count))
    return Melody(notes, Timing(metres=((0, metre or Metre()),), pickup_ticks=pickup_ticks))


def changes(text, melody):
    return [(chord.tick, chord.label) for chord in parse_plan(text, melody)]


def test_chords_share_their_bar():
    assert changes("C Am | F G7", crotchets(8)) == [(0, "C"), (960, "Am"), (1920, "F"), (2880, "G7")]
    assert changes("C Am G", crotchets(4)) == [(0, "C"), (960, "Am"), (1440, "G")]
    assert changes("C G", crotchets(3, Metre(3, 4))) == [(0, "C"), (960, "G")]
    assert changes("C G", crotchets(3, Metre(6, 8))) == [(0, "C"), (720, "G")]
    assert changes("C . . G", crotchets(4)) == [(0, "C"), (1440, "G")]
    assert changes("C D E F G", crotchets(4))[1] == (480, "D")


def test_a_short_plan_is_repeated_whole_and_a_long_one_is_cut():
    assert [label for _, label in changes("C | F", crotchets(12))] == ["C", "F", "C"]
    assert changes("C | F | G", crotchets(4)) == [(0, "C")]
    assert count_bars("| C | F || G | |") == 4


def test_a_blank_bar_repeats_the_bar_before():
    assert changes("C F | % | G", crotchets(12)) == changes("C F | C F | G", crotchets(12))
    assert changes("C F | | G", crotchets(12)) == changes("C F | C F | G", crotchets(12))


def test_the_first_chord_sounds_from_the_pickup_on_unless_it_has_its_own():
    melody = crotchets(9, pickup_ticks=480)
    assert changes("C | F", melody) == [(0, "C"), (2400, "F")]
    assert changes("(G7) | C | F", melody) == [(0, "G7"), (480, "C"), (2400, "F")]


def test_labels_keep_the_users_own_spelling_of_the_root():
    assert [label for _, label in changes("Db-7 Gb7", crotchets(4))] == ["Dbm7", "Gb7"]


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("C | F foo", ("bar 2", "'foo'", "did you mean")),
        ("C Hm", ("bar 1", "'Hm'", "'Bm'")),
        ("(Hm) | C", ("the pick-up", "'Hm'")),
        ("(G7) | C", ("no pick-up", "G7")),
        ("", ("no chord",)),
        ("%", ("no chord",)),
        (". C", ("bar 1", "begin with a chord")),
        (" ".join("C" * 17), ("bar 1", "17", "at most 16")),
    ],
)
def test_a_wrong_plan_is_named_with_its_bar(text, fragments):
    with pytest.raises(SettingError) as caught:
        parse_plan(text, crotchets(4))
    assert all(fragment in str(caught.value) for fragment in fragments)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow])  # melodies in every metre take their time
def test_a_plan_is_read_back_as_it_was_written(melodies, data):
    melody = data.draw(melodies(ticks_per_beat=st.sampled_from([480, 960])))
    tokens = st.one_of(SYMBOLS.map(str), st.just("N"))
    bar = st.lists(tokens, min_size=1, max_size=4).flatmap(
        lambda chords: (
            st.sampled_from([" ".join(chords), " . ".join(chords)]) if len(chords) < 3 else st.just(" ".join(chords))
        )
    )
    text = " | ".join(data.draw(st.lists(bar, min_size=1, max_size=4)))
    try:
        chords = parse_plan(text, melody)
    except SettingError as error:
        assert "at most" in str(error)
        return
    assert chords[0].tick == 0
    assert parse_plan(format_plan(chords, melody), melody) == chords


def test_the_chord_that_sounds_at_a_tick():
    chords = (Chord(480, "C/E"), Chord(960, "N"), Chord(1440, "G7"))
    line = chord_line(chords, [0, 480, 959, 960, 2000])
    assert line == [None, ChordSymbol(0, "", 4), ChordSymbol(0, "", 4), None, ChordSymbol(7, "7")]


@pytest.mark.parametrize(("label", "key", "expected"), [
    ("Abdim", Key(7), "G#dim"), ("Ebdim7", Key(9, False), "D#dim7"), ("Ab", Key(7), "Ab"), ("Abm7b5", Key(6), "Abm7b5"),
    ("F#dim", Key(7), "F#dim"),
])  # fmt: skip
def test_a_diminished_chord_outside_the_scale_is_spelled_as_one_that_leads_up(label, key, expected):
    assert parse_chord(label).name(key) == expected
