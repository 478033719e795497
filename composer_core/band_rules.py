"""What a careful player would not do, mended after the networks: rubbing against the melody, mud, wide spans."""

from collections.abc import Sequence
from dataclasses import replace

from composer_core.context import Context
from composer_core.genres import Part
from composer_core.music import Note
from composer_core.patterns import FIFTH, ROOT, THIRD
from composer_core.pianoroll import REST
from composer_core.voicing import MUD_BELOW, MUD_INTERVAL

_REACH = 4  # semitones by which a note may move to keep clear


def keep_clear(notes: Sequence[Note], part: Part, context: Context) -> tuple[Note, ...]:
    """Move single notes that rub against the melody on a pulse to the nearest chord tone, and thin out mud.

    Whole chords keep clear by their voicing, the voices of a choir by their own rules (``part_writing``), drums have no
    pitch, and a bass that plays the root is right.
    """
    if part.role in ("drums", "chords", "voice"):
        return tuple(notes)
    mended = [_clear(note, part, context) for note in notes]
    return tuple(sorted(_without_mud(mended)))


def _clear(note: Note, part: Part, context: Context) -> Note:
    place = min(context.grid.nearest(note.start), len(context) - 1)
    melody = int(context.melody[place])
    ground = context.ground
    root = ground.tonic + int(ground.root[place])
    is_rubbing = melody != REST and (note.pitch - melody) % 12 in (1, 11)
    if not is_rubbing or context.grid.step[place] != 0 or (part.role == "bass" and (note.pitch - root) % 12 == 0):
        return note
    tones = [(root + int(ground.semitone[place, slot])) % 12 for slot in (ROOT, THIRD, FIFTH)]
    near = [
        pitch
        for pitch in range(max(note.pitch - _REACH, part.low), min(note.pitch + _REACH, part.high) + 1)
        if pitch % 12 in tones and (pitch - melody) % 12 not in (1, 11)
    ]
    return replace(note, pitch=min(near, key=lambda pitch: abs(pitch - note.pitch))) if near else note


def _without_mud(notes: Sequence[Note]) -> list[Note]:
    """Of notes struck together below C3, closer than a fourth, keep the lower; and never one pitch twice."""
    kept: list[Note] = []
    for note in sorted(notes):
        below = kept[-1] if kept and kept[-1].start == note.start else None
        if below and (
            note.pitch == below.pitch or (below.pitch < MUD_BELOW and note.pitch - below.pitch < MUD_INTERVAL)
        ):
            continue
        kept.append(note)
    return kept
