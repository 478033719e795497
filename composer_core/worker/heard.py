"""A take as a page draws it beside the sound: every note at the second at which it is heard."""

from collections.abc import Sequence
from typing import Any

from audio.mix import LEAD_IN_S
from composer_core.music import Composition
from composer_core.performance import PlayedPart


def heard(composition: Composition, parts: Sequence[PlayedPart]) -> dict[str, Any]:
    """Return plain JSON data: bars, chords and tracks, times in seconds, notes as [start, duration, pitch, velocity].

    A sound is heard ``offset_s`` later than its second here in whatever was rendered from it. Tracks are numbered from
    1, as their stems are.
    """
    timing, end = composition.timing, composition.end
    tracks = [
        {
            "number": number,
            "name": part.name,
            "program": part.program,
            "is_drum": part.is_drum,
            "is_melody": track.is_melody,
            "pan": part.pan,
            "level_db": part.level_db,
            "notes": [
                [round(note.start_s, 4), round(note.duration_s, 4), note.pitch, note.velocity]
                for note in sorted(part.notes)
            ],
        }
        for number, (track, part) in enumerate(zip(composition.tracks, parts, strict=True), start=1)
    ]
    return {
        "length_s": round(composition.end_s, 3),
        "offset_s": LEAD_IN_S,
        "metres": [[round(timing.seconds_at(tick), 4), str(metre)] for tick, metre in timing.metres],
        "tempos": [[round(timing.seconds_at(tick), 4), round(bpm, 3)] for tick, bpm in timing.tempos],
        "bars": [round(timing.seconds_at(tick), 4) for tick in timing.bar_starts(end)],
        "chords": [[round(timing.seconds_at(chord.tick), 4), chord.label] for chord in composition.chords],
        "tracks": tracks,
    }
