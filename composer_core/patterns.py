"""Parts as symbols relative to the chord, so that a pattern is the same image over every chord and in every key.

At each timestep a part does one of three things: hold on, fall silent, or strike a *shape*. A shape is a small tuple
of offsets, ``12 * octave + slot``. The twelve slots are the pitch classes above the chord's root, reordered so that the
chord's own third, fifth and seventh always stand in the same places: a bijection, so nothing is lost. Free of torch.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from composer_core.chords import ChordSymbol
from composer_core.music import Note
from composer_core.pianoroll import Grid

Shape = tuple[int, ...]

HOLD, REST, FIRST_SHAPE = 0, 1, 2
"""Symbols: go on, fall silent; shapes are numbered from ``FIRST_SHAPE``."""

ROOT, THIRD, FIFTH, SEVENTH = 0, 3, 7, 10
"""Slots of a chord's own tones."""

DRUM_LANES: tuple[tuple[int, ...], ...] = (
    (36, 35),
    (38, 40, 39),
    (37,),
    (42, 44),
    (46,),
    (51, 59, 53),
    (49, 57, 52, 55),
    (41, 43, 45),
    (47, 48, 50),
    (54, 70, 69, 82, 56, 62, 63, 64, 60, 61, 75, 76, 77),
)
"""General MIDI drums that count as one lane; the first stands for the lane when it is played."""

_LANE = {pitch: lane for lane, pitches in enumerate(DRUM_LANES) for pitch in pitches}
_LIMITS = {"voice": 96, "bass": 48, "chords": 72, "line": 224, "drums": 112}
_DRUM_LENGTH_SHARE = 0.5


@dataclass(frozen=True)
class Ground:
    """What symbols stand on at each timestep of a piece.

    ``grid`` [T]; ``tonic`` pitch class of the key; ``root`` [T] semitones of the chord's root above the tonic;
    ``semitone`` [T, 12] slot → semitones above the root; ``slot`` [T, 12] the other way round.
    """

    grid: Grid
    tonic: int
    root: np.ndarray
    semitone: np.ndarray
    slot: np.ndarray

    def anchors(self, centre: float) -> np.ndarray:
        """MIDI pitch [T] of the chord's root, in the octave from the tonic up that has ``centre`` in its middle."""
        base = round((centre - 6 - self.tonic) / 12) * 12 + self.tonic
        return base + self.root


def make_ground(grid: Grid, tonic: int, chords: Sequence[ChordSymbol | None]) -> Ground:
    """Lay the ground under a piece; ``chords`` has one a timestep, None for no chord (the tonic stands in)."""
    roots = np.array([(chord.root - tonic) % 12 if chord else 0 for chord in chords], dtype=np.int64)
    semitone = np.array([slot_semitones(chord.steps if chord else (0, 4, 7)) for chord in chords], dtype=np.int64)
    return Ground(grid, tonic, roots, semitone, np.argsort(semitone, axis=1))


@lru_cache(maxsize=256)
def slot_semitones(steps: tuple[int, ...]) -> tuple[int, ...]:
    """Semitones above the root of each slot, for a chord with these steps: a permutation of 0-11."""
    order = [0, 1, 2, 4, 3, 5, 6, 7, 8, 9, 10, 11]
    third = next((step for step in (4, 3, 5, 2) if step in steps), 4)
    fifth = next((step for step in (7, 6, 8) if step in steps), 7)
    has_diminished_seventh = {3, 6, 9} <= set(steps)
    seventh = 9 if has_diminished_seventh else next((step for step in (10, 11) if step in steps), 10)
    for slot, wanted in ((THIRD, third), (FIFTH, fifth), (SEVENTH, seventh)):
        other = order.index(wanted)
        order[slot], order[other] = order[other], order[slot]
    return tuple(order)


class Codebook:
    """The shapes that one part may strike, commonest first; what is not among them is played by its nearest."""

    def __init__(self, role: str, shapes: Sequence[Shape]) -> None:
        self.role = role
        self.shapes = tuple(tuple(shape) for shape in shapes)
        self._symbols = {shape: FIRST_SHAPE + place for place, shape in enumerate(self.shapes)}

    def __len__(self) -> int:
        """Count of symbols, ``HOLD`` and ``REST`` included."""
        return FIRST_SHAPE + len(self.shapes)

    def symbol(self, shape: Shape) -> int:
        """Return the symbol of a shape or of the nearest known one; ``REST`` if no shape is known at all."""
        if shape not in self._symbols:
            nearest = max(self.shapes, key=lambda known: _likeness(known, shape), default=None)
            self._symbols[shape] = REST if nearest is None else self._symbols[nearest]
        return self._symbols[shape]

    def shape(self, symbol: int) -> Shape:
        """Return the shape behind a symbol, empty for ``HOLD`` and ``REST``."""
        return self.shapes[symbol - FIRST_SHAPE] if symbol >= FIRST_SHAPE else ()


def make_codebook(role: str, shapes: Iterable[Shape], least: int = 3) -> Codebook:
    """Keep the shapes that a corpus strikes at least ``least`` times, at most as many as the role has room for."""
    counts = Counter(shapes)
    common = sorted(counts, key=lambda shape: (-counts[shape], shape))[: _LIMITS[role]]
    return Codebook(role, [shape for shape in common if counts[shape] >= least] or common[:1])


def _likeness(known: Shape, shape: Shape) -> float:
    """Shared offsets of all, and a little for the same or a near top and bottom."""
    both = len(set(known) & set(shape))
    union = len(set(known) | set(shape))
    ends = abs(known[-1] - shape[-1]) + abs(known[0] - shape[0])
    return both / union + 0.3 * (known[-1] == shape[-1]) - 0.01 * ends


def strikes(notes: Sequence[Note], role: str, ground: Ground, centre: float) -> dict[int, tuple[Shape, int]]:
    """Read a part: timestep → (shape struck there, timestep at which it has ended)."""
    grid, last = ground.grid, len(ground.grid) - 1
    anchors = ground.anchors(centre)
    starts: dict[int, list[Note]] = {}
    for note in notes:
        starts.setdefault(min(grid.nearest(note.start), last), []).append(note)
    found = {}
    for start, struck in starts.items():
        shape = _shape([note.pitch for note in struck], role, ground, anchors, start)
        if shape:
            found[start] = shape, max(max(grid.nearest(note.end) for note in struck), start + 1)
    return found


def _shape(pitches: Sequence[int], role: str, ground: Ground, anchors: np.ndarray, start: int) -> Shape:
    if role == "drums":
        return tuple(sorted({_LANE[pitch] for pitch in pitches if pitch in _LANE}))
    above = sorted(set(pitches))[:1] if role in ("bass", "voice") else sorted(set(pitches))[-5:]
    offsets = [divmod(pitch - int(anchors[start]), 12) for pitch in above]
    slots = [(octave, int(ground.slot[start, semitone])) for octave, semitone in offsets]
    if role == "chords":  # which octave and which inversion is decided by voice leading
        return tuple(sorted({slot for _, slot in slots}))
    return tuple(sorted(12 * octave + slot for octave, slot in slots))


def to_symbols(part: dict[int, tuple[Shape, int]], codebook: Codebook, length: int) -> np.ndarray:
    """Write strikes as symbols [T]. Drums ring by themselves: between their strikes they hold."""
    symbols = np.full(length, HOLD, dtype=np.int64)
    if codebook.role != "drums":
        symbols[0] = REST
    order = sorted(part)
    for place, start in enumerate(order):
        shape, end = part[start]
        symbols[start] = codebook.symbol(shape)
        following = order[place + 1] if place + 1 < len(order) else length
        if end < following and codebook.role != "drums":
            symbols[end] = REST
    return symbols


def from_symbols(symbols: np.ndarray, codebook: Codebook) -> list[tuple[int, int, Shape]]:
    """Read symbols [T] as (start, end, shape) in timesteps."""
    edges = [*np.flatnonzero(symbols != HOLD).tolist(), len(symbols)]
    return [(a, b, codebook.shape(int(symbols[a]))) for a, b in pairwise(edges) if symbols[a] >= FIRST_SHAPE]


def drum_notes(struck: Iterable[tuple[int, int, Shape]], grid: Grid) -> tuple[Note, ...]:
    """Play drum strikes; a drum rings by itself, so each note ends within its timestep."""
    notes = []
    for start, _, lanes in struck:
        tick = int(grid.ticks[start])
        length = max(int((grid.ticks[start + 1] - tick) * _DRUM_LENGTH_SHARE), 1)
        notes += [Note(tick, DRUM_LANES[lane][0], length) for lane in lanes]
    return tuple(sorted(notes))


def line_notes(
    struck: Iterable[tuple[int, int, Shape]], ground: Ground, centre: float, low: int, high: int
) -> tuple[Note, ...]:
    """Play the strikes of a line, a voice or a bass as they are; what lies outside the range moves by octaves.

    That a part goes on near where it was is the network's own business: it weighs every symbol by its step.
    """
    anchors, ticks = ground.anchors(centre), ground.grid.ticks
    notes = []
    for start, end, shape in struck:
        pitches = {fold(pitch, low, high) for pitch in _pitches(shape, start, anchors, ground)}
        notes += [Note(int(ticks[start]), pitch, int(ticks[end] - ticks[start])) for pitch in pitches]
    return tuple(sorted(notes))


def _pitches(shape: Shape, start: int, anchors: np.ndarray, ground: Ground) -> list[int]:
    return [int(anchors[start]) + 12 * (o // 12) + int(ground.semitone[start, o % 12]) for o in shape]


def fold(pitch: int, low: int, high: int) -> int:
    """Move a pitch by octaves into [low, high]; a range of at least an octave always has a place."""
    if pitch < low:
        pitch += -(-(low - pitch) // 12) * 12
    if pitch > high:
        pitch -= -(-(pitch - high) // 12) * 12
    return pitch
