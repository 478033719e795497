"""Drums as drummers hit them: every drum's own force at each place of the bar, ghost notes, louder fills."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import mean

from composer_core.feel import DrumTouch, Touch
from composer_core.music import Note, Track
from composer_core.performance.places import Places

SNARES = (38, 40)
TOMS = (41, 43, 45, 47, 48, 50)
FILL_TOMS, FILL_SNARES = 2, 6  # hits in a bar from which on the drummer plays a fill
FILL_STEPS = 14.0  # velocity that a fill gains towards the end of its bar
CONSTANCY = 0.7  # chance that a place of the bar is a ghost note whenever it was one before
LOUDEST, SOFTEST = 127, 8

_ALIKE = {35: 36, 40: 38, 39: 37, 41: 43, 47: 45, 50: 48, 57: 49, 52: 49, 55: 49, 59: 51, 54: 42, 69: 42, 70: 42}


def touch_of(pitch: int, drums: Mapping[int, DrumTouch]) -> DrumTouch | None:
    """What was measured of a drum, or of the one most like it."""
    return drums.get(pitch) or drums.get(_ALIKE.get(pitch, -1))


def shape_drums(track: Track, touch: Touch, level: Callable[[int], float], places: Places, rng: random.Random) -> Track:
    """Give every hit the force that drummers give it there; hits of a drum within one bar stray together."""
    own = mean(note.velocity for note in track.notes)
    fills = _fills(track, places)
    player = _Drummer(touch, rng)
    drawn = []
    for note in sorted(track.notes):
        bar, slot = places.bar(note.start), places.slot(note.start)
        drawn.append(player.hit(note.pitch, bar, slot, may_ghost=bar not in fills) + note.velocity - own)
    usual = mean(drawn)
    notes = []
    for note, force in zip(sorted(track.notes), drawn, strict=True):
        velocity = level(note.start) + force - usual
        if places.bar(note.start) in fills and note.pitch in (*SNARES, *TOMS):
            velocity += FILL_STEPS * places.offset(note.start) / places.bar_ticks(note.start)
        notes.append(replace(note, velocity=min(max(round(velocity), SOFTEST), LOUDEST)))
    return replace(track, notes=tuple(notes))


class _Drummer:
    """One drummer's draws: which hits are ghost notes, and how far each strays."""

    def __init__(self, touch: Touch, rng: random.Random) -> None:
        self._touch, self._rng = touch, rng
        self._habits: dict[tuple[int, int], float] = {}
        self._bars: dict[tuple[int, int], float] = {}

    def hit(self, pitch: int, bar: int, slot: int, may_ghost: bool) -> float:
        """Draw the velocity of a hit."""
        drum = touch_of(pitch, self._touch.drums)
        if drum is None:
            return 80.0
        shared = self._bars.setdefault((pitch, bar), self._rng.gauss(0.0, 1.0))
        together = self._touch.together
        stray = together**0.5 * shared + (1.0 - together) ** 0.5 * self._rng.gauss(0.0, 1.0)
        is_ghost = self._chance(pitch, slot) < drum.ghosts[slot]
        force = drum.ghost_velocity if is_ghost and may_ghost else drum.velocity[slot]
        return force + min(max(stray, -2.0), 2.0) * drum.spread[slot]

    def _chance(self, pitch: int, slot: int) -> float:
        habit = self._habits.setdefault((pitch, slot), self._rng.random())
        return habit if self._rng.random() < CONSTANCY else self._rng.random()


def _fills(track: Track, places: Places) -> set[int]:
    """Bars in which toms, or a roll of the snare, say that a phrase ends."""
    toms = Counter(places.bar(note.start) for note in track.notes if note.pitch in TOMS)
    snares = Counter(places.bar(note.start) for note in track.notes if note.pitch in SNARES)
    return {bar for bar in toms if toms[bar] >= FILL_TOMS} | {bar for bar in snares if snares[bar] >= FILL_SNARES}


def late_ms(note: Note, touch: Touch, places: Places) -> tuple[float, float]:
    """How late drummers are with a hit, and how far that strays (standard deviation)."""
    drum = touch_of(note.pitch, touch.drums)
    slot = places.slot(note.start)
    return (drum.late_ms[slot], drum.loose_ms[slot]) if drum else (0.0, 0.0)
