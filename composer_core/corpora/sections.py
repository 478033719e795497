"""An orchestra's score reduced to a few sections, each a line, dyads or small chords.

Every section takes the notes of its players as they are written, doublings of the melody included: how orchestras hand
the melody on is what there is to learn. Unisons within a section become one note; of more notes than a section may
strike, the outer ones stay, then those that bring a new pitch class.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from composer_core.corpora.musicxml import ScorePart
from composer_core.corpora.snap import snap
from composer_core.music import Note, until
from composer_core.pianoroll import Grid


@dataclass(frozen=True)
class Section:
    """The instrument families that a section joins, and how many notes it may sound at once."""

    families: tuple[str, ...]
    most: int


SYMPHONY: dict[str, Section] = {
    "Winds": Section(("flute", "oboe", "clarinet", "bassoon"), 3),
    "Brass": Section(("horn", "trumpet", "trombone", "tuba"), 4),
    "Timpani": Section(("timpani",), 1),
    "Violins": Section(("violin",), 2),
    "Violas": Section(("viola",), 2),
    "Cellos": Section(("cello", "continuo"), 2),
    "Basses": Section(("double bass", "continuo"), 1),
}
"""The parts of the genre symphony."""


def reduce_parts(
    parts: Sequence[ScorePart], grid: Grid, sections: Mapping[str, Section], end: int
) -> dict[str, tuple[Note, ...]]:
    """Return the notes of every section that has players among the parts, on the grid, up to tick ``end``."""
    reduced = {}
    for name, section in sections.items():
        players = [part for part in parts if _family(part) in section.families]
        notes = [note for part in players for voice in part.voices.values() for note in snap(until(end, voice), grid)]
        if notes:
            reduced[name] = thin(notes, section.most)
    return reduced


def _family(part: ScorePart) -> str:
    """The family, but a continuo's left hand counts as one of its own: cello and bass play it."""
    return "continuo" if "continuo" in part.name.lower() else part.family


def thin(notes: Sequence[Note], most: int) -> tuple[Note, ...]:
    """Leave at most ``most`` notes sounding at once, each pitch once; what is struck anew ends what was held."""
    struck: dict[int, dict[int, Note]] = {}
    for note in notes:
        at = struck.setdefault(note.start, {})
        if note.pitch not in at or note.duration > at[note.pitch].duration:
            at[note.pitch] = note
    line: list[Note] = []
    held: list[Note] = []
    for start in sorted(struck):
        new = _outer_first(struck[start], most)
        line += [note for note in held if note.end <= start]
        held = [note for note in held if note.end > start]
        kept = sorted(held, key=lambda note: note.start, reverse=True)[: most - len(new)]
        kept = [note for note in kept if note.pitch not in {other.pitch for other in new}]
        line += [Note(n.start, n.pitch, start - n.start, n.velocity) for n in held if n not in kept]
        held = kept + new
    return tuple(sorted(line + held))


def _outer_first(struck: Mapping[int, Note], most: int) -> list[Note]:
    """Choose among notes struck together: the top, the bottom, then new pitch classes from the top, then the rest."""
    pitches = sorted(struck, reverse=True)
    chosen: list[int] = []
    for is_new_class in (True, False):
        for pitch in dict.fromkeys([pitches[0], pitches[-1], *pitches]):
            is_known = pitch % 12 in {other % 12 for other in chosen}
            if pitch not in chosen and len(chosen) < most and (not is_known or not is_new_class):
                chosen.append(pitch)
    return [struck[pitch] for pitch in chosen]
