"""The melody as the planner sees it: one cell a pulse, pitch classes told from the key, and the place in the form.

A plan may change its chord at any cell. The pulses carry everything: no metre has a case of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from composer_core.harmony import find_key
from composer_core.music import Key, Melody, Metre, Note, Timing

PITCH_PLANES = 6
_MOST_PULSES = 6
_FORM_BARS = (2, 4, 8)
PLACE_PLANES = 3 + _MOST_PULSES + 2 + 2 * len(_FORM_BARS) + 4 + 3
PLANES = 12 * PITCH_PLANES + PLACE_PLANES + 13


@dataclass(frozen=True)
class Cells:
    """T pulses: ``starts`` [T + 1] in ticks (the last is the end), ``bars`` [T], ``pulses`` [T], ``counts`` [T].

    ``bars`` numbers the bar that a cell lies in (a pick-up is bar 0), ``pulses`` its place there and ``counts`` the
    pulses of that bar; ``pickups`` is the number of cells before the first full bar.
    """

    starts: np.ndarray
    bars: np.ndarray
    pulses: np.ndarray
    counts: np.ndarray
    pickups: int

    def __len__(self) -> int:
        return len(self.bars)

    @property
    def is_half(self) -> np.ndarray:
        """[T] whether a cell begins a bar or its second half: where harmony is expected to change."""
        halves = np.where(self.counts >= 4, (self.counts + 1) // 2, np.where(self.counts == 2, 1, 0))
        return (self.pulses == 0) | ((self.pulses == halves) & (halves > 0))


def make_cells(melody: Melody) -> Cells:
    """Cut a melody's whole bars into pulses; the pick-up's count back from the first bar line."""
    timing = melody.timing
    bar_starts = timing.bar_starts(max(melody.end, 1))
    starts, bars, pulses, counts = [], [], [], []
    for bar, start in enumerate(bar_starts):
        metre = timing.metre_at(start)
        pulse = max(metre.pulse_ticks(timing.ticks_per_beat), 1)
        is_pickup = bar == 0 and timing.pickup_ticks > 0
        end = bar_starts[bar + 1] if bar + 1 < len(bar_starts) else start + _last_bar(timing, metre, is_pickup)
        offset = -(end - start) % pulse if is_pickup else 0
        ticks = [max(tick, start) for tick in range(start - offset, end, pulse)]
        whole = max(metre.bar_ticks(timing.ticks_per_beat) // pulse, len(ticks))
        starts += ticks
        bars += [bar] * len(ticks)
        pulses += list(range(whole - len(ticks), whole)) if is_pickup else list(range(len(ticks)))
        counts += [whole] * len(ticks)
    pickups = sum(bar == 0 for bar in bars) if timing.pickup_ticks and len(bar_starts) > 1 else 0
    return Cells(
        np.array([*starts, max(end, starts[-1] + 1)]), np.array(bars), np.array(pulses), np.array(counts), pickups
    )


def _last_bar(timing: Timing, metre: Metre, is_pickup: bool) -> int:
    return timing.pickup_ticks if is_pickup else metre.bar_ticks(timing.ticks_per_beat)


def transpose(chords: np.ndarray | int, semitones: int) -> np.ndarray:
    """Move chords, as indices of ``CHORDS``, up by semitones."""
    chords = np.asarray(chords)
    return chords - chords % 12 + (chords % 12 + semitones) % 12


def find_scale(notes: Sequence[Note]) -> int:
    """Tonic of the major scale that the melody moves in: of a minor melody, that of its relative major."""
    return relative_major(find_key(notes))


def relative_major(key: Key) -> int:
    """Tonic of the major key with the same signature."""
    return key.tonic if key.is_major else (key.tonic + 3) % 12


def describe(melody: Melody, cells: Cells, tonic: int) -> np.ndarray:
    """Return float32 [T, PLANES]; pitch classes are counted from ``tonic``."""
    own = sounding(melody.notes, cells)  # [T, 12]
    hit = struck(melody.notes, cells)  # [T, 12]
    half = np.cumsum(cells.is_half)
    pitches = [own, hit, _pooled(own, half), _pooled(own, cells.bars), _pooled(own, cells.bars, 1), _so_far(own)]
    rolled = [np.roll(plane, -tonic, axis=1) for plane in pitches]
    return np.concatenate([*rolled, _places(melody, cells, own), _mode(melody, cells, tonic)], axis=1, dtype=np.float32)


def _mode(melody: Melody, cells: Cells, tonic: int) -> np.ndarray:
    """[T, 13] everywhere alike: whether the melody by itself seems to be in minor, and its last pitch class."""
    planes = np.zeros((len(cells), 13))
    planes[:, 0] = not find_key(melody.notes).is_major
    planes[:, 1 + (melody.notes[-1].pitch - tonic) % 12] = 1
    return planes


def sounding(notes: Sequence[Note], cells: Cells) -> np.ndarray:
    """[T, 12] share of each cell in which a pitch class sounds."""
    share = np.zeros((len(cells), 12))
    for note in notes:
        first = max(int(np.searchsorted(cells.starts, note.start, side="right")) - 1, 0)
        last = min(int(np.searchsorted(cells.starts, note.end, side="left")), len(cells))
        for cell in range(first, last):
            start, end = cells.starts[cell], cells.starts[cell + 1]
            share[cell, note.pitch % 12] += (min(note.end, end) - max(note.start, start)) / (end - start)
    return share


def struck(notes: Sequence[Note], cells: Cells) -> np.ndarray:
    """[T, 12] the pitch class that is struck at the beginning of a cell."""
    struck = np.zeros((len(cells), 12))
    for note in notes:
        cell = min(max(int(np.searchsorted(cells.starts, note.start, side="right")) - 1, 0), len(cells) - 1)
        if 4 * (note.start - cells.starts[cell]) < cells.starts[cell + 1] - cells.starts[cell]:
            struck[cell, note.pitch % 12] = 1
    return struck


def _pooled(share: np.ndarray, groups: np.ndarray, ahead: int = 0) -> np.ndarray:
    """[T, 12] mean over the group (bar, half bar) that a cell lies in, or the one that follows."""
    totals = np.zeros((groups.max() + 1 + ahead, 12))
    np.add.at(totals, groups, share)
    sizes = np.bincount(groups, minlength=len(totals)).clip(1)
    return np.asarray((totals / sizes[:, None])[groups + ahead])


def _so_far(share: np.ndarray) -> np.ndarray:
    """[T, 12] what sounded lately, fading: which scale the passage is in."""
    recent = np.zeros_like(share)
    level = np.zeros(12)
    for cell, now in enumerate(share):
        level = 0.94 * level + 0.06 * now
        recent[cell] = 4 * level
    return recent


def _places(melody: Melody, cells: Cells, own: np.ndarray) -> np.ndarray:
    """[T, PLACE_PLANES] metre, form, rests and the distance to both ends."""
    length = len(cells)
    planes = np.zeros((length, PLACE_PLANES))
    planes[:, 0] = cells.pulses == 0
    planes[:, 1] = cells.is_half
    planes[:, 2] = cells.counts % 3 == 0
    rows = np.arange(length)
    planes[rows, 3 + cells.pulses.clip(max=_MOST_PULSES - 1)] = 1
    at = 3 + _MOST_PULSES
    planes[:, at] = 1 - own.sum(axis=1).clip(max=1)
    planes[:, at + 1] = cells.counts / 4
    at += 2
    full_bar = cells.bars - (1 if cells.pickups else 0)
    for number, bars in enumerate(_FORM_BARS):
        phase = 2 * np.pi * (full_bar % bars) / bars
        planes[:, at + 2 * number], planes[:, at + 2 * number + 1] = np.sin(phase), np.cos(phase)
    at += 2 * len(_FORM_BARS)
    to_end = cells.bars.max() - cells.bars
    planes[:, at] = to_end == 0
    planes[:, at + 1] = 1 / (1 + to_end)
    planes[:, at + 2] = 1 / (1 + cells.bars)
    planes[:, at + 3] = np.arange(length) < cells.pickups
    at += 4
    last = melody.notes[-1]
    planes[:, at] = cells.starts[:-1] >= last.start
    lengths = np.array([note.duration for note in melody.notes])
    starts = np.array([note.start for note in melody.notes])
    current = (np.searchsorted(starts, cells.starts[:-1], side="right") - 1).clip(0)
    beat = melody.timing.ticks_per_beat
    planes[:, at + 1] = (lengths[current] / beat).clip(max=8) / 4
    pitches = np.array([note.pitch for note in melody.notes])
    planes[:, at + 2] = (pitches[current] - pitches.mean()) / 12  # no absolute height: every key gets the same plan
    return planes
