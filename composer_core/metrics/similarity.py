"""The similarity index: how far composed music is from held-out music of the same style. No torch.

    index = mean over parts p of mean over the part's features f of JSD(P_pf, Q_pf)

P_pf is the distribution of feature f in part p over the composed pieces, Q_pf that over the real ones: the mean of the
pieces' own histograms, pieces in which nothing of the kind happens left out. JSD is the Jensen-Shannon divergence in
bits (Lin 1991), sum over the bins of (P log2(P / M) + Q log2(Q / M)) / 2 with M = (P + Q) / 2: 0 where both are the
same, 1 where they share nothing or only one of them is empty. Every part and every feature weighs the same. A part
counts in the pieces where the real music has it.

Features of a pitched part: degree above the chord's root [12], place in the bar [16], length [8], pitches at once with
silence among them [6], melodic interval [25], register in thirds [32], notes begun in each bar [8], whether a bar
repeats the rhythm of the one before [2]. Of drums: drum and place [144], drum [9], place [16], strikes in each bar [8],
repetition [2]. (The first of both groups are those of ``features``.)

The index tends towards 0 and never needs to reach it: two samples of the same style differ as well. What the training
pieces themselves score stands beside it (``evaluation``, the card). A copy of them scores the same: so the index says
nothing about originality, and ``originality.Collection`` is always read with it.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from composer_core.genres import Part
from composer_core.harmony import find_key
from composer_core.metrics import features
from composer_core.metrics.areas import share
from composer_core.metrics.patterns import drum_bars, empty_bars, rhythm_bars
from composer_core.metrics.songroll import SongRoll
from composer_core.music import Note

REGISTER = 4  # semitones of a bin
POLYPHONIC = 3  # pitches at once from which a timestep counts as polyphonic
_COUNTS = (0, 1, 2, 3, 5, 7, 9, 13)  # notes in a bar: where the bins begin

Pair = tuple[float | None, float | None]


def similarity_index(made: Sequence[SongRoll], real: Sequence[SongRoll], parts: Sequence[Part]) -> float:
    """The index of composed pieces against real ones, 0 (alike) to 1.

    Args:
        made: the composed pieces.
        real: real pieces; they need not be the same ones.
        parts: the ensemble's accompaniment.
    """
    distances = [part_distance(made, real, part) for part in parts if any(part.name in r.parts for r in real)]
    return float(np.mean(distances)) if distances else 0.0


def part_distance(made: Sequence[SongRoll], real: Sequence[SongRoll], part: Part) -> float:
    """Mean divergence over the features of one part."""
    mine = [histograms(roll, part) for roll in made if part.name in roll.parts]
    theirs = [histograms(roll, part) for roll in real if part.name in roll.parts]
    kinds = range(len(theirs[0]))
    return float(np.mean([divergence(_pooled([h[k] for h in mine]), _pooled([h[k] for h in theirs])) for k in kinds]))


def divergence(first: np.ndarray, second: np.ndarray) -> float:
    """Jensen-Shannon divergence in bits of two distributions [N], either of which may be empty (all zeros)."""
    if not first.any() or not second.any():
        return float(bool(first.any()) != bool(second.any()))
    middle = (first + second) / 2
    return float((_relative(first, middle) + _relative(second, middle)) / 2)


def histograms(roll: SongRoll, part: Part) -> list[np.ndarray]:
    """The features of one part of one piece, each a distribution or all zeros."""
    kinds = features.DRUMS if part.is_drum else features.PITCHED
    plain = [feature(roll, part.name) for name, feature in kinds.items() if name != "notes per bar"]
    bars = (drum_bars if part.is_drum else rhythm_bars)(roll, part.name)
    own = [_filling(roll, part), _repetition(bars)]
    return [*plain, *own] if part.is_drum else [*plain, _register(roll, part), *own]


def figures(made: Sequence[SongRoll], real: Sequence[SongRoll], parts: Sequence[Part]) -> dict[str, Pair]:
    """What DeepComposer showed beside its index: figure → (composed, real); None where there is nothing to measure.

    ``empty bars``: share of bars in which a part is silent, mean over parts. ``pitch classes``: used in a bar, mean
    over the pitched parts' bars that are not silent. ``polyphony``: share of timesteps at which three or more pitches
    of the accompaniment sound. ``in scale``: share of its notes that belong to the key of the melody. ``drum
    pattern``: share of drum strikes that fall on an eighth.
    """
    pairs = {name: (measure(made, parts), measure(real, parts)) for name, measure in _FIGURES.items()}
    return {name: pair for name, pair in pairs.items() if pair != (None, None)}


def _pooled(rows: Sequence[np.ndarray]) -> np.ndarray:
    filled = [row for row in rows if row.any()]
    return np.asarray(np.mean(filled, axis=0)) if filled else np.zeros(1)


def _relative(first: np.ndarray, second: np.ndarray) -> float:
    there = (first > 0) & (second > 0)  # half of the smallest number there is counts as none
    return float((first[there] * np.log2(first[there] / second[there])).sum())


def _register(roll: SongRoll, part: Part) -> np.ndarray:
    return share(np.bincount(roll.parts[part.name][:, 2] // REGISTER, minlength=128 // REGISTER))


def _filling(roll: SongRoll, part: Part) -> np.ndarray:
    """Share of bars in which 0, 1, 2, 3-4, 5-6, 7-8, 9-12, 13 or more notes begin: [8]."""
    begun = np.bincount(roll.grid.bar[roll.parts[part.name][:, 0]], minlength=int(roll.grid.bar[-1]) + 1)
    return share(np.bincount(np.searchsorted(_COUNTS, begun, side="right") - 1, minlength=len(_COUNTS)))


def _repetition(bars: Sequence[tuple[int, frozenset[tuple[int, int]]]]) -> np.ndarray:
    """Share of neighbouring bars that are equal and that are not, two empty ones left out: [2]."""
    pairs = [(a, b) for a, b in itertools.pairwise(bars) if a[0] == b[0] and (a[1] or b[1])]
    return share(np.bincount([int(a != b) for a, b in pairs] or [0], minlength=2) if pairs else np.zeros(2))


def _empty(rolls: Sequence[SongRoll], parts: Sequence[Part]) -> float | None:
    return _mean([empty_bars(roll, part.name) for roll in rolls for part in parts if part.name in roll.parts])


def _pitch_classes(rolls: Sequence[SongRoll], parts: Sequence[Part]) -> float | None:
    counts = []
    for roll in rolls:
        for part in parts:
            if not part.is_drum and part.name in roll.parts:
                sounding = roll.sounding(roll.parts[part.name])  # [T, 128]
                used = [{pitch % 12 for pitch in np.flatnonzero(sounding[a:b].any(axis=0))} for a, b in roll.bars]
                counts += [len(classes) for classes in used if classes]
    return _mean(counts)


def _polyphony(rolls: Sequence[SongRoll], parts: Sequence[Part]) -> float | None:
    shares = []
    for roll in rolls:
        tables = [roll.parts[part.name] for part in parts if not part.is_drum and part.name in roll.parts]
        if tables:
            shares.append(float((roll.sounding(np.concatenate(tables)).sum(axis=1) >= POLYPHONIC).mean()))
    return _mean(shares)


def _in_scale(rolls: Sequence[SongRoll], parts: Sequence[Part]) -> float | None:
    hits: list[bool] = []
    for roll in rolls:
        scale = find_key([Note(start, pitch, end - start) for start, end, pitch in roll.melody.tolist()]).scale
        for part in parts:
            if not part.is_drum and part.name in roll.parts:
                hits += [pitch % 12 in scale for pitch in roll.parts[part.name][:, 2].tolist()]
    return _mean(hits)


def _drum_pattern(rolls: Sequence[SongRoll], parts: Sequence[Part]) -> float | None:
    tables = [(r, r.parts[part.name]) for r in rolls for part in parts if part.is_drum and part.name in r.parts]
    return _mean([place % 2 == 0 for roll, table in tables for place in roll.place[table[:, 0]].tolist()])


def _mean(values: Sequence[float | bool]) -> float | None:
    return float(np.mean(values)) if values else None


_FIGURES = {
    "empty bars": _empty,
    "pitch classes": _pitch_classes,
    "polyphony": _polyphony,
    "in scale": _in_scale,
    "drum pattern": _drum_pattern,
}
