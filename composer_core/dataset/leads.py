"""Which track of a piece carries the melody."""

import difflib
from collections.abc import Mapping, Sequence
from itertools import groupby

from composer_core.corpora.players import Player, bassness, lead_score, may_lead
from composer_core.dataset.instruments import KEYBOARDS
from composer_core.melody_finder import BASSES, likeness, name_rank, top_line
from composer_core.music import Note

_ORCHESTRA = 9  # parts
_LONG_REST_BARS = 4  # of the melody, after which another lead may carry it
_NEAREST = 0.7  # likeness of a track's name to the one asked for
_LOWEST, _HIGHEST = 48, 96  # mean pitch of a top line that may pass for a melody
_FEWEST_PITCHES, _LEAST_COVERAGE = 3, 0.15
_CALM, _RESTLESS = 0.3, 8.0  # its mean interval in semitones
_IN_THIRDS = 2.2  # notes at once up to which a track called a lead is one
_LIVELY, _IDLE_COST = 2.5, 0.8  # onsets a bar below which a line rather fills than sings, and what each one less costs
_TITLES = 8


class NoSuchTrack(Exception):
    """No track of the piece is called so; holds the titles of those that there are."""


def title_of(player: Player) -> str:
    """How the user may know a track."""
    return player.track.name or f"track {player.number}"


def named_track(players: Sequence[Player], wanted: str) -> Player:
    """Return the track of that name, whatever its case, or else the one whose name is most like it.

    Raises:
        NoSuchTrack: none is.
    """
    titles = {title_of(player).casefold(): player for player in reversed(players)}
    name = wanted.strip().casefold()
    holding = sorted((title for title in titles if name and name in title), key=len)
    near = [*holding, *difflib.get_close_matches(name, titles, n=1, cutoff=_NEAREST)]
    if near:
        return titles.get(name, titles[near[0]])
    raise NoSuchTrack(", ".join(title_of(player) for player in players[:_TITLES]) or "none with notes")


def score_leads(players: Sequence[Player], kinds: Mapping[int, str]) -> list[Player]:
    """The parts of a score that may have the melody, first the one that is sung, or the likeliest that is no keyboard.

    In an orchestra it is the singer or else the first violin, and the others where that one rests for long; elsewhere
    nobody else has it.
    ``kinds`` tells what each player plays, by his number.
    """
    solo = [player for player in players if kinds[player.number] not in KEYBOARDS]
    sung = [player for player in solo if kinds[player.number] == "voice"]
    violins = [player for player in solo if kinds[player.number] == "violin"]
    if len(solo) >= _ORCHESTRA and (sung or violins):
        first = next(iter(_likeliest(sung, players)), (sung or violins)[0])
        return [first, *(player for player in _likeliest(solo, players) if player is not first)]
    for candidates in (sung if len(sung) == 1 else [], solo, players):
        if found := _likeliest(candidates, players):
            return found[:1]
    return []


def band_leads(players: Sequence[Player]) -> list[Player]:
    """The tracks of a band that may carry the melody, the likeliest first."""
    return _likeliest([player for player in players if bassness(player) == 0], players)


def _likeliest(candidates: Sequence[Player], players: Sequence[Player]) -> list[Player]:
    """Those that are melodies by themselves; else the one whose top line may pass for one."""
    voices = [player.voice for player in players]

    def score(player: Player) -> float:
        return lead_score(player, voices) - _IDLE_COST * max(_LIVELY - player.onsets_per_bar, 0.0)

    if leads := [player for player in candidates if may_lead(player) or _is_named_lead(player)]:
        return sorted(leads, key=score, reverse=True)
    fit = [player for player in candidates if _may_sing(player)]
    return sorted(fit, key=lambda player: likeness(player.voice, voices), reverse=True)[:1]


def _is_named_lead(player: Player) -> bool:
    """Whether a track is called a lead and is one, though it plays in octaves or thirds."""
    return (
        name_rank(player.track.name) > 0
        and player.notes_at_once < _IN_THIRDS
        and player.coverage >= _LEAST_COVERAGE
        and player.mean_pitch >= _LOWEST
    )


def _may_sing(player: Player) -> bool:
    line = top_line(player.track.notes)[0]
    mean = sum(note.pitch for note in line) / len(line)
    return (
        player.track.program not in BASSES
        and _LOWEST <= mean <= _HIGHEST
        and len({note.pitch for note in line}) >= _FEWEST_PITCHES
        and player.coverage >= _LEAST_COVERAGE
        and _CALM <= player.leap <= _RESTLESS
    )


def melody_of(leads: Sequence[Player]) -> tuple[tuple[Note, ...], dict[int, frozenset[int]]]:
    """The melody's line, and by the number of a player the bars in which he lends his notes to it.

    Where the main lead rests for long, the next that plays through at least half of the rest takes over.
    """
    main = leads[0]
    notes = list(main.track.notes)
    lent: dict[int, frozenset[int]] = {}
    silent = [bar for bar in range(main.bars) if bar not in main.active]
    for _, run in groupby(enumerate(silent), key=lambda pair: pair[1] - pair[0]):
        rest = frozenset(bar for _, bar in run)
        other = next((p for p in leads[1:] if 2 * len(p.active & rest) >= len(rest)), None)
        if len(rest) >= _LONG_REST_BARS and other is not None:
            notes += [note for note in other.track.notes if note.start // main.bar_ticks in rest]
            lent[other.number] = lent.get(other.number, frozenset()) | rest
    return top_line(sorted(notes))[0], lent
