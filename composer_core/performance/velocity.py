"""Velocities from metre, phrase, contour and the energy of the form, and from what was measured of human players."""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import mean
from typing import NamedTuple

from composer_core.feel import PHRASE_PLACES, Feel, PartTouch
from composer_core.form import energy, find_form
from composer_core.music import Composition, Note, Track
from composer_core.performance.drums import shape_drums
from composer_core.performance.places import Places
from composer_core.performance.ritard import slow_down
from composer_core.phrases import Phrase, find_phrases

BASE_VELOCITY = 76
ACCOMPANIMENT_STEPS_BACK = 8  # velocity that the band leaves to the soloist
LOUDEST, SOFTEST = 124, 20
ENERGY_REACH = 0.4  # distance from a piece's mean energy that counts in full
CHANCE = 0.5  # of the spread that was measured: the rest belongs to the music that was played

Level = Callable[[int], float]
"""Velocity to play around at a tick."""


class Ground(NamedTuple):
    """What every part of the band plays on: the level, the bars, and the melody's phrases."""

    level: Level
    places: Places
    phrases: Sequence[Phrase]

    def phrase_place(self, tick: int) -> int:
        """How far the melody's phrase has come at a tick, in eighths; before the first one and in rests an edge."""
        phrase = self.phrases[max(bisect_right(self.phrases, tick, key=lambda phrase: phrase.start) - 1, 0)]
        through = (tick - phrase.start) * PHRASE_PLACES // max(phrase.end - phrase.start, 1)
        return min(max(through, 0), PHRASE_PLACES - 1)


def perform(composition: Composition) -> Composition:
    """Give every note its velocity, and the end its ritardando; the same composition always gets the same performance.

    A melody whose velocities vary was played by someone and keeps them; the band then follows its dynamics.
    """
    if not composition.melody.notes:
        return composition
    timing, melody, feel = composition.timing, composition.melody, composition.feel
    places = Places(timing, composition.end)
    phrases = find_phrases(melody.notes, timing)
    if _is_flat(melody.notes):
        melody = _shape_melody(melody, phrases, places)
    ground = Ground(_band_level(melody.notes, places, feel), places, phrases)
    band = [
        _shape_part(track, ground, feel, random.Random(f"{composition.seed} {number}"))
        for number, track in enumerate(composition.accompaniment)
    ]
    timing = slow_down(timing, melody.notes, feel.ritard)
    return replace(composition, timing=timing, tracks=(melody, *band))


def _is_flat(notes: Sequence[Note]) -> bool:
    return len({note.velocity for note in notes}) == 1


def _shape_melody(melody: Track, phrases: Sequence[Phrase], places: Places) -> Track:
    starts = [phrase.start for phrase in phrases]
    lean = _contour(melody.notes)
    notes = []
    for note in melody.notes:
        phrase = phrases[bisect_right(starts, note.start) - 1]
        through = (note.start - phrase.start) / max(phrase.end - phrase.start, 1)
        swell = 1.0 - ((through - 0.6) / 0.6) ** 2  # 0 at the first note, 1 at three fifths, then letting go
        taper = -4.0 if note.end >= phrase.end else 0.0
        velocity = BASE_VELOCITY + 16 * swell + 7 * places.stress(note.start) + lean(note) + taper
        notes.append(_with_velocity(note, velocity))
    return replace(melody, notes=tuple(notes))


def _shape_part(track: Track, ground: Ground, feel: Feel, rng: random.Random) -> Track:
    """Follow the soloist, a little behind; accents that the track brings along are kept on top."""
    if not track.notes:
        return track
    if track.is_drum and feel.touch:
        return shape_drums(track, feel.touch, ground.level, ground.places, rng)
    touch = feel.touch.parts.get(track.role) if feel.touch else None
    if touch:
        return _shade(track, touch, ground, rng)
    own = mean(note.velocity for note in track.notes)
    accent = 10.0 if track.is_drum else 6.0
    lean = _contour(track.notes)
    notes = []
    for note in track.notes:
        bend = 0.0 if track.is_drum else 0.6 * lean(note)
        around = ground.level(note.start) + note.velocity - own
        velocity = around + accent * ground.places.stress(note.start) + bend + rng.uniform(-2.5, 2.5)
        notes.append(_with_velocity(note, velocity))
    return replace(track, notes=tuple(notes))


def _shade(track: Track, touch: PartTouch, ground: Ground, rng: random.Random) -> Track:
    """Shade a part as players of its role do: by the place in bar and phrase, drifting from onset to onset."""
    own = mean(note.velocity for note in track.notes)
    lean = _contour(track.notes)
    drift, rest = 0.0, (1.0 - touch.flow**2) ** 0.5
    by_onset: dict[int, float] = {}
    for onset in sorted({note.start for note in track.notes}):
        drift = touch.flow * drift + rest * rng.gauss(0.0, CHANCE * touch.spread)
        shade = touch.stress[ground.places.slot(onset)] + touch.phrase[ground.phrase_place(onset)]
        by_onset[onset] = ground.level(onset) + shade + drift
    notes = (
        _with_velocity(note, by_onset[note.start] + note.velocity - own + 0.6 * lean(note)) for note in track.notes
    )
    return replace(track, notes=tuple(notes))


def _with_velocity(note: Note, velocity: float) -> Note:
    return replace(note, velocity=min(max(round(velocity), SOFTEST), LOUDEST))


def _contour(notes: Sequence[Note]) -> Callable[[Note], float]:
    """Lean into high notes: -6 to 6 by the pitch's place in the part's range."""
    middle = mean(note.pitch for note in notes)
    reach = max(max(abs(note.pitch - middle) for note in notes), 5.0)
    return lambda note: 6.0 * (note.pitch - middle) / reach


def _band_level(notes: Sequence[Note], places: Places, feel: Feel) -> Level:
    """The melody's dynamics around a tick, a step behind, louder and softer with the energy of the form."""
    follow = _dynamics(notes, places.bar_ticks(0))
    lifts = _lifts(notes, places, feel.energy_steps) if feel.energy_steps else [0.0] * places.bars

    def level(tick: int) -> float:
        return follow(tick) - ACCOMPANIMENT_STEPS_BACK + lifts[places.bar(tick)]

    return level


def _lifts(notes: Sequence[Note], places: Places, steps: float) -> list[float]:
    """Velocity that the form adds in each bar, at most ``steps`` up or down."""
    form = find_form(notes, places.timing, places.lines[-1])
    heat = energy(form, notes, places.timing)
    usual = mean(heat)
    return [steps * min(max((value - usual) / ENERGY_REACH, -1.0), 1.0) for value in heat]


def _dynamics(notes: Sequence[Note], reach: int) -> Level:
    """Mean velocity of the notes within ``reach`` ticks of a tick; the nearest note's where there are none."""
    starts = [note.start for note in notes]
    sums = [0]
    for note in notes:
        sums.append(sums[-1] + note.velocity)

    def follow(tick: int) -> float:
        first, last = bisect_left(starts, tick - reach), bisect_right(starts, tick + reach)
        if first == last:
            first, last = max(first - 1, 0), max(first - 1, 0) + 1
        return (sums[last] - sums[first]) / (last - first)

    return follow
