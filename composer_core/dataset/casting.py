"""One piece heard by itself: which track carries the melody, who plays the bass, what the others do."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from composer_core.context import key_of
from composer_core.corpora.chord_reading import read_chords
from composer_core.corpora.midi_songs import MidiPiece, MidiTrack
from composer_core.corpora.players import Player, bassness, is_pitched, likely_leads, take_turns, without_doubles
from composer_core.corpora.registers import lowest_line
from composer_core.dataset.hands import divide_hands
from composer_core.dataset.instruments import kind_of
from composer_core.melody_finder import BASSES, likeness, top_line
from composer_core.music import Chord, Key, Note

AUTO = "auto"
CHORDAL = 1.4  # notes that begin together, from which a track plays chords
_ENOUGH_NOTES = 12
_FEWEST_NOTES = 2
_LEAST_NOTES_A_BAR = 0.4  # over the whole piece: a track that plays less is an effect
_INNER = 0.2  # share of the melody's track that lies below its top line, from which it is a part of its own
_LONG_REST_BARS = 4  # of the melody, after which another lead may carry it
_ALONE_IN_CHOIR = 1.1
_KEYBOARDS = frozenset(("piano", "electric piano", "harpsichord", "organ", "accordion", "clavinet"))
CHOIR = "voice"
_LOW, _ALONE = 58, 1.25  # mean pitch and notes at once up to which the lowest line is taken as the bass
_NEAREST = 0.7  # likeness of a track's name to the one asked for
_MELODY_KINDS, _MELODY_PITCHES, _MELODY_SHARE = (48, 96), 3, 0.15
_CALM, _RESTLESS = 0.3, 8.0  # mean interval in semitones of a top line that may be a melody


@dataclass(frozen=True)
class Member:
    """One track's share in the accompaniment: ``kind`` of ``instruments``, ``role`` of ``genres.Part``."""

    kind: str
    role: str
    name: str
    program: int
    notes: tuple[Note, ...]

    @property
    def height(self) -> float:
        """Mean MIDI pitch."""
        return sum(note.pitch for note in self.notes) / len(self.notes)

    @property
    def notes_at_once(self) -> float:
        """Mean number of notes that begin together."""
        return len(self.notes) / len({note.start for note in self.notes})


@dataclass(frozen=True)
class Cast:
    """A piece by roles; ``melody`` is empty where none was found. ``melody_kind`` is of ``instruments``."""

    piece: MidiPiece
    melody: tuple[Note, ...]
    melody_title: str
    melody_kind: str
    melody_program: int
    members: tuple[Member, ...]

    @cached_property
    def chords(self) -> tuple[Chord, ...]:
        """The piece's harmony, read from everything that sounds."""
        bass = sorted(note for member in self.members if member.role == "bass" for note in member.notes)
        others = [n for member in self.members if member.role not in ("bass", "drums") for n in member.notes]
        return read_chords(self.piece.timing, self.piece.end, bass, others, self.melody)

    @cached_property
    def key(self) -> Key:
        """The key of the piece, as the networks are told it."""
        return key_of(self.melody, self.chords, self.piece.end)


class NoSuchTrack(Exception):
    """No track of the piece is called so; holds the titles of those that there are."""


def make_cast(piece: MidiPiece, *, is_score: bool, melody: str = AUTO) -> Cast:
    """Find the melody, or take the track of that name, and give every other track a role.

    Raises:
        NoSuchTrack: the piece has no track with a name like the one asked for.
    """
    return _Casting(piece, is_score).cast(melody)


class _Casting:
    def __init__(self, piece: MidiPiece, is_score: bool) -> None:
        self.piece, self.is_score = piece, is_score
        metre = piece.timing.metres[0][1]
        self.bar = metre.bar_ticks(piece.timing.ticks_per_beat)
        self.bars = max(-(-piece.end // self.bar), 1)
        least = min(max(round(_LEAST_NOTES_A_BAR * self.bars), 1), _ENOUGH_NOTES)
        tracks = [track for track in piece.tracks if is_pitched(track) and len(track.notes) >= least]
        self.players = [self._player(number, track) for number, track in enumerate(tracks, 1)]

    def _player(self, number: int, track: MidiTrack) -> Player:
        return Player(number, track, self.bar, self.bars)

    @cached_property
    def is_choir(self) -> bool:
        """Whether four like voices, one note at a time, make up the piece."""
        kinds = {self.kind(player) for player in self.players}
        single = all(player.notes_at_once < _ALONE_IN_CHOIR for player in self.players)
        return len(self.players) == 4 == len(self.piece.tracks) and single and kinds <= {"voice"} | _KEYBOARDS

    def kind(self, player: Player) -> str:
        return kind_of(player.track.name, player.track.program, is_score=self.is_score)

    def cast(self, wanted: str) -> Cast:
        chosen = None if wanted == AUTO else _named(self.players, wanted)
        players = self.players if self.is_choir else without_doubles(self.players)
        if chosen is not None and chosen not in players:
            players.append(chosen)
        leads = [chosen] if chosen is not None else self._leads(players)
        drums = sorted(note for track in self.piece.tracks if track.is_drum for note in track.notes)
        members = [Member("drums", "drums", "Drums", 0, tuple(drums))] if drums else []
        if not leads:
            return Cast(self.piece, (), "", "", 0, (*self._members(players), *members))
        line, lent = self._melody(leads)
        rest = [r for p in players if (r := self._rest_of(p, line if p is leads[0] else (), lent)) is not None]
        lead = leads[0].track
        return Cast(
            self.piece, line, title_of(leads[0]), self.kind(leads[0]), lead.program, (*self._members(rest), *members)
        )

    def _leads(self, players: Sequence[Player]) -> list[Player]:
        """Tracks that may carry the melody, the likeliest first; in a score the sung part comes before all."""
        if self.is_choir:
            return sorted(players, key=lambda player: player.mean_pitch)[-1:]
        free = [player for player in players if bassness(player) == 0]
        sung = [player for player in free if self.is_score and self.kind(player) == "voice"]
        if len(sung) == 1:
            return sung
        leads = likely_leads(free)
        if leads:
            return leads[:1] if self.is_score else leads
        voices = [player.voice for player in players]
        fit = [player for player in free if self._may_sing(player)]
        return sorted(fit, key=lambda player: likeness(player.voice, voices), reverse=True)[:1]

    def _may_sing(self, player: Player) -> bool:
        """Whether the top line of a track may pass for a melody where no track is one by itself."""
        line = top_line(player.track.notes)[0]
        mean = sum(note.pitch for note in line) / len(line)
        return (
            player.track.program not in BASSES
            and _MELODY_KINDS[0] <= mean <= _MELODY_KINDS[1]
            and len({note.pitch for note in line}) >= _MELODY_PITCHES
            and player.coverage >= _MELODY_SHARE
            and _CALM <= player.leap <= _RESTLESS
        )

    def _melody(self, leads: Sequence[Player]) -> tuple[tuple[Note, ...], dict[int, frozenset[int]]]:
        """The melody's line, and by the number of a player the bars in which he lends his notes to it.

        Where the main lead rests for long, the next that plays through half of the rest takes over.
        """
        main = leads[0]
        notes = list(main.track.notes)
        lent: dict[int, set[int]] = {}
        silent = [bar for bar in range(self.bars) if bar not in main.active]
        for _, run in groupby(enumerate(silent), key=lambda pair: pair[1] - pair[0]):
            rest = {bar for _, bar in run}
            other = next((p for p in leads[1:] if len(p.active & rest) >= len(rest) / 2), None)
            if len(rest) >= _LONG_REST_BARS and other is not None:
                notes += [n for n in other.track.notes if n.start // self.bar in rest]
                lent.setdefault(other.number, set()).update(rest)
        line = top_line(sorted(notes))[0]
        return line, {number: frozenset(bars) for number, bars in lent.items()}

    def _rest_of(self, player: Player, line: Sequence[Note], lent: dict[int, frozenset[int]]) -> Player | None:
        """What is left of a player when the melody has taken its notes; None if that is no part."""
        track = player.track
        if line:
            taken = {(note.start, note.pitch) for note in line}
            notes = tuple(note for note in track.notes if (note.start, note.pitch) not in taken)
            if len(notes) < max(_INNER * len(track.notes), _FEWEST_NOTES):
                return None
        else:
            away = lent.get(player.number, frozenset())
            notes = tuple(note for note in track.notes if note.start // self.bar not in away)
            if len(notes) < _FEWEST_NOTES:
                return None
        return self._player(player.number, replace(track, notes=notes))

    def _members(self, players: Sequence[Player]) -> list[Member]:
        """Everyone's role: one bass at most, chords where notes sound together, else lines."""
        if self.is_choir:
            voices = sorted(players, key=lambda player: -player.mean_pitch)
            roles = ["line"] * (len(voices) - 1) + ["bass"]
            return [
                Member(CHOIR, r, v.track.name, v.track.program, v.track.notes)
                for r, v in zip(roles, voices, strict=True)
            ]
        basses = sorted((p for p in players if bassness(p) > 0), key=bassness, reverse=True)
        others = [player for player in players if player not in basses]
        if basses:
            low = self._member(basses[0], "bass", lowest_line(take_turns(basses)))
            return [low, *(self._other(player) for player in self._whole_keyboards(others))]
        keyboards = [player for player in others if self._is_keyboard(player)]
        if keyboards and (len(keyboards) == len(others) or not self._lowest(others)):
            return self._two_hands(keyboards, [player for player in others if player not in keyboards])
        lowest = self._lowest(others)
        members = [self._other(player) for player in self._whole_keyboards([p for p in others if p is not lowest])]
        return [self._member(lowest, "bass", lowest_line(lowest.track.notes)), *members] if lowest else members

    def _is_keyboard(self, player: Player) -> bool:
        return self.kind(player) in _KEYBOARDS

    def _lowest(self, players: Sequence[Player]) -> Player | None:
        """The player whose single line lies lowest, if it is low enough to be a bass."""
        lowest = min(players, key=lambda player: player.mean_pitch, default=None)
        fits = lowest is not None and lowest.notes_at_once < _ALONE and lowest.mean_pitch < _LOW
        return lowest if fits and lowest is not None and self.kind(lowest) not in ("timpani", "guitar") else None

    def _whole_keyboards(self, players: Sequence[Player]) -> list[Player]:
        """Two hands of one keyboard as one player again: somebody else plays the bass."""
        joined: dict[str, Player] = {}
        for player in players:
            name = player.track.name.removesuffix(" right hand").removesuffix(" left hand")
            if name == player.track.name or name not in joined:
                joined[name if name != player.track.name else f"{player.number}"] = player
            else:
                first = joined[name]
                notes = tuple(sorted((*first.track.notes, *player.track.notes)))
                joined[name] = self._player(first.number, replace(first.track, name=name, notes=notes))
        return list(joined.values())

    def _two_hands(self, keyboards: Sequence[Player], others: Sequence[Player]) -> list[Member]:
        """A bass line from the left hand, everything else of the keyboards for the right."""
        low = min(keyboards, key=lambda player: player.mean_pitch)
        uppers = [note for player in keyboards if player is not low for note in player.track.notes]
        if uppers:
            left, right = divide_hands(low.track.notes, whole_left=True)
        else:
            left, right = divide_hands(low.track.notes, whole_left=False)
        members = [self._member(low, "bass", left)] if left else []
        if right := sorted({(n.start, n.pitch): n for n in (*uppers, *right)}.values()):
            members.append(self._member(low, "chords" if _at_once(right) >= CHORDAL else "line", right))
        return [*members, *(self._other(player) for player in others)]

    def _other(self, player: Player) -> Member:
        role = "chords" if player.notes_at_once >= CHORDAL else "line"
        return self._member(player, "bass" if self.kind(player) == "timpani" else role, player.track.notes)

    def _member(self, player: Player, role: str, notes: Iterable[Note]) -> Member:
        return Member(self.kind(player), role, player.track.name, player.track.program, tuple(notes))


def title_of(player: Player) -> str:
    """How the user may know a track."""
    return player.track.name or f"track {player.number}"


def _at_once(notes: Sequence[Note]) -> float:
    return len(notes) / max(len({note.start for note in notes}), 1)


def _named(players: Sequence[Player], wanted: str) -> Player:
    """The player of that name or number, whatever its case, or else of the name most like it."""
    titles = {title_of(player).casefold(): player for player in reversed(players)}
    name = wanted.strip().casefold()
    if name in titles:
        return titles[name]
    inside = [title for title in titles if name and name in title]
    near = sorted(inside, key=len) or difflib.get_close_matches(name, titles, n=1, cutoff=_NEAREST)
    if near:
        return titles[near[0]]
    raise NoSuchTrack(", ".join(title_of(player) for player in players[:8]) or "no tracks with notes")
