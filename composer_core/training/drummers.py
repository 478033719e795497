"""Measures drummers: how hard and how late each drum is hit at each place of the bar, and how freely."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.ndimage import uniform_filter1d

from composer_core.corpora.drum_kit import SNARE
from composer_core.corpora.groove import BAR_TICKS, Performance
from composer_core.corpora.songs import TICKS_PER_BEAT
from composer_core.corpora.swing import swing_out
from composer_core.feel import SLOTS, DrumTouch, Touch

FEWEST_HITS = 80  # of a drum; below it the drum plays as the genre's others do
FEWEST_ALIKE = 4  # hits of one drum at one place in one take that tell how freely it repeats itself
GHOST_SHARE = 0.5  # of a take's loud strokes (90th percentile): what is softer is a ghost note
_PULSE_HITS = 33  # about two bars: slower drift is the drummer's tempo, which a band follows
_PRIOR_HITS = 20.0  # of the drum's own mean, in the mean of one place
_STEP = TICKS_PER_BEAT // 4

MOST_LATE_MS = 20.0  # a mean beyond it comes from hits that mean another place
_LONG_TAIL = 2.0  # robust standard deviations from which on a hit is a flam or means another place

Hits = np.ndarray
"""[n, 5]: take, bar, slot, velocity, lateness in ms."""


def measure_drummers(takes: Sequence[Performance]) -> Touch:
    """Return every drum's touch, and what the hits of a bar, and of an onset, have in common; no parts."""
    hits = collect(takes)
    return Touch(
        drums={pitch: _touch(rows, pitch) for pitch, rows in sorted(hits.items())},
        parts={},
        together=_together(hits),
        unison=_unison(takes),
    )


def collect(takes: Iterable[Performance]) -> dict[int, Hits]:
    """Every hit by its drum; drums that are hardly hit are left out."""
    rows: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for number, take in enumerate(takes):
        for hit, place, ms in zip(take.hits, take.places, _late_ms(take).tolist(), strict=True):
            rows[hit.pitch].append((number, place // BAR_TICKS, place // _STEP % SLOTS, hit.velocity, ms))
    return {pitch: np.array(found) for pitch, found in rows.items() if len(found) >= FEWEST_HITS}


def _late_ms(take: Performance) -> np.ndarray:
    """How late each hit is against the drummer's own pulse: the mean of the hits around it."""
    meant = [swing_out(place / TICKS_PER_BEAT, take.swing) for place in take.places]
    played = [hit.start / TICKS_PER_BEAT for hit in take.hits]
    late = (np.array(played) - np.array(meant)) * 60_000.0 / take.tempo_bpm
    return late - uniform_filter1d(late, _PULSE_HITS, mode="nearest")


def _touch(hits: Hits, pitch: int) -> DrumTouch:
    is_ghost = _ghosts(hits) if pitch == SNARE else np.zeros(len(hits), dtype=bool)
    full = hits[~is_ghost]
    touch = DrumTouch(
        velocity=_rounded(_by_slot(full, full[:, 3]), 0),
        spread=_rounded(_spread_by_slot(full, 3), 1),
        late_ms=_rounded(np.clip(_by_slot(hits, hits[:, 4]), -MOST_LATE_MS, MOST_LATE_MS), 1),
        loose_ms=_rounded(_spread_by_slot(hits, 4), 1),
    )
    if not is_ghost.any():
        return touch
    ghosts = _rounded(_by_slot(hits, is_ghost.astype(float)), 2)
    return DrumTouch(touch.velocity, touch.spread, touch.late_ms, touch.loose_ms, ghosts,
                     round(float(hits[is_ghost, 3].mean()), 1))  # fmt: skip


def _ghosts(hits: Hits) -> np.ndarray:
    """Which hits of a snare are ghost notes, by each take's own loudness."""
    loud = {take: np.percentile(hits[hits[:, 0] == take, 3], 90) for take in np.unique(hits[:, 0])}
    return hits[:, 3] < GHOST_SHARE * np.array([loud[take] for take in hits[:, 0]])


def _by_slot(hits: Hits, values: np.ndarray) -> np.ndarray:
    """Mean at each slot, drawn towards the mean of all where there are few: [SLOTS]."""
    slots = hits[:, 2].astype(int)
    count = np.bincount(slots, minlength=SLOTS)
    total = np.bincount(slots, weights=values, minlength=SLOTS)
    return (total + _PRIOR_HITS * values.mean()) / (count + _PRIOR_HITS)


def _spread_by_slot(hits: Hits, column: int) -> np.ndarray:
    """Standard deviation around the mean of the same place in the same take: how freely a pattern is repeated."""
    kept, rest = _residuals(hits, column)
    usual = 1.4826 * float(np.median(np.abs(rest))) + 1.0
    return np.sqrt(_by_slot(kept, np.clip(rest, -_LONG_TAIL * usual, _LONG_TAIL * usual) ** 2))


def _residuals(hits: Hits, column: int) -> tuple[Hits, np.ndarray]:
    """Hits of places that a take comes back to, and their distance from the place's mean in that take."""
    group = (hits[:, 0] * SLOTS + hits[:, 2]).astype(int)
    count = np.bincount(group)
    mean = np.bincount(group, weights=hits[:, column]) / np.maximum(count, 1)
    kept = count[group] >= FEWEST_ALIKE
    if not kept.any():
        return hits, hits[:, column] - hits[:, column].mean()
    return hits[kept], (hits[:, column] - mean[group])[kept]


def _together(hits: dict[int, Hits]) -> float:
    """Intraclass correlation of one drum's velocities within a bar, after place and take."""
    groups, rest = [], []
    for pitch, rows in hits.items():
        kept, residual = _residuals(rows, 3)
        groups.append((kept[:, 0] * 10_000 + kept[:, 1]) * 128 + pitch)
        rest.append(residual / max(float(residual.std()), 1e-9))
    return intraclass(np.concatenate(rest), np.concatenate(groups))


def _unison(takes: Sequence[Performance]) -> float:
    """Intraclass correlation of the lateness of hits on one onset."""
    groups, rest = [], []
    for number, take in enumerate(takes):
        late = _late_ms(take)
        groups.append(number * 1e7 + np.array(take.places))
        rest.append(np.clip(late - np.median(late), -3 * MOST_LATE_MS, 3 * MOST_LATE_MS))
    return intraclass(np.concatenate(rest), np.concatenate(groups))


def intraclass(values: np.ndarray, groups: np.ndarray) -> float:
    """Share of the variance that the members of a group have in common: one-way analysis of variance, 0-1."""
    group = np.unique(groups, return_inverse=True)[1]
    count = np.bincount(group)
    mean = np.bincount(group, weights=values) / count
    shared, own = len(count) - 1, len(values) - len(count)
    if shared < 1 or own < 1:
        return 0.0
    between = float((count * (mean - values.mean()) ** 2).sum()) / shared
    within = float(((values - mean[group]) ** 2).sum()) / own
    size = (len(values) - float((count**2).sum()) / len(values)) / shared
    whole = between + (size - 1) * within
    return round(float(np.clip((between - within) / whole, 0.0, 1.0)), 2) if whole > 0 else 0.0


def _rounded(values: np.ndarray, digits: int) -> tuple[float, ...]:
    return tuple(round(float(value), digits) for value in values)
