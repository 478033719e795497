"""The plan's chords as they are named on the page: roots as the key has them, else by label or where they lead."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from composer_core.chord_symbols import ChordSymbol, parse_chord, tidy
from composer_core.music import Composition
from composer_core.sheet.bars import to_grains
from composer_core.sheet.spelling import chord_fifth, fifth_of, leading_fifth, own_fifth


@dataclass(frozen=True)
class NamedChord:
    """A chord from ``grain`` on; ``symbol`` is None where there is none. ``root`` is a place on the line of fifths."""

    grain: int
    symbol: ChordSymbol | None
    root: int = 0

    @cached_property
    def bass(self) -> int:
        """The bass on the line of fifths: as the chord names it, a foreign one as near to the root as can be."""
        if self.symbol is None:
            return self.root
        found = chord_fifth(self.symbol.lowest, self.symbol, self.root)
        return self.root + (self.symbol.lowest * 7 - self.root + 5) % 12 - 5 if found is None else found


class Harmony:
    """The chords of a composition in order."""

    def __init__(self, composition: Composition) -> None:
        self.chords = [
            _named(to_grains(chord.tick, composition.timing), chord.label, composition) for chord in composition.chords
        ]
        self._starts = [chord.grain for chord in self.chords]

    def at(self, grain: int) -> NamedChord | None:
        """The chord that sounds at a grain."""
        place = bisect_right(self._starts, grain) - 1
        return self.chords[place] if place >= 0 else None


def _named(grain: int, label: str, composition: Composition) -> NamedChord:
    symbol = parse_chord(label)
    if symbol is None:
        return NamedChord(grain, None)
    letters = tidy(label)[:2].rstrip("0123456789")
    root = fifth_of(letters[0], letters[1:] if letters[1:] in ("#", "b") else "")
    own = own_fifth(symbol.root, composition.key)
    if own is not None:
        root = own
    elif {3, 6} <= set(symbol.steps):  # diminished: its root is the leading note of what follows
        root = leading_fifth(root, composition.key)
    return NamedChord(grain, symbol, root)
