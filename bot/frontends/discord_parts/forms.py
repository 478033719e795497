"""Forms: what a slash command cannot take, several files at once, is asked for in a modal.

A modal is an interaction's first answer, and its submission a new interaction (interactions/receiving-and-responding
and components/reference in Discord's documentation: Label, File Upload).
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from bot.chat import Misread, OptionValue
from bot.command import Command, Option

SLASH, MODAL = 2, 9  # a kind of interaction, a kind of answer
TEXT_COMMAND = 1
LABEL, UPLOAD = 18, 19  # kinds of components
TITLE, LABEL_TEXT, DESCRIPTION, FILES = 45, 45, 100, 10
MOST_OPEN = 1000  # forms that may be open at once; the oldest are forgotten

Payload = dict[str, Any]


class Forms:
    """Opens forms, and remembers what was typed before: a submission brings only what was filled in."""

    def __init__(self, commands: Mapping[str, Command]) -> None:
        self._commands = commands
        self._open: dict[str, tuple[str, dict[str, OptionValue]]] = {}

    def ask(self, event: Any) -> tuple[str, Payload] | None:  # noqa: ANN401 - a ``reading.Event``, which knows us
        """Return the option that is missing and the form that asks for it; None if none is."""
        data = event.payload["data"]
        command = self._commands.get(str(data.get("name")))
        option = command.gathers if command else None
        if event.kind != SLASH or data.get("type") != TEXT_COMMAND or command is None or option is None:
            return None
        given = {one["name"]: one["value"] for one in data.get("options", [])}
        if option.name in given:
            return None
        for old in list(itertools.islice(self._open, max(len(self._open) - MOST_OPEN + 1, 0))):
            del self._open[old]
        self._open[event.id] = (command.name, given)
        return option.name, _modal(command, option, event.id)

    def begun(self, form: str) -> tuple[str, dict[str, OptionValue]]:
        """Return the command and the options that were typed before a form was opened.

        Raises:
            Misread: we were started anew meanwhile.
        """
        if form not in self._open:
            raise Misread("I was started anew while you filled that in: type the command once more, please.")
        return self._open[form]


def uploads(data: Payload) -> Iterator[tuple[str, list[str]]]:
    """Yield each file field of a submission with the ids of its files."""
    for row in data.get("components", []):
        field = row.get("component") or {}
        if field.get("type") == UPLOAD:
            yield str(field["custom_id"]), [str(one) for one in field.get("values") or []]


def _modal(command: Command, option: Option, form: str) -> Payload:
    upload = {
        "type": UPLOAD,
        "custom_id": option.name,
        "min_values": 1,
        "max_values": min(option.most, FILES),
        "required": True,
    }
    label = {
        "type": LABEL,
        "label": option.name.capitalize()[:LABEL_TEXT],
        "description": option.summary[:DESCRIPTION],
        "component": upload,
    }
    return {"type": MODAL, "data": {"custom_id": form, "title": command.summary[:TITLE], "components": [label]}}
