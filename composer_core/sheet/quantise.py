"""From what was played to what can be written: every onset and end on a part of its pulse, tuplets where they fit best.

What lies on the grid already is written exactly as it is. What a person played is written as it was meant: small gaps
before the next note are closed, because a page full of short rests says less than one of whole notes.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

from composer_core.music import Note, Timing
from composer_core.sheet.bars import GRAINS, Pulse, pulse_at, to_grains

EXACT = GRAINS // 96
"""A distance in grains that only the rounding of ticks explains."""

# How a pulse may be parted → how unlikely it is, as a distance in pulses that a likelier one may be off.
_SIMPLE = {1: 0.0, 2: 0.0, 4: 0.02, 3: 0.03, 8: 0.07, 6: 0.08, 5: 0.12, 7: 0.14}
_COMPOUND = {3: 0.0, 6: 0.02, 2: 0.04, 12: 0.07, 4: 0.08, 5: 0.14, 7: 0.15}
_RARE, _TOLD, _LIKELIER = (5, 7), 3, 0.4  # parts that are rare become likelier where so many moments lie on them
_MERGED = 1.0  # two notes that would be written as one
_LEGATO = 0.6  # a note that sounds for this share of the way to the next is held until there

Choice: TypeAlias = Callable[[Pulse, set[int]], int]
"""Chooses the parts of a pulse by the moments in it."""


def quantise(notes: Sequence[Note], timing: Timing, pulses: Sequence[Pulse]) -> tuple[list[Note], list[Pulse]]:
    """Return a part's notes in grains, sorted, and the pulses as this part writes them.

    An ornament that falls on the onset of the note after it has the length 0.
    """
    raw = sorted(_in_grains(note, timing) for note in notes)
    moments = [*(note.start for note in raw), *(note.end for note in raw)]
    written = _part(pulses, moments, _exact)
    starts = [pulse.start for pulse in written]
    if all(_is_exact(grain, written, starts) for grain in moments):
        return sorted({_snap(note, written, starts) for note in raw}), written
    written = _part(pulses, [note.start for note in raw], _nearest)
    return _as_meant(raw, written, [pulse.start for pulse in written]), written


def snap_onsets(notes: Sequence[Note], timing: Timing, pulses: Sequence[Pulse]) -> tuple[list[Note], list[Pulse]]:
    """Return notes whose length means nothing (drums) in grains, and the pulses as they are written."""
    raw = sorted(_in_grains(note, timing) for note in notes)
    written = _part(pulses, [note.start for note in raw], _nearest)
    starts = [pulse.start for pulse in written]
    return sorted({_snap(note, written, starts) for note in raw}), written


def _in_grains(note: Note, timing: Timing) -> Note:
    start, end = to_grains(note.start, timing), to_grains(note.end, timing)
    return replace(note, start=start, duration=max(end - start, 1))


def _is_exact(grain: int, pulses: Sequence[Pulse], starts: Sequence[int]) -> bool:
    return abs(pulse_at(grain, pulses, starts).nearest(grain) - grain) <= EXACT


def _snap(note: Note, pulses: Sequence[Pulse], starts: Sequence[int]) -> Note:
    pulse = pulse_at(note.start, pulses, starts)
    start = max(pulse.nearest(note.start), 0)  # the beat of a pick-up may begin before the piece
    end = pulse_at(note.end - 1, pulses, starts).nearest(note.end)
    if end <= start:
        pulse = pulse_at(start, pulses, starts)
        end = start + pulse.length // pulse.parts
    return replace(note, start=start, duration=end - start)


def _as_meant(raw: Sequence[Note], pulses: Sequence[Pulse], starts: Sequence[int]) -> list[Note]:
    """Snap what was played; a line of single notes stays one, its small gaps closed."""
    is_line = all(before.start < after.start for before, after in pairwise(raw))
    snapped = [_snap(note, pulses, starts) for note in raw]
    if not is_line:
        return sorted(set(snapped))
    line: list[Note] = []
    for index, note in enumerate(snapped):
        if index + 1 < len(raw):
            until, gap = snapped[index + 1].start, raw[index + 1].start - raw[index].start
            pulse = pulse_at(note.start, pulses, starts)
            held = raw[index].duration >= _LEGATO * gap and until - note.end <= pulse.length // 2
            note = replace(note, duration=until - note.start if held else min(note.duration, until - note.start))
        line.append(note)
    return line


def _part(pulses: Sequence[Pulse], grains: Iterable[int], best: Choice) -> list[Pulse]:
    """Choose the parts of every pulse by the moments in it; two pulses may join for a triplet of their own value."""
    starts = [pulse.start for pulse in pulses]
    inside: Mapping[int, set[int]] = defaultdict(set)
    for grain in grains:
        index = max(bisect_right(starts, grain) - 1, 0)
        inside[index].add(grain - starts[index])
    written: list[Pulse] = []
    index = 0
    while index < len(pulses):
        pulse = pulses[index]
        following = pulses[index + 1] if index + 1 < len(pulses) else None
        if following and _is_broad(pulse, following, inside[index], inside[index + 1]):
            written.append(replace(pulse, length=2 * pulse.length, parts=3))
            index += 2
            continue
        written.append(replace(pulse, parts=best(pulse, inside[index])))
        index += 1
    return written


def _likely(pulse: Pulse) -> dict[int, float]:
    """Parts that the pulse's length can have, the likeliest first."""
    table = _COMPOUND if pulse.is_compound else _SIMPLE
    return {parts: unlikely for parts, unlikely in table.items() if pulse.length % parts == 0}


def _exact(pulse: Pulse, moments: set[int]) -> int:
    """The likeliest parts of which those are on every moment; if there are none, any."""
    return next((parts for parts in _likely(pulse) if not moments or _distance(pulse, parts, moments) == 0), 1)


def _nearest(pulse: Pulse, moments: set[int]) -> int:
    """The parts of which those are nearest to the moments, the likelier ones first."""
    likely = _likely(pulse)
    if all(min(moment, abs(pulse.length - moment)) <= EXACT for moment in moments):
        return next(iter(likely))

    def cost(parts: int) -> float:
        told = parts in _RARE and len(moments - {0}) >= _TOLD
        return likely[parts] * (_LIKELIER if told else 1) + _distance(pulse, parts, moments)

    return min(likely, key=cost)


def _distance(pulse: Pulse, parts: int, moments: set[int]) -> float:
    step = pulse.length // parts
    ordered = sorted(moments)
    places = [(moment + step // 2) // step for moment in ordered]
    errors = [max(abs(place * step - moment) - EXACT, 0) for place, moment in zip(places, ordered, strict=True)]
    merged = sum(
        a == b and later - earlier > pulse.length / 20
        for (a, earlier), (b, later) in pairwise(zip(places, ordered, strict=True))
    )
    return float((sum(error * error for error in errors) / len(errors)) ** 0.5) / pulse.length + _MERGED * merged


def _is_broad(first: Pulse, second: Pulse, before: set[int], after: set[int]) -> bool:
    """Whether two beats are written as a triplet of beats: three quarters in the time of two."""
    third, length = 2 * first.length // 3, first.length
    moments = before | {moment + length for moment in after}
    inner = [moment for moment in moments if EXACT < moment < 2 * length - EXACT]
    near = EXACT * 2
    is_half = first.place % 2 == 0 or first.count == 3
    return (
        not first.is_compound
        and second.place == first.place + 1
        and is_half
        and length % 3 == 0
        and {round(moment / third) for moment in inner} == {1, 2}
        and all(abs(moment - round(moment / third) * third) <= near for moment in inner)
    )
