"""Chord symbols as musicians write them: their tones, their names, and reading them. Free of torch.

A symbol is a root, a base (``m7``), alterations (``b9``) and a bass: ``F#m7``, ``G7b9``, ``C/E``. Plans of many
bars are written and read in ``chords.py``.
"""

import difflib
import re
from dataclasses import dataclass
from functools import cached_property

from composer_core.errors import SettingError
from composer_core.harmony import CHORDS, QUALITIES
from composer_core.music import PITCH_CLASS_NAMES, Key

BASES: dict[str, tuple[int, ...]] = {
    **QUALITIES,
    "5": (0, 7),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "69": (0, 4, 7, 9, 14),
    "m69": (0, 3, 7, 9, 14),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "mMaj7": (0, 3, 7, 11),
    "mMaj9": (0, 3, 7, 11, 14),
    "7sus4": (0, 5, 7, 10),
    "7sus2": (0, 2, 7, 10),
    "9sus4": (0, 5, 7, 10, 14),
    "13sus4": (0, 5, 7, 10, 14, 21),
    "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
    "11": (0, 4, 7, 10, 14, 17),
    "m11": (0, 3, 7, 10, 14, 17),
    "13": (0, 4, 7, 10, 14, 21),
    "maj13": (0, 4, 7, 11, 14, 21),
    "m13": (0, 3, 7, 10, 14, 21),
}
"""Base → semitones above the root: root, third or what replaces it, fifth, sixth or seventh, extensions."""

ALTERATIONS: dict[str, tuple[int | None, int]] = {
    "b5": (7, 6), "#5": (7, 8), "b9": (14, 13), "#9": (14, 15), "#11": (17, 18), "b13": (21, 20),
}  # fmt: skip
"""Alteration → (step that it replaces where there is one, new step), in the order in which they are written."""

NONE_NAMES = ("N", "NC", "N.C.", "N.C", "none")
"""How 'no chord' is written; the first is ours."""

_SYMBOL = re.compile(r"([A-G][#b]*)([^/]*(?:/9)?)(?:/([A-G][#b]*))?")
_QUALITY = re.compile(r"(?P<base>.*?)(?P<altered>(?:[#b](?:5|9|11|13))*)")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = str.maketrans({"♯": "#", "♭": "b", "△": "Δ", "°": "o", "º": "o", "Ø": "ø", "−": "-", "–": "-"})
_FIFTHS = ("Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")

# Spellings in use beside ours; tried in this order on what follows the root, brackets and commas left out.
_SPELLINGS = tuple(
    (re.compile(pattern), ours)
    for pattern, ours in (
        (r"^(?:major|Major|maj|Maj|MAJ|ma|Ma|M|j|Δ)(?=7|9|13)", "maj"),
        (r"^Δ", "maj7"),
        (r"^(?:major|Major|maj|Maj|MAJ|ma|Ma|M|j)(?=$|[#b])", ""),
        (r"^(?:minor|min|mi|m|-)(?:major|maj|Maj|ma|M|j|Δ)(?=7|9)", "mMaj"),
        (r"^(?:minor|min|mi|m|-)[Δj]", "mMaj7"),
        (r"^(?:minor|min|mi|-)(?!Maj)", "m"),
        (r"^(?:ø7?|h7|half-?dim7?)", "m7b5"),
        (r"^(?:o|dim)(?=7)", "dim"),
        (r"^o", "dim"),
        (r"^(?:\+|aug)(maj)?(?=7|9)(\d)", r"\1\2#5"),
        (r"^(maj)?(7|9)(?:\+|aug)$", r"\1\2#5"),
        (r"^\+", "aug"),
        (r"^(?:dom|dominant)(?=7|9|11|13)", ""),
        (r"sus$", "sus4"),
        (r"^sus4?(7|9|13)$", r"\1sus4"),
        (r"^(m?)6/9", r"\g<1>69"),
        (r"^(m?)(?:2|add2)$", r"\1add9"),
        (r"^7?alt$", "7#5#9"),
        (r"(?<=\d)([59])b$", r"b\1"),
        (r"(?<=[79])-(?=5|9|13)", "b"),
        (r"(?<=[79])\+(?=5|9|11)", "#"),
        (r"^(7|maj7|m7)add", r"\1"),
    )
)


def _steps(quality: str) -> tuple[int, ...]:
    """Semitones above the root of a quality in our own spelling; KeyError if it is none."""
    if quality in BASES:
        return BASES[quality]
    match = _QUALITY.fullmatch(quality)
    altered = re.findall(r"[#b]\d+", match["altered"]) if match else []
    if match is None or altered != [name for name in ALTERATIONS if name in altered]:
        raise KeyError(quality)
    steps = set(BASES[match["base"]])
    if not altered or not steps & {10, 11}:
        raise KeyError(quality)  # Cb5 is a power chord on C flat: only chords with a seventh are altered
    for name in altered:
        replaced, step = ALTERATIONS[name]
        steps = (steps - ({replaced} if not {"b5", "#5"} <= {*altered} else set())) | {step}
    return tuple(sorted(steps))


@dataclass(frozen=True)
class ChordSymbol:
    """A chord: ``root`` and ``bass`` are pitch classes (C = 0), ``quality`` is a base with alterations (``7b9``).

    A bass that is the root is the same as none.

    Raises:
        ValueError: the quality or a pitch class is unknown; ``parse_chord`` is for text from users.
    """

    root: int
    quality: str = ""
    bass: int | None = None

    def __post_init__(self) -> None:
        try:
            _steps(self.quality)
        except KeyError as error:
            raise ValueError(f"no quality {self.quality!r}") from error
        if not {self.root, self.bass or 0} <= set(range(12)):
            raise ValueError(f"no pitch classes: {self.root}, {self.bass}")
        if self.bass == self.root:
            object.__setattr__(self, "bass", None)

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """Semitones above the root, rising: root, third (or second, fourth), fifth, sixth or seventh, extensions."""
        return _steps(self.quality)

    @property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes in the order of ``steps``; a foreign bass is not among them."""
        return tuple((self.root + step) % 12 for step in self.steps)

    @property
    def lowest(self) -> int:
        """Pitch class of the bass: the root unless the symbol says otherwise."""
        return self.root if self.bass is None else self.bass

    @cached_property
    def basic(self) -> str:
        """The quality of ``harmony.QUALITIES`` that differs in fewest tones; of equals the commoner."""
        mine = {step % 12 for step in self.steps}
        return min(QUALITIES, key=lambda quality: len(mine ^ set(QUALITIES[quality])))

    @property
    def index(self) -> int:
        """Number of the basic chord in ``harmony.CHORDS``."""
        return CHORDS.index((self.root, self.basic))

    def name(self, key: Key | None = None) -> str:
        """Write the symbol, spelled for a key (D flat major has G flat, E major G sharp) or as note names are here."""
        names = PITCH_CLASS_NAMES if key is None else spelling(key)
        root = names[self.root]
        if key is not None and self.basic in _LEADING and not _is_in_scale(self.root, key):
            root = _SHARPS.get(root, root)  # G sharp leads to A, A flat does not
        return root + self.quality + ("" if self.bass is None else f"/{names[self.bass]}")

    def __str__(self) -> str:
        return self.name()


_LEADING = ("dim", "dim7", "m7b5")
_SHARPS = {"Db": "C#", "Eb": "D#", "Gb": "F#", "Ab": "G#", "Bb": "A#"}


def _is_in_scale(pitch_class: int, key: Key) -> bool:
    """Whether a pitch class belongs to the major scale with the key's signature."""
    return (pitch_class - key.tonic - (0 if key.is_major else 3)) % 12 in (0, 2, 4, 5, 7, 9, 11)


def spelling(key: Key) -> tuple[str, ...]:
    """Name the twelve pitch classes for a key: twelve neighbours on the line of fifths around its scale.

    They start five below a major tonic; in minor two later, so that the leading note is a sharp. Double accidentals,
    C flat, F flat, E sharp and B sharp are avoided.
    """
    major = key.tonic if key.is_major else key.tonic + 3
    fifths = (major * 7 + 5) % 12 - 5  # -5 (D flat) to 6 (F sharp, written as G flat)
    first = -6 if fifths == 6 else min(max(fifths - (5 if key.is_major else 3), -6), -1)
    names = {(7 * fifth) % 12: _FIFTHS[fifth + 6] for fifth in range(first, first + 12)}
    return tuple(names[pitch_class] for pitch_class in range(12))


def parse_chord(label: str) -> ChordSymbol | None:
    """Read a chord symbol in any usual spelling; None for ``N`` or ``NC``, no chord.

    Raises:
        SettingError: it is no chord; the message names the nearest one that is.
    """
    text = label.strip()
    if text in NONE_NAMES:
        return None
    symbol = _read(text)
    if symbol is None:
        raise SettingError(f"There is no chord {text[:40]!r}: did you mean {_nearest(text)!r}?")
    return symbol


def tidy(label: str) -> str:
    """Write a label with our name of its quality, but with its own spelling of root and bass: ``Db-7`` is ``Dbm7``."""
    symbol = parse_chord(label)
    match = _SYMBOL.fullmatch(label.strip().translate(_SIGNS))
    if symbol is None or match is None:
        return NONE_NAMES[0]
    return match[1] + symbol.quality + ("" if symbol.bass is None else f"/{match[3]}")


def _read(text: str) -> ChordSymbol | None:
    match = _SYMBOL.fullmatch(text.translate(_SIGNS))
    quality = _own_spelling(match[2]) if match else None
    if match is None or quality is None:
        return None
    return ChordSymbol(_pitch_class(match[1]), quality, None if match[3] is None else _pitch_class(match[3]))


def _own_spelling(quality: str) -> str | None:
    text = re.sub(r"[()\[\],\s]", "", quality)
    for pattern, ours in _SPELLINGS:
        text = pattern.sub(ours, text)
    match = _QUALITY.fullmatch(text)
    if match and text not in BASES:
        altered = set(re.findall(r"[#b]\d+", match["altered"]))
        text = match["base"] + "".join(name for name in ALTERATIONS if name in altered)
        text = text.replace("m7b5b5", "m7b5")
    try:
        _steps(text)
    except KeyError:
        return None
    return text


def _pitch_class(name: str) -> int:
    return (_LETTERS[name[0]] + name.count("#") - name.count("b")) % 12


def _nearest(text: str) -> str:
    """The chord that was probably meant: the right case, the German H, else the most similar name."""
    bold = text[:1].upper() + text[1:]
    for guess in (bold, bold.replace("H", "B", 1), bold.rstrip("?!.,;:"), bold[:1] + bold[1:].lower()):
        if guess.strip() and _read(guess) is not None:
            return tidy(guess)
    match = re.match(r"[A-GH][#b]?", bold)
    if match is None:
        return "C"
    root = match[0].replace("H", "B")
    found = difflib.get_close_matches(bold, [root + quality for quality in BASES], n=1, cutoff=0.0)
    return found[0]
