"""From the notes of a staff to voices: in each, one chord at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from composer_core.music import Note
from composer_core.sheet.bars import Pulse, pulse_at

MOST_VOICES = 4
"""Voices of one staff that music programs tell apart."""


@dataclass(frozen=True, slots=True)
class Chord:
    """Notes that begin and end together, in grains; ``pitches`` rising. A staccato one sounds for half its length."""

    start: int
    end: int
    pitches: tuple[int, ...]
    is_staccato: bool = False


def to_voices(notes: Sequence[Note]) -> list[list[Chord]]:
    """Part notes into voices, the upper ones first where they begin together; what no voice holds is cut short.

    A pitch that is struck while it sounds ends there.
    """
    voices: list[list[Chord]] = []
    for start, chords in sorted(_by_onset(_untangled(notes)).items()):
        for chord in chords:
            voice = next((v for v in voices if not v or v[-1].end <= start), None)
            if voice is None and len(voices) < MOST_VOICES:
                voices.append(voice := [])
            if voice is None:
                voice = min(voices, key=lambda v: v[-1].end)
                last = voice.pop()
                if last.start < start:
                    voice.append(Chord(last.start, start, last.pitches))
                else:
                    chord = Chord(start, max(chord.end, last.end), tuple(sorted({*chord.pitches, *last.pitches})))
            voice.append(chord)
    return voices


def without_small_rests(voice: Sequence[Chord], pulses: Sequence[Pulse]) -> list[Chord]:
    """Write what fills half a plain beat, silence after it, as a whole one with a staccato dot; more without a dot."""
    starts = [pulse.start for pulse in pulses]
    written = []
    for chord, after in zip(voice, [*voice[1:], None], strict=True):
        pulse = pulse_at(chord.start, pulses, starts)
        is_free = after is None or after.start >= pulse.end
        length, is_plain = chord.end - chord.start, not (pulse.is_compound or pulse.is_tuplet)
        if is_plain and is_free and chord.start == pulse.start and pulse.length <= 2 * length < 2 * pulse.length:
            chord = replace(chord, end=pulse.end, is_staccato=2 * length == pulse.length)
        written.append(chord)
    return written


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
