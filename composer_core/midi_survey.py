"""A whole MIDI file as a composition, so that it can be described and drawn: every track, its melody first."""

from composer_core.errors import MelodyError
from composer_core.harmony import find_key
from composer_core.melody_finder import Voice, find_voice
from composer_core.midi import PARSE_TIMEOUT_S, parse_apart
from composer_core.midi_policy import rewrite, scan
from composer_core.midi_timing import read_timing
from composer_core.music import Composition, Track


def read_composition(data: bytes, name: str = "file") -> Composition:
    """Read every track that plays something; ``write_composition`` mirrors it, but for mix and chords.

    The same policy guards it as ``read_melody``. Takes part of a second; call it off the event loop.

    Raises:
        MelodyError: the file is not MIDI, damaged, too large or too long, or holds no note.
    """
    found = scan(data)
    parts = [part for part in found.parts if part.note_ons]
    tracks = parse_apart(rewrite(parts, found.ticks_per_beat), PARSE_TIMEOUT_S) if parts else []
    voices = [
        Voice(number, part, notes)
        for number, (part, notes) in enumerate(zip(parts, tracks, strict=True), start=1)
        if notes
    ]
    if not voices:
        raise MelodyError("The file holds no notes: send one with music in it.")
    melodic = [voice for voice in voices if not voice.part.is_drum]
    melody = find_voice(melodic) if melodic else None
    voices.sort(key=lambda voice: voice is not melody)  # stable: the others keep their order
    timing, notices = read_timing(found, max(note.end for voice in voices for note in voice.notes))
    return Composition(
        name=name,
        timing=timing,
        key=find_key([note for voice in melodic for note in voice.notes]),
        tracks=tuple(_track(voice, is_melody=voice is melody) for voice in voices),
        notices=tuple(notices),
    )


def _track(voice: Voice, *, is_melody: bool) -> Track:
    name = voice.part.name or f"Track {voice.number}"
    notes = tuple(sorted(voice.notes))
    return Track(name, voice.part.program, notes, is_drum=voice.part.is_drum, is_melody=is_melody)
