"""Marks as MusicXML's ``<direction>`` and ``<sound>``."""

from xml.etree.ElementTree import Element, SubElement

from composer_core.music import Metre
from composer_core.sheet.marks import DYNAMICS, Mark

_FORTE = 90  # velocity of 100 % (element <sound>, attribute dynamics: percent of forte)
_SWING = {(2, 1): 2 / 3, (3, 2): 3 / 5}
"""MusicXML says swing as first : second in whole numbers."""


def direction(mark: Mark, metre: Metre) -> Element:
    """Return the element for a mark; a tempo is counted in the beats of ``metre``."""
    if mark.kind == "pace":
        return Element("sound", {"tempo": f"{mark.value:g}"})
    element = Element("direction", {"placement": "below" if mark.kind == "dynamics" else "above"})
    shown = SubElement(element, "direction-type")
    if mark.kind == "dynamics":
        SubElement(SubElement(shown, "dynamics"), str(mark.value))
        level = DYNAMICS[str(mark.value)] * 100 / _FORTE
        SubElement(element, "sound", {"dynamics": f"{level:.2f}"})
    elif mark.kind == "tempo":
        if mark.swing:
            SubElement(shown, "words", {"font-weight": "bold"}).text = "Swing"
            shown = SubElement(element, "direction-type")
        _metronome(shown, float(mark.value), metre)
        sound = SubElement(element, "sound", {"tempo": f"{float(mark.value):g}"})
        if mark.swing:
            _swing(sound, mark.swing)
    else:
        SubElement(shown, "words", {"font-style": "italic"}).text = str(mark.value)
    return element


def _metronome(shown: Element, tempo_bpm: float, metre: Metre) -> None:
    element = SubElement(shown, "metronome", {"parentheses": "no"})
    unit, quarters = (
        ("quarter", 1.5) if metre.is_compound else ("half", 2.0) if metre.denominator == 2 else ("quarter", 1.0)
    )
    SubElement(element, "beat-unit").text = unit
    if metre.is_compound:
        SubElement(element, "beat-unit-dot")
    SubElement(element, "per-minute").text = f"{round(tempo_bpm / quarters)}"


def _swing(sound: Element, place: float) -> None:
    first, second = min(_SWING, key=lambda ratio: abs(_SWING[ratio] - place))
    swing = SubElement(sound, "swing")
    SubElement(swing, "first").text = str(first)
    SubElement(swing, "second").text = str(second)
    SubElement(swing, "swing-type").text = "eighth"
