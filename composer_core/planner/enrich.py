"""From a plan of plain chords to the harmony that a style speaks: triads, sevenths as planned, or jazz.

Jazz gives every chord a seventh or sixth and extensions by its function, puts a ii before a V, and leads to the next
chord by its own dominant. Nothing is done that the melody contradicts: a note a semitone above a chord tone clashes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from composer_core.chords import ChordSymbol, chord_line
from composer_core.errors import SettingError
from composer_core.melody import changes_only
from composer_core.music import Chord, Key, Melody
from composer_core.planner.cells import Cells, make_cells, sounding

STYLES = ("triads", "sevenths", "jazz")

_TRIADS = {"7": "", "maj7": "", "m7": "m", "m7b5": "dim", "dim7": "dim"}
_TONIC, _SUBDOMINANT, _DOMINANT = 0, 5, 7
_BORROWED = frozenset({1, 3, 8})  # flat II, III and VI: major sevenths
_ALLOWED_CLASH = 0.13  # share of a chord's time in which a passing note may clash with it
_TWO_FIVE, _APPROACH = 0.7, 0.3  # how often a V gets its ii, and a chord its own dominant
_EXTENDED = 0.5
_MAJOR_SEVENTH = 11
_LONG = 4  # pulses from which on a chord is halved

Line = list[ChordSymbol | None]


@dataclass(frozen=True)
class _Span:
    """A chord with the cells in which it sounds, the chord after it and the root of the one before it."""

    first: int
    end: int
    symbol: ChordSymbol | None
    following: ChordSymbol | None
    before_root: int | None


def enrich(plan: Sequence[Chord], melody: Melody, key: Key, style: str, rng: np.random.Generator) -> tuple[Chord, ...]:
    """Return a plan in a style of ``STYLES``; chords that do not begin on a pulse begin on the one before.

    Raises:
        SettingError: there is no such style.
    """
    if style not in STYLES:
        raise SettingError(f"There is no harmony {style[:40]!r}: choose one of {', '.join(STYLES)}.")
    if style == "sevenths":
        return tuple(plan)
    cells = make_cells(melody)
    line = chord_line(plan, cells.starts[:-1])
    if style == "triads":
        found = [None if s is None else ChordSymbol(s.root, _TRIADS.get(s.basic, s.basic), s.bass) for s in line]
    else:
        found = _Jazz(melody, cells, key, rng).line(line)
    labels = ["N" if symbol is None else symbol.name(key) for symbol in found]
    ticks = [0, *(int(start) for start in cells.starts[1:-1])]
    return tuple(Chord(tick, label) for tick, label in changes_only(zip(ticks, labels, strict=True)))


class _Jazz:
    """One plan on its way to jazz: a line [T] of chords in, a line out."""

    def __init__(self, melody: Melody, cells: Cells, key: Key, rng: np.random.Generator) -> None:
        self.sounds = sounding(melody.notes, cells)  # [T, 12]
        self.cells, self.key, self.rng = cells, key, rng

    def line(self, line: Line) -> Line:
        """Lead, prepare and colour, in this order: each step sees the chords of the one before."""
        for change in (self._led, self._prepared, self._coloured):
            line = [symbol for span in _spans(line) for symbol in change(span)]
        return line

    def _led(self, span: _Span) -> Line:
        """Give the second half of a long chord to the dominant of the next one."""
        held, after = _held(span), span.following
        middle = self._middle(span)
        if span.symbol is None or after is None or middle is None or self.rng.random() > _APPROACH:
            return held
        degree = (after.root - self.key.tonic) % 12
        leads = ChordSymbol((after.root + _DOMINANT) % 12, "7")
        is_new = leads.root not in (span.symbol.root, after.root) and degree not in (_TONIC, *_BORROWED)
        if not is_new or after.basic in ("dim", "m7b5", "dim7", "aug") or self._clashes(leads, middle, span.end):
            return held
        return held[: middle - span.first] + [leads] * (span.end - middle)

    def _prepared(self, span: _Span) -> Line:
        """Give the first half of a long V to its ii."""
        symbol, middle = span.symbol, self._middle(span)
        held = _held(span)
        if symbol is None or middle is None or not self._resolves(span) or self.rng.random() > _TWO_FIVE:
            return held
        goal_is_minor = span.following is not None and 3 in span.following.steps
        two = ChordSymbol((symbol.root + _DOMINANT) % 12, "m7b5" if goal_is_minor else "m7")
        if span.before_root == two.root or self._clashes(two, span.first, middle):
            return held
        return [two] * (middle - span.first) + held[middle - span.first :]

    def _coloured(self, span: _Span) -> Line:
        """Choose the first colour of the chord's function that the melody bears."""
        symbol = span.symbol
        if symbol is None:
            return _held(span)
        plain = self._clash(symbol, span.first, span.end)
        bearable = max(plain, _ALLOWED_CLASH)
        colours = (ChordSymbol(symbol.root, quality, symbol.bass) for quality in self._colours(span, symbol))
        chosen = next((c for c in colours if self._clash(c, span.first, span.end) <= bearable), symbol)
        return [chosen] * (span.end - span.first)

    def _colours(self, span: _Span, symbol: ChordSymbol) -> tuple[str, ...]:
        """Qualities for a chord, the most colourful first where chance has it so."""
        is_rich = self.rng.random() < _EXTENDED
        degree = (symbol.root - self.key.tonic) % 12
        is_tonic = degree == _TONIC
        match symbol.basic:
            case "m" | "m7" if is_tonic and not self.key.is_major:
                return ("m69", "m6", "m9", "m7") if is_rich else ("m6", "m7")
            case "m" | "m7":
                return ("m9", "m7") if is_rich else ("m7",)
            case "7" | "" if (
                self._resolves(span) or (symbol.basic == "7" and not is_tonic) or self._is_dominant(degree)
            ):
                to_minor = span.following is not None and 3 in span.following.steps
                rich = ("7b9", "7") if to_minor else ("13", "9", "7")
                return rich if is_rich or to_minor else ("7",)
            case "7":
                return ("13", "9", "7") if is_rich else ("7",)
            case "" | "maj7":
                return ("maj9", "maj7", "69", "6") if is_rich else ("maj7", "6")
            case "dim" | "m7b5":
                rises = span.following is not None and (span.following.root - symbol.root) % 12 == 1
                return ("dim7",) if rises and degree != 11 else ("m7b5", "dim7")
            case "aug":
                return ("7#5",) if self._resolves(span) else ()
            case _:
                return ()

    def _is_dominant(self, degree: int) -> bool:
        """Whether a major triad on this degree of the scale is a dominant by itself: not on I, IV, flat II, III, VI."""
        return degree not in (_TONIC, _SUBDOMINANT, *_BORROWED)

    def _resolves(self, span: _Span) -> bool:
        """Whether a chord with a major third falls by a fifth into the next, and is no plain I going to IV."""
        symbol, after = span.symbol, span.following
        if symbol is None or after is None or symbol.basic not in ("", "7"):
            return False
        is_tonic = symbol.root == self.key.tonic and symbol.basic == ""
        return not is_tonic and (after.root - symbol.root) % 12 == _SUBDOMINANT

    def _middle(self, span: _Span) -> int | None:
        """The half bar or bar line in the middle of a chord of at least four pulses."""
        middle = (span.first + span.end) // 2
        is_long = span.end - span.first >= _LONG and (span.end - span.first) % 2 == 0
        return middle if is_long and self.cells.is_half[middle] else None

    def _clashes(self, symbol: ChordSymbol, first: int, end: int) -> bool:
        return self._clash(symbol, first, end) > _ALLOWED_CLASH

    def _clash(self, symbol: ChordSymbol, first: int, end: int) -> float:
        """Share of the melody's time on notes a semitone above a chord tone, or on the root above a major seventh."""
        tones = set(symbol.tones)
        foreign = [p for p in range(12) if p not in tones and (p - 1) % 12 in tones]
        foreign += [symbol.root] if _MAJOR_SEVENTH in symbol.steps else []
        sounds = self.sounds[first:end]
        return float(sounds[:, foreign].sum() / max(sounds.sum(), 1e-9))


def _held(span: _Span) -> Line:
    return [span.symbol] * (span.end - span.first)


def _spans(line: Line) -> Iterator[_Span]:
    """The chords of a line with their cells and neighbours."""
    edges = [0, *(t for t in range(1, len(line)) if line[t] != line[t - 1]), len(line)]
    for first, end in pairwise(edges):
        before = line[first - 1] if first else None
        yield _Span(first, end, line[first], line[end] if end < len(line) else None, before.root if before else None)
