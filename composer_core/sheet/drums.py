"""General MIDI drums on a five-line staff, as drummers read them: cymbals above, skins inside, feet below.

Places and heads follow the common practice that Norman Weinberg wrote down (Guide to Standardized Drumset Notation,
Percussive Arts Society, 1998).
"""

from typing import NamedTuple


class Drum(NamedTuple):
    """Where a drum stands on a staff read like a treble clef, its head, and whether a foot plays it."""

    name: str
    step: str
    octave: int
    head: str = "normal"
    by_foot: bool = False


DRUMS = {
    35: Drum("Acoustic bass drum", "F", 4, by_foot=True),
    36: Drum("Bass drum", "F", 4, by_foot=True),
    37: Drum("Side stick", "C", 5, "x"),
    38: Drum("Snare", "C", 5),
    39: Drum("Hand clap", "E", 5, "x"),
    40: Drum("Electric snare", "C", 5),
    41: Drum("Low floor tom", "G", 4),
    42: Drum("Closed hi-hat", "G", 5, "x"),
    43: Drum("High floor tom", "A", 4),
    44: Drum("Pedal hi-hat", "D", 4, "x", by_foot=True),
    45: Drum("Low tom", "B", 4),
    46: Drum("Open hi-hat", "G", 5, "circle-x"),
    47: Drum("Low-mid tom", "D", 5),
    48: Drum("High-mid tom", "E", 5),
    49: Drum("Crash cymbal", "A", 5, "x"),
    50: Drum("High tom", "E", 5),
    51: Drum("Ride cymbal", "F", 5, "x"),
    52: Drum("Chinese cymbal", "B", 5, "x"),
    53: Drum("Ride bell", "F", 5, "diamond"),
    54: Drum("Tambourine", "D", 5, "triangle"),
    55: Drum("Splash cymbal", "B", 5, "x"),
    56: Drum("Cowbell", "E", 5, "triangle"),
    57: Drum("Crash cymbal 2", "A", 5, "x"),
    59: Drum("Ride cymbal 2", "F", 5, "x"),
    69: Drum("Cabasa", "D", 5, "slash"),
    70: Drum("Maracas", "B", 4, "slash"),
    75: Drum("Claves", "D", 5, "x"),
    76: Drum("High wood block", "E", 5, "triangle"),
    77: Drum("Low wood block", "C", 5, "triangle"),
    80: Drum("Mute triangle", "A", 5, "triangle"),
    81: Drum("Open triangle", "A", 5, "triangle"),
}


def drum(pitch: int) -> Drum:
    """Return how a General MIDI drum is written; one that has no place of its own stands in the middle."""
    return DRUMS.get(pitch, Drum(f"Percussion {pitch}", "B", 4, "diamond"))
