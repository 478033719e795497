"""Seats of a learned ensemble: who sits together in the pieces of a dataset, few enough for one band.

Every accompanist of every piece first has a place of his own: his kind of instrument, his role, and his number among
his like, from the top. Places that few pieces fill are joined to their nearest relative or left out; if there are
still too many, the nearest are joined.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from composer_core.dataset.casting import Cast
from composer_core.dataset.instruments import INSTRUMENTS
from composer_core.dataset.members import CHORDAL, Member

MOST_SEATS = 6
LEAST_SHARE = 0.3  # of the pieces in which a seat must be filled
_NEAR = 3.0  # distance up to which strangers are joined
_FAR = 9.0
_SELDOM = 0.2  # share of the pieces in which two who are one player play at once
_KIN, _STRANGE, _MANNER = 1.5, 2.5, 0.5  # what another instrument of the group, of another group, another role cost
_TWO_OCTAVES = 24


@dataclass(frozen=True, order=True)
class Place:
    """What a member is before any seats are joined; ``index`` counts its like in the piece from the top."""

    kind: str
    role: str
    index: int


@dataclass
class Seat:
    """A part in the making: its places, and who sits there in each piece (by the piece's number)."""

    places: set[Place]
    members: dict[int, list[Member]] = field(default_factory=dict)

    @property
    def everyone(self) -> list[Member]:
        """All members of all pieces."""
        return [member for several in self.members.values() for member in several]

    @property
    def strength(self) -> tuple[int, int, Place]:
        """In how many pieces it plays, how many notes, and what decides between equals."""
        return len(self.members), sum(len(member.notes) for member in self.everyone), max(self.places)

    @property
    def height(self) -> float:
        """Mean MIDI pitch of its members."""
        return sum(member.height for member in self.everyone) / len(self.everyone)

    @property
    def role(self) -> str:
        """What it plays: bass or drums if a place does, else chords if enough notes begin together, else a line."""
        fixed = Counter(place.role for place in sorted(self.places) if place.role in ("bass", "drums"))
        if fixed:
            return fixed.most_common(1)[0][0]
        notes = sum(len(member.notes) for member in self.everyone)
        onsets = sum(member.onsets for member in self.everyone)
        return "chords" if notes >= CHORDAL * onsets else "line"

    @property
    def kind(self) -> str:
        """The commonest kind of instrument in it."""
        counts = Counter(member.kind for member in self.everyone)
        return max(sorted(counts), key=lambda kind: counts[kind])

    def join(self, other: "Seat") -> None:
        """Take in the places and members of another seat."""
        self.places |= other.places
        for piece, members in other.members.items():
            self.members.setdefault(piece, []).extend(members)


def find_seats(casts: Sequence[Cast]) -> list[Seat]:
    """Seat the accompanists of all pieces: at most ``MOST_SEATS`` seats, from the highest down to bass and drums."""
    seats = _places(casts)
    least = LEAST_SHARE * len(casts)
    while weak := [seat for seat in seats if len(seat.members) < least]:
        weakest = min(weak, key=lambda seat: seat.strength)
        seats.remove(weakest)
        near = min(seats, key=lambda seat: (_distance(seat, weakest), seat.strength), default=None)
        if near is not None and _distance(near, weakest) <= _NEAR:
            near.join(weakest)
    while pair := next((pair for pair in combinations(seats, 2) if _is_one_player(*pair)), None):
        seats.remove(pair[1])
        pair[0].join(pair[1])
    while len(seats) > MOST_SEATS:
        one, other = min(combinations(seats, 2), key=lambda pair: (_distance(*pair), pair[0].strength))
        seats.remove(other)
        one.join(other)
    return sorted(seats, key=lambda seat: ({"bass": 1, "drums": 2}.get(seat.role, 0), -seat.height))


def _places(casts: Sequence[Cast]) -> list[Seat]:
    seats: dict[Place, Seat] = {}
    for number, cast in enumerate(casts):
        counts: Counter[tuple[str, str]] = Counter()
        for member in sorted(cast.members, key=lambda member: -member.height):
            place = Place(member.kind, member.role, counts[member.kind, member.role])
            counts[member.kind, member.role] += 1
            seats.setdefault(place, Seat({place})).members.setdefault(number, []).append(member)
    return list(seats.values())


def _is_one_player(one: Seat, other: Seat) -> bool:
    """Whether two seats are one instrument that plays chords in some pieces and figures in others."""
    if one.kind != other.kind or {"bass", "drums"} & {one.role, other.role}:
        return False
    together = len(one.members.keys() & other.members.keys())
    return together <= _SELDOM * min(len(one.members), len(other.members))


def _distance(one: Seat, other: Seat) -> float:
    """How far two seats are apart: 0 for the same instrument in the same role and register.

    The bass, the timpani and the drums sit by themselves.
    """
    if one.role != other.role and {"bass", "drums"} & {one.role, other.role}:
        return _FAR
    if "timpani" in (one.kind, other.kind) and one.kind != other.kind:
        return _FAR
    if one.role == "bass":
        return _KIN
    kin = 0.0 if one.kind == other.kind else _KIN if _group(one) == _group(other) else _STRANGE
    manner = _MANNER if one.role != other.role else 0.0
    return kin + manner + abs(one.height - other.height) / _TWO_OCTAVES


def _group(seat: Seat) -> str:
    return INSTRUMENTS[seat.kind].group
