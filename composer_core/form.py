"""The form of a melody: sections on bar lines, which of them return, and how the energy runs through them.

Everything is worked out from the melody alone, in time that grows with its length. Free of torch.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from operator import sub
from statistics import mean

from composer_core.music import Note, Timing
from composer_core.phrases import find_phrases

LONGEST_BARS = 8
SAME = 0.75
"""Share of the notes of two sections that must agree for the later one to be the earlier one again."""

_LENGTH_COST = (0.0, 2.5, 0.9, 0.6, 0.0, 1.5, 2.0, 2.2, 1.2)  # by bars; four bars are what most phrases have
_SHORT_SWELL_BARS = 16  # a piece shorter than this has less room to rise
_STEPS_PER_PULSE = 4
_REMEMBERED = 64  # labels that a section is compared with: no listener remembers more, and time stays linear

Line = dict[int, int]
"""Notes of a stretch of melody: grid step from its beginning → pitch."""


@dataclass(frozen=True, slots=True)
class Section:
    """A phrase of the piece, on bar lines: ``start`` and ``end`` in ticks.

    Sections of one ``label`` have the same melody; ``repeats`` is the index of the first of them (None for that one),
    and ``transposition`` the semitones by which this one lies above it.
    """

    start: int
    end: int
    label: str
    repeats: int | None = None
    transposition: int = 0


def find_form(notes: Sequence[Note], timing: Timing, end: int) -> tuple[Section, ...]:
    """Cut a piece of whole bars up to at least ``end`` ticks into sections, every bar in exactly one.

    A pick-up bar belongs to the first section. The cuts are the cheapest ones under two wishes: four bars to a
    section, and a breath of the melody, or the beginning of something heard before, at each cut.
    """
    lines = bar_lines(timing, max(end, max((note.end for note in notes), default=0)))
    return tuple(_labelled(_cuts(sorted(notes), timing, lines), sorted(notes), timing))


def bar_lines(timing: Timing, end: int) -> list[int]:
    """Return every bar's first tick, and last the tick at which the last bar ends (not before ``end``)."""
    starts = timing.bar_starts(max(end, 1))
    last = starts[-1] + timing.metre_at(starts[-1]).bar_ticks(timing.ticks_per_beat)
    if len(starts) == 1 and timing.pickup_ticks:  # the piece is all pick-up
        last = timing.pickup_ticks
    return [*starts, max(last, starts[-1] + 1)]


def _cuts(notes: Sequence[Note], timing: Timing, lines: Sequence[int]) -> list[int]:
    """Choose the bar lines at which sections begin, and the last one: the path of least cost."""
    strength = _strengths(notes, timing, lines)
    bars = len(lines) - 1
    first = 1 if timing.pickup_ticks and bars > 1 else 0  # the pick-up does not count
    cost, back = {first: 0.0}, {}
    for line in range(first + 1, bars + 1):
        edge = 0.0 if line == bars else 1.0 - strength[line]
        cost[line], back[line] = min(
            (cost[line - length] + _LENGTH_COST[length] + edge, line - length)
            for length in range(1, min(LONGEST_BARS, line - first) + 1)
        )
    chosen = [bars]
    while chosen[-1] != first:
        chosen.append(back[chosen[-1]])
    return [lines[0], *(lines[line] for line in chosen[-2::-1])]


def _strengths(notes: Sequence[Note], timing: Timing, lines: Sequence[int]) -> list[float]:
    """How much each bar line looks like the beginning of a section: a breath, a return, a new metre."""
    strength = [0.4 * (timing.metre_at(a) != timing.metre_at(max(a - 1, 0))) for a in lines]
    for line in {_nearest_line(phrase.start, lines) for phrase in find_phrases(notes, timing)[1:]}:
        strength[line] += 0.7
    for line in _returns(notes, timing, lines):
        strength[line] += 0.7
    for note in notes:  # nobody breathes in the middle of a note
        for line in range(bisect_right(lines, note.start), bisect_left(lines, note.end)):
            strength[line] -= 0.7
    return strength


def _nearest_line(tick: int, lines: Sequence[int]) -> int:
    """The bar line that a phrase leans on: up to half a bar of upbeat before it, less than half a bar after it."""
    bar = bisect_right(lines, tick) - 1
    if bar + 1 >= len(lines):
        return len(lines) - 1
    return bar if 2 * (tick - lines[bar]) < lines[bar + 1] - lines[bar] else bar + 1


def _returns(notes: Sequence[Note], timing: Timing, lines: Sequence[int]) -> Iterable[int]:
    """Bars from which on something is heard again that was not leading up to here before."""
    bars = [tuple(line.items()) for line in _split(notes, timing, lines)]
    seen: dict[tuple[tuple[int, int], ...], int] = {}
    for bar, content in enumerate(bars):
        before = seen.get(content)
        if content and before is not None:
            is_led_up = before > 0 and bars[bar - 1] == bars[before - 1]
            goes_on = bars[bar + 1 : bar + 2] == bars[before + 1 : before + 2]
            if goes_on and not is_led_up:
                yield bar
        seen[content] = bar


def _split(notes: Sequence[Note], timing: Timing, edges: Sequence[int]) -> list[Line]:
    """The melody of every stretch between two edges, a pick-up at negative steps; a note just early counts as late."""
    found: list[Line] = [{} for _ in edges[:-1]]
    for note in notes:
        step = max(timing.metre_at(note.start).pulse_ticks(timing.ticks_per_beat) // _STEPS_PER_PULSE, 1)
        place = min(max(bisect_right(edges, note.start + step // 2) - 1, 0), len(found) - 1)
        origin = edges[place] if place else max(edges[0], timing.pickup_ticks)
        found[place][round((note.start - origin) / step)] = note.pitch
    return found


def _labelled(cuts: Sequence[int], notes: Sequence[Note], timing: Timing) -> Iterable[Section]:
    firsts: list[int] = []  # index of each label's first section
    lines = _split(notes, timing, cuts)
    lengths = [end - start for start, end in pairwise([max(cuts[0], timing.pickup_ticks), *cuts[1:]])]
    for place, (start, end) in enumerate(pairwise(cuts)):
        label, repeats, transposition = len(firsts), None, 0
        for number, first in islice(enumerate(firsts), max(len(firsts) - _REMEMBERED, 0), None):
            if lengths[first] == lengths[place]:
                likeness, semitones = compare(lines[first], lines[place])
                if likeness >= SAME:
                    label, repeats, transposition = number, first, semitones
                    break
        else:
            firsts.append(place)
        yield Section(start, end, _letters(label), repeats, transposition)


def compare(one: Line, other: Line) -> tuple[float, int]:
    """How alike two stretches of melody are, 0-1, and the semitones from the first to the second.

    Notes at the same place count whole where the distance is the commonest one, half where it is a semitone off, as in
    a sequence within one scale.
    """
    shared = one if one.keys() == other.keys() else one.keys() & other.keys()
    places = len(one) + len(other) - len(shared)
    if not shared:
        return (0.0 if places else 1.0), 0
    distances = Counter(map(sub, map(other.__getitem__, shared), map(one.__getitem__, shared)))
    usual = min(distances, key=lambda distance: (-distances[distance], abs(distance), distance))
    off = distances[usual - 1] + distances[usual + 1]
    return (distances[usual] + 0.5 * off) / places, usual


def _letters(number: int) -> str:
    """Name the labels A-Z, then AA, AB and so on."""
    name = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def energy(form: Sequence[Section], notes: Sequence[Note], timing: Timing) -> list[float]:
    """How much is going on, 0-1, one value a bar: what a band does with its loudness and density.

    It rises from the beginning to about three quarters of the piece and falls at the end; it follows the melody's
    register, density and loudness, and lifts the section that returns most often, the chorus.
    """
    if not form:
        return []
    lines = bar_lines(timing, form[-1].end)
    own = _own_energy(sorted(notes), timing, lines)
    bars = len(own)
    ends = [bisect_left(lines, section.end, hi=bars) for section in form]
    levels = [mean(own[first:end]) for first, end in zip([0, *ends[:-1]], ends, strict=True)]
    chorus = _chorus(form, levels)
    swell = 0.35 * min(bars / _SHORT_SWELL_BARS, 1.0)
    found = []
    for bar in range(bars):
        place = bisect_right(ends, bar)
        arc = 1.0 - (((bar + 0.5) / bars - 0.75) / 0.75) ** 2  # 0 at the beginning, 1 at three quarters
        fall = 0.2 if bar == bars - 1 > 0 else 0.0
        heat = 0.15 + swell * arc + 0.35 * (0.6 * levels[place] + 0.4 * own[bar]) + 0.15 * (form[place].label == chorus)
        found.append(min(max(heat - fall, 0.0), 1.0))
    return found


def _own_energy(notes: Sequence[Note], timing: Timing, lines: Sequence[int]) -> list[float]:
    """What each bar of the melody gives by itself, 0-1: its height, loudness and density within the melody's own."""
    bars: list[list[Note]] = [[] for _ in lines[:-1]]
    for note in notes:
        bars[min(max(bisect_right(lines, note.start) - 1, 0), len(bars) - 1)].append(note)
    register = _scaled([mean(note.pitch for note in bar) if bar else None for bar in bars], 12.0)
    loudness = _scaled([mean(note.velocity for note in bar) if bar else None for bar in bars], 30.0)
    lengths = [(b - a) / timing.ticks_per_beat for a, b in pairwise(lines)]
    density = _scaled([len(bar) / length for bar, length in zip(bars, lengths, strict=True)], 1.0)
    return [mean(three) for three in zip(register, loudness, density, strict=True)]


def _scaled(values: Sequence[float | None], least_reach: float) -> list[float]:
    """Stretch to 0-1 around the middle of what there is, .5 for None; small differences stay small."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    reach = max(high - low, least_reach)
    return [0.5 if value is None else 0.5 + (value - (low + high) / 2) / reach for value in values]


def _chorus(form: Sequence[Section], levels: Sequence[float]) -> str | None:
    """The label that returns most often, of several the most energetic one; None where nothing stands out."""
    counts = Counter(section.label for section in form)
    if len(counts) < 2 or max(counts.values()) < 2:
        return None
    by_label = {label: mean(x for x, section in zip(levels, form, strict=True) if section.label == label)
                for label, count in counts.items() if count == max(counts.values())}  # fmt: skip
    return max(by_label, key=lambda label: by_label[label])
