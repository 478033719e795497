"""A performed composition as seconds for the synthesiser, and as ticks for a MIDI file that sounds the same."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from composer_core.music import Composition, Note, Timing, Track
from composer_core.performance.clock import Clock, melody_clock
from composer_core.performance.pedal import Span, pedal_spans, sustained
from composer_core.performance.places import Places
from composer_core.performance.strokes import PlayedNote, Player
from composer_core.phrases import find_phrases


class PlayedPart(NamedTuple):
    """A track as it is heard, with its place in the mix."""

    name: str
    program: int
    is_drum: bool
    pan: float
    level_db: float
    reverb_send: float
    notes: list[PlayedNote]


def to_parts(composition: Composition) -> list[PlayedPart]:
    """Turn every track into seconds, as it would be played.

    The melody's onsets are exactly where the tempo map puts them, but for even off-beats in a genre that swings. Drums
    are tighter than the other players.
    """
    return [
        PlayedPart(
            track.name,
            track.program,
            track.is_drum,
            track.pan,
            track.level_db,
            track.reverb_send,
            sustained(played, spans),
        )
        for track, played, spans in _play(composition)
    ]


def as_played(composition: Composition) -> Composition:
    """Move the accompaniment's notes to where they are played, to the nearest tick; the melody stays as written.

    Only for a genre whose feel says so: others are better read as they are written.
    """
    if not composition.feel.is_played:
        return composition
    tracks = [
        track if track.is_melody else _written_out(track, played, spans, composition.timing)
        for track, played, spans in _play(composition)
    ]
    return replace(composition, tracks=tuple(tracks))


def _play(composition: Composition) -> Iterator[tuple[Track, list[PlayedNote], list[Span]]]:
    """Every track with its notes as keys go down and up, and its pedal."""
    places, feel = Places(composition.timing, composition.end), composition.feel
    breaths = {phrase.end for phrase in find_phrases(composition.melody.notes, composition.timing)}
    band = Clock(places, feel)
    for number, track in enumerate(composition.tracks):
        clock = melody_clock(track.notes, places, feel) if track.is_melody else band
        rng = random.Random(f"{composition.seed} {number} time")
        played = Player(track, places, clock, feel, breaths, rng).play()
        yield track, played, pedal_spans(composition, track, played, clock, places)


def _written_out(track: Track, played: Sequence[PlayedNote], spans: Sequence[Span], timing: Timing) -> Track:
    """Ticks for seconds; two notes of one pitch never overlap, so that each gets its own end."""
    again: dict[int, int] = {}
    notes = []
    for note in sorted(played, reverse=True):
        start = round(timing.tick_at(note.start_s))
        end = min(round(timing.tick_at(note.start_s + note.duration_s)), again.get(note.pitch, 1 << 60))
        if again.get(note.pitch) == start:
            start = max(start - 1, 0)
        notes.append(Note(start, note.pitch, max(end - start, 1), note.velocity))
        again[note.pitch] = start
    pedals = tuple((round(timing.tick_at(down_s)), round(timing.tick_at(up_s))) for down_s, up_s in spans)
    return replace(track, notes=tuple(sorted(notes)), pedals=pedals)
