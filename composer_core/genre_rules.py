"""What a genre's folder must be like before anything of it is loaded, where it came from somewhere else."""

import json
import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from composer_core.errors import GenreError
from composer_core.genres import Genre, read_genre

ROLES = ("melody", "voice", "bass", "chords", "line", "drums")
TECHNIQUES = ("accompany", "blocks")
PARTS = (2, 32)

_WORD = re.compile(r"[a-z_]{1,40}")
_METRE = re.compile(r"\d{1,2}/\d{1,2}")

Rule = Callable[[Any], bool]


def check_folder(folder: Path) -> Genre:
    """Check everything but the weights, and read the genre.

    Raises:
        GenreError: something is not as it must be; the message names it.
    """
    try:
        table = tomllib.loads((folder / "genre.toml").read_text(encoding="utf-8"))
        _check(table, _GENRE, "genre.toml")
        for number, part in enumerate(table["part"], 1):
            _check(part, _PART, f"part {number}")
            if part["low"] > part["high"]:
                raise ValueError(f"part {number}: low is above high")
        _check_ensemble(table["part"])
        for name in ("training.json", "feel.json"):
            if (folder / name).is_file() and not isinstance(_json(folder / name), dict):
                raise ValueError(f"{name} holds no table")
        if (folder / "CARD.md").is_file():
            (folder / "CARD.md").read_text(encoding="utf-8")
    except (OSError, ValueError, KeyError, RecursionError) as error:
        raise GenreError(f"This is no genre that can be used ({' '.join(str(error).split())[:160]}).") from error
    return read_genre(folder)


def title_of(name: str) -> str:
    """Return how a genre of one's own is called where people read it."""
    return name.replace("-", " ").capitalize()


def check_description(text: str) -> str:
    """Return a description on one line.

    Raises:
        GenreError: it is empty or too long.
    """
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if not _text(300)(text):
        raise GenreError("A description is one line of at most 300 characters.")
    return text


def _check(table: Any, rules: dict[str, tuple[Rule, bool]], where: str) -> None:  # noqa: ANN401 - whatever TOML holds
    """Check that a table has all it must have, nothing else, and each thing as it must be."""
    if not isinstance(table, dict):
        raise ValueError(f"{where} is no table")
    if unknown := [name for name in table if name not in rules]:
        raise ValueError(f"{where}: {unknown[0][:40]!r} is unknown")
    for name, (rule, is_needed) in rules.items():
        if name not in table:
            if is_needed:
                raise ValueError(f"{where}: {name} is missing")
        elif not rule(table[name]):
            raise ValueError(f"{where}: {name} will not do")


def _check_ensemble(parts: list[dict[str, Any]]) -> None:
    roles = [part.get("role") for part in parts]
    if roles[0] != "melody" or "melody" in roles[1:]:
        raise ValueError("the first part, and no other, must be the melody")
    if len({part["name"].casefold() for part in parts}) < len(parts):
        raise ValueError("two parts of one name")


def _json(path: Path) -> Any:  # noqa: ANN401 - JSON is anything
    return json.loads(path.read_text(encoding="utf-8"))


def _text(most: int) -> Rule:
    return lambda value: isinstance(value, str) and 0 < len(value) <= most and value.isprintable()


def _whole(low: int, high: int) -> Rule:
    return lambda value: type(value) is int and low <= value <= high


def _number(low: float, high: float) -> Rule:
    return lambda value: type(value) in (int, float) and math.isfinite(value) and low <= value <= high


def _pair(value: Any) -> bool:  # noqa: ANN401
    fits = _number(20, 300)
    return isinstance(value, list) and len(value) == 2 and all(map(fits, value)) and value[0] <= value[1]


def _metres(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and all(isinstance(one, str) and _METRE.fullmatch(one) for one in value)


def _plain_table(value: Any) -> bool:  # noqa: ANN401
    """Names with figures, words or tables of figures; what they mean is checked by whoever reads them."""
    figure = _number(-1e6, 1e6)

    def fits(one: Any) -> bool:  # noqa: ANN401
        return type(one) is bool or figure(one) or (isinstance(one, str) and _WORD.fullmatch(one) is not None)

    return isinstance(value, dict) and all(
        fits(one) or (isinstance(one, dict) and all(map(figure, one.values()))) for one in value.values()
    )


def _parts(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and PARTS[0] <= len(value) <= PARTS[1]


_GENRE: dict[str, tuple[Rule, bool]] = {
    "title": (_text(60), True),
    "description": (_text(300), True),
    "technique": (lambda value: value in TECHNIQUES, True),
    "tempo_bpm": (_number(20, 300), True),
    "part": (_parts, True),
    "tempo_bpm_range": (_pair, False),
    "metres": (_metres, False),
    "intro_bars": (_whole(0, 16), False),
    "harmony": (lambda value: isinstance(value, str) and _WORD.fullmatch(value) is not None, False),
    "feel": (_plain_table, False),
    "band": (_plain_table, False),
}
_PART: dict[str, tuple[Rule, bool]] = {
    "name": (_text(60), True),
    "role": (lambda value: value in ROLES, False),
    "program": (_whole(0, 127), True),
    "low": (_whole(0, 127), True),
    "high": (_whole(0, 127), True),
    "pan": (_number(-1, 1), False),
    "level_db": (_number(-60, 12), False),
    "reverb_send": (_number(0, 1), False),
}
