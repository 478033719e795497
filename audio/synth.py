"""Plays parts as raw stems, all in one pass and block by block.

A synth answers ``blocks(parts)`` with arrays [part, 2, BLOCK] of float32 until the last note has rung out.
"""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from audio.soundfonts import AudioError, find_fluidsynth, find_soundfont
from audio.stems import Part

SAMPLE_RATE = 44100
GRAIN = 64  # libfluidsynth works in blocks of 64 samples, so a note may start up to 1.5 ms early
BLOCK = 1024 * GRAIN  # about 1.5 s
MAX_PARTS = 64
PLAYERS = 2

Block = NDArray[np.float32]


class Synth(Protocol):
    """Something that plays parts; ``name`` tells the user what it was."""

    name: str

    def blocks(self, parts: Sequence[Part]) -> Iterator[Block]:
        """Yield [part, 2, BLOCK] until every note has rung out."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A key going down or up; sorts by time, releases first, so that a repeated note sounds again."""

    sample: int
    is_on: bool
    track: int
    pitch: int
    velocity: int


def events(parts: Sequence[Part]) -> list[Event]:
    """Put every part's notes on the sample grid; a key that is struck while down is released first."""
    found = []
    for track, part in enumerate(parts):
        next_onset: dict[int, int] = {}
        for note in sorted(part.notes, key=lambda note: note.start_s, reverse=True):
            start = on_grid(note.start_s)
            end = min(max(on_grid(note.end_s), start + GRAIN), next_onset.get(note.pitch, 1 << 60))
            next_onset[note.pitch] = start
            if end > start:
                found.append(Event(start, True, track, note.pitch, min(max(note.velocity, 1), 127)))
                found.append(Event(end, False, track, note.pitch, 0))
    return sorted(found)


def on_grid(time_s: float) -> int:
    """Return the sample at which a time falls, on the synth's grid."""
    return max(int(time_s * SAMPLE_RATE) // GRAIN * GRAIN, 0)


class Ensemble:
    """Several synths that share the parts, a thread each, one block ahead of whoever listens.

    Closing it waits for the blocks under way and frees the synths.
    """

    def __init__(self, players: Sequence[Synth]) -> None:
        self._players = players
        self._pool = ThreadPoolExecutor(max(len(players), 1), "synth")
        self.name = players[0].name

    def __enter__(self) -> Self:
        """Take the ensemble into use."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Free the synths."""
        self._pool.shutdown()
        for player in self._players:
            player.close()

    def blocks(self, parts: Sequence[Part]) -> Generator[Block, None, None]:
        """Yield [part, 2, BLOCK] until every note has rung out; the same samples whatever the number of players."""
        count = len(self._players)
        streams = [player.blocks(parts[k::count]) for k, player in enumerate(self._players)]
        coming = self._ask(streams)
        try:
            while True:
                played = [future.result() for future in coming]
                if all(own is None for own in played):
                    return
                coming = self._ask(streams)
                block = np.zeros((len(parts), 2, BLOCK), np.float32)
                for k, own in enumerate(played):
                    if own is not None:
                        block[k::count] = own
                yield block
        finally:
            wait(coming)  # a player is free for the next piece only when its thread has left it

    def _ask(self, streams: Sequence[Iterator[Block]]) -> list[Future[Block | None]]:
        return [self._pool.submit(next, stream, None) for stream in streams]


def open_synth(tracks: int, soundfont: Path | None = None, library: str | None = None) -> Ensemble:
    """Open the best synth of this machine for that many tracks: libfluidsynth, or sines where there is none.

    Raises:
        AudioError: the configured soundfont or library is unusable, or there are too many tracks.
    """
    from audio.fluid import FluidSynth
    from audio.sines import SineSynth

    if tracks > MAX_PARTS:
        raise AudioError(f"{tracks} tracks are too many to play at once: {MAX_PARTS} is the most.")
    found = find_fluidsynth(library)
    if not found:
        return Ensemble([SineSynth()])
    font = find_soundfont(soundfont)
    with ExitStack() as opened:
        players = []
        for _ in range(min(PLAYERS, max(tracks, 1))):  # they share the samples: the library loads a soundfont once
            players.append(FluidSynth(-(-tracks // PLAYERS), font, found))
            opened.callback(players[-1].close)
        opened.pop_all()
    return Ensemble(players)
