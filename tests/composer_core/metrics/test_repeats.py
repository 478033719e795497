from dataclasses import replace

import pytest

from composer_core.errors import GenreError
from composer_core.metrics.repeats import FEW, Repeats
from composer_core.metrics.songroll import make_songroll
from composer_core.music import Chord, Note
from tests.fakes.small_training import BAR, PARTS, tune

PLAYERS = PARTS[1:]


def song(bars, up=0, name="song"):
    """One bar of bass and drums a letter: the letter says which notes, another chord below each."""
    bass, chords, melody = [], [], []
    for number, letter in enumerate(bars):
        at, root = number * BAR, (5 * number + up) % 12
        chords.append(Chord(at, ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[root]))
        melody.append(Note(at, 72, BAR))
        if letter != " ":
            bass += [Note(at, 36 + root, 480), Note(at + 480, 36 + root + ord(letter) - ord("a"), 480)]
    return replace(tune(0), name=name, melody=tuple(melody), chords=tuple(chords), parts={"Bass": tuple(bass)})


def longest(mine, *theirs, up=0):
    known = Repeats.learn([make_songroll(song(bars)) for bars in theirs], PLAYERS)
    return known.longest(make_songroll(song(mine, up)), PLAYERS)


@pytest.mark.parametrize("up", [0, 1, 5, 11])
def test_a_copy_is_found_in_any_key(up):
    assert longest("abcdefgh", "abcdefgh", up=up) == 8 > FEW


@pytest.mark.parametrize(
    ("mine", "theirs", "bars"),
    [
        ("abcd", "efgh", 0),
        ("xxabcxx", "yyabcyy", 3),  # wherever it stands
        ("abcabc", "abc", 3),
        ("acbd", "abcd", 1),  # the order counts
        ("aaaaaaaa", "aaaaaaaa", 1),  # a vamp is no quotation
        ("aabbccdd", "aabbccdd", 4),
        ("aaabcde", "abcde", 5),  # a vamp that leads into one
        ("ab cd", "ab cd", 2),  # silence parts
        ("    ", "    ", 0),
    ],
)
def test_bars_in_a_row(mine, theirs, bars):
    assert longest(mine, theirs) == bars


def test_the_longest_of_all_pieces_counts():
    assert longest("abcdefgh", "abcxxxxx", "xxxdefgh", "hgfedcba") == 5
    assert longest("abc") == 0


def test_a_bar_is_the_same_only_where_every_part_does_the_same():
    theirs, mine = song("abcdef"), song("abcdef", up=3)
    drums = tuple(Note(number * BAR, 36, 60) for number in range(6))
    other = (*drums[:3], replace(drums[3], pitch=38), *drums[4:])
    rolls = [make_songroll(replace(s, parts={**s.parts, "Drums": d})) for s, d in ((theirs, drums), (mine, other))]
    assert Repeats.learn(rolls[:1], PLAYERS).longest(rolls[1], PLAYERS) == 3


def test_what_is_saved_comes_back(tmp_path):
    known = Repeats.learn([make_songroll(tune(number)) for number in range(3)], PLAYERS)
    known.save(tmp_path / "repeats.json")
    again = Repeats.load(tmp_path / "repeats.json")
    for number in range(4):
        roll = make_songroll(tune(number))
        assert again.longest(roll, PLAYERS) == known.longest(roll, PLAYERS)
    assert again.longest(make_songroll(tune(1)), PLAYERS) == 4


@pytest.mark.parametrize(
    "text", ["", "{", "null", "5", "[1, 2]", "[[[1]]]", '[["a"]]', "[[null]]", '{"a": 1}', "[[1e400]]", "[" * 100_000]
)
def test_a_damaged_file_says_so(tmp_path, text):
    path = tmp_path / "repeats.json"
    path.write_text(text)
    with pytest.raises(GenreError, match=r"repeats\.json is damaged"):
        Repeats.load(path)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(GenreError, match="damaged"):
        Repeats.load(tmp_path / "repeats.json")
