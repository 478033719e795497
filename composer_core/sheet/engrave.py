"""Engraves MusicXML: verovio lays the pages out, resvg makes pictures of them."""

import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import resvg_py
import verovio
from fontTools.ttLib import TTFont

from composer_core.errors import ResourceError
from composer_core.legible import legible
from composer_core.sheet.music_font import write_music_font

MOST_PAGES = 4
WIDTH_PX = 1600
_MOST_BARS = 200  # that four pages can hold; laying out a whole symphony for them would take seconds
_PAGE_WIDTH, _PAGE_HEIGHT, _MARGIN = 2100, 2970, 100  # tenths of a millimetre: A4
_OPTIONS = {
    "pageWidth": _PAGE_WIDTH,
    "pageHeight": _PAGE_HEIGHT,
    **{f"pageMargin{side}": _MARGIN for side in ("Top", "Bottom", "Left", "Right")},
    "adjustPageHeight": True,
    "svgViewBox": True,
    "smuflTextFont": "none",
    "header": "none",
    "footer": "none",
    "spacingSystem": 9,
    "scale": 100,
    "xmlIdSeed": 1,
}
_TEXT_FONTS = ("STIXGeneral.ttf", "STIXGeneralBol.ttf", "STIXGeneralItalic.ttf", "STIXGeneralBolIta.ttf")
_FAMILY = "STIXGeneral"
_SVG = "{http://www.w3.org/2000/svg}"
_HEADING, _TITLE_SIZE, _SMALL_SIZE = 110, 68, 34


@dataclass(frozen=True)
class Pages:
    """Pictures (PNG) of the first pages of a score; ``has_more`` if it goes on."""

    pictures: tuple[bytes, ...]
    has_more: bool


def engrave(musicxml: bytes) -> Pages:
    """Draw the first pages of a score of our own, at most ``MOST_PAGES``. Takes about half a second.

    Raises:
        ResourceError: the engraver cannot read the score.
    """
    score = ElementTree.fromstring(musicxml)
    is_cut = _prepare(score)
    verovio.enableLog(verovio.LOG_ERROR)  # its warnings are about spacing
    toolkit = verovio.toolkit(False)
    toolkit.setResourcePath(str(Path(verovio.__file__).parent / "data"))  # it finds them alone in the main thread only
    toolkit.setOptions(_OPTIONS | {"unit": _unit(len(score.findall("part")))})
    if not toolkit.loadData(ElementTree.tostring(score, encoding="unicode")):
        raise ResourceError("The score could not be engraved: open the MusicXML file in a notation program.")
    count = toolkit.getPageCount()
    with tempfile.TemporaryDirectory(prefix="tutti-") as folder:
        fonts = [str(write_music_font(Path(folder))), *_text_fonts()]
        pages = [
            toolkit.renderToSVG(page).replace("Times, serif", _FAMILY) for page in range(1, min(count, MOST_PAGES) + 1)
        ]
        pictures = tuple(_draw(svg if number else _with_heading(svg, score), fonts) for number, svg in enumerate(pages))
    return Pages(pictures, is_cut or count > MOST_PAGES)


def _prepare(score: Element) -> bool:
    """Leave out what no shown page would hold, and what verovio would print twice; return whether bars are missing."""
    for harmony in score.iter("harmony"):  # alterations stand in the printed text already
        for degree in harmony.findall("degree"):
            harmony.remove(degree)
    for direction in score.iter("direction"):
        if direction.find("direction-type/metronome") is not None:
            for words in direction.iterfind("direction-type/words"):
                words.text = f"{words.text}\N{EN SPACE}"
    left_out = [(part, measure) for part in score.iter("part") for measure in part.findall("measure")[_MOST_BARS:]]
    for part, measure in left_out:
        part.remove(measure)
    return bool(left_out)


def _draw(svg: str, fonts: list[str]) -> bytes:
    """Draw one page with fonts that come along: the same picture on every machine."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            background="white",
            width=WIDTH_PX,
            skip_system_fonts=True,
            font_files=fonts,
            font_family=_FAMILY,
            serif_family=_FAMILY,
        )
    )


def _with_heading(svg: str, score: Element) -> str:
    """Put title and pitch above the first page: resvg does not centre the nested texts of verovio's own heading."""
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(int, root.get("viewBox", "").split())
    root.set("viewBox", f"0 {-_HEADING} {width} {height + _HEADING}")
    about = (score.findtext(f"identification/{path}", "") for path in ("creator", "miscellaneous/*"))
    title = legible(score.findtext("work/work-title", ""), _has_glyph)
    size = min(_TITLE_SIZE, 1.9 * (width - 2 * _MARGIN) / max(len(title), 1))  # letters are about half as wide as high
    _text(root, width // 2, _MARGIN // 2 + _TITLE_SIZE - _HEADING, title, size)
    _text(
        root,
        width // 2,
        _MARGIN // 2 + _TITLE_SIZE + 2 * _SMALL_SIZE - _HEADING,
        " · ".join(filter(None, about)),
        _SMALL_SIZE,
    )
    return ElementTree.tostring(root, encoding="unicode")


def _text(parent: Element, x: int, y: int, text: str, size: float) -> None:
    place = {"x": str(x), "y": str(y), "text-anchor": "middle", "font-size": f"{size:.0f}", "font-family": _FAMILY}
    SubElement(parent, f"{_SVG}text", place).text = text


def _unit(parts: int) -> float:
    """Half the distance of two lines, in tenths of a millimetre: small enough for the systems of a full score."""
    return 9.0 if parts <= 2 else 8.0 if parts <= 5 else 6.5


@cache
def _text_fonts() -> tuple[str, ...]:
    """The fonts that matplotlib brings along; its code is not loaded."""
    found = find_spec("matplotlib")
    assert found and found.origin, "matplotlib is a dependency"
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return tuple(str(folder / name) for name in _TEXT_FONTS)


@cache
def _known_characters() -> frozenset[int]:
    with TTFont(_text_fonts()[0], lazy=True) as font:
        return frozenset(font.getBestCmap())


def _has_glyph(character: str) -> bool:
    return ord(character) in _known_characters()
