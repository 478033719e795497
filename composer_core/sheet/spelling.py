"""Names for pitches: the key decides, the sounding chord more, and a step by semitone shows where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from composer_core.chord_symbols import ChordSymbol
from composer_core.music import Key

STEPS = "FCGDAEB"
"""Letters along the line of fifths: F is -1, C 0, G 1; seven further is a sharp."""

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# Semitones above a chord's root → fifths: thirds on thirds, not augmented seconds.
_ABOVE = {0: 0, 2: 2, 3: -3, 4: 4, 5: -1, 7: 1, 10: -2, 11: 5, 13: -5, 14: 2, 15: 9, 17: -1, 18: 6, 20: -4, 21: 3}
_FEWEST, _MOST = -8, 12  # F flat to B sharp: beyond are double signs


@dataclass(frozen=True, slots=True)
class Spelled:
    """A pitch as it stands on the staff: letter, alteration in semitones, scientific octave."""

    step: str
    alter: int
    octave: int


def fifths_of(key: Key) -> int:
    """Signs of a key's signature: sharps above 0, flats below; F sharp major has six flats, as G flat major."""
    tonic = (key.tonic * 7 + (5 if key.is_major else 2)) % 12 - 5
    return -6 if tonic == 6 else tonic


def fifth_of(letter: str, signs: str = "") -> int:
    """Return the place of a note name on the line of fifths: C is 0."""
    return STEPS.index(letter) - 1 + 7 * (signs.count("#") - signs.count("b"))


def name_of(fifth: int) -> tuple[str, int]:
    """Return letter and alteration of a place on the line of fifths."""
    return STEPS[(fifth + 1) % 7], (fifth + 1) // 7


def own_fifth(pitch_class: int, key: Key) -> int | None:
    """The place of a tone that the key signature has; None for others."""
    above = (pitch_class * 7 - fifths_of(key) + 1) % 12 - 1
    return fifths_of(key) + above if above <= 5 else None


def leading_fifth(fifth: int, key: Key) -> int:
    """Name a root that leads upwards with a sharp where the key would lower it: C sharp, not D flat, in C."""
    lowered = -5 if not key.is_major else -2
    return fifth + 12 if -5 <= fifth - _tonic(key) <= lowered else fifth


def chord_fifth(pitch_class: int, chord: ChordSymbol, root: int) -> int | None:
    """The place of a chord's own tone, counted from where its root stands; None for a foreign tone."""
    for step in chord.steps:
        if (chord.root + step) % 12 == pitch_class:
            return root + _above_root(step, chord.steps)
    return None


def spell(pitch: int, key: Key, by_chord: int | None = None, following: int | None = None) -> Spelled:
    """Spell a MIDI pitch in a key, as a chord asks for it, before the pitch that follows in its voice.

    The key's own tones keep their names. ``by_chord`` is a place on the line of fifths; one that would take a double
    sign gives way to the key's.
    """
    fifth = own_fifth(pitch % 12, key)
    if fifth is None and by_chord is not None and _FEWEST <= by_chord <= _MOST:
        fifth = by_chord
    if fifth is None:
        fifth = _of_key(pitch % 12, key, following - pitch if following is not None else 0)
    step, alter = name_of(fifth)
    return Spelled(step, alter, (pitch - alter - _NATURALS[step]) // 12 - 1)


def _tonic(key: Key) -> int:
    """The tonic's place on the line of fifths."""
    return fifths_of(key) + (0 if key.is_major else 3)


def _of_key(pitch_class: int, key: Key, step: int) -> int:
    """The twelve from the lowered second to the raised fourth; a foreign tone leans to where its line goes."""
    tonic = _tonic(key)
    above = plain = (pitch_class * 7 - tonic + 5) % 12 - 5  # -5 to 6
    if step == 1 and leading_fifth(tonic + plain, key) != tonic + plain:  # C sharp on the way to D
        above += 12
    elif step == -1 and plain == 6:
        above -= 12
    return tonic + (above if _FEWEST <= tonic + above <= _MOST else plain)


def _above_root(step: int, steps: Sequence[int]) -> int:
    if step == 6:
        return -6 if 7 not in steps else 6
    if step == 8:
        return 8 if 7 not in steps else -4
    if step == 9:
        return -9 if {3, 6} <= set(steps) else 3
    return _ABOVE[step]


SIGNS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
"""Alteration in semitones → MusicXML's accidental-value."""


class Accidentals:
    """Which signs a staff needs in one bar: those that the signature and the notes before do not imply."""

    def __init__(self, key: Key) -> None:
        fifths = fifths_of(key)
        self._signed = (
            {STEPS[i % 7]: 1 for i in range(fifths)} if fifths > 0 else {STEPS[6 - i]: -1 for i in range(-fifths)}
        )
        self._here: dict[tuple[str, int], int] = {}

    def needed(self, note: Spelled, *, is_tied: bool) -> str | None:
        """Return the sign that a note needs, in order of the notes; one tied from before needs none."""
        place = (note.step, note.octave)
        if is_tied or self._here.get(place, self._signed.get(note.step, 0)) == note.alter:
            return None
        self._here[place] = note.alter
        return SIGNS[note.alter]
