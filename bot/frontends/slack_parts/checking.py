"""From what was typed or chosen for an option to its value, within the bounds that its command declares."""

import math
import re

from bot.chat import Misread, OptionValue
from bot.command import Option

MOST_TEXT = 6000
WHOLE = re.compile(r"[+-]?\d{1,19}")


def checked(option: Option, text: str) -> OptionValue:
    """Return an option's value.

    Raises:
        Misread: it is of the wrong kind or out of bounds; the message says what is right.
    """
    if option.kind in ("integer", "number"):
        return _bounded(option, _number(option, text), text)
    if option.choices:
        return _chosen(option, text)
    most = int(option.high or MOST_TEXT)
    if len(text) > most:
        raise Misread(f"{option.name} has {len(text)} characters: at most {most} are allowed.", option.name)
    return text


def _number(option: Option, text: str) -> int | float:
    whole = option.kind == "integer"
    try:
        if whole and not WHOLE.fullmatch(text):
            raise ValueError
        value = int(text) if whole else float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        kind = "a whole number" if whole else "a number"
        raise Misread(f"{option.name} {text[:20]!r} is not {kind}.", option.name)
    return value


def _bounded(option: Option, value: int | float, text: str) -> int | float:
    low, high = option.low, option.high
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"{shown(low)}-{shown(high)}" if low is not None and high is not None else "what is allowed"
        raise Misread(f"{option.name} {text[:20]} is outside {bounds}: choose a number in that range.", option.name)
    return value


def _chosen(option: Option, text: str) -> str:
    for choice in option.choices:
        if text.lower() in (choice.value.lower(), choice.label.lower()):
            return choice.value
    known = ", ".join(choice.value for choice in option.choices)
    raise Misread(f"{option.name} {text[:20]!r} is not one of: {known}.", option.name)


def shown(bound: float | None) -> str:
    """Write a bound without a needless fraction; empty if there is none."""
    if bound is None:
        return ""
    return str(int(bound)) if bound == int(bound) else f"{bound:g}"
