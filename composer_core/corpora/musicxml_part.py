"""One part of a MusicXML score, measure by measure: what sounds, and what stands above it."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from composer_core.corpora.musicxml_chord import chord_label
from composer_core.corpora.musicxml_repeats import Signs
from composer_core.corpora.musicxml_stream import damaged
from composer_core.music import TICKS_PER_BEAT, Key, Metre

MAX_MEASURE_BEATS = 256  # a written-out cadenza may stand in one measure
DIVISIONS = (0.25, 1_000_000)  # of a quarter note
TEMPOS_BPM = (8.0, 500.0)
_FORTE = 90  # velocity of MusicXML's 100 % (element <sound>, attribute dynamics: percent of forte)
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_UNIT_BEATS = {"whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25}

Voice = tuple[int, str]
"""Staff (from 1) and the writer's voice number in it."""


@dataclass(slots=True)
class Sound:
    """A written note; ``start`` and ``end`` are ticks from the measure's beginning."""

    start: int
    end: int
    pitch: int
    voice: Voice
    velocity: int
    is_tied: bool  # to the note before
    ties: bool  # to the note after


@dataclass(slots=True)
class Measure:
    """What one part has in one measure; ticks count from its beginning."""

    sounds: list[Sound] = field(default_factory=list)
    length: int = 0
    metre: Metre | None = None
    key: Key | None = None
    tempos: list[tuple[int, float]] = field(default_factory=list)
    chords: list[tuple[int, str]] = field(default_factory=list)
    signs: Signs = field(default_factory=Signs)


def number(element: Element, path: str, default: float | None = None) -> float:
    """Read a number below an element; without a default it must be there."""
    text = element.findtext(path)
    if text is None and default is not None:
        return default
    try:
        value = float(text or "")
    except ValueError as error:
        raise damaged(f"<{path}> is no number") from error
    if not abs(value) < 1e9:
        raise damaged(f"<{path}> is out of range")
    return value


class PartReader:
    """Takes the elements of one part in order and fills ``measures``."""

    def __init__(self) -> None:
        self.measures: list[Measure] = []
        self.divisions = 1.0
        self.transpose = 0
        self.velocity = 80
        self.ending: frozenset[int] = frozenset()
        self._begin_at(0)

    def begin_measure(self) -> None:
        """Open the next measure."""
        self.measures.append(Measure(signs=Signs(endings=self.ending)))
        self._begin_at(0)

    def _begin_at(self, tick: int) -> None:
        """Count divisions from a tick of the measure on; so that their rounding cannot add up."""
        self.origin = tick
        self.cursor = self.onset = 0.0

    def _tick(self, divisions: float) -> int:
        tick = self.origin + round(divisions * TICKS_PER_BEAT / self.divisions)
        if tick > MAX_MEASURE_BEATS * TICKS_PER_BEAT:
            raise damaged(f"a measure is longer than {MAX_MEASURE_BEATS} quarter notes")
        return max(tick, 0)

    def read(self, element: Element) -> None:
        """Take one element of the current measure."""
        if not self.measures:
            raise damaged("there is music outside its measures")
        match element.tag:
            case "note":
                self._note(element)
            case "backup":
                self._move(-number(element, "duration"))
            case "forward":
                self._move(number(element, "duration"))
            case "attributes":
                self._attributes(element)
            case "harmony":
                tick = self._tick(self.cursor + number(element, "offset", 0.0))
                self.measures[-1].chords.append((tick, chord_label(element)))
            case "direction":
                self._direction(element)
            case "sound":
                self._sound(element)
            case "barline":
                self._barline(element)

    def _move(self, divisions: float) -> None:
        self.cursor = max(self.cursor + divisions, -self.origin * self.divisions / TICKS_PER_BEAT)
        self._reach(self.cursor)

    def _reach(self, divisions: float) -> None:
        self.measures[-1].length = max(self.measures[-1].length, self._tick(divisions))

    def _note(self, note: Element) -> None:
        if note.find("grace") is not None:
            return
        duration = number(note, "duration")
        if duration < 0:
            raise damaged("a note has a negative length")
        if note.find("chord") is None:
            self.onset = self.cursor
            self._move(duration)
        pitch = note.find("pitch")
        start, end = self._tick(self.onset), self._tick(self.onset + duration)
        if pitch is None or end == start or note.find("cue") is not None:
            return
        ties = {tie.get("type") for tie in note.findall("tie")}
        voice = (round(number(note, "staff", 1)), (note.findtext("voice") or "1").strip()[:8])
        sound = Sound(start, end, self._pitch(pitch), voice, self.velocity, "stop" in ties, "start" in ties)
        self.measures[-1].sounds.append(sound)
        self._reach(self.onset + duration)

    def _pitch(self, pitch: Element) -> int:
        step = _NATURALS.get((pitch.findtext("step") or "").strip())
        if step is None:
            raise damaged("a note has no name from A to G")
        octave, alter = number(pitch, "octave"), number(pitch, "alter", 0.0)
        sounding = 12 * (round(octave) + 1) + step + round(alter) + self.transpose
        if not 0 <= sounding <= 127:
            raise damaged("a note lies outside MIDI's range, C-1 to G9")
        return sounding

    def _attributes(self, attributes: Element) -> None:
        measure = self.measures[-1]
        if attributes.find("divisions") is not None:
            divisions = number(attributes, "divisions")
            if not DIVISIONS[0] <= divisions <= DIVISIONS[1]:
                raise damaged(f"<divisions> is not within {DIVISIONS[0]} to {DIVISIONS[1]:,}")
            tick = self._tick(self.cursor)
            self.divisions = divisions
            self._begin_at(tick)
        for transpose in attributes.findall("transpose")[:1]:
            self.transpose = round(number(transpose, "chromatic", 0.0) + 12 * number(transpose, "octave-change", 0.0))
        for key in attributes.findall("key")[:1]:
            measure.key = self._key(key) or measure.key
        for time in attributes.findall("time")[:1]:
            measure.metre = _metre(time) or measure.metre

    def _key(self, key: Element) -> Key | None:
        if key.find("fifths") is None:  # an unusual signature, spelled out sign by sign
            return None
        fifths = round(number(key, "fifths"))
        is_major = (key.findtext("mode") or "major").strip() != "minor"
        return Key((7 * fifths + (0 if is_major else 9) + self.transpose) % 12, is_major)

    def _direction(self, direction: Element) -> None:
        sound = direction.find("sound")
        metronome = direction.find("direction-type/metronome")
        if sound is not None:
            self._sound(sound)
        if metronome is not None and (sound is None or sound.get("tempo") is None):
            self._metronome(metronome)

    def _sound(self, sound: Element) -> None:
        if (dynamics := _positive(sound.get("dynamics"))) is not None:
            self.velocity = min(max(round(dynamics * _FORTE / 100), 1), 127)
        self._tempo(_positive(sound.get("tempo")))

    def _metronome(self, metronome: Element) -> None:
        beats = _UNIT_BEATS.get((metronome.findtext("beat-unit") or "").strip())
        rate = _positive(metronome.findtext("per-minute"))
        if beats and rate:
            dot = 1.5 if metronome.find("beat-unit-dot") is not None else 1.0
            self._tempo(rate * beats * dot)

    def _tempo(self, bpm: float | None) -> None:
        if bpm is not None and TEMPOS_BPM[0] <= bpm <= TEMPOS_BPM[1]:
            self.measures[-1].tempos.append((self._tick(self.cursor), bpm))

    def _barline(self, barline: Element) -> None:
        signs = self.measures[-1].signs
        ending, repeat = barline.find("ending"), barline.find("repeat")
        if ending is not None and ending.get("type") == "start":
            listed = ending.get("number", "").replace(".", ",").replace(" ", ",").split(",")
            signs.endings = self.ending = frozenset(
                int(n) for n in listed if n.isascii() and n.isdigit() and len(n) < 3
            )
        elif ending is not None:
            self.ending = frozenset()
        if repeat is not None and repeat.get("direction") == "forward":
            signs.begins = True
        elif repeat is not None:
            signs.ends = True
            signs.times = round(_positive(repeat.get("times")) or 2)


def _positive(text: str | None) -> float | None:
    """A number above 0 if the text is one; a mark of tempo or loudness that is none is passed over."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < 1e6 else None


def _metre(time: Element) -> Metre | None:
    """Read a time signature; ``3+2`` and several fractions are added up. None for free time or nonsense."""
    try:
        above = [sum(int(n) for n in (beats.text or "").split("+")) for beats in time.findall("beats")]
        below = [int(kind.text or "") for kind in time.findall("beat-type")]
    except ValueError:
        return None
    if not above or len(above) != len(below) or not all(b in (1, 2, 4, 8, 16, 32, 64) for b in below):
        return None
    denominator = max(below)
    numerator = sum(a * denominator // b for a, b in zip(above, below, strict=True))
    return Metre(numerator, denominator) if 1 <= numerator <= 64 else None
