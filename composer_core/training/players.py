"""Measures melodic players: how MIDI files shade velocities by metre and phrase. Files without shading do not count."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import mido
import numpy as np

from composer_core.errors import ResourceError
from composer_core.feel import PHRASE_PLACES, SLOTS, PartTouch
from composer_core.music import Metre, Note, Timing, monophonic
from composer_core.phrases import find_phrases

DRUM_CHANNEL = 9
BASSES = range(32, 40)
CHORDAL_SHARE = 0.4  # of onsets with several notes, from which a track accompanies
FEWEST_ONSETS, FEWEST_LEVELS, LEAST_SPREAD = 60, 10, 3.0  # below them nobody shaded the velocities
_PRIOR_TRACKS = 3.0


@dataclass(frozen=True)
class Line:
    """A track of a MIDI file whose velocities somebody shaded; one value an onset, ticks of ``ticks_per_beat``."""

    role: str
    ticks_per_beat: int
    notes: tuple[Note, ...]


def read_lines(archive: Path) -> Iterator[Line]:
    """Read the shaded tracks of every MIDI file in 4/4 of a zip.

    Raises:
        ResourceError: the archive is missing.
    """
    if not archive.is_file():
        raise ResourceError(f"{archive} is missing: it holds MIDI files to learn from; --data names its folder.")
    with zipfile.ZipFile(archive) as files:
        for name in sorted(files.namelist()):
            if name.lower().endswith(".mid"):
                try:
                    midi = mido.MidiFile(file=io.BytesIO(files.read(name)), clip=True)
                except (ValueError, EOFError, OSError, mido.KeySignatureError):
                    continue  # two of Simutrans's files have a key signature that does not exist
                yield from _lines(midi)


def measure_players(lines: Sequence[Line]) -> dict[str, PartTouch]:
    """Return the touch of every role; each track counts once, however long it is."""
    found = {}
    for role in sorted({line.role for line in lines}):
        own = [line for line in lines if line.role == role]
        stress = _shared([_profile(_slots(line), _shade(line), SLOTS) for line in own])
        phrase = _shared([_profile(_phrase_places(line), _shade(line), PHRASE_PLACES) for line in own])
        rests = [_shade(line) - stress[_slots(line)] - phrase[_phrase_places(line)] for line in own]
        flows = [float(np.corrcoef(rest[1:], rest[:-1])[0, 1]) for rest in rests]
        found[role] = PartTouch(
            stress=tuple(round(float(value), 1) for value in stress),
            phrase=tuple(round(float(value), 1) for value in phrase),
            spread=round(median(float(rest.std()) for rest in rests), 1),
            flow=round(max(median(flows), 0.0), 2),
        )
    return found


def _lines(midi: mido.MidiFile) -> Iterator[Line]:
    metres = {(m.numerator, m.denominator) for t in midi.tracks for m in t if m.type == "time_signature"}
    if not metres <= {(4, 4)}:
        return
    for track in midi.tracks:
        for channel, (program, notes) in _channels(track).items():
            if channel == DRUM_CHANNEL or len({note.start for note in notes}) < FEWEST_ONSETS:
                continue
            top = monophonic(notes)
            chordal = 1.0 - len(top) / max(len({(n.start, n.pitch) for n in notes}), 1)
            role = "bass" if program in BASSES else "chords" if chordal > CHORDAL_SHARE else "line"
            shades = [note.velocity for note in top]
            if len(set(shades)) >= FEWEST_LEVELS and float(np.std(shades)) >= LEAST_SPREAD:
                yield Line(role, midi.ticks_per_beat, top)


def _channels(track: mido.MidiTrack) -> dict[int, tuple[int, list[Note]]]:
    """Program and notes of each channel of a track."""
    programs: dict[int, int] = {}
    notes: dict[int, list[Note]] = defaultdict(list)
    down: dict[tuple[int, int], tuple[int, int]] = {}
    tick = 0
    for message in track:
        tick += message.time
        if message.type == "program_change":
            programs.setdefault(message.channel, message.program)
        elif message.type == "note_on" and message.velocity:
            down[message.channel, message.note] = (tick, message.velocity)
        elif message.type in ("note_on", "note_off") and (message.channel, message.note) in down:
            start, velocity = down.pop((message.channel, message.note))
            if tick > start:
                notes[message.channel].append(Note(start, message.note, tick - start, velocity))
    return {channel: (programs.get(channel, 0), sorted(found)) for channel, found in notes.items()}


def _shade(line: Line) -> np.ndarray:
    velocities = np.array([note.velocity for note in line.notes], dtype=float)
    return velocities - velocities.mean()


def _slots(line: Line) -> np.ndarray:
    return np.array([round(4 * note.start / line.ticks_per_beat) % SLOTS for note in line.notes])


def _phrase_places(line: Line) -> np.ndarray:
    phrases = find_phrases(line.notes, Timing(line.ticks_per_beat, metres=((0, Metre()),)))
    places, rest = [], iter(phrases)
    phrase = next(rest)
    for note in line.notes:
        while note.start >= phrase.end:
            phrase = next(rest)
        places.append((note.start - phrase.start) * PHRASE_PLACES // max(phrase.end - phrase.start, 1))
    return np.array(places)


def _profile(places: np.ndarray, shade: np.ndarray, size: int) -> np.ndarray:
    """Mean shade at each place, nan where the track never plays: [size]."""
    count = np.bincount(places, minlength=size)
    total = np.bincount(places, weights=shade, minlength=size)
    return np.where(count >= 3, total / np.maximum(count, 1), np.nan)


def _shared(profiles: Sequence[np.ndarray]) -> np.ndarray:
    """Mean over the tracks, drawn towards 0 where few of them play: [size]."""
    stack = np.stack(profiles)
    return np.nansum(stack, axis=0) / ((~np.isnan(stack)).sum(axis=0) + _PRIOR_TRACKS)
