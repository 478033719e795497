"""The tracks of a MIDI piece as players: measured, freed of doubles, told apart as bass, lead or accompaniment."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from composer_core.corpora.midi_songs import MidiTrack
from composer_core.melody_finder import Voice, likeness, name_rank, top_line
from composer_core.midi_policy import Part as FilePart
from composer_core.music import Note

BASSES = range(32, 40)
_OCTAVES = (0, 12, -12, 24, -24)
_SAME = 0.8  # share of its notes that a double has in common with another track
_MELODY_NOTES, _MELODY_BARS, _MELODY_LOWEST = 24, 0.2, 52
_LEAPS = 4.6  # mean interval in semitones from which a line is an arpeggio rather than a melody
_STEPS = 0.7  # mean interval below which it is a pulse on one note
_SOLOISTS, _SOLO_LOWEST = (*range(29, 31), *range(56, 88)), 60  # lead guitars, winds and synthesizers, up here
_TIMPANI, _NOISES = 47, range(112, 128)
_PERCUSSION = re.compile(r"drum|perc", re.IGNORECASE)


@dataclass(frozen=True)
class Player:
    """A track of a piece, measured."""

    number: int
    track: MidiTrack
    bar_ticks: int
    bars: int

    @cached_property
    def active(self) -> frozenset[int]:
        """Bars in which a note begins."""
        return frozenset(note.start // self.bar_ticks for note in self.track.notes)

    @property
    def coverage(self) -> float:
        """Share of the piece's bars in which the track plays."""
        return len(self.active) / self.bars

    @cached_property
    def notes_at_once(self) -> float:
        """Mean number of notes that begin together."""
        return len(self.track.notes) / len({note.start for note in self.track.notes})

    @cached_property
    def mean_pitch(self) -> float:
        """Mean MIDI pitch."""
        return sum(note.pitch for note in self.track.notes) / len(self.track.notes)

    @cached_property
    def leap(self) -> float:
        """Mean distance in semitones from one note of its upper line to the next."""
        line = top_line(self.track.notes)[0]
        steps = [abs(b.pitch - a.pitch) for a, b in pairwise(line)]
        return sum(steps) / max(len(steps), 1)

    @property
    def onsets_per_bar(self) -> float:
        """Onsets in a bar in which the track plays."""
        return len({note.start for note in self.track.notes}) / max(len(self.active), 1)

    @property
    def voice(self) -> Voice:
        """The track as the melody finder sees it."""
        return Voice(self.number, FilePart(0, self.track.program, self.track.name), self.track.notes)


def is_pitched(track: MidiTrack) -> bool:
    """Whether a track plays tones; drums on other channels and effects do not."""
    return not track.is_drum and track.program not in _NOISES and not _PERCUSSION.search(track.name)


def without_doubles(players: Sequence[Player], most_times: float = math.inf) -> list[Player]:
    """Leave out what repeats another track, at once or an octave away, and what is called an echo.

    A track with more than ``most_times`` the notes of another does more than repeat it.
    """
    kept: list[Player] = []
    for player in sorted(players, key=lambda p: (-name_rank(p.track.name), -len(p.track.notes))):
        others = (other for other in kept if bool(bassness(other)) == bool(bassness(player)))
        is_echo = any(word in player.track.name.lower() for word in ("echo", "doubled"))
        like = (other for other in others if len(other.track.notes) <= most_times * len(player.track.notes))
        if not is_echo and not any(_doubles(player, other) for other in like):
            kept.append(player)
    return sorted(kept, key=lambda player: player.number)


def _doubles(player: Player, other: Player) -> bool:
    mine, theirs = ({(note.start, note.pitch) for note in p.track.notes} for p in (player, other))
    shifted = ({(start, pitch + octave) for start, pitch in mine} for octave in _OCTAVES)
    return any(len(theirs & line) > _SAME * len(mine) for line in shifted)


def bassness(player: Player) -> float:
    """How likely a track is the bass, above 0 if it may be."""
    named = player.track.program in BASSES or any(word in player.track.name.lower() for word in ("bass", "baixo"))
    low = player.mean_pitch < 46 and player.notes_at_once < 1.2 and player.track.program != _TIMPANI
    if not named and not low:
        return 0.0
    if player.mean_pitch > 60 or player.notes_at_once > 1.6:
        return 0.0  # a bass patch that plays the lead, or chords
    return 2.0 * player.coverage + named + low


def likely_leads(players: Sequence[Player]) -> list[Player]:
    """Tracks that may carry the melody, the likeliest first."""
    voices = [player.voice for player in players]
    fit = [player for player in players if may_lead(player)]
    return sorted(fit, key=lambda player: lead_score(player, voices), reverse=True)


def lead_score(player: Player, voices: Sequence[Voice]) -> float:
    """How much a track looks like the melody among all ``voices`` of the piece."""
    restless = max(player.leap - _LEAPS, 0.0) + max(player.onsets_per_bar - 12, 0.0) / 4
    return 3.0 * name_rank(player.track.name) + likeness(player.voice, voices) - 1.5 * restless


def may_lead(player: Player) -> bool:
    """Whether a track can carry a melody at all: a line of some length, neither pulse nor arpeggio nor too low."""
    named = name_rank(player.track.name)
    if named == 2:
        return True
    enough = len(player.track.notes) >= _MELODY_NOTES and player.coverage >= _MELODY_BARS
    sings = named or (player.track.program in _SOLOISTS and player.mean_pitch >= _SOLO_LOWEST)
    is_line = player.notes_at_once < (1.5 if sings else 1.15) and _STEPS <= player.leap <= 1.4 * _LEAPS
    return enough and is_line and player.mean_pitch >= _MELODY_LOWEST


def take_turns(players: Sequence[Player]) -> Iterable[Note]:
    """The main player's notes, and those of the next ones in the bars where all before are silent."""
    taken: set[int] = set()
    notes: list[Note] = []
    for player in players:
        free = player.active - taken
        bar = player.bar_ticks
        for note in player.track.notes:
            if note.start // bar in free:
                limit = next((at for at in range(note.start // bar + 1, note.end // bar + 1) if at in taken), None)
                notes.append(note if limit is None else replace(note, duration=min(note.end, limit * bar) - note.start))
        taken |= free
    return sorted(note for note in notes if note.duration > 0)
