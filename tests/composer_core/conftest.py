import pytest
from hypothesis import strategies as st

from composer_core.music import Melody, Metre, Note, Timing

METRES = [Metre(4, 4), Metre(3, 4), Metre(2, 4), Metre(6, 8), Metre(5, 8), Metre(12, 8), Metre(2, 2), Metre(1, 4)]
DIVISIONS = st.sampled_from([24, 96, 100, 120, 480, 960, 1024, 15360])
ONE_TEMPO = st.just(600_000)


@st.composite
def _melodies(draw, ticks_per_beat=DIVISIONS, tempos=ONE_TEMPO):
    """A single line of up to 24 notes and rests, in any metre that its ticks allow; tempos in microseconds a beat."""
    ticks = draw(ticks_per_beat)
    metres = [metre for metre in METRES if ticks * 4 * metre.numerator % metre.denominator == 0]
    metre = draw(st.sampled_from(metres))
    bar = metre.bar_ticks(ticks)
    first_rest = draw(st.sampled_from([0, 0, ticks // 2, ticks, bar - 1]))
    length = st.one_of(st.sampled_from([ticks // 4, ticks // 3, ticks // 2, ticks, ticks * 2]), st.integers(1, 2 * bar))
    rest = st.one_of(st.just(0), length)
    note = st.tuples(rest, length, st.integers(0, 127), st.integers(1, 127))
    notes, at = [], first_rest
    for gap, duration, pitch, velocity in draw(st.lists(note, min_size=1, max_size=24)):
        gap = gap if notes else 0
        notes.append(Note(at + gap, pitch, duration, velocity))
        at += gap + duration
    pickup = draw(st.one_of(st.just(0), st.sampled_from([ticks, ticks // 2, ticks // 3]))) % bar
    changes = draw(st.lists(st.tuples(st.integers(1, at), st.sampled_from(metres)), max_size=2)) if at > bar else []
    bars = Timing(ticks, metres=((0, metre),), pickup_ticks=pickup).bar_starts(at)
    later = {next((b for b in bars[2:] if b >= tick), 0): new for tick, new in changes}
    said = [(0, metre)]
    for tick, new in sorted(later.items(), key=lambda change: change[0])[-1:]:
        if tick and new != metre:
            said.append((tick, new))
    tempo_map = [(0, draw(tempos))]
    for tick in sorted(draw(st.sets(st.integers(1, at), max_size=4))):
        tempo = draw(tempos)
        if tempo != tempo_map[-1][1] and tick < at:
            tempo_map.append((tick, tempo))
    timing = Timing(ticks, tuple((tick, 60e6 / tempo) for tick, tempo in tempo_map), tuple(said), pickup)
    return Melody(tuple(notes), timing)


@pytest.fixture(scope="session")
def melodies():
    """Strategy for melodies: ``melodies(ticks_per_beat=..., tempos=...)``."""
    return _melodies
