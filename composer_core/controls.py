"""What the user decides about the accompaniment beyond melody, genre and seed. Free of torch."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from composer_core.errors import SettingError, about
from composer_core.genres import Genre, Part
from composer_core.music import Chord

RISK = (0.5, 6.0)
DENSITY = (0.0, 1.0)
REHARMONISE = (0, 20)


@dataclass(frozen=True)
class Controls:
    """What the user decides about the accompaniment; validated on creation.

    ``chords`` is the user's own harmony (empty: it is planned); ``reharmonise`` takes the n-th other plausible plan;
    ``risk`` is the temperature of the draws (DeepComposer's creative risk); ``density`` asks for fewer (0) or more (1)
    notes than the genre has on average (.5); ``parts`` names the parts that play (empty: all of the genre's).

    Raises:
        SettingError: a number lies outside its range, or a plan is given and another one asked for.
    """

    chords: tuple[Chord, ...] = ()
    reharmonise: int = 0
    risk: float = 1.0
    density: float = 0.5
    parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_range("--reharmonise", self.reharmonise, REHARMONISE)
        check_range("--risk", self.risk, RISK)
        check_range("--density", self.density, DENSITY)
        if self.chords and self.reharmonise:
            with about("chords"):
                raise SettingError("--reharmonise finds other chords than the planned ones: leave it or --chords out.")

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Controls":
        """Rebuild controls from the data of ``dataclasses.asdict``; what is missing there has its default."""
        chords = tuple(Chord(**chord) for chord in data.get("chords", ()))
        return cls(**{**data, "chords": chords, "parts": tuple(data.get("parts", ()))})

    def plays(self, part: Part) -> bool:
        """Whether a part of the accompaniment plays."""
        return not self.parts or part.name in self.parts


def check_range(option: str, value: float, limits: tuple[float, float]) -> None:
    """Raise SettingError unless the value lies within the limits."""
    low, high = limits
    with about(option.removeprefix("--")):
        if not low <= value <= high:
            shown = value if isinstance(value, int) else f"{value:g}"
            between = f"{_limit(low)}-{_limit(high)}"
            raise SettingError(f"{option} {shown} is outside {between}: choose a number in that range.")


def _limit(value: float) -> str:
    """A limit without an exponent: ``0.00001-0.01`` can be read, ``1e-05-0.01`` cannot."""
    return str(value) if isinstance(value, int) else f"{value:f}".rstrip("0").rstrip(".")


def choose_parts(genre: Genre, *, without: str = "", only: str = "") -> tuple[str, ...]:
    """Return the names of the parts that play, in the genre's order; empty where nothing is left out.

    ``without`` and ``only`` are lists with commas. A part is meant by its name, its role (``bass``, ``drums``) or its
    family of instruments (``strings``, ``brass``), whatever the case, in the singular too.

    Raises:
        SettingError: a name is unknown (the message lists those that there are), both lists are given, or the melody
            would be alone or silent.
    """
    if without.strip() and only.strip():
        raise SettingError("--without and --only exclude each other: give one of them.")
    parts = genre.parts[1:]
    named = {name for word in _words(without or only) for name in _meant(word, genre)}
    if not named:
        return ()
    chosen = tuple(part.name for part in parts if (part.name in named) == bool(only.strip()))
    if not chosen:
        raise SettingError(f"--without leaves the melody alone: keep at least one of {_listed(parts)}.")
    return () if len(chosen) == len(parts) else chosen


_FAMILIES: dict[str, tuple[range, ...]] = {
    "pianos": (range(0, 8),),
    "keys": (range(0, 8), range(16, 24)),
    "keyboards": (range(0, 8), range(16, 24)),
    "organs": (range(16, 24),),
    "guitars": (range(24, 32),),
    "strings": (range(40, 47), range(48, 52)),
    "brass": (range(56, 64),),
    "winds": (range(64, 80),),
    "woodwinds": (range(64, 80),),
}
"""Families of General MIDI programs that a part may be called by, in the plural."""


def _words(text: str) -> list[str]:
    return [word for word in (" ".join(word.split()) for word in re.split(r"[,;]", text)) if word]


def _meant(word: str, genre: Genre) -> list[str]:
    """Names of the parts that a word means: by name, else by role or family, else by a word of the name."""
    parts = genre.parts[1:]
    for means in (_is_named, _is_in_role, _is_in_family, _has_word):
        if found := [part.name for part in parts if means(part, _plain(word))]:
            return found
    if _is_named(genre.parts[0], _plain(word)) or _plain(word) == "melody":
        raise SettingError(f"The melody always plays: choose from {_listed(parts)}.")
    raise SettingError(f"There is no part {word[:40]!r} in the genre {genre.name}: it has {_listed(parts)}.")


def _plain(word: str) -> str:
    """A word in lower case and in the singular, as far as English allows."""
    return word.casefold().removesuffix("s")


def _is_named(part: Part, word: str) -> bool:
    return _plain(part.name) == word


def _is_in_role(part: Part, word: str) -> bool:
    return _plain(part.role) == word or (part.is_drum and word in ("drumkit", "drum kit", "percussion"))


def _is_in_family(part: Part, word: str) -> bool:
    families = (ranges for name, ranges in _FAMILIES.items() if _plain(name) == word)
    return not part.is_drum and any(part.program in programs for ranges in families for programs in ranges)


def _has_word(part: Part, word: str) -> bool:
    return word in map(_plain, part.name.split())


def _listed(parts: Sequence[Part]) -> str:
    *most, last = [part.name for part in parts]
    return f"{', '.join(most)} and {last}" if most else last
