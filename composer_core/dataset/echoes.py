"""Tracks that only repeat another one a moment later: a producer's echo, not a player."""

from collections.abc import Sequence

from composer_core.corpora.players import Player

_OCTAVES = (0, 12, -12)
_SAME = 0.85  # share of its notes that an echo repeats
_OTHER_LENGTH = 1.15  # how many times more notes the one may have than the other


def without_echoes(players: Sequence[Player]) -> list[Player]:
    """Leave out every track that follows an earlier one at a constant delay of a bar at most."""
    kept: list[Player] = []
    for player in players:
        if not any(_echoes(player, other) for other in kept):
            kept.append(player)
    return kept


def _echoes(player: Player, other: Player) -> bool:
    mine, theirs = player.track.notes, other.track.notes
    delay = mine[0].start - theirs[0].start
    if abs(delay) > player.bar_ticks or not 1 / _OTHER_LENGTH <= len(mine) / len(theirs) <= _OTHER_LENGTH:
        return False
    struck = {(note.start, note.pitch) for note in theirs}
    lines = ({(note.start - delay, note.pitch + octave) for note in mine} for octave in _OCTAVES)
    return any(len(struck & line) >= _SAME * len(line) for line in lines)
