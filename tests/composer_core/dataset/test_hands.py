"""A keyboard's notes between two hands."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from composer_core.dataset.hands import divide_hands
from composer_core.music import Note

NOTES = st.lists(
    st.builds(Note, st.integers(0, 40).map(lambda n: n * 120), st.integers(21, 108), st.sampled_from([120, 480])),
    max_size=60, unique_by=lambda note: (note.start, note.pitch),
)  # fmt: skip


@given(NOTES, st.booleans())
def test_no_note_is_lost_and_the_left_hand_plays_one_at_a_time(notes, whole_left):
    left, right = divide_hands(notes, whole_left=whole_left)
    place = {(note.start, note.pitch) for note in notes}
    assert {(n.start, n.pitch) for n in left} | {(n.start, n.pitch) for n in right} == place
    assert len(left) + len(right) == len(notes)
    assert all(a.end <= b.start for a, b in pairwise(left))


def test_the_hands_part_where_nobody_reaches():
    low = [Note(480 * at, 43 + at % 5, 480) for at in range(16)]
    high = [Note(480 * at, pitch, 480) for at in range(16) for pitch in (64, 67, 72)]
    left, right = divide_hands(sorted(low + high), whole_left=False)
    assert (left, right) == (low, sorted(high))
