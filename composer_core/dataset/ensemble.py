"""The ensemble that a set of pieces has in common: at most six parts, learned from who plays in them.

Every track of every piece is a member of a seat: its kind of instrument, its role and its place among its like, from
the top. Seats that few pieces fill are joined to the nearest related one, the weakest first, or left out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from composer_core.dataset.casting import Cast
from composer_core.dataset.instruments import GROUP_LABELS, INSTRUMENTS, Instrument
from composer_core.dataset.members import CHORDAL, Member
from composer_core.genres import Part

MOST_PARTS = 6
LEAST_SHARE = 0.3  # of the pieces in which a part must play
_NEAR = 3.0  # distance up to which seats are joined
_LEAST_WIDTH = 19  # semitones of a part's range
_MARGIN = 3  # semitones by which a range is wider than what was played
_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
_PANS = (-0.35, 0.4, 0.15, -0.5, 0.55, -0.2)
MELODY = "Melody"


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
    def strength(self) -> tuple[int, int]:
        """In how many pieces it plays, and how many notes."""
        return len(self.members), sum(len(m.notes) for several in self.members.values() for m in several)

    @property
    def everyone(self) -> list[Member]:
        """All members of all pieces."""
        return [member for several in self.members.values() for member in several]

    @property
    def height(self) -> float:
        """Mean pitch."""
        return float(np.mean([member.height for member in self.everyone]))

    @property
    def role(self) -> str:
        """The role that it plays: that of most members, chords if more notes sound together than not."""
        fixed = Counter(place.role for place in self.places if place.role in ("bass", "drums"))
        if fixed:
            return fixed.most_common(1)[0][0]
        notes, onsets = (sum(counts) for counts in zip(*((len(m.notes), m.onsets) for m in self.everyone), strict=True))
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


@dataclass(frozen=True)
class Ensemble:
    """The parts, the melody's place first, and by part (from the second on) who plays it in each piece."""

    parts: tuple[Part, ...]
    seats: tuple[Seat, ...]


def learn_ensemble(casts: Sequence[Cast]) -> Ensemble:
    """Find the parts that the pieces have in common, from the highest chords and lines down to bass and drums."""
    seats = _seats(casts)
    least = LEAST_SHARE * len(casts)
    while weak := [seat for seat in seats if len(seats) > MOST_PARTS or seat.strength[0] < least]:
        weakest = min(weak, key=lambda seat: (seat.strength, sorted(seat.places)))
        seats.remove(weakest)
        near = min(seats, key=lambda seat: (_distance(seat, weakest), sorted(seat.places)), default=None)
        if near is not None and _distance(near, weakest) <= _NEAR:
            near.join(weakest)
    seats.sort(key=_order)
    names = _names(seats, casts)
    pans = iter(_PANS)
    parts = tuple(_part(seat, name, pans) for seat, name in zip(seats, names, strict=True))
    return Ensemble((_melody_part(casts), *parts), tuple(seats))


def _seats(casts: Sequence[Cast]) -> list[Seat]:
    seats: dict[Place, Seat] = {}
    for number, cast in enumerate(casts):
        counts: Counter[tuple[str, str]] = Counter()
        for member in sorted(cast.members, key=lambda member: -member.height):
            kind = "bass" if member.role == "bass" and INSTRUMENTS[member.kind].group == "basses" else member.kind
            place = Place(kind, member.role, counts[kind, member.role])
            counts[kind, member.role] += 1
            seats.setdefault(place, Seat({place})).members.setdefault(number, []).append(member)
    return list(seats.values())


def _distance(one: Seat, other: Seat) -> float:
    """How far two seats are apart: 0 for the same instrument in the same role, above ``_NEAR`` for strangers."""
    if ("drums" in (one.role, other.role)) and one.role != other.role:
        return 9.0
    if "bass" in (one.role, other.role):
        return 1.0 if one.role == other.role else 9.0
    mine, theirs = INSTRUMENTS[one.kind], INSTRUMENTS[other.kind]
    kin = 0.0 if one.kind == other.kind else 1.5 if mine.group == theirs.group else 2.5
    manner = 0.5 if one.role != other.role else 0.0
    return kin + manner + abs(one.height - other.height) / 24


def _order(seat: Seat) -> tuple[int, float]:
    """Chords and lines from the top, then the bass, then the drums."""
    return {"bass": 1, "drums": 2}.get(seat.role, 0), -seat.height


def _names(seats: Sequence[Seat], casts: Sequence[Cast]) -> list[str]:
    """A name for each seat, none twice: as a musician calls the instrument, numbered where there are several."""
    labels = [_label(seat) for seat in seats]
    melody = INSTRUMENTS[kind].label if (kind := _melody_kind(casts)) else ""
    taken: Counter[str] = Counter()
    names = []
    for seat, label in zip(seats, labels, strict=True):
        first = 1 if label == melody and seat.kind != "piano" else 0  # the melody is the first violin
        number = taken[label] + first
        taken[label] += 1
        several = labels.count(label) + first > 1
        names.append(f"{_ORDINALS[number]} {label[0].lower()}{label[1:]}" if several else label)
    return names


def _label(seat: Seat) -> str:
    if seat.kind == "voice":
        place = min(place.index for place in seat.places)
        return "Bass" if seat.role == "bass" else ("Alto", "Tenor")[min(place, 1)]
    if seat.role == "bass" and seat.kind in ("piano", "electric piano", "organ", "harpsichord", "accordion"):
        return f"{INSTRUMENTS[seat.kind].label} left hand"
    groups = {INSTRUMENTS[member.kind].group for member in seat.everyone}
    kinds = Counter(member.kind for member in seat.everyone)
    share = kinds[seat.kind] / sum(kinds.values())
    if share < 0.5 and len(groups) == 1:
        return GROUP_LABELS[next(iter(groups))]
    return INSTRUMENTS[seat.kind].label


def _melody_kind(casts: Sequence[Cast]) -> str:
    kinds = Counter(cast.melody_kind for cast in casts if cast.melody)
    kind, count = max(sorted(kinds.items()), key=lambda item: item[1], default=("", 0))
    return kind if 2 * count > len(casts) else ""


def _melody_part(casts: Sequence[Cast]) -> Part:
    """The melody's place: the instrument that most pieces give it."""
    programs = Counter(cast.melody_program for cast in casts if cast.melody)
    kinds = Counter(cast.melody_kind for cast in casts if cast.melody)
    kind = max(sorted(kinds), key=lambda k: kinds[k], default="piano")
    low, high = _range([n.pitch for cast in casts for n in cast.melody], INSTRUMENTS[kind])
    program = max(sorted(programs), key=lambda p: programs[p], default=0)
    if kind == "voice" and program in _VOICE_PROGRAMS:
        program = _SINGER
    return Part(MELODY, program, low, high, pan=-0.05, level_db=2.0, reverb_send=0.24, role="melody")


_SINGER = 73  # a flute sings better than General MIDI's "voice oohs"
_VOICE_PROGRAMS = (52, 53, 54)


def _part(seat: Seat, name: str, pans: Iterable[float]) -> Part:
    instrument, role = INSTRUMENTS[seat.kind], seat.role
    if role == "drums":
        return Part(name, _program(seat), 35, 81, 0.0, instrument.level_db, instrument.reverb_send, role)
    low, high = _range([n.pitch for member in seat.everyone for n in member.notes], instrument)
    pan = 0.05 if role == "bass" else next(iter(pans), 0.0)
    return Part(name, _program(seat), low, high, pan, instrument.level_db, instrument.reverb_send, role)


def _program(seat: Seat) -> int:
    """The commonest General MIDI program of the seat's own kind; the kind's usual one where scores say nothing."""
    programs = Counter(m.program for m in seat.everyone if m.kind == seat.kind)
    program = max(sorted(programs), key=lambda p: programs[p])
    return INSTRUMENTS[seat.kind].program if program == 0 and seat.kind not in ("piano", "drums") else program


def _range(pitches: Sequence[int], instrument: Instrument) -> tuple[int, int]:
    """Where a part plays, widened a little, within what its instrument can; an octave and a half at least."""
    if not pitches:
        return instrument.low, instrument.high
    played_low, played_high = (int(p) for p in np.percentile(pitches, (2, 98)))
    low = min(max(played_low - _MARGIN, min(instrument.low, played_low)), played_low)
    high = max(min(played_high + _MARGIN, max(instrument.high, played_high)), played_high)
    short = max(_LEAST_WIDTH - (high - low), 0)
    low, high = max(low - short // 2, 0), min(high + short - short // 2, 127)
    return low, max(high, min(low + _LEAST_WIDTH, 127))
