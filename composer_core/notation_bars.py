"""Bars of typed melodies: which metre the bar lines tell, whether they keep to it, and where to write them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from composer_core.errors import NotationError
from composer_core.music import Melody, Metre

DENOMINATORS = (4, 8, 16, 32, 2, 1)  # the order in which a bar's length is tried as a metre
LONGEST_GUESSED_BAR = 7  # beats; longer ones are more often two bars in one
COMMON = (Metre(4, 4), Metre(3, 4), Metre(2, 4), Metre(6, 8), Metre(3, 8))
UNBARRED = "There are no bar lines: 4/4 was assumed. Type another metre first, such as 3/4 or 6/8."
DISAGREE = "The bar lines do not agree on a metre: 4/4 was assumed and they were left out. Type the metre first."


@dataclass
class Bar:
    """What stands between two bar lines; times in beats. ``metre`` if one is typed there.

    ``blame`` makes an error that names the bar's closing line, or its last note where no line closes it.
    """

    start: Fraction = Fraction(0)
    length: Fraction = Fraction(0)
    metre: Metre | None = None
    blame: Callable[[str], NotationError] | None = None

    def wrong(self, problem: str) -> NotationError:
        """Return an error that names the bar's end."""
        assert self.blame, "a bar with a length has a last note"
        return self.blame(problem)


def is_metre(metre: Metre) -> bool:
    """Whether a time signature is one that people write."""
    return 1 <= metre.numerator <= 32 and metre.denominator in DENOMINATORS


def bar_beats(metre: Metre) -> Fraction:
    """Length of one full bar in beats."""
    return Fraction(4 * metre.numerator, metre.denominator)


def beats_of(length: Fraction) -> str:
    """Spell a length: ``1 beat``, ``3/2 beats``."""
    return f"{length} beat" if length == 1 else f"{length} beats"


def as_metre(length: Fraction) -> Metre | None:
    """Name the metre whose full bar has this length in beats: 3 is 3/4, 3/2 is 3/8; None where there is none."""
    for denominator in DENOMINATORS:
        numerator = length * denominator / 4
        if numerator.denominator == 1 and is_metre(Metre(int(numerator), denominator)):
            return Metre(int(numerator), denominator)
    return None


def metre_of_bars(bars: Sequence[Bar], onsets: Sequence[Fraction]) -> tuple[Metre | None, str]:
    """Tell the metre from bars of which the first has none, and what the user should know ("" for nothing).

    The commonest length up to the next typed metre wins; where several are as common, one that stands inside (neither
    a pick-up nor an unfinished last bar), then the longest. Three beats are 6/8 where more notes start on beat 1.5
    than on beat 2. None: the bars do not agree; a length that stands alone counts only if its metre is a common one.
    """
    group = list(bars[:1])
    for bar in bars[1:]:
        if bar.metre:
            break
        group.append(bar)
    counts = Counter(bar.length for bar in group)
    inside = {bar.length for bar in group[1:-1]}
    length = max(counts, key=lambda beats: (counts[beats], beats in inside, beats))
    metre = as_metre(length) if length <= LONGEST_GUESSED_BAR else None
    if metre and length in (3, 6) and _is_compound([bar for bar in group if bar.length == length], onsets):
        metre = Metre(int(2 * length), 8)
    if counts[length] == 1 and (metre not in COMMON or not _agree(group, length)):
        return None, ""
    return metre, "" if metre == Metre() else f"The bar lines tell the metre: {metre}."


def _agree(bars: Sequence[Bar], length: Fraction) -> bool:
    """Whether every inner bar has this length and the first and last are no longer."""
    return all(bar.length == length for bar in bars[1:-1]) and bars[0].length <= length >= bars[-1].length


def _is_compound(bars: Sequence[Bar], onsets: Sequence[Fraction]) -> bool:
    starts = set(onsets)
    dotted = sum(bar.start + offset in starts for bar in bars for offset in (Fraction(3, 2), Fraction(9, 2)))
    plain = sum(bar.start + offset in starts for bar in bars for offset in (2, 5))
    return dotted > plain


def check_bars(bars: Sequence[Bar]) -> Fraction:
    """Check that every bar is full, the first and the last excepted, and return the pick-up's length in beats.

    A single bar is not checked: it stands for text without bar lines. ``bars[0]`` has a metre.

    Raises:
        NotationError: a bar contradicts the metre.
    """
    pickup = Fraction(0)
    metre = bars[0].metre or Metre()
    for index, bar in enumerate(bars if len(bars) > 1 else ()):
        metre = bar.metre or metre
        short = bar.length < bar_beats(metre)
        if short and index == 0:
            pickup = bar.length
        elif bar.length != bar_beats(metre) and not (short and index == len(bars) - 1):
            number = index if pickup else index + 1
            full = beats_of(bar_beats(metre))
            raise bar.wrong(
                f"bar {number} has {beats_of(bar.length)}, a bar of {metre} has {full}: mend its lengths"
                " or move the bar line"
            )
    return pickup


def lay_out(melody: Melody) -> list[tuple[int, str]]:
    """Return each bar's first tick and what is written before it: the bar line, a metre, or nothing.

    A bar that is cut short by a change of metre gets a metre of its own length; where no metre has that length,
    all bar lines are left out, so that what is written can always be read.
    """
    timing = melody.timing
    starts = timing.bar_starts(max(melody.end, timing.pickup_ticks + 1))
    layout, written = [], None
    for index, (start, following) in enumerate(zip(starts, [*starts[1:], melody.end], strict=True)):
        metre: Metre | None = timing.metre_at(start)
        length = Fraction(following - start, timing.ticks_per_beat)
        is_edge = (index == 0 and timing.pickup_ticks) or index == len(starts) - 1
        if not is_edge and metre and length != bar_beats(metre):
            metre = as_metre(length)
        if metre is None:
            return [(0, str(timing.metre_at(0)))]
        line = "|" if index else ""
        layout.append((start, line if metre == written else f"{line} {metre}".strip()))
        written = metre
    return layout
