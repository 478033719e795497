import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from composer_core.errors import MelodyError
from composer_core.melody import bar_line, fit, trim_silence
from composer_core.music import Melody, Metre, Note, Timing
from composer_core.notation import format_notes, parse_notes

TUNE = parse_notes("4/4 C4 D E F | G:4")
UPBEAT = parse_notes("4/4 G4 | C5 D E F | G:3")  # room for the next upbeat at the end
FULL_UPBEAT = parse_notes("4/4 G4 | C5 D E F | G:4")


def text(melody: Melody) -> str:
    return format_notes(melody)


def test_without_wishes_nothing_changes():
    assert fit(UPBEAT) == UPBEAT


@pytest.mark.parametrize(
    ("melody", "bars", "expected"),
    [
        (TUNE, 1, "4/4 C D E F"),
        (TUNE, 2, "4/4 C D E F | G:4"),
        (TUNE, 3, "4/4 C D E F | G:4 | C D E F"),
        (TUNE, 4, "4/4 C D E F | G:4 | C D E F | G:4"),
        (UPBEAT, 1, "4/4 G | C5 D E F"),
        (UPBEAT, 2, "4/4 G | C5 D E F | G:3"),
        (UPBEAT, 4, "4/4 G | C5 D E F | G:3 G4 | C5 D E F | G:3"),
        (FULL_UPBEAT, 5, "4/4 G | C5 D E F | G:4 | R:3 G4 | C5 D E F | G:4"),
        (parse_notes("3/4 C D"), 3, "3/4 C D R | C D R | C D"),
        (parse_notes("4/4 C:6 D:2"), 1, "4/4 C:4"),
        (parse_notes("2/4 C D | 3/4 E F G"), 4, "2/4 C D | 3/4 E F G | 2/4 C D | 3/4 E F G"),
        (parse_notes("2/4 C D | 3/4 E F G"), 1, "2/4 C D"),
    ],
)
def test_length(melody, bars, expected):
    assert text(fit(melody, length_bars=bars)) == expected


def test_tempo_replaces_the_map():
    timing = Timing(tempos=((0, 90.0), (480, 60.0)))
    assert fit(Melody(TUNE.notes, timing), tempo_bpm=120).timing.tempos == ((0, 120.0),)


def test_tempo_map_is_repeated_with_the_notes():
    timing = Timing(tempos=((0, 90.0), (960, 60.0), (5000, 30.0)))
    fitted = fit(Melody(TUNE.notes, timing), length_bars=4)
    assert fitted.timing.tempos == ((0, 90.0), (960, 60.0), (3840, 90.0), (4800, 60.0))


def test_repeating_is_said():
    assert "shorter than 4 bars: it was repeated" in fit(TUNE, length_bars=4).notices[-1]
    assert fit(TUNE, length_bars=1).notices == TUNE.notices


def test_cutting_to_rests_is_refused():
    with pytest.raises(MelodyError, match="only rests"):
        fit(parse_notes("4/4 R:4 | C D E F"), length_bars=1)


@pytest.mark.parametrize("wish", [{"length_bars": 1000}, {"tempo_bpm": 20, "length_bars": 100}])
def test_more_than_fifteen_minutes_are_refused(wish):
    with pytest.raises(MelodyError, match="15"):
        fit(TUNE, **wish)


def test_repeating_is_refused_before_it_fills_the_memory():
    dense = Melody(tuple(Note(i, 60, 1) for i in range(1900)), Timing(tempos=((0, 1e6),)))
    with pytest.raises(MelodyError, match="fewer bars"):
        fit(dense, length_bars=1000)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), bars=st.integers(1, 40))
def test_fitted_melody_is_the_beginning_of_the_original_and_no_longer(melodies, data, bars):
    melody = data.draw(melodies())
    try:
        fitted = fit(melody, length_bars=bars)
    except MelodyError:
        assume(False)
    end = bar_line(fitted.timing, bars)
    assert fitted.end <= end
    assert all(a.end <= b.start for a, b in zip(fitted.notes, fitted.notes[1:], strict=False))
    kept = [note for note in melody.notes if note.end <= end]
    assert list(fitted.notes[: len(kept)]) == kept
    if bars >= melody.length_bars:
        assert fitted.length_bars > bars - max(melody.length_bars, 1) - 1


def test_an_intro_moves_the_melody_by_whole_bars():
    timing = Timing(tempos=((0, 90.0), (960, 60.0)), metres=((0, Metre(3, 4)), (1440, Metre(2, 4))))
    moved = fit(Melody(TUNE.notes, timing), intro_bars=2)
    assert [note.start - 2880 for note in moved.notes] == [note.start for note in TUNE.notes]
    assert moved.timing.tempos == ((0, 90.0), (2880 + 960, 60.0))
    assert moved.timing.metres == ((0, Metre(3, 4)), (2880 + 1440, Metre(2, 4)))
    assert moved.notices[-1] == "The band plays 2 bars before the melody: it begins in bar 3."


def test_a_pick_up_sounds_at_the_end_of_the_intro():
    assert text(fit(UPBEAT, intro_bars=1)) == "4/4 R:3 G | C5 D E F | G:3"
    assert "its pick-up before that" in fit(UPBEAT, intro_bars=1).notices[-1]


def test_an_intro_comes_on_top_of_the_length_asked_for():
    fitted = fit(TUNE, length_bars=3, intro_bars=4)
    assert fitted.length_bars == 7
    assert fitted.notes[0].start == 4 * 4 * 480


def test_an_intro_counts_for_the_fifteen_minutes():
    with pytest.raises(MelodyError, match="15"):
        fit(TUNE, tempo_bpm=20, intro_bars=75)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), bars=st.integers(1, 8))
def test_an_intro_changes_neither_the_notes_nor_their_places_in_the_bar(melodies, data, bars):
    melody = data.draw(melodies())
    moved = fit(melody, intro_bars=bars)
    shift = moved.notes[0].start - melody.notes[0].start
    assert [(n.start - shift, n.pitch, n.duration) for n in moved.notes] == [
        (n.start, n.pitch, n.duration) for n in melody.notes
    ]
    lines = [line + shift for line in melody.timing.bar_starts(melody.end)[1:]]
    starts = moved.timing.bar_starts(moved.end)
    assert starts[len(starts) - len(lines) :] == lines
    assert moved.timing.seconds_at(shift + melody.end) - moved.timing.seconds_at(shift) == pytest.approx(melody.end_s)


def test_bar_line_does_not_count_the_pickup():
    timing = Timing(metres=((0, Metre(3, 4)), (480 + 1440, Metre(4, 4))), pickup_ticks=480)
    assert [bar_line(timing, bars) for bars in range(4)] == [480, 1920, 3840, 5760]


def test_silence_goes_in_whole_bars_with_its_tempo_and_metre():
    timing = Timing(
        tempos=((0, 90.0), (1000, 60.0), (4000, 70.0)), metres=((0, Metre(2, 4)), (960, Metre(3, 4))), pickup_ticks=0
    )
    melody = Melody((Note(960 + 1440 + 100, 60, 480),), timing)
    trimmed, bars = trim_silence(melody)
    assert bars == 2
    assert trimmed.notes == (Note(100, 60, 480),)
    assert trimmed.timing == Timing(tempos=((0, 60.0), (1600, 70.0)), metres=((0, Metre(3, 4)),))


def test_no_silence_no_change():
    assert trim_silence(UPBEAT) == (UPBEAT, 0)
