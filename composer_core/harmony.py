"""Keys and chords: finding them in notes, naming them, and the pitch classes behind the names. Free of torch."""

from collections.abc import Iterable, Sequence

import numpy as np

from composer_core.key_profiles import last_note, score_keys
from composer_core.music import PITCH_CLASS_NAMES, Key, Note

QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
}
"""Chord quality → semitones above the root, commonest first: of two that fit equally well the earlier wins."""

CHORDS: tuple[tuple[int, str], ...] = tuple((root, quality) for quality in QUALITIES for root in range(12))
"""Every (root, quality) that has a name here; a chord's index in it is its number in the networks."""

NO_CHORD = len(CHORDS)


def _tone_table() -> np.ndarray:
    table = np.zeros((NO_CHORD + 1, 12), dtype=np.float32)
    for index, (root, quality) in enumerate(CHORDS):
        table[index, [(root + step) % 12 for step in QUALITIES[quality]]] = 1
    return table


CHORD_TONES = _tone_table()
"""[chord, pitch class] 0/1; the row of ``NO_CHORD`` is empty."""

_MISSING = (0.25, 0.14, 0.06, 0.16)  # what it costs a chord that its root, third, fifth or seventh does not sound


def _missing_table() -> np.ndarray:
    table = np.zeros((NO_CHORD, 12))
    for index, (root, quality) in enumerate(CHORDS):
        for cost, step in zip(_MISSING, QUALITIES[quality], strict=False):
            table[index, (root + step) % 12] = cost
    return table


_MISSING_COSTS = _missing_table()
_ROOTS = np.array([root for root, _ in CHORDS])
_RARITY = 0.001 * (np.arange(NO_CHORD) // 12)  # of two that fit equally well the commoner

_CHORD_SETS = [frozenset(np.flatnonzero(row).tolist()) for row in CHORD_TONES[:NO_CHORD]]


def find_key(notes: Sequence[Note]) -> Key:
    """Find the key that explains the notes best: what sounds and for how long, what opens and what ends them.

    Notes that are moved by some semitones have the key that is moved as far. A tone alone is a tonic; no notes are in
    C major.
    """
    if len(tones := {note.pitch % 12 for note in notes}) < 2:
        return Key(*tones or (0,))
    ending = last_note(notes).pitch
    scores = np.roll(score_keys(notes), -ending, axis=1).round(9)  # told from the last note: so ties move with it
    mode, above = divmod(int(scores.argmax()), 12)
    return Key((ending + above) % 12, mode == 0)


def fits_a_chord(pitch_classes: Iterable[int]) -> bool:
    """Whether all pitch classes belong to one triad or seventh chord of ``QUALITIES``."""
    wanted = frozenset(pitch_classes)
    return any(wanted <= chord for chord in _CHORD_SETS)


def recognise_chord(weights: np.ndarray, bass: int | None = None) -> int:
    """Name the chord behind [12] pitch-class weights: an index into ``CHORDS``, or ``NO_CHORD`` for silence.

    Scores each chord by the weight that it explains, less the weight that it does not, less a part for every one of
    its tones that is missing (a missing fifth costs least); a root in the bass breaks ties.
    """
    total = float(weights.sum())
    if total <= 0:
        return NO_CHORD
    share = weights / total
    absent = (share <= 0.04).astype(float)
    scores = (2 * CHORD_TONES[:NO_CHORD] - 1) @ share - _MISSING_COSTS @ absent - _RARITY
    if bass is not None:
        scores = scores + 0.06 * (bass % 12 == _ROOTS)
    return int(scores.round(9).argmax())  # rounded, so that the order of adding up decides no tie


def chord_name(chord: int, bass: int | None = None) -> str:
    """Name a chord as a musician writes it: ``Am7``, ``G/B`` when the bass is another of its tones, ``N`` for none."""
    if chord == NO_CHORD:
        return "N"
    root, quality = CHORDS[chord]
    label = PITCH_CLASS_NAMES[root] + quality
    if bass is not None and bass % 12 != root and CHORD_TONES[chord, bass % 12]:
        label += "/" + PITCH_CLASS_NAMES[bass % 12]
    return label
