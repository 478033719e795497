"""Notes, timing, melodies and compositions: the plain data that every other module speaks.

All times are integer ticks, so that a user's melody survives the whole road exactly. A beat is a quarter note,
whatever the metre. Everything here is immutable and free of torch.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from composer_core.feel import Feel

TICKS_PER_BEAT = 480  # for melodies that bring no resolution of their own (typed notes)
DEFAULT_TEMPO_BPM = 100.0

PITCH_CLASS_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One sounding note: ``start`` and ``duration`` in ticks, MIDI ``pitch`` 0-127, ``velocity`` 1-127."""

    start: int
    pitch: int
    duration: int
    velocity: int = 80

    @property
    def end(self) -> int:
        """First tick after the note."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature."""

    numerator: int = 4
    denominator: int = 4

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"

    @property
    def is_compound(self) -> bool:
        """Whether the pulse is a dotted note: 6/8, 9/8, 12/8 and their like."""
        return self.denominator >= 8 and self.numerator % 3 == 0 and self.numerator > 3

    def bar_ticks(self, ticks_per_beat: int) -> int:
        """Length of one full bar."""
        return ticks_per_beat * 4 * self.numerator // self.denominator

    def pulse_ticks(self, ticks_per_beat: int) -> int:
        """Length of one felt pulse: a quarter in simple metres (an eighth in x/8), a dotted note in compound ones.

        It is one tick at least: a coarse file may have a pulse that is shorter.
        """
        if self.is_compound:
            return max(ticks_per_beat * 12 // self.denominator, 1)
        return max(ticks_per_beat * 4 // max(self.denominator, 4), 1)


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic pitch class (C = 0) and a mode."""

    tonic: int
    is_major: bool = True

    def __str__(self) -> str:
        return f"{PITCH_CLASS_NAMES[self.tonic]} {'major' if self.is_major else 'minor'}"

    @property
    def scale(self) -> frozenset[int]:
        """Pitch classes of the key; minor has the natural, harmonic and melodic forms' notes together."""
        steps = (0, 2, 4, 5, 7, 9, 11) if self.is_major else (0, 2, 3, 5, 7, 8, 9, 10, 11)
        return frozenset((self.tonic + step) % 12 for step in steps)


@dataclass(frozen=True)
class Timing:
    """The time skeleton of a piece: resolution, tempo map, metre map and pick-up.

    ``tempos`` are (tick, quarters per minute) and ``metres`` (tick, metre), each sorted, the first at tick 0.
    ``pickup_ticks`` is the length of an incomplete first bar, 0 if the piece starts on a bar line.
    """

    ticks_per_beat: int = TICKS_PER_BEAT
    tempos: tuple[tuple[int, float], ...] = ((0, DEFAULT_TEMPO_BPM),)
    metres: tuple[tuple[int, Metre], ...] = ((0, Metre()),)
    pickup_ticks: int = 0

    @cached_property
    def _tempo_table(self) -> tuple[list[int], list[float], list[float]]:
        ticks: list[int] = []
        seconds: list[float] = []
        rates: list[float] = []
        at_s = 0.0
        for index, (tick, bpm) in enumerate(self.tempos):
            if index:
                at_s += (tick - ticks[-1]) * rates[-1]
            ticks.append(tick)
            seconds.append(at_s)
            rates.append(60.0 / bpm / self.ticks_per_beat)
        return ticks, seconds, rates

    @cached_property
    def _metre_ticks(self) -> list[int]:
        return [tick for tick, _ in self.metres]

    def seconds_at(self, tick: float) -> float:
        """Time of a tick in seconds under the tempo map."""
        ticks, seconds, rates = self._tempo_table
        index = max(bisect_right(ticks, tick) - 1, 0)
        return seconds[index] + (tick - ticks[index]) * rates[index]

    def tick_at(self, time_s: float) -> float:
        """Tick of a time in seconds: the inverse of ``seconds_at``."""
        ticks, seconds, rates = self._tempo_table
        index = max(bisect_right(seconds, time_s) - 1, 0)
        return ticks[index] + (time_s - seconds[index]) / rates[index]

    def tempo_at(self, tick: float) -> float:
        """Quarters per minute in force at a tick."""
        return self.tempos[max(bisect_right(self._tempo_table[0], tick) - 1, 0)][1]

    def metre_at(self, tick: int) -> Metre:
        """The metre in force at a tick."""
        return self.metres[max(bisect_right(self._metre_ticks, tick) - 1, 0)][1]

    def bar_starts(self, end_tick: int) -> list[int]:
        """Ticks at which bars begin before ``end_tick``; a pick-up counts as the first bar.

        A metre change always begins a new bar.
        """
        starts = [0]
        tick = self.pickup_ticks
        while tick < end_tick:
            if tick > starts[-1]:
                starts.append(tick)
            step = tick + max(self.metre_at(tick).bar_ticks(self.ticks_per_beat), 1)
            following = bisect_right(self._metre_ticks, tick)
            cut = following < len(self._metre_ticks) and self._metre_ticks[following] < step
            tick = self._metre_ticks[following] if cut else step
        return starts


def until(end: int, notes: Iterable[Note]) -> list[Note]:
    """Keep the notes that begin before tick ``end``, none sounding longer."""
    return [Note(n.start, n.pitch, min(n.duration, end - n.start), n.velocity) for n in notes if n.start < end]


@dataclass(frozen=True)
class Melody:
    """The user's input line: one note at a time, sorted by start.

    ``track`` says where it came from, ``notices`` what the user should be told about how it was read.
    """

    notes: tuple[Note, ...]
    timing: Timing = field(default_factory=Timing)
    name: str = "melody"
    track: str = ""
    program: int = 0
    notices: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """First tick after the last note."""
        return max((note.end for note in self.notes), default=0)

    @property
    def length_bars(self) -> int:
        """Number of bars that the melody touches, a pick-up not counted."""
        return len(self.timing.bar_starts(self.end)) - (1 if self.timing.pickup_ticks else 0)

    @property
    def end_s(self) -> float:
        """Length in seconds."""
        return self.timing.seconds_at(self.end)


@dataclass(frozen=True)
class Track:
    """One part of a composition with its place in the mix.

    ``pan`` runs from -1 (left) to 1 (right), ``level_db`` is relative to the other tracks, ``reverb_send`` is 0-1.
    ``role`` is that of the genre's part (``genres.Part``), ``pedals`` the spans in ticks of a held sustain pedal.
    """

    name: str
    program: int
    notes: tuple[Note, ...]
    is_drum: bool = False
    is_melody: bool = False
    pan: float = 0.0
    level_db: float = 0.0
    reverb_send: float = 0.2
    role: str = ""
    pedals: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord of the harmony from ``tick`` on; ``label`` as a musician writes it (``Am7``, ``G/B``), ``N`` for none."""

    tick: int
    label: str


@dataclass(frozen=True)
class Composition:
    """The user's melody with its accompaniment: one take, ready to be performed, rendered and drawn.

    ``tracks[0]`` is the melody, note for note. ``feel`` says how it is to be played. ``details`` holds what the
    technique wants to report (plain JSON).
    """

    name: str
    timing: Timing
    key: Key
    tracks: tuple[Track, ...]
    chords: tuple[Chord, ...] = ()
    genre: str = ""
    technique: str = ""
    seed: int = 0
    card: str = ""
    notices: tuple[str, ...] = ()
    feel: Feel = field(default_factory=Feel)
    details: dict[str, object] = field(default_factory=dict)

    @property
    def melody(self) -> Track:
        """The melody's track."""
        return self.tracks[0]

    @property
    def accompaniment(self) -> tuple[Track, ...]:
        """Every other track."""
        return self.tracks[1:]

    @property
    def end(self) -> int:
        """First tick after the last note of any track."""
        return max((note.end for track in self.tracks for note in track.notes), default=0)

    @property
    def end_s(self) -> float:
        """Length in seconds, without any reverberation."""
        return self.timing.seconds_at(self.end)


def pitch_name(pitch: int) -> str:
    """Name a MIDI pitch in scientific notation: 60 is C4."""
    return f"{PITCH_CLASS_NAMES[pitch % 12]}{pitch // 12 - 1}"


def monophonic(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Keep the top note of each onset and cut notes that overlap the next: the skyline as a single line."""
    line: list[Note] = []
    for note in sorted(notes, key=lambda n: (n.start, -n.pitch)):
        if line and note.start == line[-1].start:
            continue
        if line and line[-1].end > note.start:
            if note.pitch < line[-1].pitch and note.end <= line[-1].end:
                continue  # an inner note under a held one
            last = line[-1]
            line[-1] = Note(last.start, last.pitch, note.start - last.start, last.velocity)
        line.append(note)
    return tuple(line)
