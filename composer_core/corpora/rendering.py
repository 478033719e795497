"""Lead sheets played by MMA: one sheet and one arrangement make one song."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from statistics import mean

from composer_core.chord_symbols import ChordSymbol, parse_chord
from composer_core.corpora.arrangements import DRUMS, Arrangement, Layer
from composer_core.corpora.drummer import Drummer, play_drums
from composer_core.corpora.mma import Hit, MmaBar, RenderedTrack, render
from composer_core.corpora.registers import (
    into_range,
    into_register,
    keep_kit,
    lowest_line,
    power_chords,
    pumped,
    root_at_changes,
    thinned,
    without_overlaps,
)
from composer_core.corpora.songs import TICKS_PER_BEAT, Song
from composer_core.form import Section, bar_lines, energy, find_form
from composer_core.genres import Genre, Part
from composer_core.melody import changes_only
from composer_core.music import Chord, Metre, Note, Timing
from composer_core.pianoroll import Grid, make_grid

_FILLS = 0.6  # share of sections of four bars and more that end in the arrangement's fill
_DRIVEN = 0.6  # share of the renders of a band that may drive in which the bass plays eighths
_RESTS = 0.3  # share of calm sections in which a part that only colours is silent
_STRUM_GAP, _STRUM_SPAN = 0.115, 0.45  # beats between two strings of a strum, and from first to last
_SWUNG = 2 / 3
_POWER = "Rhythm guitar"
_HAND = 4  # notes at once; strums of six strings lose the middle ones


@dataclass(frozen=True)
class Sheet:
    """A lead sheet made ready: one metre throughout, its form, and the energy of every bar."""

    song: Song

    @cached_property
    def lines(self) -> list[int]:
        """Bar lines from the first full bar on, the last one the end."""
        end = max(self.song.melody[-1].end, 1)
        lines = bar_lines(self.song.timing, end)
        return lines[1:] if self.song.timing.pickup_ticks else lines

    @cached_property
    def form(self) -> tuple[Section, ...]:
        """Sections of the melody."""
        return find_form(self.song.melody, self.song.timing, self.lines[-1])

    @cached_property
    def heat(self) -> list[float]:
        """Energy of every section, 0-1; sections of one label have the same."""
        bars = energy(self.form, self.song.melody, self.song.timing)
        starts = bar_lines(self.song.timing, self.lines[-1])
        own = [(s.label, bars[i]) for s in self.form for i, at in enumerate(starts[:-1]) if s.start <= at < s.end]
        return [mean(heat for label, heat in own if label == s.label) for s in self.form]

    def beats(self, count: int) -> list[list[int]]:
        """Ticks of MMA's beats, bar by bar."""
        return [[start + (end - start) * beat // count for beat in range(count)] for start, end in pairwise(self.lines)]


def prepare_sheet(song: Song) -> Sheet | None:
    """Make a sheet ready for MMA; None for one that changes its metre or has one without grooves.

    2/2 becomes 4/4, and so do pairs of 2/4 bars where their number is even.
    """
    metres = {metre for _, metre in song.timing.metres}
    if len(metres) != 1:
        return None
    name = str(metres.pop())
    if name in ("2/2", "2/4"):
        timing = replace(song.timing, metres=((0, Metre()),))
        bars = len(song.timing.bar_starts(song.melody[-1].end)) - bool(song.timing.pickup_ticks)
        if name == "2/4" and bars % 2:
            return None
        return Sheet(replace(song, timing=timing))
    return Sheet(song) if name in ("4/4", "3/4", "6/8") else None


def render_sheet(
    sheet: Sheet, arrangement: Arrangement, genre: Genre, drummer: Drummer | None, chance: random.Random
) -> Song:
    """Play one sheet in one arrangement.

    The melody stays; the chords are the sheet's on MMA's beats. A drummer brings his tempo and swing along.

    Raises:
        ResourceError: MMA is not installed.
    """
    beats = sheet.beats(arrangement.beats)
    labels = _labels(sheet, beats)
    chords = changes_only(
        (tick, label) for bar, named in zip(beats, labels, strict=True) for tick, label in zip(bar, named, strict=True)
    )
    plan = tuple(Chord(tick, label) for tick, label in chords)
    timing = _timing(sheet.song.timing, arrangement, drummer, chance)
    drives = arrangement.may_drive and chance.random() < _DRIVEN
    stage = _Stage(sheet, arrangement, plan, make_grid(timing, sheet.lines[-1]), drives)
    notes = stage.play(labels, chance)
    if drummer is not None:
        notes["Drums"] = play_drums(drummer, sheet.form, sheet.lines, chance)
    parts = {part.name: stage.fit(notes[part.name], part) for part in genre.parts[1:] if notes.get(part.name)}
    colours = [part.name for part in genre.parts[2:] if part.role in ("chords", "line")]
    _rest(parts, colours, sheet, chance)
    swing = (drummer.beat.swing if drummer else _SWUNG) if arrangement.is_swung else 0.5
    source = f"openewld + mma {arrangement.layers[0].library}" + (f" + groove {drummer.beat.name}" if drummer else "")
    return Song(sheet.song.name, sheet.song.work, source, timing, sheet.song.melody, plan, parts, swing, is_human=False)


def _labels(sheet: Sheet, beats: Sequence[Sequence[int]]) -> list[tuple[str, ...]]:
    """The chord of every beat; where the sheet names none, the one before (or the first) goes on."""
    named = [chord for chord in sheet.song.chords if chord.label != "N"]
    label, place, rows = named[0].label, 0, []
    for bar in beats:
        row = []
        for tick in bar:
            while place < len(named) and named[place].tick <= tick:
                label, place = named[place].label, place + 1
            row.append(label)
        rows.append(tuple(row))
    return rows


def _timing(timing: Timing, arrangement: Arrangement, drummer: Drummer | None, chance: random.Random) -> Timing:
    bpm = drummer.beat.tempo_bpm if drummer else float(chance.randint(*arrangement.tempo_bpm))
    quarters = bpm * (1.5 if arrangement.metre == "6/8" else 1.0)
    return replace(timing, tempos=((0, quarters),))


@dataclass(frozen=True)
class _Stage:
    """The players of one arrangement in front of one sheet."""

    sheet: Sheet
    arrangement: Arrangement
    plan: tuple[Chord, ...]
    grid: Grid
    drives: bool

    def play(self, labels: Sequence[tuple[str, ...]], chance: random.Random) -> dict[str, list[Note]]:
        """Render every layer and take each part, section by section, from the first layer that plays it."""
        played: dict[str, list[Note]] = {}
        sections = list(self._sections())
        for layer in self.arrangement.layers:
            grooves = self._grooves(layer, sections, chance)
            script = [MmaBar(f"{layer.library}:{g}", row) for g, row in zip(grooves, labels, strict=True)]
            tracks = render(script, chance.randrange(1 << 30))
            for part, wanted in layer.parts.items():
                for bars in sections:
                    start, end = self.sheet.lines[bars[0]], self.sheet.lines[bars[-1] + 1]
                    known = played.setdefault(part, [])
                    if not any(start <= note.start < end for note in known):
                        known += self._take(tracks, wanted, bars)
        return played

    def _sections(self) -> Iterator[list[int]]:
        """Bars of each section, counted from the first full one."""
        for section in self.sheet.form:
            bars = [i for i, at in enumerate(self.sheet.lines[:-1]) if section.start <= at < section.end]
            if bars:
                yield bars

    def _grooves(self, layer: Layer, sections: Sequence[Sequence[int]], chance: random.Random) -> list[str]:
        """One groove a bar: calmer or busier by the section's energy, a fill at its end, an ending at the last."""
        ranked = sorted(set(self.sheet.heat))
        names: list[str] = []
        for bars, heat in zip(sections, self.sheet.heat, strict=False):
            rank = ranked.index(heat) * len(layer.grooves) // len(ranked)
            names += [layer.grooves[rank]] * len(bars)
            if layer.fill and len(bars) >= 4 and chance.random() < _FILLS:
                names[-1] = layer.fill
        if layer.ending and len(names) > 2 * layer.ending_bars:
            names[-layer.ending_bars :] = [layer.ending] * layer.ending_bars
        return names

    def _take(self, tracks: Sequence[RenderedTrack], wanted: str, bars: Sequence[int]) -> list[Note]:
        first, end = bars[0] * self.arrangement.beats, (bars[-1] + 1) * self.arrangement.beats
        for names in wanted.split("|"):
            chosen = [t for t in tracks if (t.is_drum if names == DRUMS else t.name in names.split("+"))]
            hits = [hit for track in chosen for hit in _together(track) if first <= hit.start + 0.1 < end]
            if hits:
                return [self._note(hit) for hit in hits]
        return []

    def _note(self, hit: Hit) -> Note:
        start, end = self._tick(hit.start), self._tick(hit.start + hit.length)
        return Note(start, hit.pitch, max(end - start, self._step_after(start)), hit.velocity)

    def _tick(self, place: float) -> int:
        """The tick of the grid that a place in MMA's beats means."""
        beats = self.arrangement.beats
        if self.arrangement.is_swung:
            place = _unswung(place)
        bar = min(int((place + 0.05) // beats), len(self.sheet.lines) - 2)
        start, end = self.sheet.lines[bar], self.sheet.lines[bar + 1]
        tick = start + (place - bar * beats) / beats * (end - start)
        return int(self.grid.ticks[self.grid.nearest(round(tick))])

    def _step_after(self, tick: int) -> int:
        place = min(self.grid.nearest(tick), len(self.grid) - 1)
        return int(self.grid.ticks[place + 1] - self.grid.ticks[place])

    @cached_property
    def _symbols(self) -> tuple[list[int], list[ChordSymbol | None]]:
        return [chord.tick for chord in self.plan], [parse_chord(chord.label) for chord in self.plan]

    def _chord_at(self, tick: int) -> ChordSymbol | None:
        ticks, symbols = self._symbols
        return symbols[max(bisect_right(ticks, tick) - 1, 0)]

    def fit(self, notes: Sequence[Note], part: Part) -> tuple[Note, ...]:
        """Bring what was played into the part's range and manner."""
        end = self.sheet.lines[-1]
        inside = [replace(note, duration=min(note.end, end) - note.start) for note in notes if note.start < end]
        if part.is_drum:
            return tuple(keep_kit(inside))
        if part.role == "bass":
            line = into_range(lowest_line(inside), part)
            line = root_at_changes(line, (chord.tick for chord in self.plan), self._chord_at, part)
            return tuple(pumped(line, TICKS_PER_BEAT // 2) if self.drives else line)
        if part.name == _POWER:
            return without_overlaps(power_chords(inside, self._chord_at, part))
        return without_overlaps(thinned(into_register(inside, part), _HAND))


def _together(track: RenderedTrack) -> list[Hit]:
    """Let the strings of a strum begin together, where MMA rolls them."""
    if not track.name.startswith(("Chord", "Plectrum")):
        return list(track.hits)
    gathered: list[Hit] = []
    first = last = -1.0
    for hit in track.hits:
        if not (hit.start - last < _STRUM_GAP and hit.start - first < _STRUM_SPAN):
            first = hit.start
        last = hit.start
        gathered.append(replace(hit, start=first, length=hit.length + last - first))
    return gathered


def _unswung(place: float) -> float:
    """Even out a swung place: MMA puts the off-beat at .5, .66 or .75 of the beat, the triplet before at .33."""
    whole, part = divmod(place + 0.15, 1.0)
    part -= 0.15
    return whole + (0.0 if part < 0.2 else 0.25 if part < 0.42 else 0.5)


def _rest(parts: dict[str, tuple[Note, ...]], colours: Sequence[str], sheet: Sheet, chance: random.Random) -> None:
    """Let the parts that colour come and go: some calm sections do without them."""
    middle = sorted(sheet.heat)[len(sheet.heat) // 2]
    for name in [name for name in colours if name in parts]:
        for section, heat in zip(sheet.form, sheet.heat, strict=True):
            if heat < middle and chance.random() < _RESTS:
                parts[name] = tuple(_silenced(parts[name], section))
        if not parts[name]:
            del parts[name]


def _silenced(notes: Sequence[Note], section: Section) -> Iterator[Note]:
    for note in notes:
        if note.start < section.start < note.end:
            yield replace(note, duration=section.start - note.start)
        elif not section.start <= note.start < section.end:
            yield note
