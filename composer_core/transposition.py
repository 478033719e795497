"""A melody and its chords in another key. Free of torch."""

import re
from dataclasses import replace

from composer_core.chords import ChordSymbol, parse_chord, spelling
from composer_core.errors import MelodyError, SettingError
from composer_core.harmony import find_key
from composer_core.music import Chord, Key, Melody

OCTAVE = 12
HEARD = (21, 108)  # a piano's lowest and highest key
_LOWEST, _HIGHEST = 0, 127
_TONIC = re.compile(r"\s*([A-Ga-g])\s*(-?(?:sharp|flat)|[#b♯♭]?)\s*[- ]?\s*(.*?)\s*", re.I)
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1, "": 0}
_MODES = {"": None, "major": True, "maj": True, "dur": True, "minor": False, "min": False, "m": False, "moll": False}


def parse_key(text: str) -> tuple[int, bool | None]:
    """Read a key such as ``Am``, ``F#`` or ``Eb major``: tonic (C = 0), and whether it is major (None: not said).

    Raises:
        SettingError: it is no key.
    """
    match = _TONIC.fullmatch(text)
    mode = match[3] if match else ""
    word = "major" if mode == "M" else mode.casefold()  # as in chord symbols: AM is major, Am is minor
    if match is None or word not in _MODES:
        raise SettingError(f"--key: there is no key {text[:40]!r}: write one such as C, Am, F# or 'Eb major'.")
    sign = _SIGNS[match[2].casefold().removeprefix("-")]
    return (_STEPS[match[1].upper()] + sign) % OCTAVE, _MODES[word]


def key_shift(melody: Melody, tonic: int) -> int:
    """Semitones (-6 to 6 as a rule) to the nearest place where the melody's tonic is ``tonic``.

    Raises:
        MelodyError: the melody fills so much of MIDI's range that there is none.
    """
    up = (tonic - find_key(melody.notes).tonic) % OCTAVE
    pitches = [note.pitch for note in melody.notes]
    for shift in sorted((up, up - OCTAVE), key=abs):
        if min(pitches) + shift >= _LOWEST and max(pitches) + shift <= _HIGHEST:
            return shift
    raise MelodyError("The melody's range is too wide to move it to that key: leave --key out.")


def octaves_into(melody: Melody, low: int, high: int) -> int:
    """Octaves, in semitones, that bring most of a melody into a range; as few as that takes."""
    shifts = sorted(range(-10 * OCTAVE, 10 * OCTAVE + 1, OCTAVE), key=abs)
    return max(shifts, key=lambda shift: sum(low <= note.pitch + shift <= high for note in melody.notes))


def into_hearing(melody: Melody, low: int, high: int) -> Melody:
    """Move a melody of which hardly a note can be heard into a range that lies in hearing, and say so."""
    if 2 * sum(HEARD[0] <= note.pitch <= HEARD[1] for note in melody.notes) >= len(melody.notes):
        return melody
    shift = octaves_into(melody, low, high)
    if not all(_LOWEST <= note.pitch + shift <= _HIGHEST for note in melody.notes):
        return melody
    place = "lay too low" if shift > 0 else "lay too high"
    notice = f"The melody {place} to be heard: it was moved {in_octaves(shift)} {'up' if shift > 0 else 'down'}."
    return replace(transpose(melody, shift), notices=(*melody.notices, notice))


def in_octaves(semitones: int) -> str:
    """Say how many octaves some semitones are, whichever way."""
    octaves = abs(semitones) // OCTAVE
    return f"{octaves} octaves" if octaves > 1 else "an octave"


def transpose(melody: Melody, semitones: int) -> Melody:
    """Move every note by some semitones."""
    return replace(melody, notes=tuple(replace(note, pitch=note.pitch + semitones) for note in melody.notes))


def transpose_chords(chords: tuple[Chord, ...], semitones: int, key: Key) -> tuple[Chord, ...]:
    """Move every chord by some semitones, spelled for the key where they arrive; no move keeps the user's spelling."""
    if semitones % OCTAVE == 0:
        return chords
    return tuple(Chord(chord.tick, _moved(parse_chord(chord.label), semitones, key)) for chord in chords)


def to_key(melody: Melody, text: str) -> tuple[Melody, int]:
    """Move a melody to a key that a user named; returns it with a notice that says how far, and the semitones.

    Raises:
        SettingError: it is no key.
        MelodyError: the melody does not fit there.
    """
    tonic, is_major = parse_key(text)
    home = find_key(melody.notes)
    shift = key_shift(melody, tonic)
    goal = replace(home, tonic=tonic)
    if shift:
        notice = f"The melody was moved {_distance(shift)}, from {_named(home)} to {_named(goal)}."
    else:
        notice = f"The melody is in {_named(home)} already: it was not moved."
    if is_major is not None and is_major != home.is_major:
        notice += f" A {'minor' if is_major is False else 'major'} key was asked for, but the melody's mode stays."
    return replace(transpose(melody, shift), notices=(*melody.notices, notice)), shift


def _moved(symbol: ChordSymbol | None, semitones: int, key: Key) -> str:
    if symbol is None:
        return "N"
    bass = None if symbol.bass is None else (symbol.bass + semitones) % OCTAVE
    return ChordSymbol((symbol.root + semitones) % OCTAVE, symbol.quality, bass).name(key)


def _distance(shift: int) -> str:
    return f"{abs(shift)} semitone{'s' if abs(shift) > 1 else ''} {'up' if shift > 0 else 'down'}"


def _named(key: Key) -> str:
    return f"{spelling(key)[key.tonic]} {'major' if key.is_major else 'minor'}"
