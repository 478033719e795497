"""Reads the harmony plan out of a band's notes: one chord for every half bar, the bass weighing most.

The path of least cost through the half bars (Viterbi), so that a chord stays while it still fits. A power chord gets
the third that belongs to the key: a plan for a melody never says "no third".
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from composer_core.harmony import find_key
from composer_core.melody import changes_only
from composer_core.music import PITCH_CLASS_NAMES, Chord, Key, Note, Timing

_BASS, _MELODY = 2.0, 0.4  # weight of a bass or melody note beside any other
_QUALITIES: tuple[tuple[str, tuple[int, ...], float], ...] = (
    ("", (0, 4, 7), 0.0),
    ("m", (0, 3, 7), 0.0),
    ("7", (0, 4, 7, 10), 0.08),
    ("m7", (0, 3, 7, 10), 0.06),
    ("maj7", (0, 4, 7, 11), 0.08),
    ("sus4", (0, 5, 7), 0.12),
    ("5", (0, 7), 0.02),
    ("m7b5", (0, 3, 6, 10), 0.14),
    ("dim", (0, 3, 6), 0.14),
    ("dim7", (0, 3, 6, 9), 0.16),
    ("aug", (0, 4, 8), 0.18),
)
"""Quality, its tones, and what naming it costs: of two that explain the notes as well, the plainer one."""

_NAMED = tuple((root, quality) for quality, _, _ in _QUALITIES for root in range(12))
_MISSING = {0: 0.30, 3: 0.16, 4: 0.16, 5: 0.2, 6: 0.16, 7: 0.06, 8: 0.2, 9: 0.16, 10: 0.14, 11: 0.14}
"""What it costs that the tone so many semitones above the root does not sound."""

_ROOT_IN_BASS, _TONE_IN_BASS = 0.30, 0.10
_CHANGE_AT_BAR, _CHANGE_WITHIN = 0.10, 0.22
_SOUNDS = 0.04  # share of the notes' weight from which a pitch class counts as sounding
_LONGEST_SILENCE = 4  # half bars through which a chord goes on


def read_chords(
    timing: Timing, end: int, bass: Sequence[Note], others: Iterable[Note], melody: Sequence[Note]
) -> tuple[Chord, ...]:
    """Name the chords of a piece, each where it begins; ``N`` where nothing sounds for two bars."""
    edges = _half_bars(timing, end)
    other = list(others)
    weights = _BASS * _weights(bass, edges) + _weights(other, edges) + _MELODY * _weights(melody, edges)
    lowest = _lowest(bass, edges)
    starts = frozenset(timing.bar_starts(end))
    path = _best_path(_fit(weights, lowest), [tick in starts for tick in edges[:-1]])
    key = find_key([*bass, *melody])  # a chord's other tones only repeat what the bass says
    labels = [_label(named, low, key, row) for named, low, row in zip(path, lowest, weights, strict=True)]
    silent = _silences(weights)
    spoken = zip(edges[:-1], labels, silent, strict=True)
    return tuple(Chord(tick, label) for tick, label in changes_only((t, "N" if s else name) for t, name, s in spoken))


def _half_bars(timing: Timing, end: int) -> list[int]:
    """Edges of half bars; bars of three pulses stay whole, as does a pick-up or a bar cut short before its half."""
    edges: list[int] = []
    starts = timing.bar_starts(end)
    last = starts[-1]
    for start, following in pairwise([*starts, last + timing.metre_at(last).bar_ticks(timing.ticks_per_beat)]):
        metre = timing.metre_at(start)
        length = metre.bar_ticks(timing.ticks_per_beat)
        pulses = length // metre.pulse_ticks(timing.ticks_per_beat)
        half = start + length // 2
        edges += [start, half] if pulses % 2 == 0 and half < following else [start]
    return [*edges, last + timing.metre_at(last).bar_ticks(timing.ticks_per_beat)]


def _weights(notes: Iterable[Note], edges: Sequence[int]) -> np.ndarray:
    """Sounding time of each pitch class in each stretch [S, 12], in stretches."""
    found = np.zeros((len(edges) - 1, 12))
    places = np.asarray(edges)
    for note in notes:
        first = max(int(np.searchsorted(places, note.start, side="right")) - 1, 0)
        for at in range(first, len(edges) - 1):
            start, end = edges[at], edges[at + 1]
            if start >= note.end:
                break
            found[at, note.pitch % 12] += (min(note.end, end) - max(note.start, start)) / (end - start)
    return found


def _lowest(bass: Sequence[Note], edges: Sequence[int]) -> list[int | None]:
    """The bass's pitch class where each stretch begins, or else its first one there."""
    found: list[int | None] = []
    ordered = sorted(bass)
    for start, end in pairwise(edges):
        here = [note for note in ordered if note.start < end and note.end > start]
        found.append(here[0].pitch % 12 if here else None)
    return found


def _fit(weights: np.ndarray, lowest: Sequence[int | None]) -> np.ndarray:
    """How well each chord of ``_NAMED`` explains each stretch [S, C]."""
    share = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    sounds = share > _SOUNDS
    scores = np.zeros((len(weights), len(_NAMED)))
    for column, (root, quality) in enumerate(_NAMED):
        _, steps, price = next(entry for entry in _QUALITIES if entry[0] == quality)
        tones = [(root + step) % 12 for step in steps]
        missing = sum((~sounds[:, (root + step) % 12]) * _MISSING[step] for step in steps)
        scores[:, column] = 2 * share[:, tones].sum(axis=1) - 1 - missing - price
        for row, low in enumerate(lowest):
            if low is not None:
                scores[row, column] += _ROOT_IN_BASS if low == root else _TONE_IN_BASS if low in tones else 0.0
    scores[weights.sum(axis=1) == 0] = 0.0
    return scores


def _best_path(scores: np.ndarray, at_bar: Sequence[bool]) -> list[tuple[int, str]]:
    total = scores[0].copy()
    back = np.zeros(scores.shape, dtype=np.int64)
    for row in range(1, len(scores)):
        best = int(np.argmax(total))
        moved = total[best] - (_CHANGE_AT_BAR if at_bar[row] else _CHANGE_WITHIN)
        stay = total >= moved
        back[row] = np.where(stay, np.arange(len(total)), best)
        total = np.where(stay, total, moved) + scores[row]
    place = int(np.argmax(total))
    path = [place]
    for row in range(len(scores) - 1, 0, -1):
        place = int(back[row, place])
        path.append(place)
    return [_NAMED[place] for place in reversed(path)]


def _label(named: tuple[int, str], low: int | None, key: Key, weights: np.ndarray) -> str:
    root, quality = named
    if quality == "5":
        minor, major = (root + 3) % 12, (root + 4) % 12
        doubt = weights[minor] - weights[major] + (minor in key.scale) - (major in key.scale)
        quality = "m" if doubt > 0 else ""
    steps = next(steps for name, steps, _ in _QUALITIES if name == quality)
    inverted = low is not None and low != root and (low - root) % 12 in steps
    return PITCH_CLASS_NAMES[root] + quality + (f"/{PITCH_CLASS_NAMES[low]}" if inverted and low is not None else "")


def _silences(weights: np.ndarray) -> list[bool]:
    """Whether a stretch lies in a silence too long for a chord to go on."""
    empty = weights.sum(axis=1) == 0
    found = [False] * len(empty)
    start = 0
    for at in range(len(empty) + 1):
        if at == len(empty) or not empty[at]:
            if at - start >= _LONGEST_SILENCE:
                found[start:at] = [True] * (at - start)
            start = at + 1
    return found
