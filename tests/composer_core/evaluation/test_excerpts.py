from dataclasses import replace

from composer_core.evaluation.excerpts import ENOUGH_HUMANS, excerpt, spread, yardstick
from composer_core.music import Chord, Metre, Note, Timing

BAR = 1920


def test_a_short_song_is_kept_as_it_is(song):
    assert excerpt(song(0, bars=8), 8) is not None and excerpt(song(0, bars=8), 8) == song(0, bars=8)


def test_a_long_song_is_cut_with_its_chords_and_its_last_notes(song):
    long = replace(song(0, bars=8), parts={"Bass": (Note(0, 40, 3 * BAR), Note(5 * BAR, 40, BAR))})
    cut = excerpt(long, 2)
    assert cut.end == 2 * BAR and len(cut.melody) == 8
    assert cut.parts == {"Bass": (Note(0, 40, 2 * BAR),)}
    assert [chord.tick for chord in cut.chords] == [0, BAR]


def test_it_begins_with_the_bar_of_the_melody(song):
    late = replace(
        song(0, bars=8),
        melody=tuple(note for note in song(0, bars=8).melody if note.start >= 3 * BAR + 480),
        chords=(Chord(0, "C"), Chord(4 * BAR, "F")),
        timing=Timing(480, ((0, 100.0), (2 * BAR, 90.0), (4 * BAR, 80.0)), ((0, Metre()),)),
    )
    cut = excerpt(late, 2)
    assert cut.melody[0].start == 480 and cut.end == 2 * BAR
    assert cut.chords == (Chord(0, "C"), Chord(BAR, "F"))
    assert cut.timing.tempos == ((0, 90.0), (BAR, 80.0))
    assert cut.parts["Bass"][0].start == 0  # what began before the first bar is left out


def test_a_pickup_does_not_count_as_a_bar(song):
    timing = Timing(480, metres=((0, Metre()),), pickup_ticks=480)
    melody = tuple(Note(n * 480, 72, 480) for n in range(41))
    cut = excerpt(replace(song(0), timing=timing, melody=melody, parts={}), 2)
    assert cut.end == 480 + 2 * BAR and cut.timing.pickup_ticks == 480
    late = replace(song(0), timing=timing, melody=melody[8:], parts={})
    assert excerpt(late, 2).timing.pickup_ticks == 0


def test_human_songs_are_the_yardstick_where_there_are_enough(song):
    humans = [song(number) for number in range(ENOUGH_HUMANS)]
    renders = [song(90 + number, is_human=False) for number in range(4)]
    assert yardstick([*renders, *humans]) == humans
    assert yardstick([*renders, *humans[1:]]) == [*renders, *humans[1:]]


def test_a_spread_is_even_and_complete(song):
    songs = [song(number, bars=1) for number in range(10)]
    assert [s.name for s in spread(songs, 4)] == ["song 0", "song 2", "song 5", "song 7"]
    assert spread(songs, 10) == spread(songs, 99) == songs
