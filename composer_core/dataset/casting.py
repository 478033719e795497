"""One piece heard by itself: its melody, and what everybody else does beneath it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from composer_core.context import key_of
from composer_core.corpora.chord_reading import read_chords
from composer_core.corpora.midi_songs import MidiPiece
from composer_core.corpora.players import Player, is_pitched, without_doubles
from composer_core.dataset.echoes import without_echoes
from composer_core.dataset.instruments import KEYBOARDS, kind_of
from composer_core.dataset.leads import band_leads, melody_of, named_track, score_leads, title_of
from composer_core.dataset.members import Member, band_members, choir_members, score_members
from composer_core.dataset.reading import ScorePiece
from composer_core.music import Chord, Key, Note

AUTO = "auto"
_FEW, _FEW_A_BAR = 12, 0.4  # notes from which a track counts; in short pieces fewer
_MOST_PLAYERS = 64  # the largest orchestra has 41
_ALONE_IN_CHOIR = 1.1  # notes at once
_CHOIR_BASS = 50  # MIDI pitch around which the bass of a choir sings
_INNER = 0.25  # share of the melody's track that lies below its top line, from which it is a part of its own
_MOST_TIMES = 1.5  # the notes of a track that only doubles another


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
        """The key of the piece: what the notes say, within what a score's signature leaves open."""
        key = key_of(self.melody, self.chords, self.piece.end)
        if not isinstance(self.piece, ScorePiece):
            return key
        signature = self.piece.signature
        relative = Key((signature.tonic + 9) % 12, is_major=False)
        last = max((note for member in self.members for note in member.notes), key=lambda n: (n.end, -n.pitch))
        return key if key in (signature, relative) else relative if last.pitch % 12 == relative.tonic else signature


def make_cast(piece: MidiPiece, *, is_score: bool, melody: str = AUTO) -> Cast:
    """Find the melody, or take the track of that name, and give every other track a role.

    Raises:
        NoSuchTrack: the piece has no track with a name like the one asked for.
    """
    players = _players(piece)
    kinds = {p.number: kind_of(p.track.name, p.track.program, is_score=is_score) for p in players}
    if _is_choir(piece, players, kinds):
        return _choir(_lowered(piece, players), melody)
    chosen = None if melody == AUTO else named_track(players, melody)
    if not is_score:
        alone = without_echoes(without_doubles(players, _MOST_TIMES))
        players = [player for player in players if player in alone or player is chosen]
    leads = [chosen] if chosen else score_leads(players, kinds) if is_score else band_leads(players)
    line, lent = melody_of(leads) if leads else ((), {})
    rest = [left for player in players if (left := _rest_of(player, leads, line, lent)) is not None]
    members = score_members(rest, kinds) if is_score else band_members(rest, kinds)
    return _cast(piece, leads, line, kinds, [*members, *_drums(piece)])


def _players(piece: MidiPiece) -> list[Player]:
    bar = piece.timing.metres[0][1].bar_ticks(piece.timing.ticks_per_beat)
    bars = max(-(-piece.end // bar), 1)
    least = min(max(round(_FEW_A_BAR * bars), 1), _FEW)
    tracks = [track for track in piece.tracks if is_pitched(track) and len(track.notes) >= least]
    fullest = sorted(tracks, key=lambda track: -len(track.notes))[:_MOST_PLAYERS]
    tracks = [track for track in tracks if any(track is full for full in fullest)]
    return [Player(number, track, bar, bars) for number, track in enumerate(tracks, 1)]


def _cast(
    piece: MidiPiece,
    leads: Sequence[Player],
    line: tuple[Note, ...],
    kinds: Mapping[int, str],
    members: Iterable[Member],
) -> Cast:
    if not leads:
        return Cast(piece, (), "", "", 0, tuple(members))
    lead = leads[0]
    return Cast(piece, line, title_of(lead), kinds[lead.number], lead.track.program, tuple(members))


def _drums(piece: MidiPiece) -> list[Member]:
    notes = sorted(note for track in piece.tracks if track.is_drum for note in track.notes)
    return [Member("drums", "drums", "Drums", 0, tuple(notes))] if notes else []


def _is_choir(piece: MidiPiece, players: Sequence[Player], kinds: Mapping[int, str]) -> bool:
    """Whether four like voices, one note at a time, make up the piece."""
    alone = all(player.notes_at_once < _ALONE_IN_CHOIR for player in players)
    return len(players) == 4 == len(piece.tracks) and alone and set(kinds.values()) <= {"voice", *KEYBOARDS}


def _lowered(piece: MidiPiece, players: Sequence[Player]) -> MidiPiece:
    """The piece in the octave in which choirs sing: some are written far above it."""
    bass = min(player.mean_pitch for player in players)
    shift = 12 * round((_CHOIR_BASS - bass) / 12)
    tracks = (replace(t, notes=tuple(replace(n, pitch=n.pitch + shift) for n in t.notes)) for t in piece.tracks)
    return replace(piece, tracks=tuple(tracks))


def _choir(piece: MidiPiece, melody: str) -> Cast:
    """The highest voice, or the one asked for, above the others."""
    voices = sorted(_players(piece), key=lambda player: -player.mean_pitch)
    lead = voices[0] if melody == AUTO else named_track(voices, melody)
    kinds = dict.fromkeys((voice.number for voice in voices), "voice")
    members = choir_members([voice for voice in voices if voice is not lead])
    return _cast(piece, [lead], melody_of([lead])[0], kinds, members)


def _rest_of(
    player: Player, leads: Sequence[Player], line: Sequence[Note], lent: Mapping[int, frozenset[int]]
) -> Player | None:
    """What is left of a player when the melody has taken its notes; None if that is no part."""
    notes = player.track.notes
    if leads and player is leads[0]:
        taken = {(note.start, note.pitch) for note in line}
        left = tuple(note for note in notes if (note.start, note.pitch) not in taken)
        return replace(player, track=replace(player.track, notes=left)) if len(left) > _INNER * len(notes) else None
    away = lent.get(player.number, frozenset())
    left = tuple(note for note in notes if note.start // player.bar_ticks not in away)
    return replace(player, track=replace(player.track, notes=left)) if left else None
