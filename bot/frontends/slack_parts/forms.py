"""Modals, made of a command's options, and what was filled in (surfaces/modals in Slack's documentation)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from bot.chat import Choice
from bot.command import Command, Option
from bot.frontends.slack_parts import writing
from bot.frontends.slack_parts.checking import shown
from bot.frontends.slack_parts.writing import Block, compact, plain

TITLE, HINT, TEXT, METADATA, MENU = 24, 150, 3000, 3000, 100
LONG = 100  # a text that may be longer gets several lines
GUESSES = 0  # characters to type before a searchable menu asks for choices


@dataclass(frozen=True)
class Origin:
    """Where a modal was opened, kept in it: its submission does not say so."""

    channel: str = ""
    thread: str = ""
    source: str = ""
    door: str = ""

    def to_metadata(self) -> str:
        """Return ``private_metadata``; ``of`` mirrors it."""
        return compact({key: value for key, value in asdict(self).items() if value})[:METADATA]

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Self:
        """Read a view's ``private_metadata``."""
        kept = json.loads(view.get("private_metadata") or "{}")
        return cls(**{key: str(value) for key, value in kept.items() if key in cls.__dataclass_fields__})


def asks(command: Command, given: Mapping[str, Any], *, pressed: bool = False) -> bool:
    """Whether a command has to ask: for what it requires, for a file, or, on a button, for where to.

    One that takes several files always asks: nothing else that one says can bring them.
    """
    if command.gathers and command.gathers.name not in given:
        return True
    needed = [option for option in command.options if option.required and option.name not in given]
    if needed and "value" not in given:  # what was chosen from a menu says all there is to say
        return True
    kinds = {option.kind for option in command.options}
    return ("file" in kinds and not given) or (pressed and "channel" in kinds)


def modal(command: Command, origin: Origin, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the view that asks for a command's options; ``given`` are those that are known."""
    return {
        "type": "modal",
        "callback_id": command.name,
        "title": plain(titled(command.name), TITLE),
        "submit": plain(titled(command.name), TITLE),
        "close": plain("Cancel", TITLE),
        "private_metadata": origin.to_metadata(),
        "blocks": [
            writing.section(writing.cut(command.summary, HINT)),
            *(_input(option, given.get(option.name, "")) for option in command.options[: writing.VIEW_BLOCKS - 1]),
        ],
    }


def filled(view: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, list[Block]]]:
    """Return what was filled in: texts, and files, by option. What was left empty is left out."""
    texts: dict[str, str] = {}
    files: dict[str, list[Block]] = {}
    for name, elements in view.get("state", {}).get("values", {}).items():
        for element in elements.values():
            if element.get("type") == "file_input":
                files |= {name: list(element["files"])} if element.get("files") else {}
            elif said := _said(element):
                texts[name] = said
    return texts, files


def titled(name: str) -> str:
    """Write a name as a heading."""
    return name.replace("_", " ").capitalize()


def _said(element: Mapping[str, Any]) -> str:
    chosen = element.get("selected_option") or {}
    return str(element.get("value") or chosen.get("value") or element.get("selected_conversation") or "").strip()


def _input(option: Option, given: str) -> Block:
    return {
        "type": "input",
        "block_id": option.name,
        "optional": not option.required,
        "label": plain(titled(option.name)),
        "hint": plain(option.summary, HINT),
        "element": {**_element(option, given), "action_id": option.name},
    }


def _element(option: Option, given: str) -> Block:
    if option.kind == "file":
        return {"type": "file_input", "max_files": option.most}
    if option.kind == "channel":
        wanted = {"include": ["public", "private"], "exclude_bot_users": True}
        return {"type": "conversations_select", "filter": wanted} | _if(given, "initial_conversation", given)
    if option.kind in ("integer", "number"):
        bounds = {"min_value": shown(option.low), "max_value": shown(option.high)}
        number = {"type": "number_input", "is_decimal_allowed": option.kind == "number"}
        return number | {key: bound for key, bound in bounds.items() if bound} | _if(given, "initial_value", given)
    if option.choices:
        known = writing.options(option.choices)
        chosen = next((one for one in known if one["value"] == given), None)
        return {"type": "static_select", "options": known} | _if(chosen, "initial_option", chosen)
    if option.complete:
        chosen = writing.option(Choice(given, given)) if given else None
        menu = {"type": "external_select", "min_query_length": GUESSES}
        return menu | _if(chosen, "initial_option", chosen)
    most = min(int(option.high or TEXT), TEXT)
    text = {"type": "plain_text_input", "multiline": most > LONG, "max_length": most}
    return text | _if(given, "initial_value", given[:most])


def _if(given: object, key: str, value: object) -> Block:
    return {key: value} if given else {}
