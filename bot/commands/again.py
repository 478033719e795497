"""Another take, a variation, another genre, another tempo: a take's request once more, with something changed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from bot.chat import Incoming, Reply
from bot.command import Command
from bot.desk import Desk
from bot.library import find_take
from bot.variations import vary
from bot.wishes import submit
from composer_core.errors import SettingError, about
from composer_core.request import ComposeRequest, new_seed
from storage.jobs import Job

Change = Callable[[ComposeRequest], ComposeRequest]


async def once_more(incoming: Incoming, desk: Desk) -> Job:
    """Put a take's request into the queue again, changed as the command says; ``value`` says how.

    Raises:
        UserError: the take or its genre is not for this user, or the value will not do.
    """
    entry = await find_take(desk, incoming, incoming.text("id"))
    with about("value"):
        change = await _CHANGES[incoming.command](incoming, desk)
        # A take's own seed; the melody that was sent, not the one that was cut or repeated for it.
        request = replace(ComposeRequest.from_json(entry.settings), seed=entry.seed, takes=1, stems=False, score=False)
        request = change(request)
    await desk.genre(request.genre, incoming.place, incoming.user.id)  # who sees a take may not know its genre
    return await submit(incoming, desk, request)


async def run(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Say which job it became."""
    job = await once_more(incoming, desk)
    yield Reply(f"On its way: job `{job.id}`.")


async def _another(incoming: Incoming, desk: Desk) -> Change:
    """Another seed."""
    return lambda request: replace(request, seed=new_seed())


async def _variation(incoming: Incoming, desk: Desk) -> Change:
    """Near what is there: the same seed, one control moved."""
    return lambda request: vary(request, incoming.text("value"))


async def _other_genre(incoming: Incoming, desk: Desk) -> Change:
    """The same melody in another genre, by that genre's own technique."""
    genre = await desk.genre(incoming.text("value"), incoming.place, incoming.user.id)

    def change(request: ComposeRequest) -> ComposeRequest:
        controls = replace(request.controls, parts=())  # another genre has other parts
        return replace(request, genre=genre.name, technique=genre.technique, intro=False, controls=controls)

    return change


async def _other_tempo(incoming: Incoming, desk: Desk) -> Change:
    """Another tempo."""
    try:
        tempo_bpm = float(incoming.text("value"))
    except ValueError as error:
        raise SettingError(f"{incoming.text('value')[:20]!r} is no tempo: choose one from the list.") from error
    return lambda request: replace(request, tempo_bpm=tempo_bpm)


_CHANGES: dict[str, Callable[[Incoming, Desk], Awaitable[Change]]] = {
    "another": _another,
    "vary": _variation,
    "regenre": _other_genre,
    "retempo": _other_tempo,
}
COMMANDS = (
    Command("another", "Another take", run, shown="pressed", posts=True),
    Command("vary", "A variation", run, shown="pressed", posts=True),
    Command("regenre", "The same in another genre", run, shown="pressed", posts=True),
    Command("retempo", "The same at another tempo", run, shown="pressed", posts=True),
)
