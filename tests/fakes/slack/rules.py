"""What Slack refuses beyond its schemas, and what it lets pass although users suffer from it."""

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.slack import schemas
from tests.fakes.slack.things import elements, texts

POST_CHARS, UPDATE_CHARS = 40_000, 4_000  # chat.postMessage truncates; chat.update: msg_too_long
MARKDOWN_CHARS = 12_000  # all markdown blocks of a message together
VIEW_BYTES = 250_000  # view_too_large
MESSAGE_ONLY = {"markdown", "table", "data_table", "task_card", "plan", "card", "carousel", "context_actions", "file"}
PINGS = ("<!channel>", "<!here>", "<!everyone>")
# Of the manifest: display_information, slash_commands, shortcuts (app manifest reference).
MANIFEST_CHARS = {"name": 35, "description": 140, "long_description": 4000}


def message_problems(text: str | None, blocks: list[dict[str, Any]] | None, most_chars: int = POST_CHARS) -> list[str]:
    """What is wrong with a message."""
    problems = block_problems(blocks or [], "message")
    if blocks and not text:
        problems.append("blocks without a text: nothing to read in notifications and for screen readers")
    if len(text or "") > most_chars:
        problems.append(f"text of {len(text or '')} characters")
    if len(blocks or []) > 50:
        problems.append("more than 50 blocks")
    if pings := [ping for ping in PINGS for one in (text or "", *texts(blocks or [])) if ping in one]:
        problems.append(f"{pings[0]} in a message")
    return problems


def view_problems(view: Any, kind: str) -> list[str]:
    """What is wrong with a view that should be a modal or a Home tab."""
    if not isinstance(view, dict) or view.get("type") != kind:
        return [f"view: not a {kind}"]
    problems = schemas.view_problems(view) + _rules(view.get("blocks", []), kind)
    has_inputs = any(block.get("type") == "input" for block in view.get("blocks", []))
    if has_inputs and kind == "modal" and "submit" not in view:
        problems.append("view: inputs without a submit button")
    if len(json.dumps(view)) > VIEW_BYTES:
        problems.append("view: larger than 250 kB")
    return problems


def block_problems(blocks: list[dict[str, Any]], surface: str) -> list[str]:
    """What is wrong with the blocks of a ``message``, ``modal`` or ``home``."""
    return schemas.block_problems(blocks) + _rules(blocks, surface)


def _rules(blocks: Any, surface: str) -> list[str]:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["blocks: not a list of blocks"]
    problems = [f"{problem} in {block.get('type')}" for block in blocks for problem in _one(block, surface)]
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(ids)) < len(ids):
        problems.append("block_id twice")
    if sum(len(block.get("text", "")) for block in blocks if block.get("type") == "markdown") > MARKDOWN_CHARS:
        problems.append("more than 12 000 characters of markdown")
    return problems


def _one(block: dict[str, Any], surface: str) -> Iterator[str]:
    kind, inner = block.get("type"), list(elements(block))
    actions = [element["action_id"] for element in inner if "action_id" in element]
    if kind in MESSAGE_ONLY and surface != "message":
        yield f"not for a {surface}"
    if kind == "section" and not block.get("text") and not block.get("fields"):
        yield "neither text nor fields"
    if kind in ("actions", "context") and not block.get("elements"):
        yield "no elements"
    if len(set(actions)) < len(actions):
        yield "action_id twice"
    if "" in [one["text"] for one in _texts_of(block)]:
        yield "empty text"
    if kind == "image" and not block.get("alt_text"):
        yield "picture without alt_text"
    for element in inner:
        yield from _element(element, kind, surface)


def _element(element: dict[str, Any], block: Any, surface: str) -> Iterator[str]:
    kind = str(element.get("type"))
    if kind == "file_input" and (surface != "modal" or block != "input"):
        yield "file_input outside a modal's input"
    if kind == "button" and not element.get("action_id") and not element.get("url"):
        yield "button without action_id"
    if kind in ("static_select", "multi_static_select") and bool(element.get("options")) == bool(
        element.get("option_groups")
    ):
        yield "options or option_groups, one of them"
    options = [*element.get("options", []), *(one for g in element.get("option_groups", []) for one in g["options"])]
    yield from option_problems(options)
    first = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    if kind != "external_select" and kind != "multi_external_select" and any(one not in options for one in first):
        yield "initial option is not among the options"
    if kind == "checkboxes" and "initial_options" in element and not element["initial_options"]:
        yield "initial_options must not be empty"


def option_problems(options: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with a menu's options."""
    values = [option.get("value") for option in options]
    if any(not value for value in values):
        yield "option without a value"
    if len(set(values)) < len(values):
        yield "option value twice"


def _texts_of(value: Any) -> Iterator[dict[str, Any]]:
    """Every text object."""
    if isinstance(value, list):
        for one in value:
            yield from _texts_of(one)
    elif isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn") and isinstance(value.get("text"), str):
            yield value
        for one in value.values():
            yield from _texts_of(one)


def manifest_problems(manifest: dict[str, Any]) -> list[str]:
    """What Slack's form for new apps says about a manifest."""
    about, features = manifest.get("display_information", {}), manifest.get("features", {})
    problems = [f"{key}: too long" for key, most in MANIFEST_CHARS.items() if len(about.get(key, "")) > most]
    if not about.get("name"):
        problems.append("no name")
    if "long_description" in about and len(about["long_description"]) < 174:
        problems.append("long_description: too short")
    commands = [one["command"] for one in features.get("slash_commands", [])]
    if len(commands) > 50 or len(set(commands)) < len(commands):
        problems.append("slash_commands: more than 50, or one twice")
    for one in features.get("slash_commands", []):
        if not one["command"].startswith("/") or not 2 <= len(one["command"]) <= 32 or not one.get("description"):
            problems.append(f"slash command {one['command']}: name or description")
    if len(features.get("shortcuts", [])) > 10:
        problems.append("more than 10 shortcuts")
    for one in features.get("shortcuts", []):
        if len(one["name"]) > 24 or one["type"] not in ("message", "global") or not one.get("description"):
            problems.append(f"shortcut {one['name']}")
    scopes = manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])
    return problems + [f"scope {needed} for {feature}" for feature, needed in _needed(manifest) if needed not in scopes]


def _needed(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(feature, scope that Slack adds or asks for)."""
    if manifest.get("features", {}).get("slash_commands") or manifest.get("features", {}).get("shortcuts"):
        yield "commands", "commands"
    for event in manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", []):
        if scope := EVENT_SCOPES.get(event):
            yield event, scope


EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.mpim": "mpim:history",
    "file_shared": "files:read",
    "member_joined_channel": "channels:read",
}
