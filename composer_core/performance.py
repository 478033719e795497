"""Plays what is written: velocities from metre, phrase and contour, and the small liberties players take with time.

The paper never changes: ``perform`` touches velocities only, ``to_parts`` bends times only in the seconds it returns.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import mean
from typing import NamedTuple

from composer_core.music import Composition, Note, Timing, Track
from composer_core.phrases import Phrase, find_phrases

BASE_VELOCITY = 76
ACCOMPANIMENT_STEPS_BACK = 8  # velocity that the band leaves to the soloist

LEGATO_S = 0.03  # overlap of a note with the next one of its line
DETACH_S = 0.06  # silence before the same note again
BREATH_S = 0.14  # silence at the end of a phrase
SHORTEST_S = 0.002
LOOSENESS_S = 0.004  # standard deviation of a player's onset; beyond twice that it would sound wrong


class PlayedNote(NamedTuple):
    """A note as it is heard, in seconds."""

    start_s: float
    duration_s: float
    pitch: int
    velocity: int


class PlayedPart(NamedTuple):
    """A track as it is heard, with its place in the mix."""

    name: str
    program: int
    is_drum: bool
    pan: float
    level_db: float
    reverb_send: float
    notes: list[PlayedNote]


def perform(composition: Composition) -> Composition:
    """Give every note its velocity; the same composition always gets the same performance.

    A melody whose velocities vary was played by someone and keeps them; the band then follows its dynamics.
    """
    if not composition.melody.notes:
        return composition
    timing = composition.timing
    stress = _stress(timing, composition.end)
    melody = composition.melody
    if _is_flat(melody.notes):
        melody = _shape_melody(melody, find_phrases(melody.notes, timing), stress)
    follow = _dynamics(melody.notes, timing.metre_at(0).bar_ticks(timing.ticks_per_beat))
    band = [
        _shape_accompaniment(track, follow, stress, random.Random(f"{composition.seed} {number}"))
        for number, track in enumerate(composition.accompaniment)
    ]
    return replace(composition, tracks=(melody, *band))


def to_parts(composition: Composition) -> list[PlayedPart]:
    """Turn every track into seconds, as it would be played: slurred, breathed, and a few milliseconds apart.

    The melody's onsets are exactly where the tempo map puts them; drums are tighter than the other players.
    """
    breaths = {phrase.end for phrase in find_phrases(composition.melody.notes, composition.timing)}
    return [
        PlayedPart(
            track.name,
            track.program,
            track.is_drum,
            track.pan,
            track.level_db,
            track.reverb_send,
            _play(track, composition.timing, breaths, random.Random(f"{composition.seed} {number} time")),
        )
        for number, track in enumerate(composition.tracks)
    ]


def _is_flat(notes: Sequence[Note]) -> bool:
    return len({note.velocity for note in notes}) == 1


def _shape_melody(melody: Track, phrases: Sequence[Phrase], stress: Callable[[int], float]) -> Track:
    starts = [phrase.start for phrase in phrases]
    lean = _contour(melody.notes)
    notes = []
    for note in melody.notes:
        phrase = phrases[bisect_right(starts, note.start) - 1]
        through = (note.start - phrase.start) / max(phrase.end - phrase.start, 1)
        swell = 1.0 - ((through - 0.6) / 0.6) ** 2  # 0 at the first note, 1 at three fifths, then letting go
        taper = -4.0 if note.end >= phrase.end else 0.0
        notes.append(_with_velocity(note, BASE_VELOCITY + 16 * swell + 7 * stress(note.start) + lean(note) + taper))
    return replace(melody, notes=tuple(notes))


def _shape_accompaniment(
    track: Track, follow: Callable[[int], float], stress: Callable[[int], float], rng: random.Random
) -> Track:
    """Follow the soloist, a little behind; accents that the track brings along are kept on top."""
    if not track.notes:
        return track
    own = mean(note.velocity for note in track.notes)
    accent = 10.0 if track.is_drum else 6.0
    lean = _contour(track.notes)
    notes = []
    for note in track.notes:
        level = follow(note.start) - ACCOMPANIMENT_STEPS_BACK + note.velocity - own
        bend = 0.0 if track.is_drum else 0.6 * lean(note)
        notes.append(_with_velocity(note, level + accent * stress(note.start) + bend + rng.uniform(-2.5, 2.5)))
    return replace(track, notes=tuple(notes))


def _with_velocity(note: Note, velocity: float) -> Note:
    return replace(note, velocity=min(max(round(velocity), 20), 124))


def _contour(notes: Sequence[Note]) -> Callable[[Note], float]:
    """Lean into high notes: -6 to 6 by the pitch's place in the part's range."""
    middle = mean(note.pitch for note in notes)
    reach = max(max(abs(note.pitch - middle) for note in notes), 5.0)
    return lambda note: 6.0 * (note.pitch - middle) / reach


def _stress(timing: Timing, end: int) -> Callable[[int], float]:
    """Weight of a tick in its bar: 1 on the downbeat, .5 at its middle, .2 on other pulses, -.5 between."""
    bars = timing.bar_starts(end + 1)

    def stress(tick: int) -> float:
        metre = timing.metre_at(tick)
        bar, pulse = metre.bar_ticks(timing.ticks_per_beat), metre.pulse_ticks(timing.ticks_per_beat)
        start = bars[bisect_right(bars, tick) - 1]
        if tick < timing.pickup_ticks:
            start = timing.pickup_ticks - bar  # a pick-up is the end of a bar that has no beginning
        offset = tick - start
        if offset == 0:
            return 1.0
        if offset * 2 == bar and offset % pulse == 0:
            return 0.5
        return 0.2 if offset % pulse == 0 else -0.5

    return stress


def _dynamics(notes: Sequence[Note], reach: int) -> Callable[[int], float]:
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


def _play(track: Track, timing: Timing, breaths: set[int], rng: random.Random) -> list[PlayedNote]:
    looseness_s = 0.0 if track.is_melody else LOOSENESS_S / 2 if track.is_drum else LOOSENESS_S
    onsets = sorted({note.start for note in track.notes})
    start_s = {onset: _loose(timing.seconds_at(onset), looseness_s, rng) for onset in onsets}  # chords stay together
    again: dict[int, int] = {}  # pitch → onset of its next note
    played = []
    for note in sorted(track.notes, reverse=True):
        end_s = timing.seconds_at(note.end)
        length_s = end_s - timing.seconds_at(note.start)
        if not track.is_drum:
            end_s += _articulation_s(note, length_s, again.get(note.pitch), start_s, breaths)
        if note.pitch in again:
            end_s = min(end_s, start_s[again[note.pitch]])
        again[note.pitch] = note.start
        duration_s = max(end_s - start_s[note.start], SHORTEST_S)
        played.append(PlayedNote(start_s[note.start], duration_s, note.pitch, note.velocity))
    return played[::-1]


def _loose(time_s: float, looseness_s: float, rng: random.Random) -> float:
    drift = min(max(rng.gauss(0.0, looseness_s), -2 * looseness_s), 2 * looseness_s)
    return max(time_s + drift, 0.0)


def _articulation_s(
    note: Note, length_s: float, same_again: int | None, onsets: dict[int, float], breaths: set[int]
) -> float:
    """Seconds to hold a note longer (slur) or shorter (the same note follows, or a breath) than written."""
    if same_again is not None and same_again <= note.end:
        return -min(DETACH_S, 0.25 * length_s)
    if note.end in breaths:
        return -min(BREATH_S, 0.15 * length_s)
    return LEGATO_S if note.end in onsets else 0.0
