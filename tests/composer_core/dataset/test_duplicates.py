"""The same piece twice, and pieces that share their bars."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.corpora.midi_songs import MidiPiece, MidiTrack
from composer_core.dataset.casting import Cast
from composer_core.dataset.duplicates import alike, find_duplicates
from composer_core.dataset.members import Member
from composer_core.music import Note, Timing

NOTES = st.lists(
    st.builds(Note, st.integers(0, 64).map(lambda n: n * 120), st.integers(48, 72), st.just(120)),
    min_size=8,
    max_size=40,
)


def cast(melody, others=(), beats=()):
    tracks = (MidiTrack(0, False, "", tuple(melody)),)
    piece = MidiPiece("ours", "test", Timing(), 0.5, tracks)
    members = [Member("piano", "chords", "", 0, tuple(others)), Member("drums", "drums", "", 0, tuple(beats))]
    return Cast(piece, tuple(sorted(melody)), "", "flute", 73, tuple(member for member in members if member.notes))


def moved(notes, up=0, later=0, times=1):
    return [Note(later + times * n.start, n.pitch + up, times * n.duration) for n in notes]


@settings(deadline=None)
@given(NOTES, NOTES, st.integers(-12, 12), st.integers(0, 4), st.sampled_from([1, 2, 4]))
def test_key_tempo_and_place_make_no_other_piece(melody, others, up, bars, times):
    where = {"later": 1920 * bars, "times": times}
    again = cast(moved(melody, up, **where), moved(others, up, **where), moved(others, 0, **where))
    assert find_duplicates([cast(melody, others, others), again]) == {1: 0}


@settings(deadline=None)
@given(NOTES, NOTES, NOTES)
def test_another_accompaniment_is_another_piece(melody, others, different):
    same = {(n.start, n.pitch) for n in others} & {(n.start, n.pitch) for n in different}
    if 2 * len(same) < len({(n.start, n.pitch) for n in (*others, *different)}):
        assert find_duplicates([cast(melody, others), cast(melody, different)]) == {}


def test_one_changed_note_of_the_melody_is_another_piece():
    tune = [Note(480 * at, 60 + at % 7, 480) for at in range(32)]
    other = [*tune[:-1], replace(tune[-1], pitch=50)]
    assert find_duplicates([cast(tune), cast(other)]) == {}
    assert find_duplicates([cast(tune), cast(other), cast(tune), cast(other)]) == {2: 0, 3: 1}


def test_bars_in_common_are_counted_in_any_key():
    def bars(*seeds):
        return [
            Note(1920 * bar + 480 * beat, 60 + random.Random(f"{seed}/{beat}").randrange(12), 480)
            for bar, seed in enumerate(seeds)
            for beat in range(4)
        ]

    assert alike([cast(bars(1, 2, 3, 4)), cast(moved(bars(1, 2, 3, 4), up=5))]) == 1.0
    assert alike([cast(bars(1, 1, 1, 1))]) == 0.0
    assert alike([cast(bars(1, 2, 3, 4)), cast(bars(1, 7, 8, 9))]) == 0.25
    assert alike([]) == 0.0
