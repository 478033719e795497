"""Variations of a request: one control moved, everything else, the seed included, as it was."""

from collections.abc import Callable
from dataclasses import replace

from bot.chat import Choice
from composer_core.controls import DENSITY, REHARMONISE, RISK, Controls
from composer_core.errors import SettingError
from composer_core.request import ComposeRequest

_MOVES: dict[str, tuple[Choice, Callable[[Controls], Controls]]] = {
    "chords": (
        Choice("chords", "Other chords", "the same melody over another plan of chords"),
        lambda controls: replace(controls, chords=(), reharmonise=controls.reharmonise % REHARMONISE[1] + 1),
    ),
    "calmer": (
        Choice("calmer", "Calmer", "less risk: nearer to what is usual"),
        lambda controls: replace(controls, risk=_within(controls.risk * 0.75, RISK)),
    ),
    "bolder": (
        Choice("bolder", "Bolder", "more risk: further from what is usual"),
        lambda controls: replace(controls, risk=_within(controls.risk * 1.3, RISK)),
    ),
    "thinner": (
        Choice("thinner", "Fewer notes", "a sparser accompaniment"),
        lambda controls: replace(controls, density=_within(controls.density - 0.25, DENSITY)),
    ),
    "denser": (
        Choice("denser", "More notes", "a busier accompaniment"),
        lambda controls: replace(controls, density=_within(controls.density + 0.25, DENSITY)),
    ),
}
VARIATIONS = tuple(choice for choice, _ in _MOVES.values())


def vary(request: ComposeRequest, how: str) -> ComposeRequest:
    """Move one control.

    Raises:
        SettingError: there is no such variation.
    """
    if how not in _MOVES:
        raise SettingError(f"There is no variation {how[:20]!r}: choose one of {', '.join(_MOVES)}.")
    return replace(request, controls=_MOVES[how][1](request.controls))


def _within(value: float, bounds: tuple[float, float]) -> float:
    return round(min(max(value, bounds[0]), bounds[1]), 3)
