"""What is compared in the band genres: each system gives every held-out melody its parts, as a song."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from composer_core.chords import ChordSymbol, parse_chord
from composer_core.corpora.songs import Song
from composer_core.genres import Genre, Part
from composer_core.metrics.songroll import SongRoll, make_songroll
from composer_core.music import Chord, Composition, Melody, Note
from composer_core.techniques import Assignment, Technique
from composer_core.techniques.blocks import Blocks

System = Callable[[Sequence[Song], int], list[Song]]
"""(songs, seed) → one song a song, with its own plan and parts; of a song only melody and timing may be used."""

_KICK, _SNARE, _HAT = 36, 38, 42


def by_technique(technique: Technique) -> System:
    """A technique behind the same door as every request."""

    def compose(songs: Sequence[Song], seed: int) -> list[Song]:
        assignments = [Assignment(melody_of(song), seed) for song in songs]
        compositions = technique.compose(assignments, lambda _, __: None)
        return [song_of(made, song) for made, song in zip(compositions, songs, strict=True)]

    return compose


def melody_of(song: Song) -> Melody:
    """The melody as a user would hand it in."""
    return Melody(song.melody, song.timing, song.name)


def song_of(composition: Composition, song: Song) -> Song:
    """A composition as the song that it was asked for."""
    parts = {track.name: track.notes for track in composition.accompaniment}
    return replace(song, source="composed", chords=composition.chords, parts=parts, is_human=False)


def rule_baseline(genre: Genre) -> System:
    """Bass root, pad and a stock drum bar, over one diatonic triad a half bar (``techniques.blocks``).

    Basses hold the root, chord parts a close triad, lines one chord tone each. The drums strike kick and snare by
    turns, a pulse each, and the hi-hat twice a pulse.
    """
    planner = Blocks(genre)

    def compose(songs: Sequence[Song], seed: int) -> list[Song]:
        plans = planner.compose([Assignment(melody_of(song), seed) for song in songs], lambda _, __: None)
        return [_by_rule(song, plan.chords, genre) for song, plan in zip(songs, plans, strict=True)]

    return compose


def _by_rule(song: Song, chords: Sequence[Chord], genre: Genre) -> Song:
    roll = make_songroll(song)
    end = int(roll.grid.ticks[-1])
    spans = [
        (a, b, parse_chord(chords[i].label)) for i, (a, b) in enumerate(pairwise([*(c.tick for c in chords), end]))
    ]
    parts = {}
    for number, part in enumerate(genre.parts[1:]):
        parts[part.name] = _stock_drums(roll) if part.is_drum else _held(part, number, spans)
    return replace(song, source="rule", chords=tuple(chords), parts=parts, is_human=False)


def _held(part: Part, number: int, spans: Sequence[tuple[int, int, ChordSymbol | None]]) -> tuple[Note, ...]:
    notes = []
    for start, end, chord in spans:
        tones = chord.tones if chord else ()
        wanted = {"bass": tones[:1], "chords": tones}.get(part.role, tones[number % 3 : number % 3 + 1])
        notes += [Note(start, _near_middle(part, tone), end - start) for tone in wanted]
    return tuple(sorted(notes))


def _near_middle(part: Part, pitch_class: int) -> int:
    middle = (part.low + part.high) // 2
    return middle + (pitch_class - middle + 6) % 12 - 6


def _stock_drums(roll: SongRoll) -> tuple[Note, ...]:
    grid, notes = roll.grid, []
    for timestep in np.flatnonzero(grid.step % 2 == 0).tolist():
        struck = [_HAT]
        if grid.step[timestep] == 0:
            struck.append(_KICK if grid.pulse[timestep] % 2 == 0 else _SNARE)
        tick = int(grid.ticks[timestep])
        notes += [Note(tick, drum, int(grid.ticks[timestep + 1]) - tick) for drum in struck]
    return tuple(sorted(notes))
