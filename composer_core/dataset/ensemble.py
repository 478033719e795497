"""The ensemble that a set of pieces has in common, as a genre's parts: names, programs, ranges, places in the mix."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from composer_core.dataset.casting import Cast
from composer_core.dataset.instruments import GROUP_LABELS, INSTRUMENTS, KEYBOARDS, Instrument
from composer_core.dataset.seats import Seat, find_seats
from composer_core.genres import Part

MELODY = "Melody"
_LEAST_WIDTH = 19  # semitones of a part's range
_MARGIN = 3  # semitones by which a range is wider than what was played
_OUTLIERS = (2, 98)  # percentiles of the pitches beyond which notes are moved by octaves
_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")
_PANS = (-0.35, 0.4, 0.15, -0.5, 0.55, -0.2)
_SECTION = 1.5  # members a piece from which a part is a section
_SECTIONS = ("strings", "winds", "brass")
_STRING_ENSEMBLE = 48
_SINGER, _SINGERS = 73, (52, 53, 54)  # a flute sings better than General MIDI's choirs
_CHURCH_ORGAN = 19


@dataclass(frozen=True)
class Ensemble:
    """The parts, the melody's place first, and for each of the others who plays it in each piece."""

    parts: tuple[Part, ...]
    seats: tuple[Seat, ...]


def learn_ensemble(casts: Sequence[Cast]) -> Ensemble:
    """Find the parts that the pieces have in common, from the highest down to bass and drums."""
    seats = find_seats(casts)
    pans = iter(_PANS)
    parts = [_part(seat, name, pans) for seat, name in zip(seats, _names(seats, casts), strict=True)]
    if all(seat.kind == "voice" and seat.role != "chords" for seat in seats):
        parts = [replace(part, role="voice") for part in parts]  # a choir: written by the rules of part writing
    return Ensemble((_melody_part(casts), *parts), tuple(seats))


def _names(seats: Sequence[Seat], casts: Sequence[Cast]) -> list[str]:
    """A name for each seat, none twice: as a musician calls the instrument, numbered where there are several."""
    labels = [_label(seat, seats) for seat in seats]
    melody = _usual_kind(casts)
    names, taken = [], Counter[str]()
    for seat, label in zip(seats, labels, strict=True):
        led = int(seat.kind == melody and INSTRUMENTS[melody].group in _SECTIONS and not _is_section(seat))
        several = labels.count(label) + led > 1
        ordinal = _ORDINALS[taken[label] + led]
        taken[label] += 1
        names.append(f"{ordinal} {label[0].lower()}{label[1:]}" if several else label)
    return names


def _label(seat: Seat, seats: Sequence[Seat]) -> str:
    """The instrument; a choir's voice, a keyboard's hand, a section, or a mixture's group where it is one of those."""
    instrument = INSTRUMENTS[seat.kind]
    if seat.kind == "voice":
        return _voice(seat, seats)
    if seat.kind in KEYBOARDS and seat.role == "bass":
        return f"{instrument.label} left hand"
    if seat.kind in KEYBOARDS and any(other.kind == seat.kind and other.role == "bass" for other in seats):
        return f"{instrument.label} right hand"
    kinds = Counter(member.kind for member in seat.everyone)
    groups = Counter(INSTRUMENTS[member.kind].group for member in seat.everyone)
    is_mixed = 2 * kinds[seat.kind] <= kinds.total() and 2 * groups[instrument.group] > groups.total()
    if is_mixed:
        return GROUP_LABELS[instrument.group]
    return f"{instrument.label}s" if _is_section(seat) and not instrument.is_section else instrument.label


def _voice(seat: Seat, seats: Sequence[Seat]) -> str:
    if seat.role == "bass":
        return "Bass"
    voices = [other for other in seats if other.kind == "voice" and other.role != "bass"]
    return ("Alto", "Tenor")[voices.index(seat)] if len(voices) == 2 else "Voice"


def _is_section(seat: Seat) -> bool:
    """Whether several winds, brass or string players share a part."""
    is_one = INSTRUMENTS[seat.kind].group not in _SECTIONS
    return not is_one and len(seat.everyone) >= _SECTION * len(seat.members)


def _usual_kind(casts: Sequence[Cast]) -> str:
    """The kind of instrument that has the melody in most pieces."""
    kinds = Counter(cast.melody_kind for cast in casts if cast.melody)
    return max(sorted(kinds), key=lambda kind: kinds[kind], default="piano")


def _melody_part(casts: Sequence[Cast]) -> Part:
    """The melody's place: the instrument that most pieces give it."""
    kind = _usual_kind(casts)
    programs = Counter(cast.melody_program for cast in casts if cast.melody_kind == kind)
    program = _commonest(programs, kind)
    low, high = _range([note.pitch for cast in casts for note in cast.melody], INSTRUMENTS[kind])
    program = _SINGER if program in _SINGERS else program
    return Part(MELODY, program, low, high, pan=-0.05, level_db=2.0, reverb_send=0.24, role="melody")


def _part(seat: Seat, name: str, pans: Iterable[float]) -> Part:
    instrument, role = INSTRUMENTS[seat.kind], seat.role
    program = _commonest(Counter(m.program for m in seat.everyone if m.kind == seat.kind), seat.kind)
    if role == "drums":
        return Part(name, program, 35, 81, 0.0, instrument.level_db, instrument.reverb_send, role)
    if instrument.group == "strings" and _is_section(seat):
        program = _STRING_ENSEMBLE
    low, high = _range([note.pitch for member in seat.everyone for note in member.notes], instrument)
    pan = 0.05 if role == "bass" else next(iter(pans), 0.0)
    return Part(name, program, low, high, pan, instrument.level_db, instrument.reverb_send, role)


def _commonest(programs: Counter[int], kind: str) -> int:
    """The commonest General MIDI program; the kind's usual one where a file says piano for what is none."""
    program = max(sorted(programs), key=lambda p: programs[p], default=INSTRUMENTS[kind].program)
    if program or kind in ("piano", "drums"):
        return program
    return _CHURCH_ORGAN if kind == "voice" else INSTRUMENTS[kind].program


def _range(pitches: Sequence[int], instrument: Instrument) -> tuple[int, int]:
    """Where a part plays, a little widened, within what its instrument can; an octave and a half at least."""
    if not pitches:
        return instrument.low, instrument.high
    lowest, highest = (int(pitch) for pitch in np.percentile(pitches, _OUTLIERS))
    low = min(max(lowest - _MARGIN, instrument.low), instrument.high - _LEAST_WIDTH)
    high = max(min(highest + _MARGIN, instrument.high), instrument.low + _LEAST_WIDTH)
    short = max(_LEAST_WIDTH - (high - low), 0)
    low = max(low - short // 2, instrument.low)
    return low, max(high, low + _LEAST_WIDTH)
