"""Another take, a variation, another genre, another tempo: a take's request once more, with something changed."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from bot.chat import Incoming, Reply
from bot.command import Command
from bot.desk import Desk
from bot.library import find_take
from bot.variations import vary
from bot.wishes import submit
from composer_core.errors import SettingError
from composer_core.request import ComposeRequest, new_seed

Change = Callable[[ComposeRequest], ComposeRequest]


async def another(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Compose the same once more with another seed."""
    yield await _again(incoming, desk, lambda request: replace(request, seed=new_seed()))


async def variation(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Compose near what is there: the same seed, one control moved."""
    yield await _again(incoming, desk, lambda request: vary(request, incoming.text("value")))


async def other_genre(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Compose the same melody in another genre, by that genre's own technique."""
    genre = await desk.genre(incoming.text("value"), incoming.place)

    def change(request: ComposeRequest) -> ComposeRequest:
        controls = replace(request.controls, parts=())  # another genre has other parts
        return replace(request, genre=genre.name, technique=genre.technique, intro=False, controls=controls)

    yield await _again(incoming, desk, change)


async def other_tempo(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Compose the same at another tempo."""
    try:
        tempo_bpm = float(incoming.text("value"))
    except ValueError as error:
        raise SettingError(f"{incoming.text('value')[:20]!r} is no tempo: choose one from the list.") from error
    yield await _again(incoming, desk, lambda request: replace(request, tempo_bpm=tempo_bpm))


async def _again(incoming: Incoming, desk: Desk, change: Change) -> Reply:
    entry = await find_take(desk, incoming, incoming.text("id"))
    # A take's own seed; the melody that was sent, not the one that was cut or repeated for it.
    request = replace(ComposeRequest.from_json(entry.settings), seed=entry.seed, takes=1, stems=False)
    job = await submit(incoming, desk, change(request))
    return Reply(f"On its way: job `{job.id}`.")


COMMANDS = (
    Command("another", "Another take", another, shown="pressed", posts=True),
    Command("vary", "A variation", variation, shown="pressed", posts=True),
    Command("regenre", "The same in another genre", other_genre, shown="pressed", posts=True),
    Command("retempo", "The same at another tempo", other_tempo, shown="pressed", posts=True),
)
