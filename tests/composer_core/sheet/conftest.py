"""Compositions as a composer makes them, on the grid, and as a person plays them."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import strategies as st

from composer_core.music import Chord, Composition, Key, Metre, Note, Timing, Track

METRES = [
    Metre(4, 4),
    Metre(3, 4),
    Metre(2, 4),
    Metre(6, 8),
    Metre(12, 8),
    Metre(5, 4),
    Metre(7, 8),
    Metre(2, 2),
    Metre(3, 8),
]
LABELS = ("C", "Am7", "G7b9", "F/A", "N", "Bm7b5", "Ebmaj9", "C69", "Gsus4", "D7sus4")


@pytest.fixture
def song():
    """Make a composition of notes (start, pitch, duration in beats)."""

    def make(*notes, metre="4/4", key=None, pickup=0, is_drum=False, chords=(), **about):
        above, below = map(int, metre.split("/"))
        timing = Timing(480, metres=((0, Metre(above, below)),), pickup_ticks=round(480 * pickup))
        line = tuple(Note(round(480 * Fraction(s)), p, round(480 * Fraction(d))) for s, p, d in notes)
        track = Track("Melody", 0, line, is_drum=is_drum, is_melody=True)
        plan = tuple(Chord(round(480 * beat), label) for beat, label in chords)
        return Composition("test", timing, key or Key(0), (track,), plan, **about)

    return make


@st.composite
def compositions(draw):
    """A melody in sixteenths or triplets, chords below it, and a plan."""
    metre = draw(st.sampled_from(METRES))
    pulse, bar = metre.pulse_ticks(480), metre.bar_ticks(480)
    pickup = draw(st.sampled_from([0, 0, pulse])) if pulse < bar else 0
    timing = Timing(480, ((0, float(draw(st.integers(40, 200)))),), ((0, metre),), pickup)
    melody = draw(lines(pulse, pickup))
    low = tuple(
        Note(note.start, pitch, note.duration)
        for note in draw(lines(pulse, pickup))
        for pitch in sorted(draw(st.sets(st.integers(30, 80), min_size=1, max_size=4)))
    )
    ends = sorted(draw(st.sets(st.integers(0, 20), max_size=5)))
    plan = tuple(Chord(pickup + beat * pulse, draw(st.sampled_from(LABELS))) for beat in ends)
    key = Key(draw(st.integers(0, 11)), draw(st.booleans()))
    parts = (Track("Lead", 73, melody, is_melody=True), Track("Chords", 0, low, role="chords"))
    return Composition("Song <1> & more", timing, key, parts, plan, genre="jazz")


@st.composite
def lines(draw, pulse, pickup):
    """Notes and rests without overlap, each pulse in halves, quarters or thirds (in compound time: in sixths)."""
    line: list[Note] = []
    tick = pickup % pulse
    for _ in range(draw(st.integers(1, 24))):
        parts = draw(st.sampled_from([1, 2, 4, 3]))
        for part in range(parts):
            if draw(st.booleans()):
                line.append(Note(tick + pulse * part // parts, draw(st.integers(36, 96)), pulse // parts))
        tick += pulse
    if not line:
        line = [Note(tick, 60, pulse)]
    if draw(st.booleans()):  # ties over beats and bars
        line = [Note(note.start, note.pitch, after.start - note.start) for note, after in pairwise(line)] + line[-1:]
    return tuple(line)
