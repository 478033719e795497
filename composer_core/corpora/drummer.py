"""Sits a human drummer into a rendered band: stretches of one performance of Groove MIDI, its fills at phrase ends."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from composer_core.corpora.drum_kit import CRASH, KICK
from composer_core.corpora.groove import BAR_TICKS, PHRASE_BARS, Performance
from composer_core.corpora.swing import EVEN
from composer_core.form import Section
from composer_core.music import Note

_FILLS = 0.4  # share of sections that end in a fill of the drummer's
_NEAR_TEMPO = 1.25
_LAST_BEAT = 240  # of the piece: what falls later than this in the last bar is left out


@dataclass(frozen=True)
class Drummer:
    """One performance and the fills that suit it."""

    beat: Performance
    fills: tuple[Performance, ...]


def find_drummers(
    performances: Sequence[Performance],
    styles: Sequence[str],
    tempo_bpm: tuple[int, int],
    is_swung: bool,
    busiest: float = math.inf,
) -> list[Drummer]:
    """Return the performances in one of the styles, of the feel and near the tempo asked for, with their fills.

    ``busiest`` is the most hits that a bar may have on average.
    """
    low, high = tempo_bpm[0] / 1.06, tempo_bpm[1] * 1.06
    fitting = [p for p in performances if not set(styles).isdisjoint(p.styles) and (p.swing > EVEN) == is_swung]
    beats = [p for p in fitting if not p.is_fill and low <= p.tempo_bpm <= high and p.phrases]
    beats = [p for p in beats if len(p.notes) <= busiest * p.length_bars]
    return [Drummer(beat, tuple(_fills_for(beat, performances))) for beat in beats]


def _fills_for(beat: Performance, performances: Sequence[Performance]) -> list[Performance]:
    """Fills of one bar in the same style, by the same drummer where there are any."""
    near = [
        fill
        for fill in performances
        if fill.is_fill
        and fill.length_bars == 1
        and fill.styles[0] == beat.styles[0]
        and (fill.swing > EVEN) == (beat.swing > EVEN)
        and 1 / _NEAR_TEMPO < fill.tempo_bpm / beat.tempo_bpm < _NEAR_TEMPO
    ]
    return [fill for fill in near if fill.drummer == beat.drummer] or near


def play_drums(drummer: Drummer, form: Sequence[Section], lines: Sequence[int], chance: random.Random) -> list[Note]:
    """Play a piece in 4/4, section by section; ``lines`` are its bar lines, the last one the end.

    Sections of one label get the same stretch of the performance, every other time at least.
    """
    phrases = drummer.beat.phrases
    chosen: dict[str, int] = {}
    notes: list[Note] = []
    for section in form:
        bars = [(a, b) for a, b in pairwise(lines) if section.start <= a < section.end and b - a == BAR_TICKS]
        if section.label not in chosen or chance.random() < 0.5:
            chosen[section.label] = chance.choice(phrases)
        notes += _play_section(drummer, chosen[section.label], [start for start, _ in bars], chance)
    return _with_ending(notes, lines[-2])


def _play_section(drummer: Drummer, phrase: int, starts: Sequence[int], chance: random.Random) -> list[Note]:
    phrases = drummer.beat.phrases
    place = phrases.index(phrase)
    notes: list[Note] = []
    for number, start in enumerate(starts):
        at = phrases[(place + number // PHRASE_BARS) % len(phrases)] + number % PHRASE_BARS
        bar: Sequence[Note] = drummer.beat.bars(at, 1)
        is_last = number == len(starts) - 1
        if is_last and drummer.fills and len(starts) >= PHRASE_BARS and chance.random() < _FILLS:
            bar = chance.choice(drummer.fills).bars(0, 1) or bar
        notes += [replace(note, start=note.start + start) for note in bar]
    return notes


def _with_ending(notes: Sequence[Note], last_bar: int) -> list[Note]:
    """End on the last bar's first beat, with a crash and a kick."""
    before = [note for note in notes if note.start < last_bar]
    stroke = [
        note for note in notes if last_bar <= note.start < last_bar + _LAST_BEAT and note.pitch not in (CRASH, KICK)
    ]
    loud = max((note.velocity for note in before), default=100)
    length = notes[0].duration if notes else 120
    return [*before, *stroke, Note(last_bar, KICK, length, loud), Note(last_bar, CRASH, length, loud)]
