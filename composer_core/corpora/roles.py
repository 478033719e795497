"""Which track of a MIDI piece plays which part of a genre's band.

Tracks are told by program, register, density and what they are called. Every part has one main player; where he is
silent for a bar or more, the next that suits the part may play. Doubles and echoes of another track are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from composer_core.corpora.midi_songs import MidiPiece
from composer_core.corpora.players import Player, bassness, is_pitched, likely_leads, take_turns, without_doubles
from composer_core.corpora.registers import lowest_line
from composer_core.genres import Genre
from composer_core.melody_finder import top_line
from composer_core.music import Note

_FEWEST_NOTES = 12
_LEAST_SHARE = 0.15  # of the bars in which a part must play to be one
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
class Band:
    """A piece's notes by role: the melody, and the parts by the genre's names."""

    melody: tuple[Note, ...]
    parts: Mapping[str, tuple[Note, ...]]


def assign_roles(piece: MidiPiece, genre: Genre) -> Band:
    """Give every track its role in the genre's band; parts that nobody plays are left out."""
    bar = piece.timing.metres[0][1].bar_ticks(piece.timing.ticks_per_beat)
    bars = -(-piece.end // bar)
    drums = [note for track in piece.tracks if track.is_drum for note in track.notes]
    tracks = [track for track in piece.tracks if is_pitched(track) and len(track.notes) >= _FEWEST_NOTES]
    players = without_doubles([Player(number, track, bar, bars) for number, track in enumerate(tracks, 1)])
    basses = sorted((p for p in players if bassness(p) > 0), key=bassness, reverse=True)
    rest = [player for player in players if player not in basses]
    leads = likely_leads(rest)
    melody = top_line(sorted(take_turns(leads)))[0] if leads else ()
    rest = [player for player in rest if not leads or player is not leads[0]]
    parts = {"Drums": tuple(drums), "Bass": tuple(lowest_line(take_turns(basses)))}
    parts |= {name: tuple(take_turns(order)) for name, order in _casting(rest, genre.name).items()}
    return Band(melody, {name: notes for name, notes in parts.items() if _plays(notes, bar, bars)})


def _plays(notes: Sequence[Note], bar: int, bars: int) -> bool:
    return len({note.start // bar for note in notes}) >= _LEAST_SHARE * bars


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
