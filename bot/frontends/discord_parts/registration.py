"""Commands as Discord registers them (interactions/application-commands in Discord's documentation)."""

from collections.abc import Iterable
from typing import Any

from bot.command import Command, Option

CHAT_INPUT, MESSAGE = 1, 3
OPTION_TYPES = {"text": 3, "integer": 4, "channel": 7, "number": 10, "file": 11}
EVERY_INSTALL = [0, 1]  # to a server, to a user
EVERYWHERE = [0, 1, 2]  # servers, our own direct messages, other conversations
POSTABLE_CHANNELS = [0, 5, 10, 11, 12, 15]  # text, announcement, the kinds of threads, forum
MANAGE_GUILD = 1 << 5
MOST_TEXT = 6000


def registered(commands: Iterable[Command]) -> list[dict[str, Any]]:
    """Return what is registered: the typed commands and the entries of the message menu."""
    return [_command(command) for command in commands if command.shown in ("typed", "menu")]


def _command(command: Command) -> dict[str, Any]:
    is_menu = command.shown == "menu"
    data: dict[str, Any] = {
        "name": command.title if is_menu else command.name,
        "type": MESSAGE if is_menu else CHAT_INPUT,
        "integration_types": EVERY_INSTALL,
        "contexts": EVERYWHERE,
    }
    if not is_menu:
        data["description"] = command.summary
        data["options"] = [_option(option) for option in command.options]
    if command.for_managers:
        data["default_member_permissions"] = MANAGE_GUILD
    return data


def _option(option: Option) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": option.name,
        "description": option.summary,
        "type": OPTION_TYPES[option.kind],
        "required": option.required,
    }
    if option.choices:
        data["choices"] = [{"name": choice.label, "value": choice.value} for choice in option.choices]
    if option.complete:
        data["autocomplete"] = True
    if option.kind == "channel":
        data["channel_types"] = POSTABLE_CHANNELS
    if option.kind == "text":
        bounds = ("min_length", "max_length")
    elif option.kind in ("integer", "number"):
        bounds = ("min_value", "max_value")
    else:
        return data
    given = zip(bounds, (option.low, option.high), strict=True)
    whole = option.kind != "number"
    return data | {key: int(value) if whole else value for key, value in given if value is not None}
