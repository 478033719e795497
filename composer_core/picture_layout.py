"""Where everything of the piano-roll picture goes: plain arithmetic, in pixels of the finished picture.

Chats show a picture about 550 pixels wide and 350 high; one of 1600 pixels is scaled by a third, so text is large here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from composer_core.music import Composition, Timing

WIDTH = 1600
LEFT, RIGHT = 92, 32
HEADER = 132
LEGEND_LINE = 50
CHORDS, BAR_NUMBERS = 48, 40
LANES = (20, 16)  # height of one drum: in a short piece, in a long one
MAX_LANES = 8
MAX_SYSTEMS = 6
MAX_BEATS = 128  # in one system, 11 pixels each: beyond that nothing could be told apart
SYSTEMS_BY_BEATS = ((24, 1), (72, 2), (144, 3), (240, 4), (400, 5))
ROLL_HEIGHT = {1: 520, 2: 320, 3: 240, 4: 200, 5: 180, 6: 170}


@dataclass(frozen=True)
class System:
    """One line of the picture: bars ``first_bar`` on, ticks ``start`` to ``end``, top edge ``y``."""

    bars: tuple[int, ...]
    first_bar: int
    start: int
    end: int
    y: int


@dataclass(frozen=True)
class Layout:
    """Every measure that drawing needs. ``bars_shown`` of ``bars_total`` fit; bar 0 is a pick-up."""

    systems: tuple[System, ...]
    ticks_per_pixel: float
    low: int
    high: int
    semitone: float
    lane: int
    lanes: dict[int, int]
    last_bar_shown: int
    last_bar: int
    height: int

    @property
    def roll_height(self) -> int:
        """Height of the pitched part of a system."""
        return round((self.high - self.low + 1) * self.semitone)

    @property
    def lanes_height(self) -> int:
        """Height of the drum lanes below it."""
        return (max(self.lanes.values()) + 1) * self.lane + 10 if self.lanes else 0

    def x(self, system: System, tick: float) -> float:
        """Horizontal place of a tick."""
        return LEFT + (min(max(tick, system.start), system.end) - system.start) / self.ticks_per_pixel

    def roll_top(self, system: System) -> int:
        """Upper edge of the pitched part."""
        return system.y + CHORDS

    def y(self, system: System, pitch: int) -> float:
        """Upper edge of a pitch's row."""
        return self.roll_top(system) + (self.high - pitch) * self.semitone

    def lane_y(self, system: System, pitch: int) -> float:
        """Upper edge of a drum's lane."""
        return self.roll_top(system) + self.roll_height + 10 + self.lanes[pitch] * self.lane

    def bottom(self, system: System) -> int:
        """Lower edge of roll and lanes."""
        return self.roll_top(system) + self.roll_height + self.lanes_height


def lay_out(composition: Composition, legend_lines: int) -> Layout:
    """Wrap the piece into systems of about equal length and find a scale for it."""
    end = max(composition.end, 1)
    starts = composition.timing.bar_starts(end)
    first_bar = 0 if composition.timing.pickup_ticks else 1
    runs = _wrap(starts, end, composition.timing)
    systems_shown = len(runs)
    low, high = _range(composition)
    semitone = min(max(ROLL_HEIGHT[systems_shown] / (high - low + 1), 5.0), 20.0)
    lanes = _lanes(composition)
    lane = LANES[systems_shown > 2]
    draft = Layout((), 1.0, low, high, semitone, lane, lanes, 0, 0, 0)
    spacing = CHORDS + draft.roll_height + draft.lanes_height + BAR_NUMBERS
    y = HEADER + legend_lines * LEGEND_LINE
    systems = []
    for number, (first, last) in enumerate(runs):
        stop = starts[last] if last < len(starts) else max(end, _bar_end(composition, starts[-1]))
        systems.append(System(tuple(starts[first:last]), first_bar + first, starts[first], stop, y + number * spacing))
    longest = max(system.end - system.start for system in systems)
    last_shown, last_bar = first_bar + runs[-1][1] - 1, first_bar + len(starts) - 1
    footer = 56 if last_shown < last_bar else 16
    return Layout(
        systems=tuple(systems),
        ticks_per_pixel=longest / (WIDTH - LEFT - RIGHT),
        low=low,
        high=high,
        semitone=semitone,
        lane=lane,
        lanes=lanes,
        last_bar_shown=last_shown,
        last_bar=last_bar,
        height=y + len(systems) * spacing + footer,
    )


def _wrap(starts: Sequence[int], end: int, timing: Timing) -> list[tuple[int, int]]:
    """Return runs of bar indices, one a system; the picture's height is capped, so the last bars may be left out.

    A pick-up joins the first system, so that systems begin where musicians count: 1, 9, 17.
    """
    beats = (end - starts[0]) / timing.ticks_per_beat
    bars = len(starts)
    count = next((systems for limit, systems in SYSTEMS_BY_BEATS if beats <= limit), MAX_SYSTEMS)
    first = 1 if timing.pickup_ticks and bars > 1 else 0
    per_system = max(min(math.ceil((bars - first) / count), int(MAX_BEATS * bars / beats)), 1)
    per_system += per_system % 2 if per_system > 6 else 0  # phrases come in even numbers of bars
    edges = [0, *range(first + per_system, bars, per_system), bars][: MAX_SYSTEMS + 1]
    return list(pairwise(edges))


def _bar_end(composition: Composition, start: int) -> int:
    if start < composition.timing.pickup_ticks:
        return composition.timing.pickup_ticks
    return start + composition.timing.metre_at(start).bar_ticks(composition.timing.ticks_per_beat)


def _range(composition: Composition) -> tuple[int, int]:
    pitches = [note.pitch for track in composition.tracks if not track.is_drum for note in track.notes] or [60]
    low, high = max(min(pitches) - 1, 0), min(max(pitches) + 1, 127)
    missing = max(18 - (high - low + 1), 0)  # a narrow melody still gets a quiet background
    return max(low - missing // 2, 0), min(high + (missing + 1) // 2, 127)


def _lanes(composition: Composition) -> dict[int, int]:
    """Give every drum a lane, high ones on top; neighbours share one when there are many."""
    pitches = sorted({n.pitch for track in composition.tracks if track.is_drum for n in track.notes}, reverse=True)
    lanes = min(len(pitches), MAX_LANES)
    return {pitch: place * lanes // len(pitches) for place, pitch in enumerate(pitches)}
