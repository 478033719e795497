"""Scores in MusicXML (.mxl, .musicxml): parts with their voices, metres, tempos, keys and chord symbols.

A small streaming reader of our own: it reads a movement in about a second, and a stranger's file within bounds
(``musicxml_stream``). Sounding pitch is given (transposing instruments are transposed), ties are merged, grace notes,
cue notes and unpitched percussion left out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from xml.etree.ElementTree import Element

from composer_core.corpora.instruments import family_of
from composer_core.corpora.musicxml_part import Measure, PartReader, Sound, Voice
from composer_core.corpora.musicxml_repeats import Signs, play_order
from composer_core.corpora.musicxml_stream import read_elements
from composer_core.errors import MelodyError
from composer_core.melody import changes_only
from composer_core.music import DEFAULT_TEMPO_BPM, TICKS_PER_BEAT, Chord, Key, Metre, Note, Timing

MAX_PARTS = 64
MAX_MEASURES = 5_000
MAX_CELLS = 100_000  # measures of all parts together
MAX_NOTES = 250_000  # the longest symphony movement known to us has 46 000


@dataclass(frozen=True)
class ScorePart:
    """One part: ``family`` as in ``instruments.FAMILIES``, ``voices`` keyed by (staff from 1, voice number)."""

    name: str
    program: int
    family: str
    voices: dict[Voice, tuple[Note, ...]]

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Every note of the part, sorted."""
        return tuple(sorted(note for voice in self.voices.values() for note in voice))


@dataclass(frozen=True)
class Score:
    """A read score, 480 ticks a quarter.

    ``bars`` are (start, end) of every written measure as it sounds; ``keys`` (tick, key signature), its mode major
    unless the file says minor; ``chords`` the chord symbols.
    """

    title: str
    composer: str
    parts: tuple[ScorePart, ...]
    timing: Timing
    bars: tuple[tuple[int, int], ...]
    keys: tuple[tuple[int, Key], ...]
    chords: tuple[Chord, ...]

    @property
    def end(self) -> int:
        """First tick after the last measure."""
        return self.bars[-1][1]


def read_score(data: bytes, *, expand_repeats: bool = False) -> Score:
    """Read a MusicXML file, plain or compressed; ``expand_repeats`` plays repeats and their endings out.

    Raises:
        MelodyError: the file is no MusicXML, damaged, hostile, too large, or holds no measures.
    """
    names, readers, texts = _read_parts(data)
    length = max((len(reader.measures) for reader in readers.values()), default=0)
    if not length:
        raise MelodyError("The score holds no music: export it again, or send MIDI.")
    columns = [[r.measures[at] for r in readers.values() if at < len(r.measures)] for at in range(length)]
    order = play_order([_signs(column) for column in columns]) if expand_repeats else list(range(length))
    metres = _metres(columns)
    lengths = [_length(column, metre) for column, metre in zip(columns, metres, strict=True)]
    starts = [0]
    for at in order:
        starts.append(starts[-1] + lengths[at])
    played = list(zip(order, starts, strict=False))
    parts = tuple(_part(names.get(ident), reader.measures, played) for ident, reader in readers.items())
    return Score(
        title=texts.get("work-title") or texts.get("movement-title") or "",
        composer=texts.get("creator", ""),
        parts=parts,
        timing=_timing(columns, metres, lengths, played),
        bars=tuple((start, start + lengths[at]) for at, start in played),
        keys=_keys(columns, played) or ((0, Key(0)),),
        chords=_chords(readers, played),
    )


def _read_parts(data: bytes) -> tuple[dict[str, Element], dict[str, PartReader], dict[str, str]]:
    """Return the part list, a reader with the measures of every part, and the title's texts."""
    names: dict[str, Element] = {}
    readers: dict[str, PartReader] = {}
    texts: dict[str, str] = {}
    reader = PartReader()
    notes = cells = 0
    for element in read_elements(data):
        match element.tag:
            case "score-part":
                names[element.get("id", "")] = element
            case "work-title" | "movement-title" | "creator":
                texts.setdefault(element.tag, " ".join((element.text or "").split())[:200])
            case "part":
                if len(readers) >= MAX_PARTS:
                    raise MelodyError(f"The score has more than {MAX_PARTS} parts: send the melody's part alone.")
                reader = readers[element.get("id", str(len(readers)))] = PartReader()
            case "measure":
                reader.begin_measure()
                cells += 1
                if len(reader.measures) > MAX_MEASURES or cells > MAX_CELLS:
                    raise MelodyError(
                        f"The score has more than {MAX_MEASURES} measures, or too many parts: send one of them."
                    )
            case _:
                notes += element.tag == "note"
                if notes > MAX_NOTES:
                    raise MelodyError(f"The score has more than {MAX_NOTES} notes: send the melody's part alone.")
                reader.read(element)
    return names, readers, texts


def _signs(column: Sequence[Measure]) -> Signs:
    """Union of the repeat signs of all parts: some writers put them into the first part only."""
    return Signs(
        begins=any(m.signs.begins for m in column),
        ends=any(m.signs.ends for m in column),
        times=max((m.signs.times for m in column if m.signs.ends), default=2),
        endings=frozenset().union(*(m.signs.endings for m in column)),
    )


def _metres(columns: Sequence[Sequence[Measure]]) -> list[Metre]:
    """The metre in force in every written measure; the first one said holds from the beginning."""
    said = [next((m.metre for m in column if m.metre), None) for column in columns]
    metre = next((m for m in said if m), Metre())
    return [metre := new or metre for new in said]


def _length(column: Sequence[Measure], metre: Metre) -> int:
    """Ticks of a measure: what most parts fill, the longer of two that are as common; a full bar if none says."""
    filled = Counter(m.length for m in column if m.length)
    if not filled:
        return metre.bar_ticks(TICKS_PER_BEAT)
    return max(filled, key=lambda ticks: (filled[ticks], ticks))


Played = Sequence[tuple[int, int]]
"""(index of the written measure, tick at which it sounds), in order."""


def _part(listed: Element | None, measures: Sequence[Measure], played: Played) -> ScorePart:
    name, program = _identity(listed)
    voices: dict[Voice, list[Note]] = {}
    tied: dict[int, tuple[list[Note], int]] = {}  # pitch → its voice's notes, and the place of the one to lengthen
    for at, start in played:
        for sound in sorted(measures[at].sounds, key=lambda s: s.start) if at < len(measures) else ():
            _sound(sound, start, voices, tied)
    kept = {voice: tuple(sorted(notes)) for voice, notes in sorted(voices.items())}
    return ScorePart(name, program, family_of(name, program), kept)


def _sound(sound: Sound, start: int, voices: dict[Voice, list[Note]], tied: dict[int, tuple[list[Note], int]]) -> None:
    notes = voices.setdefault(sound.voice, [])
    note = Note(start + sound.start, sound.pitch, sound.end - sound.start, sound.velocity)
    place = (notes, len(notes))
    if sound.is_tied and sound.pitch in tied:
        before, index = tied.pop(sound.pitch)
        if before[index].end == note.start:
            before[index] = replace(before[index], duration=note.end - before[index].start)
            place = (before, index)
    if place == (notes, len(notes)):
        notes.append(note)
    if sound.ties:
        tied[sound.pitch] = place


def _identity(listed: Element | None) -> tuple[str, int]:
    """Name and General MIDI program (0-127) from the part list; program 0 where it says none or nonsense."""
    if listed is None:
        return "", 0
    name = " ".join((listed.findtext("part-name") or listed.findtext("score-instrument/instrument-name") or "").split())
    text = (listed.findtext("midi-instrument/midi-program") or "1").strip()
    is_program = text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= 128
    return name[:60], int(text) - 1 if is_program else 0


def _timing(
    columns: Sequence[Sequence[Measure]], metres: Sequence[Metre], lengths: Sequence[int], played: Played
) -> Timing:
    tempos = {0: DEFAULT_TEMPO_BPM}
    for at, start in played:
        for measure in columns[at]:
            tempos.update((start + tick, bpm) for tick, bpm in measure.tempos)
    sounding = [(start, lengths[at], metres[at]) for at, start in played]
    pickup, changes = _bar_lines(sounding)
    return Timing(TICKS_PER_BEAT, changes_only(sorted(tempos.items())), changes, pickup)


def _bar_lines(sounding: Sequence[tuple[int, int, Metre]]) -> tuple[int, tuple[tuple[int, Metre], ...]]:
    """Return the pick-up's length and a metre map whose bar lines are those of the measures (start, length, metre).

    A metre is said again where a measure is not as long as it says; two short measures that make a full one, as
    around a repeat sign, stay one bar.
    """
    start, length, metre = sounding[0]
    full = metre.bar_ticks(TICKS_PER_BEAT)
    joined = len(sounding) > 1 and length + sounding[1][1] == full
    pickup = length if length < full and len(sounding) > 1 and not joined else 0
    changes = [(0, metre)]
    bar, due = 0, pickup or full
    for start, length, new in sounding[1:]:
        full = new.bar_ticks(TICKS_PER_BEAT)
        is_inside = bar < start < due and start + length == due
        if new != changes[-1][1] or not (start == due or is_inside):
            changes.append((start, new))
        if not is_inside or changes[-1][0] == start:
            bar, due = start, start + full
    return pickup, tuple(changes)


def _keys(columns: Sequence[Sequence[Measure]], played: Played) -> tuple[tuple[int, Key], ...]:
    """The key signatures, transposed to sound; where parts disagree (natural horns have none) most of them decide."""
    said = []
    for at, start in played:
        found = Counter(measure.key for measure in columns[at] if measure.key)
        said += [(start, key) for key, _ in found.most_common(1)]
    return changes_only(said)


def _chords(readers: dict[str, PartReader], played: Played) -> tuple[Chord, ...]:
    """The chord symbols of the first part that has any, the last one of those at one tick."""
    for reader in readers.values():
        measures = reader.measures
        found = {
            start + tick: label for at, start in played if at < len(measures) for tick, label in measures[at].chords
        }
        if found:
            return tuple(Chord(tick, label) for tick, label in changes_only(sorted(found.items())))
    return ()
