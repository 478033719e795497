"""Draws a composition as a piano roll that can be read at chat size, and says in words what it shows."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from composer_core.legible import legible
from composer_core.music import Chord, Composition, Note, Track, pitch_name
from composer_core.picture_layout import HEADER, LEFT, LEGEND_LINE, RIGHT, WIDTH, Layout, System, lay_out

FINE = 2  # drawn twice as large and scaled down: Pillow's own edges are jagged

Colour = tuple[int, int, int]

PAPER: Colour = (20, 22, 31)
ROLL: Colour = (33, 36, 50)
BLACK_KEY: Colour = (26, 28, 40)
BEAT_LINE: Colour = (46, 50, 68)
BAR_LINE: Colour = (82, 89, 118)
TEXT: Colour = (238, 240, 247)
DIM: Colour = (160, 167, 190)
CHORD: Colour = (205, 212, 235)
MELODY: Colour = (255, 200, 87)
MELODY_EDGE: Colour = (255, 241, 208)
BAND: tuple[Colour, ...] = (
    (79, 195, 247),
    (126, 224, 160),
    (180, 140, 255),
    (255, 138, 160),
    (94, 222, 212),
    (244, 157, 110),
    (159, 180, 255),
    (208, 229, 98),
)
TITLE_SIZE, SUBTITLE_SIZE, LABEL_SIZE, BAR_SIZE, CROWDED_SIZE = 54, 32, 32, 27, 25
ALT_TEXT_LIMIT = 1000  # Discord takes 1024 characters
SHARPS = frozenset({1, 3, 6, 8, 10})


def draw_pianoroll(composition: Composition, path: Path) -> None:
    """Draw the piece as a PNG 1600 pixels wide; a very long one ends with a line that says what is not shown.

    Raises:
        OSError: the file cannot be written.
    """
    legend = _legend_lines(composition)
    layout = lay_out(composition, len(legend))
    image = Image.new("RGB", (WIDTH * FINE, layout.height * FINE), PAPER)
    pen = _Pen(image)
    _draw_header(pen, composition, legend)
    for system in layout.systems:
        _draw_grid(pen, composition, layout, system)
        _draw_notes(pen, composition, layout, system)
        _draw_chords(pen, composition, layout, system)
    if layout.last_bar_shown < layout.last_bar:
        left_out = f"… bars {layout.last_bar_shown + 1}-{layout.last_bar} not shown"
        pen.text(LEFT, layout.height - 52, left_out, LABEL_SIZE, DIM)
    image.reduce(FINE).save(path, "PNG")


def describe(composition: Composition) -> str:
    """Say in words what the picture shows, for people who do not see it; at most ALT_TEXT_LIMIT characters."""
    parts = "; ".join(_describe_track(track) for track in composition.tracks if track.notes)
    chords = " ".join(chord.label for chord in _changes(composition.chords))
    text = f"Piano roll of “{composition.name}”: {_subtitle(composition)}. {parts or 'No notes'}."
    if chords:
        text += f" Chords: {chords}."
    return text if len(text) <= ALT_TEXT_LIMIT else text[: ALT_TEXT_LIMIT - 1].rsplit(" ", 1)[0] + "…"


class _Pen:
    """Draws in pixels of the finished picture on the larger canvas."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image)

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour, radius: float = 0.0) -> None:
        corners = (left * FINE, top * FINE, max(right, left + 1) * FINE - 1, max(bottom, top + 1) * FINE - 1)
        if radius:
            self._draw.rounded_rectangle(corners, radius * FINE, fill)
        else:
            self._draw.rectangle(corners, fill)

    def text(
        self, x: float, y: float, text: str, size: int, fill: Colour, anchor: str = "la", bold: bool = False
    ) -> None:
        stroke = FINE // 2 if bold else 0
        self._draw.text((x * FINE, y * FINE), text, fill, _font(size), anchor, stroke_width=stroke, stroke_fill=fill)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size * FINE)  # comes with Pillow: no font file, the same picture everywhere
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    font = _font(LABEL_SIZE)
    return character.isspace() or bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))


def _width(text: str, size: int) -> float:
    return _font(size).getlength(text) / FINE


def _fitted(text: str, size: int, width: float) -> str:
    """Cut a text with an ellipsis so that it fits; characters that the font lacks are written in Latin letters."""
    text = legible(text[:500], _has_glyph) or "Untitled"
    if _width(text, size) <= width:
        return text
    while text and _width(text + "…", size) > width:
        text = text[: min(len(text) - 1, 200)]
    return text.rstrip() + "…"


def _draw_header(pen: _Pen, composition: Composition, legend: Sequence[Sequence[tuple[str, Colour]]]) -> None:
    pen.text(LEFT - 60, 20, _fitted(composition.name, TITLE_SIZE, WIDTH - 420), TITLE_SIZE, TEXT, bold=True)
    pen.text(LEFT - 60, 86, _fitted(_subtitle(composition), SUBTITLE_SIZE, WIDTH - 64), SUBTITLE_SIZE, DIM)
    pen.text(WIDTH - RIGHT, 46, f"Tutti · seed {composition.seed}", BAR_SIZE, DIM, "rm")
    for line, entries in enumerate(legend):
        x, y = float(LEFT - 60), HEADER + line * LEGEND_LINE
        for name, colour in entries:
            pen.box(x, y + 6, x + 40, y + 28, colour, 9)
            pen.box(x, y + 6, x + 10, y + 28, _blend(colour, PAPER, 0.45), 5)
            pen.text(x + 50, y + 17, name, LABEL_SIZE, TEXT, "lm")
            x += _entry_width(name)


def _legend_lines(composition: Composition) -> list[list[tuple[str, Colour]]]:
    lines: list[list[tuple[str, Colour]]] = [[]]
    room = float(WIDTH - 64)
    for track, colour in _coloured(composition):
        says_so = "melody" in track.name.lower()
        name = _fitted(f"{track.name} (melody)" if track.is_melody and not says_so else track.name, LABEL_SIZE, 500)
        if lines[-1] and room < _entry_width(name):
            lines.append([])
            room = float(WIDTH - 64)
        lines[-1].append((name, colour))
        room -= _entry_width(name)
    return lines


def _entry_width(name: str) -> float:
    return 50 + _width(name, LABEL_SIZE) + 36


def _coloured(composition: Composition) -> Iterator[tuple[Track, Colour]]:
    band = 0
    for track in composition.tracks:
        yield track, MELODY if track.is_melody else BAND[band % len(BAND)]
        band += not track.is_melody


def _draw_grid(pen: _Pen, composition: Composition, layout: Layout, system: System) -> None:
    top, bottom, right = layout.roll_top(system), layout.bottom(system), layout.x(system, system.end)
    pen.box(LEFT, top, right, top + layout.roll_height, ROLL)
    for pitch in range(layout.low, layout.high + 1):
        y = layout.y(system, pitch)
        if pitch % 12 in SHARPS:
            pen.box(LEFT, y, right, y + layout.semitone, BLACK_KEY)
        if pitch % 12 == 0:
            pen.text(LEFT - 12, y + layout.semitone / 2, pitch_name(pitch), BAR_SIZE, DIM, "rm")
            pen.box(LEFT, y + layout.semitone, right, y + layout.semitone + 1, BEAT_LINE)
    if layout.lanes:
        pen.box(LEFT, top + layout.roll_height + 6, right, bottom, ROLL)
    _draw_beats(pen, composition, layout, system)
    every = _number_every(layout, system)
    for index, tick in enumerate(system.bars):
        x, number = layout.x(system, tick), system.first_bar + index
        pen.box(x, top, x + 2, bottom, BAR_LINE)
        if number and (number - 1) % every == 0:
            pen.text(x + 4, bottom + 5, str(number), BAR_SIZE, DIM)


def _draw_beats(pen: _Pen, composition: Composition, layout: Layout, system: System) -> None:
    for start, end in zip(system.bars, (*system.bars[1:], system.end), strict=True):
        pulse = composition.timing.metre_at(start).pulse_ticks(composition.timing.ticks_per_beat)
        if pulse / layout.ticks_per_pixel < 14:
            continue
        begin = end - (end - start) // pulse * pulse if start < composition.timing.pickup_ticks else start
        for tick in range(begin, end, max(pulse, 1)):
            x = layout.x(system, tick)
            pen.box(x, layout.roll_top(system), x + 1, layout.bottom(system), BEAT_LINE)


def _number_every(layout: Layout, system: System) -> int:
    """Show every bar's number where there is room, else every second, fourth, eighth."""
    bar = (system.end - system.start) / max(len(system.bars), 1) / layout.ticks_per_pixel
    return next((every for every in (1, 2, 4, 8, 16) if bar * every >= 64), 32)


def _draw_notes(pen: _Pen, composition: Composition, layout: Layout, system: System) -> None:
    """Draw the band first and the melody over it, brighter and with an edge."""
    sixteenth = composition.timing.ticks_per_beat / 4 / layout.ticks_per_pixel
    for track, colour in sorted(_coloured(composition), key=lambda pair: pair[0].is_melody):
        for note in track.notes:
            if note.start >= system.end or note.end <= system.start:
                continue
            if track.is_drum:
                _draw_hit(pen, note, colour, layout, system, sixteenth)
            else:
                _draw_note(pen, note, colour, layout, system, track.is_melody)


def _draw_note(pen: _Pen, note: Note, colour: Colour, layout: Layout, system: System, is_melody: bool) -> None:
    left, right = layout.x(system, note.start), layout.x(system, note.end)
    gap = min(2.0, (right - left) * 0.2)  # repeated notes stay apart
    top = layout.y(system, note.pitch)
    left, right, bottom = left + gap / 2, right - gap / 2, top + layout.semitone
    radius = min((bottom - top) / 2, (right - left) / 2, 7.0)
    body = colour if is_melody else _blend(colour, ROLL, 0.3 * (1 - note.velocity / 127))
    if is_melody:
        pen.box(left - 3, top - 4, right + 3, bottom + 4, PAPER, radius + 3)
        pen.box(left - 1, top - 2, right + 1, bottom + 2, MELODY_EDGE, radius + 1)
    pen.box(left, top, right, bottom, body, radius)
    if note.start >= system.start:
        head = left + min(max(layout.semitone * 0.7, 6.0), (right - left) * 0.45)
        pen.box(left, top, head, bottom, _blend(body, PAPER, 0.42), radius)


def _draw_hit(pen: _Pen, note: Note, colour: Colour, layout: Layout, system: System, sixteenth: float) -> None:
    """Draw a drum as a dot, larger when louder, narrow enough to be told from the next sixteenth."""
    if note.start < system.start:
        return
    x, middle = layout.x(system, note.start), layout.lane_y(system, note.pitch) + layout.lane / 2
    height = layout.lane * (0.45 + 0.4 * note.velocity / 127)
    right = min(x + min(height, max(0.7 * sixteenth, 3.0)), layout.x(system, system.end))
    pen.box(x, middle - height / 2, right, middle + height / 2, colour, min(height, right - x) / 2)


def _draw_chords(pen: _Pen, composition: Composition, layout: Layout, system: System) -> None:
    """Write as many chord names as fit, those on bar lines first; one between long names is written smaller."""
    bars = set(system.bars)
    chords = _changes(composition.chords)
    shown = [chord for chord in chords if system.start <= chord.tick < system.end]
    held = [chord for chord in chords if chord.tick < system.start][-1:]
    if held and not any(chord.tick == system.start for chord in shown):
        shown.append(Chord(system.start, held[0].label))  # a line of its own should not need the one above
    taken: list[tuple[float, float]] = []
    for chord in sorted(shown, key=lambda chord: (chord.tick not in bars, chord.tick)):
        left = layout.x(system, chord.tick)
        for size in (LABEL_SIZE, CROWDED_SIZE):
            right = left + _width(chord.label, size) + 14
            if right < WIDTH - RIGHT + 28 and all(right <= start or left >= end for start, end in taken):
                taken.append((left, right))
                pen.text(left + 2, layout.roll_top(system) - 12, chord.label, size, CHORD, "ls", bold=True)
                break


def _changes(chords: Sequence[Chord]) -> list[Chord]:
    """Chords that differ from the one before; "no chord" is left out."""
    pairs = zip(chords, (None, *chords), strict=False)
    return [chord for chord, before in pairs if chord.label != "N" and (not before or before.label != chord.label)]


def _subtitle(composition: Composition) -> str:
    timing = composition.timing
    tempos = sorted({round(bpm) for _, bpm in timing.tempos})
    tempo = f"{tempos[0]} bpm" if len(tempos) == 1 else f"{tempos[0]}-{tempos[-1]} bpm"
    bars = len(timing.bar_starts(composition.end)) - (1 if timing.pickup_ticks else 0)
    length = f"{bars} bar{'' if bars == 1 else 's'}"
    genre = composition.genre.replace("-", " ").capitalize()
    words = (genre, str(composition.key), str(timing.metre_at(timing.pickup_ticks)), tempo, length)
    return " · ".join(word for word in words if word)


def _describe_track(track: Track) -> str:
    count = f"{len(track.notes)} note{'' if len(track.notes) == 1 else 's'}"
    if track.is_drum:
        return f"{track.name}: {count}"
    pitches = [note.pitch for note in track.notes]
    role = " (melody)" if track.is_melody else ""
    return f"{track.name}{role}: {count} from {pitch_name(min(pitches))} to {pitch_name(max(pitches))}"


def _blend(colour: Colour, into: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, into, strict=True))
    return red, green, blue
