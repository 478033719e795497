"""A melody as a page edits it, both ways."""

from dataclasses import replace
from typing import Any

from bot.cards import plain
from composer_core.chords import count_bars, parse_plan
from composer_core.errors import MelodyError, about
from composer_core.harmony import find_key
from composer_core.melody import fit
from composer_core.midi import SHORTEST_S
from composer_core.midi_timing import check_span
from composer_core.music import Melody, Metre, Note, Timing, monophonic
from composer_core.notation import format_notes, is_metre

ONE_LINE = "Of notes that sound together the top one was kept: a melody is one line."


def melody_json(melody: Melody) -> dict[str, Any]:
    """Return a melody with what can be said of it. Takes a moment; call it off the event loop."""
    timing = melody.timing
    return {
        "name": melody.name,
        "ticks_per_beat": timing.ticks_per_beat,
        "notes": [
            {"start": note.start, "duration": note.duration, "pitch": note.pitch, "velocity": note.velocity}
            for note in melody.notes
        ],
        "tempos": [[tick, round(bpm, 3)] for tick, bpm in timing.tempos],
        "metres": [[tick, str(metre)] for tick, metre in timing.metres],
        "pickup_ticks": timing.pickup_ticks,
        "program": melody.program,
        "track": melody.track,
        "notices": list(melody.notices),
        "text": format_notes(melody),
        "key": str(find_key(melody.notes)),
        "length_bars": melody.length_bars,
        "length_s": round(melody.end_s, 3),
        "bar_ticks": timing.bar_starts(max(melody.end, 1)),
    }


def read_melody_json(data: dict[str, Any]) -> Melody:
    """Read a melody whose data have the right types and ranges; ``melody_json`` mirrors it.

    Raises:
        MelodyError: its maps are in disorder, or it has too many bars or beats, or is over at once.
    """
    with about("melody"):
        notes = sorted(
            Note(one["start"], one["pitch"], one["duration"], one.get("velocity", 80)) for one in data["notes"]
        )
        line = monophonic(notes)
        timing = _timing(data)
        melody = Melody(
            line,
            timing,
            name=plain(data.get("name", "")) or "melody",
            track="the page",
            program=data.get("program", 0),
            notices=(ONE_LINE,) if list(line) != notes else (),
        )
        check_span(timing, melody.end)
        if melody.end_s < SHORTEST_S:
            raise MelodyError("The melody is over in an instant: make its notes longer.")
    return melody


def plan_json(melody: Melody, text: str, bars: int | None) -> dict[str, Any]:
    """Return a chord line laid on a melody, cut or repeated to ``bars``.

    Raises:
        UserError: a chord is unknown, or the line does not fit.
    """
    with about("bars"):
        fitted = fit(melody, length_bars=bars)
    with about("chords"):
        plan, written = parse_plan(text, fitted), count_bars(text)
    return {
        "chords": [{"tick": chord.tick, "label": chord.label} for chord in plan],
        "bars": written,
        "notices": list(fitted.notices),
    }


def _note(data: dict[str, int]) -> Note:
    return Note(data["start"], data["pitch"], data["duration"], data.get("velocity", 80))


def _timing(data: dict[str, Any]) -> Timing:
    tempos = tuple((tick, float(bpm)) for tick, bpm in data.get("tempos", Timing.tempos))
    metres = tuple((tick, _metre(text)) for tick, text in data.get("metres", [[0, "4/4"]]))
    for name, changes in (("tempos", tempos), ("metres", metres)):
        ticks = [tick for tick, _ in changes]
        if ticks[0] != 0 or ticks != sorted(set(ticks)):
            raise MelodyError(f"The melody's {name} must be in order, the first at tick 0.")
    timing = Timing(data.get("ticks_per_beat", Timing.ticks_per_beat), tempos, metres)
    pickup_ticks = data.get("pickup_ticks", 0)
    if pickup_ticks >= max(metres[0][1].bar_ticks(timing.ticks_per_beat), 1):
        raise MelodyError("The melody's pick-up is as long as a bar: make it shorter, or leave it out.")
    return replace(timing, pickup_ticks=pickup_ticks)


def _metre(text: str) -> Metre:
    above, _, below = text.partition("/")
    metre = Metre(int(above), int(below))
    if not is_metre(metre):
        raise MelodyError(f"{text} is no metre: choose one such as 4/4, 3/4 or 6/8.")
    return metre
