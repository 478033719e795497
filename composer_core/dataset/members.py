"""The roles of an accompaniment's players: who has the bass, who plays chords, who a line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from composer_core.corpora.players import Player, bassness, take_turns
from composer_core.corpora.registers import lowest_line
from composer_core.dataset.hands import divide_hands
from composer_core.dataset.instruments import KEYBOARDS
from composer_core.dataset.reading import LEFT_HAND, RIGHT_HAND
from composer_core.music import Note

CHORDAL = 1.4  # notes that begin together, from which a track plays chords
_LOW, _ALONE = 58, 1.25  # mean pitch and notes at once up to which the lowest line is taken as the bass
_TOGETHER = 0.7  # share of their onsets that single notes of one chord, spread over tracks, have in common
_LOW_KINDS, _DOUBLE_STOPS = frozenset(("cello", "bassoon", "trombone", "tuba")), 1.6
_NO_BASS = frozenset(("timpani", "guitar", "electric guitar", "distorted guitar"))
_BASS_PLAYERS = ("bass", "double bass")


@dataclass(frozen=True)
class Member:
    """One player's share in the accompaniment: ``kind`` of ``instruments``, ``role`` of ``genres.Part``."""

    kind: str
    role: str
    name: str
    program: int
    notes: tuple[Note, ...]

    @cached_property
    def height(self) -> float:
        """Mean MIDI pitch."""
        return sum(note.pitch for note in self.notes) / len(self.notes)

    @cached_property
    def onsets(self) -> int:
        """Count of ticks at which notes begin."""
        return len({note.start for note in self.notes})


Kinds = Mapping[int, str]
"""What a player plays, by his number."""


def choir_members(voices: Sequence[Player]) -> list[Member]:
    """Voices from the top: lines, the last of them the bass."""
    roles = ["line"] * (len(voices) - 1) + ["bass"]
    kinds = dict.fromkeys((voice.number for voice in voices), "voice")
    return [_member(voice, kinds, role, voice.track.notes) for voice, role in zip(voices, roles, strict=True)]


def band_members(players: Sequence[Player], kinds: Kinds) -> list[Member]:
    """The roles in a MIDI file: all basses are one, notes of one chord spread over tracks are joined."""
    basses = sorted((p for p in players if bassness(p) > 0), key=bassness, reverse=True)
    others = _joined([player for player in players if player not in basses], kinds)
    if basses:
        line = lowest_line(take_turns(basses))
        return [_member(basses[0], kinds, "bass", line), *(_upper(player, kinds) for player in others)]
    return _without_bass_player(others, kinds)


def score_members(players: Sequence[Player], kinds: Kinds) -> list[Member]:
    """The roles in a score: a bass player's part is the bass, else a keyboard's left hand, else the lowest line."""
    basses = [player for player in players if kinds[player.number] in _BASS_PLAYERS]
    if basses:
        others = _whole_keyboards([player for player in players if player not in basses])
        line = lowest_line(take_turns(basses))
        return [_member(basses[0], kinds, "bass", line), *(_upper(player, kinds) for player in others)]
    return _without_bass_player(players, kinds)


def _without_bass_player(players: Sequence[Player], kinds: Kinds) -> list[Member]:
    """A keyboard's left hand is the bass; without a keyboard the lowest single line, if it lies low enough."""
    keyboards = [player for player in players if kinds[player.number] in KEYBOARDS]
    others = [player for player in players if player not in keyboards]
    lowest = min(others, key=lambda player: player.mean_pitch, default=None)
    if lowest is not None and not (keyboards and min(p.mean_pitch for p in keyboards) < lowest.mean_pitch):
        kind = kinds[lowest.number]
        most = _DOUBLE_STOPS if kind in _LOW_KINDS else _ALONE
        if lowest.notes_at_once < most and lowest.mean_pitch < _LOW and kind not in _NO_BASS:
            rest = _whole_keyboards([player for player in players if player is not lowest])
            line = lowest_line(lowest.track.notes)
            return [_member(lowest, kinds, "bass", line), *(_upper(player, kinds) for player in rest)]
    hands = _two_hands(keyboards, kinds) if keyboards else []
    return [*hands, *(_upper(player, kinds) for player in others)]


def _two_hands(keyboards: Sequence[Player], kinds: Kinds) -> list[Member]:
    """A bass line from the left hand, everything else of the keyboards for the right."""
    low = min(keyboards, key=lambda player: player.mean_pitch)
    high = max(keyboards, key=lambda player: player.mean_pitch)
    uppers = [note for player in keyboards if player is not low for note in player.track.notes]
    left, rest = divide_hands(low.track.notes, whole_left=bool(uppers))
    right = sorted({(note.start, note.pitch): note for note in (*uppers, *rest)}.values())
    members = [_member(low, kinds, "bass", left)] if left else []
    return [*members, _upper(replace(high, track=replace(high.track, notes=tuple(right))), kinds)] if right else members


def _whole_keyboards(players: Sequence[Player]) -> list[Player]:
    """Two hands of one keyboard as one player again: somebody else plays the bass."""
    joined: dict[str, Player] = {}
    for player in players:
        name = player.track.name.removesuffix(RIGHT_HAND).removesuffix(LEFT_HAND)
        key = name if name != player.track.name else f"#{player.number}"
        joined[key] = _one(joined[key], player, name.strip()) if key in joined else player
    return list(joined.values())


def _joined(players: Sequence[Player], kinds: Kinds) -> list[Player]:
    """Tracks of one instrument that strike single notes together are one player's chords."""
    found: list[Player] = []
    for player in players:
        like = (
            other for other in found if kinds[other.number] == kinds[player.number] and _strike_together(other, player)
        )
        if twin := next(like, None):
            found[found.index(twin)] = _one(twin, player, twin.track.name)
        else:
            found.append(player)
    return found


def _strike_together(one: Player, other: Player) -> bool:
    if one.track.program != other.track.program or other.notes_at_once >= CHORDAL:
        return False
    mine, theirs = ({note.start for note in player.track.notes} for player in (one, other))
    return len(mine & theirs) >= _TOGETHER * len(mine | theirs)


def _one(first: Player, second: Player, name: str) -> Player:
    notes = {(note.start, note.pitch): note for note in (*second.track.notes, *first.track.notes)}
    return replace(first, track=replace(first.track, name=name, notes=tuple(sorted(notes.values()))))


def _upper(player: Player, kinds: Kinds) -> Member:
    """A player above the bass; the timpani are written like a bass."""
    role = "chords" if player.notes_at_once >= CHORDAL else "line"
    return _member(player, kinds, "bass" if kinds[player.number] == "timpani" else role, player.track.notes)


def _member(player: Player, kinds: Kinds, role: str, notes: Iterable[Note]) -> Member:
    return Member(kinds[player.number], role, player.track.name, player.track.program, tuple(notes))
