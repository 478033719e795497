"""Voice leading: which octave and which inversion a struck chord takes, by rule. Free of torch.

A player's hand moves little, stays clear of the melody, and keeps thirds out of the mud. Each chord takes the candidate
that costs least; there are few dozen candidates, so no search over the whole piece is needed.
"""

import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from composer_core.music import Note
from composer_core.patterns import FIFTH, ROOT, Ground, Shape

MUD_BELOW = 48  # MIDI C3: below it, close intervals blur
MUD_INTERVAL = 5  # semitones; the least distance of neighbours down there
SPAN = 16  # semitones that one hand, or a guitar chord, can span
SILENT = -1


def chord_notes(
    struck: Iterable[tuple[int, int, Shape]], ground: Ground, centre: float, low: int, high: int, melody: np.ndarray,
    doubled: float = 0.0,
) -> tuple[Note, ...]:  # fmt: skip
    """Play a part's strikes as chords.

    Args:
        struck: (start, end, slots) in timesteps.
        ground: what the slots stand on.
        centre: MIDI pitch around which the hand rests.
        low: lowest MIDI pitch of the part.
        high: highest.
        melody: MIDI pitch [T], ``SILENT`` where the melody rests.
        doubled: share of the shapes whose lowest note also sounds an octave higher; always the same shapes.
    """
    ticks, notes, before = ground.grid.ticks, [], None
    for start, end, slots in struck:
        root = ground.tonic + int(ground.root[start])
        wanted = [(root + int(ground.semitone[start, slot % 12])) % 12 for slot in _thinned(slots)]
        if {slot % 12 for slot in slots} == {ROOT, FIFTH}:
            stacks = _power_chords(root % 12, low, high)
        else:
            clear = _clear_of_melody(wanted, int(melody[start])) if ground.grid.step[start] == 0 else wanted
            stacks = _candidates(tuple(sorted(set(clear or wanted))), low, high)
        pitches = before = _cheapest(stacks, before, centre, int(melody[start]))
        if _is_doubled(slots, doubled):
            pitches = _with_octave(pitches, high)
        notes += [Note(int(ticks[start]), pitch, int(ticks[end] - ticks[start])) for pitch in pitches]
    return tuple(sorted(notes))


def _thinned(slots: Shape) -> Shape:
    """Of more than four tones leave out the fifth first, then the root: the bass has it."""
    kept = list(slots)
    for spare in (FIFTH, ROOT):
        if len(kept) > 4 and spare in kept:
            kept.remove(spare)
    return tuple(kept[:5])


@lru_cache(maxsize=256)
def _power_chords(root: int, low: int, high: int) -> tuple[tuple[int, ...], ...]:
    """Root and fifth above it, in every octave of the range."""
    fitting = tuple((base, base + 7) for base in range(low + (root - low) % 12, high - 6, 12))
    return fitting or ((low + (root - low) % 12,),)


def _is_doubled(slots: Shape, share: float) -> bool:
    return zlib.crc32(bytes(slot % 12 for slot in slots)) < share * 2**32


def _with_octave(pitches: tuple[int, ...], high: int) -> tuple[int, ...]:
    octave = pitches[0] + 12
    return tuple(sorted({*pitches, octave})) if octave <= high else pitches


def _clear_of_melody(wanted: Sequence[int], melody: int) -> list[int]:
    """Leave out what rubs a semitone against the melody on a beat."""
    if melody == SILENT:
        return list(wanted)
    return [pitch_class for pitch_class in wanted if (pitch_class - melody) % 12 not in (1, 11)]


def _cheapest(
    candidates: Sequence[tuple[int, ...]], before: tuple[int, ...] | None, centre: float, melody: int
) -> tuple[int, ...]:
    return min(candidates, key=lambda pitches: _cost(pitches, before, centre, melody))


@lru_cache(maxsize=4096)
def _candidates(pitch_classes: tuple[int, ...], low: int, high: int) -> tuple[tuple[int, ...], ...]:
    """Every close position and every drop-two of it within the range; at least one single note."""
    found = set()
    for turn in range(len(pitch_classes)):
        order = pitch_classes[turn:] + pitch_classes[:turn]
        for octave in range(low // 12, high // 12 + 1):
            stack = [12 * octave + order[0]]
            for pitch_class in order[1:]:
                stack.append(stack[-1] + (pitch_class - stack[-1]) % 12)
            found.add(tuple(stack))
            if len(stack) >= 4:
                found.add(tuple(sorted([stack[-2] - 12, *stack[:-2], stack[-1]])))
    fitting = sorted(pitches for pitches in found if low <= pitches[0] and pitches[-1] <= high)
    return tuple(fitting) or tuple((low + (pitch_class - low) % 12,) for pitch_class in pitch_classes[:1])


def _cost(pitches: tuple[int, ...], before: tuple[int, ...] | None, centre: float, melody: int) -> float:
    middle = sum(pitches) / len(pitches)
    cost = 0.25 * abs(middle - centre)
    if before:
        cost += sum(min(abs(pitch - other) for other in before) for pitch in pitches) / len(pitches)
        cost += 0.5 * abs(pitches[-1] - before[-1])
    cost += 6 * sum(b - a < MUD_INTERVAL for a, b in pairwise(pitches) if a < MUD_BELOW)
    cost += 3 * max(pitches[-1] - pitches[0] - SPAN, 0)
    if melody != SILENT:
        cost += 0.3 * max(pitches[-1] - melody + 2, 0)  # the melody stays on top where there is room
    return cost
