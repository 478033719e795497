"""When each note of a part begins and ends: push and pull, looseness, strums and rolls, lengths."""

import random
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from composer_core.feel import Feel, Touch
from composer_core.music import Note, Track
from composer_core.performance.articulation import LEAST_S, Release, held_longer_s, manner_of
from composer_core.performance.clock import Clock
from composer_core.performance.drums import late_ms
from composer_core.performance.places import Places

DRIFT = 0.6  # correlation of a player's deviations from one onset to the next
LEEWAY = 0.25  # of the time to a neighbouring onset: no deviation uses more
FULL_BEAT_S = 0.5  # shorter beats leave less time to deviate
STRUM_SHARE = 0.25  # of a beat: no strum takes longer
ROLLED_BEATS = 1.5  # chords at least so long are rolled
GUITARS, DISTORTED, PIANOS = range(24, 32), (29, 30), range(0, 8)


class PlayedNote(NamedTuple):
    """A note as it is heard, in seconds."""

    start_s: float
    duration_s: float
    pitch: int
    velocity: int


class Player:
    """One track's player: knows the piece's bars, its own clock, the genre's feel, and where the melody breathes."""

    def __init__(
        self, track: Track, places: Places, clock: Clock, feel: Feel, breaths: set[int], rng: random.Random
    ) -> None:
        self.track, self.places, self.clock, self.feel = track, places, clock, feel
        self._breaths, self._rng = breaths, rng
        self.notes = sorted(track.notes)

    def play(self) -> list[PlayedNote]:
        """Play the track's notes in their sorted order, keys only: a pedal may hold them longer."""
        if self.track.is_drum and self.feel.touch:
            starts_s = self._hits(self.feel.touch)
        else:
            onset_s = self._onsets()
            starts_s = [onset_s[note.start] + extra_s for note, extra_s in zip(self.notes, self._fanned(), strict=True)]
        return self._released(starts_s)

    def _onsets(self) -> dict[int, float]:
        """Seconds of every onset: chords stay together, and the melody is where the tempo map puts it."""
        onsets = sorted({note.start for note in self.notes})
        if self.track.is_melody:
            return {onset: self.clock.seconds_at(onset) for onset in onsets}
        drift = DRIFT if self.feel.touch else 0.0
        loose_s = self.feel.looseness_ms / 1000 / (2 if self.track.is_drum else 1)
        push_s = self._push_s()
        wander, late_s = 0.0, []
        for _ in onsets:
            wander = drift * wander + (1 - drift**2) ** 0.5 * self._rng.gauss(0.0, loose_s)
            late_s.append(push_s + min(max(wander, -2 * loose_s), 2 * loose_s))
        return dict(zip(onsets, self._near(onsets, late_s), strict=True))

    def _hits(self, touch: Touch) -> list[float]:
        """Seconds of every hit of a drum kit: each limb has its own lateness, an onset a little in common."""
        shared = {onset: self._rng.gauss(0.0, 1.0) for onset in sorted({note.start for note in self.notes})}
        late_s = []
        for note in self.notes:
            mean_ms, loose_ms = late_ms(note, touch, self.places)
            own = touch.unison**0.5 * shared[note.start] + (1 - touch.unison) ** 0.5 * self._rng.gauss(0.0, 1.0)
            late_s.append(self._push_s() + (mean_ms + min(max(own, -2.0), 2.0) * loose_ms) / 1000)
        return self._near([note.start for note in self.notes], late_s)

    def _push_s(self) -> float:
        return self.feel.push_ms.get(self.track.role, 0.0) / 1000

    def _near(self, ticks: Sequence[int], late_s: Sequence[float]) -> list[float]:
        """Seconds of the ticks, each as late as asked, but nearer to its own place than to its neighbours'."""
        onsets = sorted(set(ticks))
        written_s = {onset: self.clock.seconds_at(onset) for onset in onsets}
        before = {b: written_s[b] - written_s[a] for a, b in pairwise(onsets)}
        after = {a: written_s[b] - written_s[a] for a, b in pairwise(onsets)}
        found = []
        for tick, late in zip(ticks, late_s, strict=True):
            strength = min(60.0 / self.places.timing.tempo_at(tick) / FULL_BEAT_S, 1.0) if self.feel.touch else 1.0
            bounded = min(max(strength * late, -LEEWAY * before.get(tick, 1.0)), LEEWAY * after.get(tick, 1.0))
            found.append(max(written_s[tick] + bounded, 0.0))
        return found

    def _fanned(self) -> list[float]:
        """Seconds by which each note of a strummed or rolled chord comes after its onset."""
        extra_s: list[float] = []
        for onset, group in groupby(self.notes, key=lambda note: note.start):
            chord = list(group)
            beat_s = 60.0 / self.places.timing.tempo_at(onset)
            apart_s = min(self._apart_ms(chord) / 1000, STRUM_SHARE * beat_s / len(chord))
            ranks = range(len(chord))
            extra_s += [rank * apart_s for rank in (reversed(ranks) if self._is_upstroke(onset) else ranks)]
        return extra_s

    def _apart_ms(self, chord: Sequence[Note]) -> float:
        if self.track.is_drum or len(chord) < 3:
            return 0.0
        if self.track.program in GUITARS:
            return self.feel.strum_ms / (2 if self.track.program in DISTORTED else 1)
        is_long = min(note.duration for note in chord) >= ROLLED_BEATS * self.places.timing.ticks_per_beat
        return self.feel.roll_ms if self.track.program in PIANOS and is_long else 0.0

    def _is_upstroke(self, onset: int) -> bool:
        """Guitarists strum down on the beats and up between them."""
        return self.track.program in GUITARS and self.places.offset(onset) % self.places.timing.ticks_per_beat != 0

    def _released(self, starts_s: Sequence[float]) -> list[PlayedNote]:
        manner = manner_of(self.track, self.feel)
        onsets = {note.start for note in self.notes}
        again: dict[int, tuple[int, float]] = {}  # pitch → its next onset in ticks and seconds
        played = []
        for note, start_s in zip(reversed(self.notes), reversed(starts_s), strict=True):
            next_tick, next_s = again.get(note.pitch, (1 << 60, float("inf")))
            end_s = self.clock.seconds_at(note.end)
            release = Release(
                note.pitch,
                length_s=end_s - self.clock.seconds_at(note.start),
                is_short=2 * note.duration <= self.places.timing.ticks_per_beat,
                follows=note.end in onsets,
                struck_again=next_tick <= note.end,
                breathes=note.end in self._breaths,
            )
            end_s = min(end_s + held_longer_s(manner, release), next_s)
            again[note.pitch] = (note.start, start_s)
            played.append(PlayedNote(start_s, max(end_s - start_s, LEAST_S), note.pitch, note.velocity))
        return played[::-1]
