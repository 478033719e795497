"""/genre: what its owner can do with a genre: rename, describe, share, keep private, export, delete."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import PurePath

from bot import genre_keeping as keeping
from bot.cards import plain
from bot.chat import MIB, Button, Choice, Incoming, OutFile, Reply
from bot.command import Command, Option
from bot.desk import Desk
from composer_core.errors import SettingError, UserError, about
from composer_core.genre_file import ENDING
from storage.genre_shelf import Owned

Deed = Callable[[Owned, Incoming, Desk], Awaitable[Reply]]


async def genre(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Do what was asked, if the genre is the asker's."""
    with about("name"):
        owned = await _managed(incoming, incoming.text("name"), desk)
    yield await _DEEDS[incoming.text("action")](owned, incoming, desk)


async def pressed(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """The same, from a button that names the genre."""
    owned = await _managed(incoming, incoming.text("id"), desk)
    yield await _BUTTONS[incoming.command](owned, incoming, desk)


async def _managed(incoming: Incoming, name: str, desk: Desk) -> Owned:
    """Find a genre that the asker may decide about: their own, or one of the space that they manage.

    Raises:
        GenreError: there is none that they may know of, or it came with Tutti.
        UserError: it is somebody else's.
    """
    place, user = incoming.place, incoming.user
    found = await desk.genre(name.strip(), place, user.id)
    owned = await desk.do(keeping.custom, found.name, desk)
    is_here = (owned.platform, owned.space) == place.community and bool(place.community[1])
    if owned.user != user.id and not (user.manages and is_here):
        where = f"the {place.space_name} that it belongs to"
        raise UserError(f"Only who made {owned.name!r} may do that, or who manages {where}.")
    return owned


async def _rename(owned: Owned, incoming: Incoming, desk: Desk) -> Reply:
    new = incoming.text("value")
    with about("value"):
        await desk.do(keeping.rename, owned, new, desk)
    return Reply(f"`{owned.name}` is called `{new}` now.")


async def _describe(owned: Owned, incoming: Incoming, desk: Desk) -> Reply:
    with about("value"):
        text = await desk.do(keeping.describe, owned, incoming.text("value"), desk)
    return Reply(f"`{owned.name}`: {plain(text, 300)}")


async def _share(owned: Owned, incoming: Incoming, desk: Desk) -> Reply:
    who = await desk.do(keeping.share, owned, incoming.place, desk)
    return Reply(f"{who[0].upper()}{who[1:]} may compose in `{owned.name}` now. /genre keeps it private again.")


async def _keep_private(owned: Owned, incoming: Incoming, desk: Desk) -> Reply:
    await desk.do(desk.shelf.withdraw, owned.name)
    return Reply(f"`{owned.name}` is for {'you' if owned.user == incoming.user.id else 'its owner'} alone.")


async def _export(owned: Owned, incoming: Incoming, desk: Desk) -> Reply:
    data = await desk.toil(keeping.exported, owned, desk)
    if len(data) > incoming.place.file_bytes:
        raise SettingError(
            f"{owned.name!r} has {len(data) / MIB:.1f} MB, more than may be sent here "
            f"({incoming.place.file_bytes / MIB:.0f} MB): ask in a conversation with me, or whoever runs me."
        )
    name = PurePath(f"{owned.name}{ENDING}").name
    return Reply(f"`{owned.name}` in one file: `tutti genre import {name}` takes it in.", (OutFile(name, data),))


async def _ask_to_delete(owned: Owned, incoming: Incoming, desk: Desk) -> Reply:
    sure = Button("Delete it", f"genre_delete {owned.name}", "danger")
    return Reply(f"This deletes the genre `{owned.name}` for good. What was composed in it stays.", rows=((sure,),))


async def _delete(owned: Owned, incoming: Incoming, desk: Desk) -> Reply:
    await desk.do(keeping.delete, owned, desk)
    return Reply(f"`{owned.name}` is deleted.")


async def complete_own(incoming: Incoming, desk: Desk, typed: str) -> list[Choice]:
    """Propose the asker's own genres."""
    own = await desk.do(desk.privacy.genres, incoming.user.id)
    return [Choice(owned.name, owned.name) for owned in own if typed.strip().lower() in owned.name][:25]


_DEEDS: dict[str, Deed] = {
    "rename": _rename,
    "describe": _describe,
    "share": _share,
    "private": _keep_private,
    "export": _export,
    "delete": _ask_to_delete,
}
_BUTTONS: dict[str, Deed] = {"genre_share": _share, "genre_delete": _delete}
_ACTIONS = (
    Choice("rename", "rename it (value: the new name)"),
    Choice("describe", "describe it (value: one line)"),
    Choice("share", "share it with everybody here"),
    Choice("private", "keep it private"),
    Choice("export", "export it as one file"),
    Choice("delete", "delete it"),
)
OPTIONS = (
    Option("name", "which of your genres", required=True, complete=complete_own, high=40),
    Option("action", "what to do with it", required=True, choices=_ACTIONS),
    Option("value", "the new name, or the description", high=300),
)
COMMANDS = (
    Command("genre", "Rename, describe, share, export or delete a genre of yours", genre, OPTIONS),
    Command("genre_share", "Share a genre with everybody here", pressed, shown="pressed"),
    Command("genre_delete", "Delete a genre", pressed, shown="pressed"),
)
