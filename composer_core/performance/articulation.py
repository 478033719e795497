"""How long each kind of player holds a note, longer or shorter than written."""

from enum import Enum
from typing import NamedTuple

from composer_core.feel import Feel
from composer_core.music import Track

LEGATO_S = 0.03  # overlap of a note with the next one of its line
DETACH_S = 0.06  # silence before the same note again
BREATH_S = 0.14  # silence at the end of a phrase
PAD_S = 0.12  # overlap of a string pad with its next chord
GAP_SHARE, GAP_S = 0.1, 0.04  # what a bass leaves open before its next note
MUTED_SHARE = 0.55  # of its length that a palm-muted note sounds
CYMBAL_S, SHOT_S = 2.5, 0.2
LEAST_S = 0.002

CYMBALS = (46, 49, 51, 52, 53, 55, 57, 59)
_BASSES, _DISTORTED, _PADS = range(32, 40), (29, 30), (*range(48, 55), *range(88, 96))


class Manner(Enum):
    """How a part is articulated."""

    SLURRED = "slurred"
    DRUM = "drum"
    SHOT = "shot"
    BASS = "bass"
    MUTED = "muted"
    PAD = "pad"


class Release(NamedTuple):
    """What decides how long a note is held: its length as written, and what follows it."""

    pitch: int
    length_s: float
    is_short: bool
    follows: bool
    struck_again: bool
    breathes: bool


def manner_of(track: Track, feel: Feel) -> Manner:
    """The manner of a track; classical players slur whatever they play."""
    if track.is_drum:
        return Manner.SHOT if feel.is_played else Manner.DRUM
    if track.is_melody or not feel.is_played:
        return Manner.SLURRED
    if track.program in _BASSES:
        return Manner.BASS
    if track.role == "chords" and track.program in _DISTORTED:
        return Manner.MUTED
    return Manner.PAD if track.role == "chords" and track.program in _PADS else Manner.SLURRED


def held_longer_s(manner: Manner, note: Release) -> float:
    """Seconds to hold a note longer (slur, ringing cymbal) or shorter (detached, muted, breath) than written."""
    if manner is Manner.DRUM:
        return 0.0
    if manner is Manner.SHOT:
        return max((CYMBAL_S if note.pitch in CYMBALS else SHOT_S) - note.length_s, 0.0)
    if manner is Manner.BASS:
        return -min(GAP_SHARE * note.length_s, GAP_S) if note.follows else 0.0
    if manner is Manner.MUTED and note.is_short:
        return (MUTED_SHARE - 1.0) * note.length_s
    if note.struck_again:
        return -min(DETACH_S, 0.25 * note.length_s)
    if note.breathes and manner is Manner.SLURRED:
        return -min(BREATH_S, 0.15 * note.length_s)
    if not note.follows:
        return 0.0
    return PAD_S if manner is Manner.PAD else LEGATO_S
