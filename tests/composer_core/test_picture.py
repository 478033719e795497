from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from composer_core.music import Chord, Composition, Key, Metre, Note, Timing, Track
from composer_core.picture import ALT_TEXT_LIMIT, BAND, MELODY, PAPER, describe, draw_pianoroll
from composer_core.picture_layout import LEFT, RIGHT, WIDTH, lay_out

BEAT = 480
COMMON = Metre(4, 4)


def piece(bars: int = 8, metre: Metre = COMMON, pickup: int = 0, drums: bool = True) -> Composition:
    bar = metre.bar_ticks(BEAT)
    starts = [pickup + k * bar for k in range(bars)]
    tracks = [
        Track("Flute", 73, tuple(Note(s, 72 + k % 5, bar // 2) for k, s in enumerate(starts)), is_melody=True),
        Track("Organ", 19, tuple(Note(s, 48 + k % 7, bar, 127) for k, s in enumerate(starts))),
    ]
    if drums:
        tracks.append(Track("Kit", 0, tuple(Note(s, 38, 60, 127) for s in starts), is_drum=True))
    chords = tuple(Chord(s, ("C", "Am7", "F", "G/B")[k % 4]) for k, s in enumerate(starts))
    timing = Timing(BEAT, metres=((0, metre),), pickup_ticks=pickup)
    return Composition("Morning", timing, Key(0), tuple(tracks), chords, genre="chorale", seed=7)


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[[Composition], np.ndarray]:
    def draw(composition: Composition) -> np.ndarray:
        draw_pianoroll(composition, tmp_path / "piece.png")
        with Image.open(tmp_path / "piece.png") as image:
            assert image.format == "PNG"
            return np.asarray(image.convert("RGB"))

    return draw


def count(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int(np.all(np.abs(pixels.astype(int) - colour) <= 3, axis=2).sum())


def test_every_track_has_its_colour(drawn):
    pixels = drawn(piece())
    assert count(pixels, MELODY) > 5000
    assert count(pixels, BAND[0]) > 5000
    assert count(pixels, BAND[1]) > 500
    assert count(pixels, BAND[2]) == 0


def test_it_suits_a_chat(drawn):
    height, width, _ = drawn(piece(16)).shape
    assert width == WIDTH
    assert height <= 1.1 * width * 350 / 550 + 200  # Discord shows 550 x 350


def test_the_melody_lies_on_top(drawn):
    both = replace(piece(drums=False), tracks=(piece().tracks[0], replace(piece().tracks[0], is_melody=False)))
    assert count(drawn(both), BAND[0]) < 0.2 * count(drawn(both), MELODY)


def test_a_long_name_between_others_is_written_smaller(drawn):
    notes = tuple(Note(number * BEAT, 60, BEAT) for number in range(32))
    labels = ("F#m7b5/A", "B7b9#11/D#", "F#m7b5/C", "B7b9#11/F") * 4
    chords = tuple(Chord(number * 2 * BEAT, label) for number, label in enumerate(labels))
    crowded = Composition("Names", Timing(BEAT), Key(0), (Track("Melody", 0, notes, is_melody=True),), chords)
    without_the_longest = tuple(chord for chord in chords if chord.label != labels[1])
    assert np.any(drawn(crowded) != drawn(replace(crowded, chords=without_the_longest)))


def test_chords_and_bar_numbers_are_written(drawn):
    with_chords = drawn(piece())
    without = drawn(replace(piece(), chords=()))
    assert with_chords.shape == without.shape
    assert np.any(with_chords != without)


def test_the_same_piece_is_the_same_picture(drawn):
    assert np.array_equal(drawn(piece()), drawn(piece()))


def test_a_very_long_piece_stays_a_picture(drawn):
    pixels = drawn(piece(450))
    assert pixels.shape[0] < 3200
    layout = lay_out(piece(450), 1)
    assert layout.last_bar == 450
    assert layout.last_bar_shown < 450
    assert count(pixels[-60:], PAPER) < pixels[-60:].shape[0] * WIDTH  # the line that says what is missing


@pytest.mark.parametrize("bars", [1, 2, 7, 8, 16, 17, 31, 64, 100])
def test_a_song_is_shown_whole_and_each_bar_once(bars):
    layout = lay_out(piece(bars), 1)
    assert layout.last_bar_shown == layout.last_bar == bars
    shown = [tick for system in layout.systems for tick in system.bars]
    assert shown == piece(bars).timing.bar_starts(piece(bars).end)
    assert [system.end for system in layout.systems[:-1]] == [system.start for system in layout.systems[1:]]


def test_a_pick_up_has_no_number_and_joins_the_first_line():
    layout = lay_out(piece(16, pickup=BEAT), 1)
    assert [system.first_bar for system in layout.systems] == [0, 9]
    assert layout.last_bar == 16


@settings(max_examples=40, deadline=None)
@given(
    bars=st.integers(1, 300),
    metre=st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 4), Metre(1, 4)]),
    pickup=st.sampled_from([0, 240, 480]),
    lowest=st.integers(0, 100),
    highest=st.integers(0, 127),
)
def test_everything_lies_inside_its_frame(bars, metre, pickup, lowest, highest):
    composition = piece(bars, metre, pickup)
    extremes = Track("Wide", 0, (Note(0, lowest, 60), Note(0, highest, 60)))
    layout = lay_out(replace(composition, tracks=(*composition.tracks, extremes)), 1)
    bottoms = [layout.bottom(system) for system in layout.systems]
    assert all(bottom <= system.y for bottom, system in zip(bottoms, layout.systems[1:], strict=False))
    assert bottoms[-1] < layout.height
    for system in layout.systems:
        assert LEFT <= layout.x(system, system.start) <= layout.x(system, system.end) <= WIDTH - RIGHT + 1e-6
        for pitch in (lowest, highest):
            assert layout.roll_top(system) <= layout.y(system, pitch) < layout.bottom(system)
        assert layout.lane_y(system, 38) + layout.lane <= layout.bottom(system)


@pytest.mark.parametrize(
    "composition",
    [
        replace(piece(), tracks=(Track("Nothing", 0, (), is_melody=True),), chords=()),
        replace(piece(), name="日本\N{SNOWMAN}" * 40, tracks=tuple(replace(t, name="x" * 300) for t in piece().tracks)),
        replace(piece(), name="", chords=(Chord(0, "N"), Chord(BEAT, "C" * 90))),
        replace(piece(1), tracks=tuple(replace(piece(1).tracks[1], name=f"Part {k}") for k in range(20))),
        piece(3, Metre(1, 4), 240),
    ],
    ids=["empty", "odd names", "no name", "many tracks", "tiny bars"],
)
def test_odd_pieces_are_drawn_and_described(drawn, composition):
    pixels = drawn(composition)
    assert pixels.shape[1] == WIDTH
    assert pixels.shape[0] < 3200
    assert 0 < len(describe(composition)) <= ALT_TEXT_LIMIT


def test_a_title_in_another_script_is_written_in_latin_letters_instead_of_nothing(drawn):
    chinese, latin, nothing = (drawn(replace(piece(), name=name)) for name in ("茉莉花 🎺", "MoLiHua", "🎺"))
    assert (chinese == latin).all() and not (chinese == nothing).all()


def test_an_unwritable_place_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        draw_pianoroll(piece(), tmp_path / "nowhere" / "piece.png")


def test_the_alternative_text_says_what_the_picture_shows():
    text = describe(piece())
    for word in ("Morning", "C major", "4/4", "100 bpm", "8 bars", "Flute (melody): 8 notes from C5 to E5", "Kit: 8"):
        assert word in text
    assert "Chords: C Am7 F G/B" in text
    assert len(describe(piece(400))) <= ALT_TEXT_LIMIT
