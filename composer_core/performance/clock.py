"""From paper to seconds: the tempo map, and the swing of the off-beats."""

from collections.abc import Iterable, Sequence

from composer_core.corpora.swing import EVEN, find_swing, swing_out
from composer_core.feel import STRAIGHT, Feel
from composer_core.music import Note
from composer_core.performance.places import Places

_TRIPLETS = ((0.29, 0.41), (0.54, 0.71))
"""Places in a beat where a written note means a triplet, or swing that is written out."""


class Clock:
    """Seconds of a tick as a band with this feel plays it; ``straight`` beats (by their first tick) never swing."""

    def __init__(self, places: Places, feel: Feel, straight: Iterable[int] = ()) -> None:
        self._places, self._feel = places, feel
        self._straight = frozenset(straight)

    def seconds_at(self, tick: int) -> float:
        """Time of a tick."""
        return self._places.timing.seconds_at(self.swung(tick))

    def swung(self, tick: int) -> float:
        """The tick with its beat's second half moved back; only simple metres of halves and quarters swing."""
        timing = self._places.timing
        if self._feel.swing == STRAIGHT or timing.metre_at(tick).denominator > 4:
            return tick
        beat = timing.ticks_per_beat
        part = self._places.offset(tick) % beat
        if not part or tick - part in self._straight:
            return tick
        swing = self._feel.swing_at(timing.tempo_at(tick))
        return tick - part + swing_out(part / beat, swing) * beat


def melody_clock(notes: Sequence[Note], places: Places, feel: Feel) -> Clock:
    """The clock that a soloist plays a written melody by.

    Even off-beats swing with the band. A melody that was played swung does so already, and a beat that holds triplets
    or a written-out swing stays as it is.
    """
    beat = places.timing.ticks_per_beat
    onsets = [(note.start, places.offset(note.start) / beat) for note in notes]
    if find_swing([at for _, at in onsets]) != EVEN:
        return Clock(places, Feel())
    written = {tick - round(at % 1 * beat) for tick, at in onsets if any(a < at % 1 < b for a, b in _TRIPLETS)}
    return Clock(places, feel, written)
