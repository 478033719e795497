"""From a genre's parts to a composition's tracks."""

from composer_core.genres import Genre, Part
from composer_core.music import Melody, Note, Track


def melody_track(melody: Melody, genre: Genre) -> Track:
    """The user's melody in the genre's first chair, note for note."""
    part = genre.parts[0]
    return Track(
        name=part.name,
        program=part.program,
        notes=melody.notes,
        is_melody=True,
        pan=part.pan,
        level_db=part.level_db,
        reverb_send=part.reverb_send,
        role=part.role,
    )


def accompaniment_track(part: Part, notes: tuple[Note, ...]) -> Track:
    """One composed part with its place in the mix."""
    return Track(
        name=part.name,
        program=part.program,
        notes=notes,
        is_drum=part.is_drum,
        pan=part.pan,
        level_db=part.level_db,
        reverb_send=part.reverb_send,
        role=part.role,
    )
