"""Typed melodies: ``3/4 C4 D E:1/2 F | R:1 F#4:1.5 Bb3:1/2``. ``parse_notes`` reads them, ``format_notes`` writes them.

    note    letter, accidentals (# ## x b bb ♯ ♭ n), octave, ``:length`` in beats, dots, ``~`` to tie: ``Bb3:1/2.``
    octave  scientific (C4 = middle C); kept from the note before when left out, 4 at first
    length  1 beat (a quarter note) unless given: ``2``, ``1.5``, ``1/3``; each dot adds half of what it follows
    rest    ``R``, ``R:2``
    metre   ``3/4`` at the beginning or after a bar line
    bar     ``|``, optional; a short first bar is a pick-up, the last may be short too, all others must be full

Without a metre, the bar lines tell it (``metre_of_bars``); without bar lines it is 4/4.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from composer_core.errors import NotationError
from composer_core.melody import changes_only
from composer_core.music import DEFAULT_TEMPO_BPM, PITCH_CLASS_NAMES, TICKS_PER_BEAT, Melody, Metre, Note, Timing
from composer_core.notation_bars import (
    DISAGREE,
    UNBARRED,
    Bar,
    beats_of,
    check_bars,
    is_metre,
    lay_out,
    metre_of_bars,
)

MAX_CHARACTERS = 100_000
MAX_TOKENS = 20_000
MAX_LENGTH_S = 900
MAX_TICKS_PER_BEAT = 15_360  # the finest that our own MIDI policy lets back in

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SEMITONES = {"": 0, "n": 0, "♮": 0, "#": 1, "♯": 1, "b": -1, "♭": -1, "x": 2, "𝄪": 2, "𝄫": -2}
_SEMITONES |= {sign * 2: step * 2 for sign, step in _SEMITONES.items() if step in (1, -1)}
_NOTE = re.compile(
    r"(?P<letter>[A-Ga-gRr])(?P<accidental>[#♯b♭xn♮𝄪𝄫]*)(?P<octave>-?\d{1,2})?"
    r"(?P<length>:[^.~]*(?:\.\d+)?)?(?P<dots>\.*)(?P<tie>~?)"
)
_NUMBER = re.compile(r"(?P<whole>\d{1,5})(?:/(?P<below>\d{1,5})|\.(?P<decimals>\d{1,6}))?")
_METRE = re.compile(r"(\d{1,3})/(\d{1,3})")
_CHORD_NAME = re.compile(r"[A-G][#b♯♭]?(m|maj|min|dim|aug|sus|add|M)\d*(/[A-G][#b]?)?")
_CHORD_SIGN = re.compile(r"[\[\]<>(){}+&]|[A-Ga-g]\S*[,/][A-Ga-g]")
_EXAMPLE = "write it like C4, F#4:1/2 or Bb3:1.5"


@dataclass(frozen=True)
class _Token:
    text: str
    position: int
    column: int

    def wrong(self, problem: str) -> NotationError:
        """Return an error that names this token and its place."""
        shown = self.text if len(self.text) <= 24 else self.text[:21] + "..."
        return NotationError(f"Token {self.position}, {shown!r}: {problem}.", self.text, self.position, self.column)


@dataclass
class _Page:
    """What has been read so far; times are in beats."""

    at: Fraction = Fraction(0)
    octave: int = 4
    grain: int = 8  # least ticks per beat that make every length whole; 8 for bars of 32nds
    notes: list[tuple[Fraction, Fraction, int]] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=lambda: [Bar()])
    tied: _Token | None = None


def parse_notes(text: str, name: str = "melody") -> Melody:
    """Read a typed melody; ``Melody.notices`` tell what was assumed.

    Raises:
        NotationError: a token is wrong, the bars contradict the metre, or there is nothing to play.
    """
    tokens = _tokens(text)
    page = _Page()
    for token in tokens:
        _read(token, page)
    if page.tied:
        raise page.tied.wrong("the tie leads nowhere: remove ~ or add the note that it joins")
    if not page.notes:
        raise (tokens[0] if tokens else _Token("", 1, 0)).wrong("there is no note to play: type some, such as C4 D E:2")
    page.bars[-1].length = page.at - page.bars[-1].start
    return _melody(page, name)


def _tokens(text: str) -> list[_Token]:
    if len(text) > MAX_CHARACTERS:
        raise _Token(text[MAX_CHARACTERS:], 1, MAX_CHARACTERS).wrong(
            f"the text is longer than {MAX_CHARACTERS} characters: send a MIDI file instead"
        )
    found = re.finditer(r"\|+|[^\s|]+", text)
    tokens = [_Token(match.group(), place, match.start()) for place, match in enumerate(found, start=1)]
    if len(tokens) > MAX_TOKENS:
        raise tokens[MAX_TOKENS].wrong(f"there are more than {MAX_TOKENS} tokens: send a MIDI file instead")
    return tokens


def _read(token: _Token, page: _Page) -> None:
    if token.text.startswith("|"):
        _close_bar(token, page)
    elif match := _METRE.fullmatch(token.text):
        _set_metre(token, Metre(int(match[1]), int(match[2])), page)
    elif match := _NOTE.fullmatch(token.text.rstrip(",;")):
        _add_note(token, match, page)
    else:
        raise token.wrong(_reason(token.text))


def _close_bar(token: _Token, page: _Page) -> None:
    bar = page.bars[-1]
    if page.at == bar.start:
        return  # a bar line at the very beginning, or a double one
    bar.length, bar.blame = page.at - bar.start, token.wrong
    page.bars.append(Bar(start=page.at))


def _set_metre(token: _Token, metre: Metre, page: _Page) -> None:
    if page.at != page.bars[-1].start:
        raise token.wrong("a metre stands at the beginning or after a bar line: put | before it")
    if not is_metre(metre):
        raise token.wrong("this is no metre: write one such as 4/4, 3/4, 2/4 or 6/8")
    page.bars[-1].metre = metre


def _add_note(token: _Token, match: re.Match[str], page: _Page) -> None:
    length = _length(token, match)
    pitch = _pitch(token, match, page)
    if page.tied and (not page.notes or page.notes[-1][2] != pitch):
        raise token.wrong("the tie before it joins two notes of the same pitch: repeat the note or remove ~")
    page.grain = lcm(page.grain, length.denominator)
    if page.grain > MAX_TICKS_PER_BEAT:
        raise token.wrong("this length is too fine beside the others: use common ones such as 1/3, 1/4, 1/6 or 1/16")
    if page.at + length > MAX_LENGTH_S * DEFAULT_TEMPO_BPM / 60:
        raise token.wrong("the melody passes 15 minutes here: make it shorter")
    if pitch is not None and page.tied:
        start, before, _ = page.notes[-1]
        page.notes[-1] = (start, before + length, pitch)
    elif pitch is not None:
        page.notes.append((page.at, length, pitch))
    page.tied = token if match["tie"] else None
    page.bars[-1].blame = token.wrong
    page.at += length


def _length(token: _Token, match: re.Match[str]) -> Fraction:
    beats = Fraction(1)
    if match["length"] is not None:
        number = _NUMBER.fullmatch(match["length"][1:])
        if not number or (number["below"] is not None and int(number["below"]) == 0):
            raise token.wrong("the length after ':' is a number of beats: write 2, 1.5 or 1/3")
        beats = Fraction(number.group())
        if number["decimals"] and TICKS_PER_BEAT % beats.denominator:
            raise token.wrong("this decimal is not an exact length: write a fraction such as 1/3 or 2/3")
    if beats == 0:
        raise token.wrong("a length of 0 beats cannot be played: leave the note out or give it a length")
    if len(match["dots"]) > 4:
        raise token.wrong("there are too many dots: one makes a length half as long again, such as C4:1.")
    return beats * (2 - Fraction(1, 2 ** len(match["dots"])))


def _pitch(token: _Token, match: re.Match[str], page: _Page) -> int | None:
    """MIDI pitch, or None for a rest; remembers a typed octave."""
    if match["letter"] in "Rr":
        if match["accidental"] or match["octave"] or match["tie"]:
            raise token.wrong("a rest has no pitch and no tie: write R or R:2")
        return None
    if match["accidental"] not in _SEMITONES:
        raise token.wrong("these accidentals do not go together: write #, ##, b or bb")
    if match["octave"]:
        page.octave = int(match["octave"])
    pitch = 12 * (page.octave + 1) + _LETTERS[match["letter"].upper()] + _SEMITONES[match["accidental"]]
    if not 0 <= pitch <= 127:
        raise token.wrong("this lies outside MIDI's range, C-1 to G9: middle C is C4")
    return pitch


def _reason(text: str) -> str:
    """Say what is wrong with a token that is neither note, rest, metre nor bar line."""
    if _CHORD_SIGN.search(text) or _CHORD_NAME.fullmatch(text):
        return "a melody has one note at a time, the chords are ours to add: type only its top note"
    if text.startswith(":") or text == "]":
        return "repeat signs are not read: write the bars out, and end each with |"
    if text[0] in "Hh":
        return "the German H is B here, and B is Bb: write B4 or Bb4"
    if text.lower().rstrip("0123456789") in ("do", "re", "mi", "fa", "sol", "so", "la", "si", "ti"):
        return "notes are letters here: do re mi fa sol la si are C D E F G A B"
    if text[0].upper() in _LETTERS or text[0] in "Rr":
        return f"a note is letter, accidental, octave, then :length: {_EXAMPLE}"
    return f"this is no note, rest (R), metre (3/4) or bar line (|): {_EXAMPLE}"


def _melody(page: _Page, name: str) -> Melody:
    bars, notice = _barred([bar for bar in page.bars if bar.length], [start for start, _, _ in page.notes])
    notices = [notice] if notice else []
    pickup = check_bars(bars)
    if pickup:
        notices.append(f"The first bar has {beats_of(pickup)}: it was taken as a pick-up.")
    usual = lcm(TICKS_PER_BEAT, page.grain)
    ticks = usual if usual <= MAX_TICKS_PER_BEAT else page.grain
    metres = changes_only((int(bar.start * ticks), bar.metre) for bar in bars if bar.metre)
    timing = Timing(ticks_per_beat=ticks, metres=metres, pickup_ticks=int(pickup * ticks))
    notes = tuple(Note(int(start * ticks), pitch, int(length * ticks)) for start, length, pitch in page.notes)
    return Melody(notes, timing, name=name, track="typed notes", notices=tuple(notices))


def _barred(bars: list[Bar], onsets: Sequence[Fraction]) -> tuple[list[Bar], str]:
    """Give the first bar a metre, if it has none, and say what was assumed."""
    if bars[0].metre:
        return bars, ""
    if len(bars) > 1:
        bars[0].metre, notice = metre_of_bars(bars, onsets)
        if bars[0].metre:
            return bars, notice
        if any(bar.metre for bar in bars):
            raise bars[0].wrong("the bars before the first metre do not agree: type their metre, such as 4/4, first")
    end = bars[-1].start + bars[-1].length
    return [Bar(length=end, metre=Metre())], UNBARRED if len(bars) == 1 else DISAGREE


def format_notes(melody: Melody) -> str:
    """Write a melody as text; ``parse_notes`` gives the same pitches, onsets and lengths in beats.

    Tempo, velocities and rests after the last note have no place in a note string. A note that crosses a bar line
    is written as tied notes.
    """
    layout = lay_out(melody)
    words = [layout[0][1]]
    bars = iter(layout[1:])
    bar_line, opening = next(bars, (None, ""))
    octave = 4
    for start, end, pitch in _sounds(melody):
        while start < end or start == bar_line:
            if start == bar_line:
                words.append(opening)
                bar_line, opening = next(bars, (None, ""))
            stop = end if bar_line is None else min(end, bar_line)
            if stop == start:
                break
            words.append(_spell(pitch, octave) + _length_text(Fraction(stop - start, melody.timing.ticks_per_beat)))
            if pitch is not None:
                octave = pitch // 12 - 1
                words[-1] += "~" if stop < end else ""
            start = stop
    return " ".join(words)


def _sounds(melody: Melody) -> list[tuple[int, int, int | None]]:
    """Notes and the rests between them as (start, end, pitch or None), without gaps from tick 0 on."""
    sounds: list[tuple[int, int, int | None]] = []
    at = 0
    for note in melody.notes:
        if note.start > at:
            sounds.append((at, note.start, None))
        sounds.append((note.start, note.end, note.pitch))
        at = note.end
    if at <= melody.timing.pickup_ticks:  # a bar line must close the pick-up, and something must follow it
        sounds.append((at, melody.timing.pickup_ticks + melody.timing.ticks_per_beat, None))
    return sounds


def _spell(pitch: int | None, octave: int) -> str:
    if pitch is None:
        return "R"
    return PITCH_CLASS_NAMES[pitch % 12] + ("" if pitch // 12 - 1 == octave else str(pitch // 12 - 1))


def _length_text(beats: Fraction) -> str:
    if beats == 1:
        return ""
    return f":{float(beats):g}" if beats > 1 and beats.denominator in (2, 4) else f":{beats}"
