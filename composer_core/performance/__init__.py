"""Plays what is written. The paper never changes: a composition's notes stay where they are written.

``perform`` gives velocities, and the tempo map its last ritardando. ``to_parts`` bends time in the seconds that it
returns: swing, push and pull, strums, lengths, pedal. ``as_played`` writes the same times back as ticks, for a MIDI
file that sounds as the audio does; there the melody still stands as its writer wrote it, because it is his, while the
audio swings its even off-beats with the band, as a singer would.
"""

from composer_core.performance.parts import PlayedPart, as_played, to_parts
from composer_core.performance.strokes import PlayedNote
from composer_core.performance.velocity import perform

__all__ = ["PlayedNote", "PlayedPart", "as_played", "perform", "to_parts"]
