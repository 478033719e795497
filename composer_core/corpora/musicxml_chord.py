"""A MusicXML ``<harmony>`` as a chord label that musicians write: ``F#m7b5/A``."""

from xml.etree.ElementTree import Element

from composer_core.corpora.musicxml_stream import damaged

# MusicXML 4.0, type kind-value; "" is a major triad.
KINDS = {
    "major": "",
    "minor": "m",
    "augmented": "aug",
    "diminished": "dim",
    "dominant": "7",
    "major-seventh": "maj7",
    "minor-seventh": "m7",
    "diminished-seventh": "dim7",
    "augmented-seventh": "7#5",
    "half-diminished": "m7b5",
    "major-minor": "mmaj7",
    "minor-major": "mmaj7",
    "major-sixth": "6",
    "minor-sixth": "m6",
    "dominant-ninth": "9",
    "augmented-ninth": "9#5",
    "major-ninth": "maj9",
    "minor-ninth": "m9",
    "dominant-11th": "11",
    "major-11th": "maj11",
    "minor-11th": "m11",
    "dominant-13th": "13",
    "major-13th": "maj13",
    "minor-13th": "m13",
    "maj69": "69",
    "suspended-second": "sus2",
    "suspended-fourth": "sus4",
    "power": "5",
    "pedal": "",
}
# Chords that MusicXML has no kind for: what we call a kind with degrees added to it.
WITH_DEGREES = {
    "6add9": "69",
    "m6add9": "m69",
    "mmaj7add9": "mMaj9",
    "sus4add7": "7sus4",
    "sus2add7": "7sus2",
    "sus4add7add9": "9sus4",
    "sus4add7add9add13": "13sus4",
}
_STEPS = frozenset("CDEFGAB")
_SIGNS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}


def chord_label(harmony: Element) -> str:
    """Name the chord of a ``<harmony>`` element; ``N`` for none or one without a root.

    A kind that has no name here (Neapolitan, French, ...) is taken as a major triad on its root.
    """
    kind = (harmony.findtext("kind") or "major").strip()
    root = _pitch_name(harmony.find("root"), "root")
    if kind == "none" or not root:
        return "N"
    bass = _pitch_name(harmony.find("bass"), "bass")
    slash = f"/{bass}" if bass and bass != root else ""
    quality = KINDS.get(kind, "") + "".join(map(_degree, harmony.findall("degree")))
    return root + WITH_DEGREES.get(quality, quality) + slash


def _pitch_name(element: Element | None, name: str) -> str:
    if element is None:
        return ""
    step = (element.findtext(f"{name}-step") or "").strip()
    if step not in _STEPS:
        return ""
    return step + _sign(element.findtext(f"{name}-alter"))


def _sign(text: str | None) -> str:
    try:
        return _SIGNS.get(round(float(text or 0)), "")
    except (ValueError, OverflowError) as error:
        raise damaged("an accidental is no number") from error


def _degree(degree: Element) -> str:
    """An alteration such as ``b9``, ``add9`` or ``no3``."""
    value = (degree.findtext("degree-value") or "").strip()
    if not value.isascii() or not value.isdigit() or len(value) > 2:
        return ""
    sign = _sign(degree.findtext("degree-alter"))
    match (degree.findtext("degree-type") or "add").strip():
        case "subtract":
            return f"no{value}"
        case "add" if not sign:
            return f"add{value}"
        case _:
            return sign + value
