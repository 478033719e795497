"""Features of one part of a song for the overlapped area: each maps (song, part) to a vector."""

from collections.abc import Callable

import numpy as np

from composer_core.metrics.areas import share
from composer_core.metrics.patterns import PERCUSSION, drum_group
from composer_core.metrics.patterns import notes_per_bar as count_notes_per_bar
from composer_core.metrics.songroll import NO_ROOT, SongRoll

PLACES = 16  # in a bar; longer bars share the last
_DURATIONS = (1, 2, 3, 4, 6, 8, 12, 16)  # timesteps; longer notes share the last

Feature = Callable[[SongRoll, str], np.ndarray]


def chord_degrees(roll: SongRoll, part: str) -> np.ndarray:
    """Share of notes on each semitone above the chord's root where they begin [12]; without a chord left out."""
    table = roll.parts[part]
    root = roll.root[table[:, 0]]
    degrees = (table[:, 2] - root)[root != NO_ROOT] % 12
    return share(np.bincount(degrees, minlength=12))


def durations(roll: SongRoll, part: str) -> np.ndarray:
    """Share of notes of each length, 1, 2, 3, 4, 6, 8, 12, 16 timesteps (rounded down) or more: [8]."""
    table = roll.parts[part]
    classes = np.searchsorted(_DURATIONS, table[:, 1] - table[:, 0], side="right") - 1
    return share(np.bincount(classes, minlength=len(_DURATIONS)))


def onset_places(roll: SongRoll, part: str) -> np.ndarray:
    """Share of notes that begin at each timestep of a bar: [16]."""
    places = np.minimum(roll.place[roll.parts[part][:, 0]], PLACES - 1)
    return share(np.bincount(places, minlength=PLACES))


def notes_per_bar(roll: SongRoll, part: str) -> np.ndarray:
    """Mean number of notes that begin in a bar: [1]."""
    return np.array([count_notes_per_bar(roll, part)])


def polyphony(roll: SongRoll, part: str) -> np.ndarray:
    """Share of timesteps at which 0, 1, 2, 3, 4 or more pitches of the part sound: [6]."""
    counts = roll.sounding(roll.parts[part]).sum(axis=1)
    return share(np.bincount(np.minimum(counts, 5), minlength=6))


def intervals(roll: SongRoll, part: str) -> np.ndarray:
    """Share of steps of -12 to 12 semitones (wider ones at the ends) between top notes of successive onsets: [25]."""
    tops: dict[int, int] = {}
    for start, _, pitch in roll.parts[part].tolist():
        tops[start] = max(pitch, tops.get(start, 0))
    steps = np.clip(np.diff([tops[start] for start in sorted(tops)]), -12, 12).astype(np.int64)
    return share(np.bincount(steps + 12, minlength=25))


def drum_places(roll: SongRoll, part: str) -> np.ndarray:
    """Share of strikes of each group of drums at each timestep of a bar: [9 * 16]."""
    table = roll.parts[part]
    groups = np.array([drum_group(pitch) for pitch in table[:, 2].tolist()], dtype=np.int64)
    places = np.minimum(roll.place[table[:, 0]], PLACES - 1)
    return share(np.bincount(groups * PLACES + places, minlength=(PERCUSSION + 1) * PLACES))


def drum_balance(roll: SongRoll, part: str) -> np.ndarray:
    """Share of strikes of each group of drums: [9]."""
    groups = np.array([drum_group(pitch) for pitch in roll.parts[part][:, 2].tolist()], dtype=np.int64)
    return share(np.bincount(groups, minlength=PERCUSSION + 1))


PITCHED: dict[str, Feature] = {
    "degrees": chord_degrees,
    "durations": durations,
    "places": onset_places,
    "notes per bar": notes_per_bar,
    "polyphony": polyphony,
    "intervals": intervals,
}
DRUMS: dict[str, Feature] = {
    "drums and places": drum_places,
    "balance": drum_balance,
    "places": onset_places,
    "notes per bar": notes_per_bar,
}
