"""Which track of a MIDI piece plays which part of a genre's band.

Tracks are told by program, register, density and what they are called. Every part has one main player; where he is
silent for a bar or more, the next that suits the part may play. Doubles and echoes of another track are left out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from composer_core.corpora.midi_songs import MidiPiece, MidiTrack
from composer_core.corpora.registers import lowest_line
from composer_core.genres import Genre
from composer_core.melody_finder import Voice, likeness, name_rank, top_line
from composer_core.midi_policy import Part as FilePart
from composer_core.music import Note

BASSES = range(32, 40)
_FEWEST_NOTES = 12
_LEAST_SHARE = 0.15  # of the bars in which a part must play to be one
_OCTAVES = (0, 12, -12, 24, -24)
_SAME = 0.8  # share of its notes that a double has in common with another track
_MELODY_NOTES, _MELODY_BARS, _MELODY_LOWEST = 24, 0.2, 52
_LEAPS = 4.6  # mean interval in semitones from which a line is an arpeggio rather than a melody
_STEPS = 0.7  # mean interval below which it is a pulse on one note
_SOLOISTS, _SOLO_LOWEST = (*range(29, 31), *range(56, 88)), 60  # lead guitars, winds and synthesizers, up here
_TIMPANI, _NOISES = 47, range(112, 128)
_PERCUSSION = re.compile(r"drum|perc", re.IGNORECASE)
_LEAST_FIT = 1.0

Programs = tuple[tuple[range, float], ...]


def _programs(*pairs: tuple[int, int, float]) -> Programs:
    return tuple((range(first, last + 1), fit) for first, last, fit in pairs)


_SUITS: Mapping[str, Mapping[str, Programs]] = MappingProxyType(
    {
        "rock": {
            "Rhythm guitar": _programs(
                (29, 30, 4), (26, 28, 2), (31, 31, 1.5), (24, 25, 1.5), (62, 63, 1), (84, 87, 1),
            ),
            "Organ": _programs(
                (16, 20, 4), (0, 7, 3), (48, 54, 2.5), (88, 95, 2.5), (24, 28, 1.5), (60, 63, 1.5), (80, 87, 1.2),
                (8, 15, 1.2), (96, 103, 1.2),
            ),
        },
        "pop": {
            "Keys": _programs((0, 7, 4), (16, 20, 2), (8, 15, 1.5), (80, 87, 1.2), (90, 90, 1.5), (62, 63, 1.2)),
            "Guitar": _programs(
                (24, 28, 4), (29, 31, 1.5), (45, 46, 2), (98, 99, 2), (102, 102, 2), (104, 107, 2), (8, 15, 1.6),
                (80, 87, 1.4), (0, 7, 1.0),
            ),
            "Strings": _programs((48, 54, 4), (88, 95, 3), (40, 44, 2.5), (60, 63, 1.5), (16, 20, 1.2), (96, 103, 1.2)),
        },
        "jazz": {"Piano": _programs((0, 7, 4), (24, 28, 3), (11, 12, 2), (16, 20, 2), (61, 63, 1))},
        "songwriter": {
            "Guitar": _programs((24, 25, 4), (26, 28, 2), (46, 46, 1.5), (104, 107, 1.5)),
            "Piano": _programs((0, 7, 4), (16, 20, 1.5), (48, 52, 1.2), (88, 95, 1.2)),
        },
    }
)  # fmt: skip
"""Genre → part → how well each General MIDI program suits it."""

_FIGURES = frozenset(("Guitar",))  # parts that are rather figures than chords


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


@dataclass(frozen=True)
class Band:
    """A piece's notes by role: the melody, and the parts by the genre's names."""

    melody: tuple[Note, ...]
    parts: Mapping[str, tuple[Note, ...]]


def assign_roles(piece: MidiPiece, genre: Genre) -> Band:
    """Give every track its role in the genre's band; parts that nobody plays are left out."""
    bar = piece.timing.metres[0][1].bar_ticks(piece.timing.ticks_per_beat)
    bars = -(-piece.end // bar)
    drums = [note for track in piece.tracks if track.is_drum for note in track.notes]
    tracks = [track for track in piece.tracks if _is_pitched(track) and len(track.notes) >= _FEWEST_NOTES]
    players = _without_doubles([Player(number, track, bar, bars) for number, track in enumerate(tracks, 1)])
    basses = sorted((p for p in players if _bassness(p) > 0), key=_bassness, reverse=True)
    rest = [player for player in players if player not in basses]
    leads = _leads(rest)
    melody = top_line(sorted(_take_turns(leads)))[0] if leads else ()
    rest = [player for player in rest if not leads or player is not leads[0]]
    parts = {"Drums": tuple(drums), "Bass": tuple(lowest_line(_take_turns(basses)))}
    parts |= {name: tuple(_take_turns(order)) for name, order in _casting(rest, genre.name).items()}
    return Band(melody, {name: notes for name, notes in parts.items() if _plays(notes, bar, bars)})


def _is_pitched(track: MidiTrack) -> bool:
    """Whether a track plays tones; drums on other channels and effects do not."""
    return not track.is_drum and track.program not in _NOISES and not _PERCUSSION.search(track.name)


def _plays(notes: Sequence[Note], bar: int, bars: int) -> bool:
    return len({note.start // bar for note in notes}) >= _LEAST_SHARE * bars


def _without_doubles(players: Sequence[Player]) -> list[Player]:
    """Leave out what repeats another track, at once or an octave away, and what is called an echo."""
    kept: list[Player] = []
    for player in sorted(players, key=lambda p: (-name_rank(p.track.name), -len(p.track.notes))):
        others = (other for other in kept if bool(_bassness(other)) == bool(_bassness(player)))
        is_echo = any(word in player.track.name.lower() for word in ("echo", "doubled"))
        if not is_echo and not any(_doubles(player, other) for other in others):
            kept.append(player)
    return sorted(kept, key=lambda player: player.number)


def _doubles(player: Player, other: Player) -> bool:
    mine, theirs = ({(note.start, note.pitch) for note in p.track.notes} for p in (player, other))
    shifted = ({(start, pitch + octave) for start, pitch in mine} for octave in _OCTAVES)
    return any(len(theirs & line) > _SAME * len(mine) for line in shifted)


def _bassness(player: Player) -> float:
    """How likely a track is the bass, above 0 if it may be."""
    named = player.track.program in BASSES or any(word in player.track.name.lower() for word in ("bass", "baixo"))
    low = player.mean_pitch < 46 and player.notes_at_once < 1.2 and player.track.program != _TIMPANI
    if not named and not low:
        return 0.0
    if player.mean_pitch > 60 or player.notes_at_once > 1.6:
        return 0.0  # a bass patch that plays the lead, or chords
    return 2.0 * player.coverage + named + low


def _leads(players: Sequence[Player]) -> list[Player]:
    """Tracks that may carry the melody, the likeliest first."""
    voices = [player.voice for player in players]

    def score(player: Player) -> float:
        restless = max(player.leap - _LEAPS, 0.0) + max(player.onsets_per_bar - 12, 0.0) / 4
        return 3.0 * name_rank(player.track.name) + likeness(player.voice, voices) - 1.5 * restless

    fit = [player for player in players if _may_lead(player)]
    return sorted(fit, key=score, reverse=True)


def _may_lead(player: Player) -> bool:
    named = name_rank(player.track.name)
    if named == 2:
        return True
    enough = len(player.track.notes) >= _MELODY_NOTES and player.coverage >= _MELODY_BARS
    sings = named or (player.track.program in _SOLOISTS and player.mean_pitch >= _SOLO_LOWEST)
    is_line = player.notes_at_once < (1.5 if sings else 1.15) and _STEPS <= player.leap <= 1.4 * _LEAPS
    return enough and is_line and player.mean_pitch >= _MELODY_LOWEST


def _casting(players: Sequence[Player], genre: str) -> dict[str, list[Player]]:
    """Part → its players, the main one first; everyone plays in one part only."""
    suits = _SUITS[genre]
    wishes = sorted(
        ((_suitability(player, part, suits[part]), part, player) for part in suits for player in players),
        key=lambda wish: (-wish[0], wish[2].number),
    )
    cast: dict[str, list[Player]] = {part: [] for part in suits}
    free = set(range(len(players)))
    place = {id(player): at for at, player in enumerate(players)}
    for first_round in (True, False):
        for fit, part, player in wishes:
            at = place[id(player)]
            if fit >= _LEAST_FIT and at in free and not (first_round and cast[part]):
                cast[part].append(player)
                free.remove(at)
    return {part: order for part, order in cast.items() if order}


def _suitability(player: Player, part: str, programs: Programs) -> float:
    base = next((fit for span, fit in programs if player.track.program in span), 0.0)
    if not base:
        return 0.0
    is_chordal = player.notes_at_once >= 1.4
    manner = 0.6 if is_chordal != (part in _FIGURES) else 0.0
    if part == "Rhythm guitar" and player.mean_pitch > 66 and not is_chordal:
        return 0.0  # a lead
    return base + manner + 2.0 * player.coverage - 1.0


def _take_turns(players: Sequence[Player]) -> Iterable[Note]:
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
