"""The order in which measures sound: repeats and their endings played out."""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_TIMES = 8
MAX_GROWTH = 4  # a score that repeats itself to more than this many times its length is played as written


@dataclass(slots=True)
class Signs:
    """The repeat signs of one measure; ``endings`` are the passes on which it sounds (empty: all)."""

    begins: bool = False
    ends: bool = False
    times: int = 2
    endings: frozenset[int] = frozenset()


def play_order(measures: Sequence[Signs]) -> list[int]:
    """Return the indices of the measures in the order in which they sound."""
    order: list[int] = []
    at = begin = 0
    passing = 1
    while at < len(measures):
        if at != begin and _begins(measures, at):
            begin, passing = at, 1
        if not measures[at].endings or passing in measures[at].endings:
            order.append(at)
            if _goes_back(measures, at, passing):
                at, passing = begin, passing + 1
                continue
        at += 1
        if len(order) > MAX_GROWTH * len(measures):
            return list(range(len(measures)))
    return order


def _begins(measures: Sequence[Signs], at: int) -> bool:
    """Whether a new passage begins: at its sign, after a repeated one, or after the last ending."""
    before, here = measures[at - 1], measures[at]
    return here.begins or ((before.ends or bool(before.endings)) and not here.endings)


def _goes_back(measures: Sequence[Signs], at: int, passing: int) -> bool:
    here = measures[at]
    if not here.ends or passing >= MAX_TIMES:
        return False
    if not here.endings:
        return passing < here.times
    to_come = set(here.endings)
    for later in measures[at + 1 :]:
        if not later.endings:
            break
        to_come |= later.endings
    return passing == 1 or passing + 1 in to_come
