import numpy as np

from composer_core.band_rules import keep_clear
from composer_core.context import make_context
from composer_core.genres import Part
from composer_core.music import Chord, Note, Timing
from composer_core.part_writing import CROSSED, DUMB, PARALLEL, PartWriting
from composer_core.patterns import FIRST_SHAPE, HOLD, REST, Codebook
from composer_core.scores import Chair

LINE, BASS = Part("Line", 48, 40, 84, role="line"), Part("Bass", 32, 28, 60, role="bass")


def context(melody, label="C", bars=1):
    return make_context(melody, Timing(), (Chord(0, label),), 1920 * bars)


def test_a_note_that_rubs_on_a_pulse_goes_to_the_nearest_chord_tone():
    melody = [Note(0, 72, 1920)]  # C
    (moved,) = keep_clear([Note(480, 59, 240)], LINE, context(melody))  # B against C
    assert moved == Note(480, 60, 240)
    off_the_pulse = [Note(600, 59, 120)]
    assert keep_clear(off_the_pulse, LINE, context(melody)) == tuple(off_the_pulse)


def test_a_bass_that_plays_the_root_is_right_whatever_the_melody_does():
    melody = [Note(0, 71, 1920)]  # B over C
    assert keep_clear([Note(0, 36, 480)], BASS, context(melody)) == (Note(0, 36, 480),)


def test_mud_is_thinned_and_high_seconds_are_not():
    low, high = [Note(0, 40, 480), Note(0, 43, 480)], [Note(0, 64, 480), Note(0, 67, 480)]
    melody = [Note(0, 79, 1920)]
    assert keep_clear(low, LINE, context(melody)) == (Note(0, 40, 480),)
    assert keep_clear(high, LINE, context(melody)) == tuple(high)


def choir(melody):
    """Bass and tenor with a scale each, under a melody around this pitch."""
    book = Codebook("voice", [(offset,) for offset in range(-12, 13)])
    parts = (Part("Bass", 19, 36, 60), Part("Tenor", 19, 48, 72))
    return [Chair(part, book, float(part.low + 12 - melody), (0.0, 1.0)) for part in parts]


def symbol(chairs, number, made, t, pitch):
    """The symbol with which a voice sings a pitch."""
    writing = PartWriting(chairs, made)
    row = writing._rows[number][t]
    return FIRST_SHAPE + int(np.flatnonzero(row[FIRST_SHAPE:] == pitch)[0])


def test_a_parallel_fifth_costs_and_contrary_motion_does_not():
    chairs = choir(76)
    made = context([Note(0, 76, 960), Note(960, 76, 960)])
    writing = PartWriting(chairs, made)
    for t in range(8):  # bass C, tenor G
        for number, pitch in ((0, 48), (1, 55)):
            taken = symbol(chairs, number, made, 0, pitch) if t == 0 else HOLD
            writing.take(number, t, taken)
    writing.take(0, 8, symbol(chairs, 0, made, 8, 50))  # bass up to D
    costs = writing.costs(1, 8)
    assert costs[symbol(chairs, 1, made, 8, 57)] >= PARALLEL  # tenor up to A: a fifth again
    assert costs[symbol(chairs, 1, made, 8, 53)] == 0  # tenor down to F
    assert costs[HOLD] == 0


def test_crossing_the_bass_or_the_melody_costs():
    chairs = choir(57)
    made = context([Note(0, 57, 1920)])
    writing = PartWriting(chairs, made)
    writing.take(0, 0, symbol(chairs, 0, made, 0, 55))
    costs = writing.costs(1, 0)
    assert costs[symbol(chairs, 1, made, 0, 52)] >= CROSSED  # below the bass
    assert costs[symbol(chairs, 1, made, 0, 59)] >= CROSSED  # above the melody
    assert costs[symbol(chairs, 1, made, 0, 56)] == 0


def test_silence_under_the_melody_costs_and_where_it_rests_too_does_not():
    chairs = choir(76)
    made = context([Note(480, 76, 1440)])
    writing = PartWriting(chairs, made)
    assert writing.costs(0, 0)[[HOLD, REST]].tolist() == [0, 0]
    assert (writing.costs(0, 4)[[HOLD, REST]] >= DUMB).all()
