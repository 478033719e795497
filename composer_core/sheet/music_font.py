"""The musical signs inside texts (sharps of chord symbols, the note of a metronome mark) as a font file.

Verovio has them as outlines and asks for a font of that name, which it brings along as WOFF2; resvg reads TrueType.
"""

from pathlib import Path
from xml.etree import ElementTree

import verovio
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.svgLib.path import parse_path

FAMILY = "Leipzig"
_EM = 1000
_PRECISION = 1.0  # of a thousandth of the em, when cubic curves become quadratic ones
# SMuFL's code points of what verovio writes as text: dynamics, metronome marks, accidentals of chord symbols.
_SIGNS = [*range(0xE520, 0xE540), *range(0xECA0, 0xECB8), 0xEA64, 0xEA65, 0xEA66, 0xE260, 0xE261, 0xE262]


def write_music_font(folder: Path) -> Path:
    """Write the font into a folder and return its path."""
    source = Path(verovio.__file__).parent / "data"
    widths = {
        glyph.get("c"): float(glyph.get("h-a-x", "0"))
        for glyph in ElementTree.parse(source / f"{FAMILY}.xml").iter("g")
    }
    outlines = {code: path for code in _SIGNS if (path := source / FAMILY / f"{code:04X}.xml").exists()}
    names = {code: f"uni{code:04X}" for code in outlines}
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    glyphs = {".notdef": TTGlyphPen(None).glyph()} | {names[code]: _outline(path) for code, path in outlines.items()}
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(
        {".notdef": (0, 0)} | {name: (round(widths[f"{code:04X}"]), 0) for code, name in names.items()}
    )
    builder.setupHorizontalHeader(ascent=_EM, descent=-_EM)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular", "psName": FAMILY})
    builder.setupOS2(sTypoAscender=_EM, sTypoDescender=-_EM)
    builder.setupPost()
    path = folder / f"{FAMILY}.ttf"
    builder.save(path)
    return path


def _outline(path: Path) -> object:
    """Read one glyph's outline, in thousandths of the em."""
    pen = TTGlyphPen(None)
    for element in ElementTree.parse(path).iter("path"):
        parse_path(element.get("d", ""), Cu2QuPen(pen, _PRECISION, reverse_direction=True))
    return pen.glyph()
