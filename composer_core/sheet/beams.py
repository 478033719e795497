"""Beams: short notes of one beat, or of half a bar of plain eighths, hang together."""

from collections.abc import Iterator, Sequence

from composer_core.sheet.bars import GRAINS, Bar
from composer_core.sheet.values import Symbol

FLAGS = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4, "128th": 5}
_MOST = max(FLAGS.values())

Beams = dict[int, str]
"""Beam number (from 1) → begin, continue, end, forward hook or backward hook (MusicXML's beam-value)."""


def beam(symbols: Sequence[Symbol], bar: Bar) -> list[Beams]:
    """Return the beams of every symbol of a voice in a bar."""
    beams: list[Beams] = [{} for _ in symbols]
    for group in _groups(symbols, bar):
        for level in range(1, _MOST + 1):
            for run in _runs(group, symbols, level):
                _join(run, group, level, beams)
    return beams


def _groups(symbols: Sequence[Symbol], bar: Bar) -> Iterator[list[int]]:
    """Runs of places of short notes that share a beat; rests and longer notes part them."""
    group: list[int] = []
    for index, symbol in enumerate(symbols):
        fits = symbol.chord is not None and symbol.kind in FLAGS
        if group and not (fits and _share_a_beat(symbols[group[0]], symbol, symbols, bar)):
            yield group
            group = []
        if fits:
            group.append(index)
    yield group


def _share_a_beat(first: Symbol, symbol: Symbol, symbols: Sequence[Symbol], bar: Bar) -> bool:
    if first.tuplet or symbol.tuplet:
        return first.tuplet == symbol.tuplet
    width = _span(first, symbols, bar)
    return (first.start - bar.origin) // width == (symbol.start - bar.origin) // width


def _span(first: Symbol, symbols: Sequence[Symbol], bar: Bar) -> int:
    """How much of a bar one beam may hang over."""
    if bar.metre.is_compound:
        return bar.pulse
    if bar.metre.denominator >= 8:  # 5/8 is felt as 3 + 2, 7/8 as 4 + 3
        return bar.pulse * (4 if bar.metre.numerator % 4 in (0, 3) else 3)
    wide = 2 * GRAINS if bar.metre.numerator != 3 else 3 * GRAINS
    begin = bar.origin + (first.start - bar.origin) // wide * wide
    inside = [s for s in symbols if begin <= s.start < begin + wide and (s.chord or s.kind in FLAGS)]
    is_plain = all(s.chord and s.kind == "eighth" and not s.dots and not s.tuplet for s in inside)
    return wide if is_plain and sum(s.length for s in inside) == wide else GRAINS


def _runs(group: Sequence[int], symbols: Sequence[Symbol], level: int) -> Iterator[list[int]]:
    """Neighbours in a group that have at least ``level`` flags."""
    run: list[int] = []
    for index in group:
        if FLAGS[symbols[index].kind] >= level:
            run.append(index)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _join(run: Sequence[int], group: Sequence[int], level: int, beams: list[Beams]) -> None:
    if len(group) == 1:
        return
    if len(run) == 1:
        beams[run[0]][level] = "forward hook" if run[0] == group[0] else "backward hook"
        return
    for index in run:
        beams[index][level] = "continue"
    beams[run[0]][level], beams[run[-1]][level] = "begin", "end"
