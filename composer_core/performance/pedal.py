"""The sustain pedal: in a ballad a piano holds each chord until the next one."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from composer_core.music import Composition, Track
from composer_core.performance.clock import Clock
from composer_core.performance.places import Places
from composer_core.performance.strokes import PIANOS, PlayedNote

BALLAD_BPM = 112.0  # faster pieces are played without
AFTER_S = 0.06  # the foot follows the hands, so that the chord before is gone

Span = tuple[float, float]


def pedal_spans(
    composition: Composition, track: Track, played: Sequence[PlayedNote], clock: Clock, places: Places
) -> list[Span]:
    """Seconds at which the pedal goes down and up, chord by chord; it does not bridge a rest of more than a beat."""
    has_pedal = composition.feel.pedal and track.program in PIANOS and track.role in ("chords", "line")
    if not has_pedal or not played or composition.timing.tempo_at(0) > BALLAD_BPM:
        return []
    changes = [chord.tick for chord in composition.chords] or places.lines
    edges = [clock.seconds_at(tick) for tick in changes] + [float("inf")]
    order = sorted(played)
    starts = [note.start_s for note in order]
    spans = []
    for start_s, end_s in pairwise(edges):
        inside = order[bisect_left(starts, start_s - AFTER_S / 2) : bisect_left(starts, end_s - AFTER_S / 2)]
        if inside:
            down_s = inside[0].start_s + AFTER_S
            last = max(inside, key=lambda note: note.start_s + note.duration_s)
            beat_s = 60.0 / composition.timing.tempo_at(composition.timing.tick_at(last.start_s))
            up_s = min(end_s, last.start_s + last.duration_s + beat_s)
            if up_s > down_s:
                spans.append((down_s, up_s))
    return spans


def sustained(played: Sequence[PlayedNote], spans: Sequence[Span]) -> list[PlayedNote]:
    """The notes as long as they sound under the pedal, each at most until its key is struck again."""
    downs = [down_s for down_s, _ in spans]
    again: dict[int, float] = {}
    found = []
    for note in reversed(played):
        end_s = note.start_s + note.duration_s
        place = bisect_right(downs, end_s) - 1
        if place >= 0 and end_s < spans[place][1]:
            end_s = spans[place][1]
        end_s = max(min(end_s, again.get(note.pitch, end_s)), note.start_s + note.duration_s)
        again[note.pitch] = note.start_s
        found.append(note._replace(duration_s=end_s - note.start_s))
    return found[::-1]
