"""The menu entry "Describe this MIDI": key, metre, tempo, tracks and a picture, to the asker alone."""

from collections.abc import AsyncIterator
from pathlib import PurePath

from bot.cards import duration, plain
from bot.chat import Incoming, Reply
from bot.command import Command
from bot.desk import Desk
from bot.sketch import draw
from bot.wishes import fetch_midi
from composer_core.errors import MelodyError
from composer_core.midi_survey import read_composition
from composer_core.music import Composition, Track, pitch_name

MOST_TRACKS = 12


async def describe(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Describe the first MIDI file of a message."""
    if not incoming.files:
        raise MelodyError("That message has no MIDI file: choose one that has a .mid attached.")
    attachment = next(iter(incoming.files.values()))
    data = await fetch_midi(attachment)
    composition = await desk.toil(read_composition, data, PurePath(attachment.name).stem or "file")
    picture = await desk.draw(draw, composition, "roll.png")
    yield Reply("\n".join(_lines(composition)), (picture,))


def _lines(composition: Composition) -> list[str]:
    timing = composition.timing
    tempos = sorted({round(bpm) for _, bpm in timing.tempos})
    metres = list(dict.fromkeys(str(metre) for _, metre in timing.metres))
    bars = len(timing.bar_starts(composition.end)) - (1 if timing.pickup_ticks else 0)
    tempo = f"{tempos[0]} bpm" if len(tempos) == 1 else f"{tempos[0]}-{tempos[-1]} bpm"
    facts = (str(composition.key), ", ".join(metres[:4]), tempo, f"{bars} bars", duration(composition.end_s))
    lines = [f"**{plain(composition.name)}**", " · ".join(facts)]
    lines += [_track(track) for track in composition.tracks[:MOST_TRACKS]]
    if len(composition.tracks) > MOST_TRACKS:
        lines.append(f"… and {len(composition.tracks) - MOST_TRACKS} more tracks")
    return lines + [f"-# {plain(notice, 300)}" for notice in composition.notices]


def _track(track: Track) -> str:
    kind = "drums" if track.is_drum else f"program {track.program + 1}"
    pitches = [note.pitch for note in track.notes]
    reach = "" if track.is_drum else f", {pitch_name(min(pitches))} to {pitch_name(max(pitches))}"
    taken = " ← the melody" if track.is_melody else ""
    return f"- {plain(track.name, 40)} ({kind}): {len(track.notes)} notes{reach}{taken}"


COMMANDS = (Command("describe", "Key, metre, tempo and tracks", describe, shown="menu", title="Describe this MIDI"),)
