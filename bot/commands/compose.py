"""/compose, and the menu entry "Compose from this": a melody becomes a job, and the user sees what was understood."""

from collections.abc import AsyncIterator

from bot.cards import plain
from bot.chat import Choice, Incoming, Reply
from bot.command import Command, Option
from bot.desk import Desk
from bot.sketch import sketch
from bot.wishes import MOST_TAKES, read_attachment, read_wish, submit, wish
from composer_core.controls import RISK
from composer_core.errors import MelodyError
from composer_core.music import Melody
from composer_core.request import LENGTH_BARS, SEED, TEMPO_BPM


async def compose(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Read the melody, put the job into the queue, show typed notes as they were understood."""
    melody, typed = await read_wish(incoming, desk)
    async for reply in _begin(incoming, desk, melody, typed):
        yield reply


async def compose_from(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Compose from the MIDI file of a message, in the space's default genre; the result offers the others."""
    if not incoming.files:
        raise MelodyError("That message has no MIDI file: choose one that has a .mid attached.")
    melody = await read_attachment(next(iter(incoming.files.values())), desk)
    async for reply in _begin(incoming, desk, melody, typed=False):
        yield reply


async def _begin(incoming: Incoming, desk: Desk, melody: Melody, typed: bool) -> AsyncIterator[Reply]:
    request = await wish(incoming, desk, melody, typed)
    job = await submit(incoming, desk, request)
    lines = [f"Understood: {plain(melody.name)}, {len(melody.notes)} notes, {melody.length_bars} bars. Job `{job.id}`."]
    lines += [f"-# {plain(notice, 300)}" for notice in melody.notices]
    picture = await desk.draw(sketch, melody) if typed else None
    yield Reply("\n".join(lines), files=(picture,) if picture else ())


async def complete_genre(incoming: Incoming, desk: Desk, typed: str) -> list[Choice]:
    """Propose the genres whose name, title or description has what was typed."""
    wanted = typed.strip().lower()
    known = await desk.genres(incoming.place, incoming.user.id)
    genres = sorted(known, key=lambda genre: not genre.name.startswith(wanted))
    fitting = [genre for genre in genres if wanted in f"{genre.name} {genre.title} {genre.description}".lower()]
    return [Choice(genre.name, f"{genre.title}: {genre.description}"[:100]) for genre in fitting[:25]]


TECHNIQUES = (Choice("accompany", "accompany: the trained networks"), Choice("blocks", "blocks: plain chords by rule"))
OPTIONS = (
    Option("melody", "a MIDI file (.mid) with the melody in it", kind="file"),
    Option("notes", "or type it: C4 D E:2 | F#:1/2 R Bb3:1.5", high=6000),
    Option("genre", "the style; the usual one here when left out", complete=complete_genre, high=40),
    Option("technique", "way of composing; the genre's own when left out", choices=TECHNIQUES),
    Option("tempo", "quarters a minute, instead of the melody's own", "number", low=TEMPO_BPM[0], high=TEMPO_BPM[1]),
    Option("key", "move the melody there: C, Am, Eb major", high=20),
    Option("bars", "cut or repeat the melody to this many bars", "integer", low=LENGTH_BARS[0], high=LENGTH_BARS[1]),
    Option("takes", "how many different takes to choose from", "integer", low=1, high=MOST_TAKES),
    Option("chords", "your own harmony, a bar between bars: C Am | F G7", high=4000),
    Option("seed", "the same seed gives the same notes", "integer", low=SEED[0], high=SEED[1]),
    Option("risk", "how far from what is usual; 1 is as learned", "number", low=RISK[0], high=RISK[1]),
)
COMPOSE = Command("compose", "Compose a whole band around your melody", compose, OPTIONS, posts=True)
COMPOSE_FROM = Command(
    "compose_from", "Compose from the MIDI file here", compose_from, shown="menu", title="Compose from this", posts=True
)
