"""A melody as a small picture, so that users see what was understood of what they typed."""

import tempfile
from pathlib import Path

from bot.chat import OutFile
from composer_core.harmony import find_key
from composer_core.music import Composition, Melody, Track
from composer_core.picture import describe, draw_pianoroll


def sketch(melody: Melody) -> OutFile:
    """Draw a melody's piano roll. Takes part of a second; call it off the event loop.

    Raises:
        OSError: there is no room for a temporary file.
    """
    track = Track("Melody", melody.program, melody.notes, is_melody=True)
    return draw(Composition(melody.name, melody.timing, find_key(melody.notes), (track,)), "melody.png")


def draw(composition: Composition, name: str) -> OutFile:
    """Draw any composition; raises as ``sketch``."""
    with tempfile.TemporaryDirectory(prefix="tutti-") as folder:
        path = Path(folder, "roll.png")
        draw_pianoroll(composition, path)
        return OutFile(name, path.read_bytes(), describe(composition))
