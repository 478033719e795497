"""Which held-out songs are measured, and how much of each."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from composer_core.corpora.songs import Song
from composer_core.music import Chord, Note, Timing

Value = TypeVar("Value")

LENGTH_BARS = 32
ENOUGH_HUMANS = 8
"""With so many human songs among the held-out ones, human is what everything is measured against."""


def yardstick(songs: Sequence[Song]) -> list[Song]:
    """The songs that count as real: the human ones where there are enough, else all."""
    humans = [song for song in songs if song.is_human]
    return humans if len(humans) >= ENOUGH_HUMANS else list(songs)


def spread(songs: Sequence[Song], count: int) -> list[Song]:
    """At most ``count`` of the songs, evenly spread over their order."""
    if count >= len(songs):
        return list(songs)
    return [songs[place * len(songs) // count] for place in range(count)]


def excerpt(song: Song, length_bars: int = LENGTH_BARS, *, skip_bars: int = 0) -> Song:
    """At most so many bars of a song, from ``skip_bars`` after the bar (or pick-up) in which its melody begins."""
    starts = song.timing.bar_starts(song.end)
    first = min((bisect_right(starts, song.melody[0].start) - 1 if song.melody else 0) + skip_bars, len(starts) - 1)
    after = first + length_bars + (1 if first == 0 and song.timing.pickup_ticks else 0)
    start, end = starts[first], starts[after] if after < len(starts) else song.end
    if first == 0 and after >= len(starts):
        return song
    return replace(
        song,
        timing=_timing(song.timing, start),
        melody=_notes(song.melody, start, end),
        chords=_chords(song.chords, start, end),
        parts={name: _notes(notes, start, end) for name, notes in song.parts.items()},
    )


def _notes(notes: Sequence[Note], start: int, end: int) -> tuple[Note, ...]:
    return tuple(
        replace(note, start=note.start - start, duration=min(note.end, end) - note.start)
        for note in notes
        if start <= note.start < end
    )


def _chords(chords: Sequence[Chord], start: int, end: int) -> tuple[Chord, ...]:
    before = [chord for chord in chords if chord.tick <= start][-1:]
    later = [chord for chord in chords if start < chord.tick < end]
    return tuple(Chord(max(chord.tick - start, 0), chord.label) for chord in (*before, *later))


def _timing(timing: Timing, start: int) -> Timing:
    """The same time skeleton with ``start``, a bar line, as its first tick."""
    return replace(
        timing,
        tempos=((0, _at(timing.tempos, start)), *((t - start, bpm) for t, bpm in timing.tempos if t > start)),
        metres=((0, _at(timing.metres, start)), *((t - start, m) for t, m in timing.metres if t > start)),
        pickup_ticks=timing.pickup_ticks if start == 0 else 0,
    )


def _at(changes: Sequence[tuple[int, Value]], tick: int) -> Value:
    return [value for at, value in changes if at <= tick][-1]
