"""Texts for pictures: what a picture's font cannot draw is written in Latin letters, so that no title comes out blank.

No font with every script comes in a small package, and one of the system's would draw another picture on every
machine. The message that carries a picture says the title as it was given.
"""

import unicodedata
from collections.abc import Callable

from anyascii import anyascii

_SPOKEN = frozenset("LMNP")  # letters, marks, numbers and punctuation; pictograms are left out


def legible(text: str, has_glyph: Callable[[str], bool]) -> str:
    """Return a text that a font can draw: 茉莉花 becomes MoLiHua, さくら sakura; what cannot be spoken is left out."""
    return "".join(c if has_glyph(c) else _in_latin(c) for c in unicodedata.normalize("NFC", text)).strip()


def _in_latin(character: str) -> str:
    return anyascii(character) if unicodedata.category(character)[0] in _SPOKEN else ""
