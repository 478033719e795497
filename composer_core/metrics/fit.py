"""How a part fits the harmony plan, the melody and its player."""

import itertools
from collections.abc import Iterable

import numpy as np

from composer_core.metrics.songroll import NO_ROOT, SongRoll
from composer_core.pianoroll import REST, STEPS_PER_PULSE

MUD_BELOW = 48  # MIDI C3
MUD_INTERVAL = 5  # semitones
CLASHES = (1, 13)  # a semitone, a minor ninth


def bass_on_root(roll: SongRoll, part: str) -> float | None:
    """Share of the plan's chord changes at which the part plays the chord's root (or the bass that a slash names).

    What counts is the lowest note that sounds at the change, else the first to begin within a pulse and before the next
    change. A change with neither is left out; None if all are.
    """
    hits = []
    for at in np.flatnonzero(roll.change).tolist():
        note = _first_note(roll, roll.parts[part], at)
        if note is not None:
            hits.append(note % 12 in (roll.root[at], roll.bass[at]))
    return float(np.mean(hits)) if hits else None


def _first_note(roll: SongRoll, table: np.ndarray, at: int) -> int | None:
    later = np.flatnonzero(roll.change[at + 1 :])
    limit = min(at + STEPS_PER_PULSE, at + 1 + int(later[0]) if len(later) else len(roll))
    near = table[(table[:, 1] > at) & (table[:, 0] < limit)]
    if not len(near):
        return None
    first = near[np.maximum(near[:, 0], at) == max(int(near[:, 0].min()), at)]
    return int(first[:, 2].min())


def chord_tone_share(roll: SongRoll, part: str) -> float | None:
    """Share of a part's sounding cells (timestep, pitch) whose pitch class belongs to the plan's chord there.

    So a note weighs as long as it sounds. Timesteps without a chord are left out; None if nothing is left.
    """
    hits = total = 0
    for start, end, pitch in roll.parts[part].tolist():
        known = roll.root[start:end] != NO_ROOT
        total += int(known.sum())
        hits += int(roll.tones[start:end, pitch % 12][known].sum())
    return hits / total if total else None


def strong_beat_clashes(roll: SongRoll, parts: Iterable[str]) -> float | None:
    """Share of the melody's strong beats at which a part sounds a semitone or a minor ninth away from it.

    Strong beats are the first pulse of a bar and, where the bar has an even number of pulses, its middle one.
    """
    grid, melody = roll.grid, roll.melody_line()
    middle = (grid.pulses % 2 == 0) & (grid.pulse == grid.pulses // 2)
    strong = np.flatnonzero((grid.step == 0) & ((grid.pulse == 0) | middle) & (melody != REST))
    if not len(strong):
        return None
    sounding = _together(roll, parts)[strong]
    clash = np.zeros(len(strong), dtype=bool)
    for away in itertools.chain(CLASHES, (-step for step in CLASHES)):
        pitch = melody[strong] + away
        inside = (pitch >= 0) & (pitch < sounding.shape[1])
        clash |= inside & sounding[np.arange(len(strong)), np.where(inside, pitch, 0)]
    return float(clash.mean())


def out_of_range(roll: SongRoll, part: str, low: int, high: int) -> float | None:
    """Share of a part's notes outside ``low`` to ``high`` (MIDI, both allowed)."""
    pitch = roll.parts[part][:, 2]
    return float(((pitch < low) | (pitch > high)).mean()) if len(pitch) else None


def mud(roll: SongRoll, parts: Iterable[str]) -> float:
    """Share of timesteps at which two different pitches sound less than 5 semitones apart, the lower below C3."""
    sounding = _together(roll, parts)
    low = sounding[:, :MUD_BELOW]
    muddy = [low & sounding[:, away : MUD_BELOW + away] for away in range(1, MUD_INTERVAL)]
    return float(np.any(muddy, axis=(0, 2)).mean())


def _together(roll: SongRoll, parts: Iterable[str]) -> np.ndarray:
    """Which pitches sound in any of the parts: [T, 128]."""
    rolls = [roll.sounding(roll.parts[part]) for part in parts if part in roll.parts]
    return np.any(rolls, axis=0) if rolls else roll.sounding(np.zeros((0, 3), dtype=np.int64))
