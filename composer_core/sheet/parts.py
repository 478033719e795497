"""One part of a composition as it is written: staves, voices, symbols, spelled pitches."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from composer_core.music import Composition, Key, Note, Track
from composer_core.sheet.bars import Bar, Pulse, all_pulses, pulse_at
from composer_core.sheet.drums import drum
from composer_core.sheet.harmony import Harmony
from composer_core.sheet.quantise import quantise, snap_onsets
from composer_core.sheet.spelling import Spelled, chord_fifth, spell
from composer_core.sheet.staves import PERCUSSION, Clef, lay_staves, octaves_up
from composer_core.sheet.values import Symbol, write_voice
from composer_core.sheet.voices import Chord, to_voices, without_small_rests

Line = list[Symbol]
"""One voice in one bar, without gaps."""


@dataclass(frozen=True)
class WrittenStaff:
    """A staff with ``bars`` [bar][voice][symbol]; of a bar in which nothing sounds one voice of rest."""

    clef: Clef
    bars: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class WrittenPart:
    """A part; ``octaves_up`` is how much higher than it sounds it is written.

    ``names`` spells each chord's pitches and then its graces; of a drum the name is its place on the staff.
    """

    ident: str
    track: Track
    staves: tuple[WrittenStaff, ...]
    octaves_up: int
    names: Mapping[Chord, tuple[Spelled, ...]]


def write_part(
    ident: str, track: Track, composition: Composition, bars: Sequence[Bar], harmony: Harmony
) -> WrittenPart:
    """Write a part of a composition."""
    pulses = all_pulses(bars)
    if track.is_drum:
        notes, pulses = snap_onsets(track.notes, composition.timing, pulses)
        limbs = [limb for by_foot in (False, True) if (limb := _strokes(notes, pulses, by_foot))]
        places = {chord: tuple(_place(pitch) for pitch in chord.pitches) for limb in limbs for chord in limb}
        return WrittenPart(ident, track, (_staff(PERCUSSION, limbs, bars, pulses),), 0, places)
    notes, pulses = quantise(track.notes, composition.timing, pulses)
    staves = [(staff, to_voices(staff.notes)) for staff in lay_staves(track, notes)]
    if not track.is_melody:
        staves = [(staff, [without_small_rests(voice, pulses) for voice in voices]) for staff, voices in staves]
    names = {
        chord: spelled
        for _, voices in staves
        for voice in voices
        for chord, spelled in _spell(voice, composition.key, harmony, octaves_up(track))
    }
    written = tuple(_staff(staff.clef, voices, bars, pulses) for staff, voices in staves)
    return WrittenPart(ident, track, written, octaves_up(track), names)


def _staff(clef: Clef, voices: Sequence[Sequence[Chord]], bars: Sequence[Bar], pulses: Sequence[Pulse]) -> WrittenStaff:
    starts = [pulse.start for pulse in pulses]
    written = []
    for bar in bars:
        first = max(bisect_right(starts, bar.start) - 1, 0)
        here = pulses[first : bisect_left(starts, bar.end)]
        lines = [write_voice(voice, bar, here) for voice in voices] or [write_voice((), bar, here)]
        sounding = [line for line in lines if any(symbol.chord for symbol in line)]
        written.append(tuple(sounding or lines[:1]))
    return WrittenStaff(clef, tuple(written))


def _strokes(notes: Sequence[Note], pulses: Sequence[Pulse], by_foot: bool) -> list[Chord]:
    """The strokes of hands or feet, each written until the next one of its beat."""
    starts = [pulse.start for pulse in pulses]
    struck: dict[int, set[int]] = {}
    for note in notes:
        if drum(note.pitch).by_foot == by_foot:
            struck.setdefault(note.start, set()).add(note.pitch)
    onsets = sorted(struck)
    ends = [min(pulse_at(on, pulses, starts).end, after) for on, after in pairwise([*onsets, 1 << 60])]
    return [Chord(on, end, tuple(sorted(struck[on]))) for on, end in zip(onsets, ends, strict=True)]


def _place(pitch: int) -> Spelled:
    struck = drum(pitch)
    return Spelled(struck.step, 0, struck.octave)


def _spell(
    voice: Sequence[Chord], key: Key, harmony: Harmony, octaves: int
) -> Iterator[tuple[Chord, tuple[Spelled, ...]]]:
    for chord, after in zip(voice, [*voice[1:], None], strict=True):
        nearby, plan = after.pitches if after else (), harmony.at(chord.start)
        spelled = []
        for pitch in (*chord.pitches, *chord.graces):
            by_chord = chord_fifth(pitch % 12, plan.symbol, plan.root) if plan and plan.symbol else None
            following = next((other for other in nearby if abs(other - pitch) == 1), None)
            name = spell(pitch, key, by_chord, following)
            spelled.append(replace(name, octave=name.octave + octaves))
        yield chord, tuple(spelled)
