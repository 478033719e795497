"""Pairs note-ons with note-offs by pretty_midi, in a process of its own that may die, hang or run out of memory.

Run as a script: a MIDI file on standard input, JSON on standard output. It imports nothing of Tutti, so that it starts
fast and no folder of ours can shadow a library.
"""

import io
import json
import sys

MAX_MEMORY_BYTES = 2 * 1024**3  # address space, not resident; the worst allowed file needs a quarter of it
MAX_CPU_S = 10


def parse(data: bytes) -> list[list[list[int]]]:
    """Return every track's notes, sorted, as [start tick, pitch, ticks, velocity].

    ``data`` is what ``midi_policy.rewrite`` makes: the tracks' names are their numbers, from 0.
    """
    import pretty_midi

    midi = pretty_midi.PrettyMIDI(io.BytesIO(data))
    tracks: list[list[list[int]]] = [[] for _ in range(int.from_bytes(data[10:12], "big"))]
    for instrument in midi.instruments:
        for note in instrument.notes:
            start, end = midi.time_to_tick(note.start), midi.time_to_tick(note.end)
            tracks[int(instrument.name)].append([int(start), int(note.pitch), int(end - start), int(note.velocity)])
    return [sorted(notes) for notes in tracks]


def _limit_resources() -> None:
    try:
        import resource  # not on Windows, where the time limit of the caller must do
    except ImportError:
        return
    for what, limit in ((resource.RLIMIT_AS, MAX_MEMORY_BYTES), (resource.RLIMIT_CPU, MAX_CPU_S)):
        try:
            resource.setrlimit(what, (limit, limit))
        except (OSError, ValueError):  # macOS refuses RLIMIT_AS, and a container may have set a lower limit already
            continue


if __name__ == "__main__":
    _limit_resources()
    json.dump(parse(sys.stdin.buffer.read()), sys.stdout)
