"""From the notes of a staff to voices: in each, one chord at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from composer_core.music import Note
from composer_core.sheet.bars import GRAINS, Pulse, pulse_at

_EIGHTH = GRAINS // 2
_NEVER = 1 << 60

MOST_VOICES = 4
"""Voices of one staff that music programs tell apart."""


@dataclass(frozen=True, slots=True)
class Chord:
    """Notes that begin and end together, in grains; ``pitches`` rising, ``graces`` the ornaments before them in order.

    A staccato one sounds for half its length.
    """

    start: int
    end: int
    pitches: tuple[int, ...]
    graces: tuple[int, ...] = ()
    is_staccato: bool = False


def to_voices(notes: Sequence[Note]) -> list[list[Chord]]:
    """Part notes into voices, the upper ones first where they begin together; what no voice holds is cut short.

    A pitch that is struck while it sounds ends there. Notes of no length are ornaments of what begins with them.
    """
    voices: list[list[Chord]] = []
    graces: dict[int, list[int]] = defaultdict(list)
    for note in notes:
        if note.duration == 0:
            graces[note.start].append(note.pitch)
    for start, chords in sorted(_by_onset(_untangled(note for note in notes if note.duration)).items()):
        chords[0] = replace(chords[0], graces=tuple(graces[start]))
        for chord in chords:
            voice = next((v for v in voices if not v or v[-1].end <= start), None)
            if voice is None and len(voices) < MOST_VOICES:
                voices.append(voice := [])
            if voice is None:
                voice = min(voices, key=lambda v: v[-1].end)
                last = voice.pop()
                if last.start < start:
                    voice.append(replace(last, end=start))
                else:
                    both = tuple(sorted({*chord.pitches, *last.pitches}))
                    chord = Chord(start, max(chord.end, last.end), both, (*last.graces, *chord.graces))
            voice.append(chord)
    return voices


def without_small_rests(voice: Sequence[Chord], pulses: Sequence[Pulse]) -> list[Chord]:
    """Hold chords through silences that are shorter than an eighth, or than half of a beat that they begin.

    What fills half a beat gets a staccato dot: fewer rests, the same sound.
    """
    starts = [pulse.start for pulse in pulses]
    return [
        _held(chord, after.start if after else _NEVER, pulses, starts)
        for chord, after in zip(voice, [*voice[1:], None], strict=True)
    ]


def _held(chord: Chord, until: int, pulses: Sequence[Pulse], starts: Sequence[int]) -> Chord:
    first, last = pulse_at(chord.start, pulses, starts), pulse_at(chord.end - 1, pulses, starts)
    if last.is_tuplet:
        return chord
    length, beat = chord.end - chord.start, 2 * first.length // 3 if first.is_compound else first.length // 2
    if first is last and chord.start == first.start and beat <= length < first.length and until >= first.end:
        return replace(chord, end=first.end, is_staccato=2 * length == first.length)
    end = last.start - (last.start - chord.end) // _EIGHTH * _EIGHTH
    return replace(chord, end=end) if end <= min(until, last.end) else chord


def _untangled(notes: Iterable[Note]) -> list[Note]:
    """Let a pitch sound once at a time."""
    by_pitch: dict[int, list[Note]] = defaultdict(list)
    for note in sorted(notes):
        line = by_pitch[note.pitch]
        if line and line[-1].start == note.start:
            line.pop()
        elif line and line[-1].end > note.start:
            line[-1] = Note(line[-1].start, note.pitch, note.start - line[-1].start, line[-1].velocity)
        line.append(note)
    return [note for line in by_pitch.values() for note in line]


def _by_onset(notes: Iterable[Note]) -> dict[int, list[Chord]]:
    """Onset → chords that begin there, the highest first."""
    together: dict[tuple[int, int], list[int]] = defaultdict(list)
    for note in notes:
        together[note.start, note.end].append(note.pitch)
    onsets: dict[int, list[Chord]] = defaultdict(list)
    for (start, end), pitches in together.items():
        onsets[start].append(Chord(start, end, tuple(sorted(pitches))))
    for chords in onsets.values():
        chords.sort(key=lambda chord: -chord.pitches[-1])
    return onsets
