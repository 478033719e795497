"""What every genre learns from: a melody, its chords, and the parts that players put beneath it."""

from dataclasses import dataclass

from composer_core.music import Chord, Note, Timing

TICKS_PER_BEAT = 480


@dataclass(frozen=True)
class Song:
    """One piece of a corpus, or one composition to be measured beside it.

    ``parts`` are keyed by the genre's part names (``genre.toml``, the melody's own left out); a part that the piece
    lacks is left out. Drum parts hold General MIDI drum pitches. All notes lie on the straight grid: swung off-beats
    are moved to the even place, and ``swing`` keeps where the players put them (.5 even, .667 triplets).

    ``work`` is the key of the split: settings of one work never stand on both sides. ``is_human`` is false for
    rendered accompaniment.
    """

    name: str
    work: str
    source: str
    timing: Timing
    melody: tuple[Note, ...]
    chords: tuple[Chord, ...]
    parts: dict[str, tuple[Note, ...]]
    swing: float = 0.5
    is_human: bool = True

    @property
    def end(self) -> int:
        """First tick after the last note of any part."""
        lines = (self.melody, *self.parts.values())
        return max((note.end for line in lines for note in line), default=0)


@dataclass(frozen=True)
class Songs:
    """A genre's corpus, split by work (and composer where one is known)."""

    training: tuple[Song, ...]
    validation: tuple[Song, ...]
    test: tuple[Song, ...]
