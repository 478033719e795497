"""What sections of an orchestra do together."""

from collections.abc import Sequence

import numpy as np

from composer_core.metrics.songroll import SongRoll
from composer_core.pianoroll import REST

_CARRIED = 0.75  # share of the melody's notes in a bar that a section must join in


def everyone_sounds(roll: SongRoll, sections: Sequence[str]) -> float:
    """Share of pulses at whose start every one of the sections sounds; a section that the piece lacks never does."""
    if not all(section in roll.parts for section in sections):
        return 0.0
    sounds = [roll.sounding(roll.parts[section])[roll.pulses].any(axis=1) for section in sections]
    return float(np.all(sounds, axis=0).mean())


def doubled_melody(roll: SongRoll) -> float | None:
    """Share of the pulses with a melody note at which some section sounds its pitch class: a unison or octaves."""
    melody = roll.melody_line()
    pulses = roll.pulses[melody[roll.pulses] != REST]
    if not len(pulses):
        return None
    doubled = np.zeros(len(pulses), dtype=bool)
    for table in roll.parts.values():
        doubled |= _classes(roll, table)[pulses, melody[pulses] % 12]
    return float(doubled.mean())


def carriers(roll: SongRoll) -> dict[str, int]:
    """In how many bars each section carries the melody.

    A section carries a bar when with three notes in four of the melody that begin there (at least two), one of its own
    begins on the same pitch class. The number of sections that carry some bars shows how far the melody is handed on.
    """
    return {section: int(carried(roll, table).sum()) for section, table in roll.parts.items()}


def carried(roll: SongRoll, table: np.ndarray) -> np.ndarray:
    """Whether a section carries each bar: [bar]."""
    begun = {(start, pitch % 12) for start, _, pitch in table.tolist()}
    melody = [(start, pitch % 12) for start, _, pitch in roll.melody.tolist()]
    found = []
    for first, end in roll.bars:
        joined = [note in begun for note in melody if first <= note[0] < end]
        found.append(len(joined) > 1 and float(np.mean(joined)) >= _CARRIED)
    return np.array(found, dtype=bool)


def _classes(roll: SongRoll, table: np.ndarray) -> np.ndarray:
    """Which pitch classes sound: [T, 12]."""
    classes = np.zeros((len(roll), 12), dtype=bool)
    for start, end, pitch in table.tolist():
        classes[start:end, pitch % 12] = True
    return classes
