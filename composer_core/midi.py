"""MIDI in and out: a stranger's file becomes a melody, a composition becomes a file.

Reading follows one policy, first failure first: ``midi_policy.scan`` checks every byte, ``midi_parser`` pairs the notes
in a process with limits on time and memory, ``melody_finder`` picks the track, and the result is checked again.
"""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import mido

from composer_core.errors import MelodyError
from composer_core.melody import trim_silence
from composer_core.melody_finder import Voice, find_voice, top_line
from composer_core.midi_policy import DRUM_CHANNEL, Part, Scan, rewrite, scan
from composer_core.midi_timing import metre_events, read_timing, tempo_events
from composer_core.music import Composition, Key, Melody, Note, Track

PARSE_TIMEOUT_S = 10.0
SHORTEST_S = 0.05  # a melody that is over sooner comes from an absurd tempo
COUNT_IN_BARS = 1  # more empty bars than this at the beginning are left out
FULL_LEVEL = 100  # General MIDI's default volume stands for 0 dB
SUSTAIN = 64  # the controller of the sustain pedal
MELODIC_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)

_PARSER = Path(__file__).with_name("midi_parser.py")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # each thread would reserve memory of its own
_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")


def read_melody(data: bytes, name: str = "melody", *, track: str | None = None) -> Melody:
    """Read the melody of a MIDI file, at the file's own resolution, with its tempo map, metres and pick-up.

    ``track`` asks for a track by number or name; otherwise the melody is found among them. ``Melody.track`` says which
    one was taken, ``notices`` what was assumed. Silence of more than one bar at the beginning is left out in whole
    bars. Takes part of a second; call it off the event loop.

    Raises:
        MelodyError: the file is not MIDI, damaged, too large, of too many bars or beats, or holds no melody. How long
            the music may last is for ``melody.fit`` to say, which may cut it.
    """
    found = scan(data)
    parts = _melodic_parts(found)
    voices = _voices(parts, parse_apart(rewrite(parts, found.ticks_per_beat), PARSE_TIMEOUT_S))
    voice = find_voice(voices, track)
    notes, chordal = top_line(voice.notes)
    timing, timing_notices = read_timing(found, notes[-1].end)
    notices = [*_voice_notices(voice, voices, chordal), *timing_notices]
    melody = Melody(notes, timing, name=name, track=voice.title, program=voice.part.program)
    trimmed, empty_bars = trim_silence(melody)
    if empty_bars > COUNT_IN_BARS:
        melody = trimmed
        notices.append(f"The first {empty_bars} bars are silent: they were left out.")
    if melody.end_s < SHORTEST_S:
        raise MelodyError("The melody is over in an instant: check the file's tempo.")
    return replace(melody, notices=tuple(notices))


def _melodic_parts(found: Scan) -> list[Part]:
    if not found.note_ons:
        raise MelodyError("The file holds no notes: send one with a melody in it, or type the notes.")
    parts = [part for part in found.parts if part.note_ons and not part.is_drum]
    if not parts:
        raise MelodyError("The file holds only drums (channel 10): send one with a melody on another channel.")
    return parts


def _voices(parts: Sequence[Part], tracks: Sequence[tuple[Note, ...]]) -> list[Voice]:
    pairs = [(part, notes) for part, notes in zip(parts, tracks, strict=True) if notes]
    if not pairs:
        raise MelodyError("The notes are never released: export the file again, with an end for every note.")
    return [Voice(number, part, notes) for number, (part, notes) in enumerate(pairs, start=1)]


def _voice_notices(voice: Voice, voices: Sequence[Voice], chordal: bool) -> Iterable[str]:
    if len(voices) > 1:
        yield f"The file has {len(voices)} tracks with notes: {voice.title} was taken as the melody."
    if chordal:
        yield f"T{voice.title[1:]} plays several notes at once: its top line was taken."
    lost = voice.part.note_ons - len(voice.notes)
    if lost > 0:
        yield f"{lost} of its notes have no end or no length: they were left out."


def parse_apart(data: bytes, timeout_s: float) -> list[tuple[Note, ...]]:
    """Return the notes of every track of a clean file, found by ``midi_parser`` in a process of its own.

    Raises:
        MelodyError: it failed in whatever way: the log has the reason.
    """
    # -P: neither the working directory nor our package's folder may stand in for a library
    command = [sys.executable, "-P", str(_PARSER)]
    try:
        run = subprocess.run(
            command, input=data, capture_output=True, timeout=timeout_s, env={**os.environ, **_ONE_THREAD}, check=True
        )
        return [tuple(Note(*note) for note in notes) for notes in json.loads(run.stdout)]
    except (subprocess.SubprocessError, ValueError, TypeError) as error:
        detail = getattr(error, "stderr", None) or b""
        logging.getLogger(__name__).warning("MIDI parser failed: %s %s", error, detail[-2000:])
        raise MelodyError(
            "The MIDI file could not be read: export it again, or send the melody's track alone."
        ) from error


def write_composition(composition: Composition) -> bytes:
    """Write a composition as a MIDI file of type 1; the same composition gives the same bytes.

    The first track has tempo, metres, key and the chord labels as markers; then come the melody and the other tracks,
    each with program, volume, pan and reverb send. ``read_melody`` finds the melody again, by its track's name.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=composition.timing.ticks_per_beat, charset="utf-8")
    file.tracks.append(_conductor(composition))
    melodic = 0
    for position, track in enumerate(composition.tracks):
        is_named = position > 0 or track.name.lower().startswith("melody")
        name = track.name if is_named else f"Melody: {track.name}"
        file.tracks.append(_track(track, name, melodic))
        melodic += not track.is_drum
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def _conductor(composition: Composition) -> mido.MidiTrack:
    timing, meta = composition.timing, mido.MetaMessage
    events = [(0, meta("track_name", name=composition.name)), (0, meta("key_signature", key=_key(composition.key)))]
    for tick, metre in metre_events(timing):
        sign = meta("time_signature", numerator=metre.numerator, denominator=metre.denominator)
        events.append((tick, sign))
    events += [(tick, meta("set_tempo", tempo=tempo)) for tick, tempo in tempo_events(timing)]
    events += [(chord.tick, meta("marker", text=chord.label)) for chord in composition.chords]
    return _in_order(events)


def _key(key: Key) -> str:
    return (_MAJOR if key.is_major else _MINOR)[key.tonic]


def _track(track: Track, name: str, index: int) -> mido.MidiTrack:
    """Write one part; the ``index``-th melodic one (from 0) gets a channel, and past 15 of them a further port."""
    port, place = (0, 0) if track.is_drum else divmod(index, len(MELODIC_CHANNELS))
    channel = DRUM_CHANNEL if track.is_drum else MELODIC_CHANNELS[place]
    level = min(round(FULL_LEVEL * 10 ** (track.level_db / 40)), 127)  # General MIDI: 40 dB per factor of 10
    controls = ((7, level), (10, round(64 + 63 * track.pan)), (91, round(127 * track.reverb_send)))
    events: list[tuple[int, mido.Message | mido.MetaMessage]] = [(0, mido.MetaMessage("track_name", name=name))]
    if port:
        events.append((0, mido.MetaMessage("midi_port", port=port)))
    events.append((0, mido.Message("program_change", channel=channel, program=track.program)))
    events += [(0, mido.Message("control_change", channel=channel, control=c, value=value)) for c, value in controls]
    for down, up in track.pedals:
        events.append((down, mido.Message("control_change", channel=channel, control=SUSTAIN, value=127)))
        events.append((up, mido.Message("control_change", channel=channel, control=SUSTAIN, value=0)))
    sounds = [(note.start, 1, note.pitch, note.velocity) for note in track.notes]
    sounds += [(note.end, 0, note.pitch, 0) for note in track.notes]
    for tick, is_on, pitch, velocity in sorted(sounds):  # at one tick, notes end before others begin
        kind = "note_on" if is_on else "note_off"
        events.append((tick, mido.Message(kind, channel=channel, note=pitch, velocity=velocity)))
    return _in_order(events)


def _in_order(events: Iterable[tuple[int, mido.Message | mido.MetaMessage]]) -> mido.MidiTrack:
    """Turn (tick, message) into a track of messages with the ticks between them; the order at one tick is kept."""
    track, last = mido.MidiTrack(), 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        track.append(message.copy(time=tick - last))
        last = tick
    track.append(mido.MetaMessage("end_of_track"))
    return track
