"""A wish to compose as a page sends it: the same wish as a chat's, read by the same code."""

from typing import Any

from bot.as_json.melodies import read_melody_json
from bot.chat import Incoming
from bot.commands.compose import TECHNIQUES
from bot.desk import Desk
from bot.guests import Guest
from bot.library import find_take
from composer_core.errors import MelodyError, SettingError, about
from composer_core.music import Melody
from composer_core.notation import parse_notes
from composer_core.request import ComposeRequest

_SOURCES = ("melody", "notes", "source")
_NAMES = {"tempo_bpm": "tempo"}


def wish_of(body: dict[str, Any], guest: Guest, key: str) -> Incoming:
    """Return the wish with its options, by the names that chats have for them.

    Raises:
        SettingError: there is no such technique.
    """
    technique = body.get("technique")
    known = [choice.value for choice in TECHNIQUES]
    with about("technique"):
        if technique and technique not in known:
            raise SettingError(f"There is no technique {technique!r}: choose one of {', '.join(known)}.")
    options = {_NAMES.get(name, name): value for name, value in body.items() if name not in _SOURCES}
    return guest.wish("compose", key, **options)


async def melody_of(body: dict[str, Any], incoming: Incoming, desk: Desk) -> tuple[Melody, bool]:
    """Return the melody that a wish brings, and whether it has no tempo of its own.

    Raises:
        UserError: there is none, there are two, or it cannot be read.
    """
    given = [name for name in _SOURCES if name in body]
    if len(given) != 1:
        with about(given[1] if given else "melody"):
            raise MelodyError("Give one melody: played, typed as notes, or from an earlier composition.")
    with about(given[0]):
        if "notes" in body:
            return await desk.do(parse_notes, body["notes"]), True
        if "source" in body:
            entry = await find_take(desk, incoming, body["source"])
            return (await desk.do(ComposeRequest.from_json, entry.settings)).melody, False
        return await desk.do(read_melody_json, body["melody"]), "tempos" not in body["melody"]
