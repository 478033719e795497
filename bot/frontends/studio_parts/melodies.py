"""Melodies on their way in: typed, uploaded, out of the drawer; and chords laid on one."""

from pathlib import PurePath

from aiohttp import web

from bot.as_json.melodies import melody_json, plan_json, read_melody_json
from bot.cards import plain
from bot.frontends.studio_parts.answers import Problem, json_answer
from bot.frontends.studio_parts.service import Ask
from bot.frontends.studio_parts.uploads import parts, read_midi, reader
from bot.melodies import melody_from_midi, melody_from_notes
from bot.tunes import read_tunes
from bot.wishes import ENDINGS, MOST_BYTES


async def samples(ask: Ask) -> web.StreamResponse:
    """Return melodies to begin with."""
    tunes = await ask.desk.do(read_tunes)
    shown = [
        {
            "id": "-".join(tune.title.lower().split()),
            "title": tune.title,
            "source": tune.source,
            "key": tune.key,
            "tempo_bpm": tune.tempo_bpm,
            "notes": tune.notes,
        }
        for tune in tunes
    ]
    return await json_answer(ask, {"samples": shown})


async def read_notes(ask: Ask) -> web.StreamResponse:
    """Read typed notes."""
    name = plain(ask.body.get("name", "")) or "melody"
    melody = await ask.desk.do(melody_from_notes, ask.body["notes"], name)
    return await json_answer(ask, await ask.desk.do(melody_json, melody))


async def read_midi_file(ask: Ask) -> web.StreamResponse:
    """Read an uploaded MIDI file."""
    async for part in parts(reader(ask.request, MOST_BYTES), "file"):
        name, data = await read_midi(part, MOST_BYTES, ENDINGS)
        title = plain(PurePath(name).stem) or "melody"
        melody = await ask.desk.toil(melody_from_midi, data, title, ask.values.get("track"))
        return await json_answer(ask, await ask.desk.do(melody_json, melody))
    raise Problem(400, "There is no part named file: choose a MIDI file.", "file")


async def read_chords(ask: Ask) -> web.StreamResponse:
    """Lay a chord line on a melody."""
    melody = await ask.desk.do(read_melody_json, ask.body["melody"])
    return await json_answer(ask, await ask.desk.do(plan_json, melody, ask.body["chords"], ask.body.get("bars")))
