"""Slack's own descriptions as validators; without the folder ``../shared/specs`` nothing is checked.

Calls: the method reference. Blocks and views: the Block Kit schema. What the fake sends to the bot: recorded payloads
of the same kind, whose common keys must be there and beyond whose keys nothing may be.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

SPECS = Path(__file__).parents[4] / "shared" / "specs" / "slack"
BLOCK_KIT, METHODS, PAYLOADS = SPECS / "slack-blockkit.schema.json", SPECS / "api-ref", SPECS / "payloads"
SHAPES = SPECS / "java-sdk-samples"
MISSING = not (BLOCK_KIT.exists() and METHODS.exists() and PAYLOADS.exists())
# Arguments that Slack's own libraries send and the reference does not list.
EXTRA = {"unfurl_links", "unfurl_media", "link_names", "team_id", "request_file_info"}
# Kind of payload → the recorded ones (by the beginning of their name), and a sample that lists every key there can be.
KINDS = {
    "slash_command": ("slash_command", "app-backend/slash-commands/SlashCommandPayload"),
    "block_actions": ("block_actions", "app-backend/interactive-components/BlockActionPayload"),
    "block_actions_in_view": ("no recording: in a view", "app-backend/interactive-components/BlockActionPayload"),
    "block_suggestion": ("block_suggestion", "app-backend/interactive-components/BlockActionPayload"),
    "message_action": ("message_action", "app-backend/interactive-components/MessageShortcutPayload"),
    "shortcut": ("shortcut", ""),
    "view_submission": ("view_submission", "app-backend/views/ViewSubmissionPayload"),
    "view_closed": ("view_closed", "app-backend/views/ViewClosedPayload"),
    "app_mention": ("event_app_mention", "events/AppMentionPayload"),
    "message": ("event_message", "events/MessagePayload"),
    "file_share": ("event_message_file_share", "events/MessageFileSharePayload"),
    "message_changed": ("event_message_message_changed", "events/MessageChangedPayload"),
    "message_deleted": ("event_message_message_deleted", "events/MessageDeletedPayload"),
    "app_home_opened": ("event_app_home_opened", "events/AppHomeOpenedPayload"),
    "tokens_revoked": ("event_tokens_revoked", ""),
    "app_uninstalled": ("event_app_uninstalled", ""),
    "events_api": ("socket_envelope_events_api", ""),
    "interactive": ("socket_envelope_interactive", ""),
    "slash_commands": ("socket_envelope_slash_commands", ""),
}
# Keys below which everything is another schema's business, or anybody's.
FREE = {"blocks", "values", "actions", "payload", "files", "authorizations", "response_urls", "enterprise"}
# Only in some recordings because these were shortened, or belong to organisations; documented as there or not.
OPTIONAL = {"enterprise_id", "enterprise_name", "retry_attempt", "retry_reason"}
# Not in the recordings, seen by others: a mention carries its files (slackapi/bolt-js #2056).
ALSO = {"files"}


# ── calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def method(name: str) -> dict[str, Any] | None:
    """Everything that the reference says of a method, or nothing."""
    path = METHODS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def argument_problems(name: str, arguments: dict[str, Any]) -> list[str]:
    """What is wrong with a call's arguments, tokens apart."""
    reference = method(name)
    if reference is None:
        return []
    known = reference["args"]["properties"]
    missing = [one for one in reference["args"].get("required", []) if one != "token" and arguments.get(one) is None]
    unknown = [one for one in arguments if one not in known and one not in EXTRA]
    wrong = [
        f"{one}: a {type(value).__name__}"
        for one, value in arguments.items()
        if one in known and not _fits(value, known[one])
    ]
    problems = [f"missing {one}" for one in missing] + [f"unknown {one}" for one in unknown] + wrong
    return [f"{name}: {problem}" for problem in problems]


def _fits(value: Any, wanted: dict[str, Any]) -> bool:
    """Whether a value has a type that the reference names; what it calls a string of JSON may also be the JSON."""
    text = wanted.get("desc", "") + str(wanted.get("example", ""))
    names = {one.get("type") for one in wanted.get("anyOf", [wanted])}
    if "string" in names and ("JSON" in text or "URL-encoded" in text):
        names |= {"array", "object"}
    return None in names or any(_is(value, name) for name in names)


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    kinds = {"string": str, "integer": int, "number": int | float, "array": list, "object": dict, "null": type(None)}
    return name in kinds and isinstance(value, kinds[name])


# ── blocks and views ──────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _validator(definition: str) -> Any:
    import jsonschema_rs

    document = json.loads(BLOCK_KIT.read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for({**document, "$ref": f"#/definitions/{definition}"})


@cache
def _definitions() -> dict[str, str]:
    """Type of block → its definition."""
    document = json.loads(BLOCK_KIT.read_text(encoding="utf-8"))["definitions"]
    found = {}
    for one in document["KnownBlock"]["anyOf"]:
        name = one["$ref"].rsplit("/", 1)[1]
        for variant in document[name].get("anyOf", [document[name]]):
            found[variant["properties"]["type"]["const"]] = name
    return found


def block_problems(blocks: Any) -> list[str]:
    """What is wrong with blocks, one by one so that the message says where."""
    if MISSING:
        return []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["blocks: not a list of blocks"]
    problems = []
    for number, block in enumerate(blocks):
        definition = _definitions().get(str(block.get("type")))
        if definition is None:
            problems.append(f"blocks[{number}]: no block of type {block.get('type')!r}")
            continue
        errors = _validator(definition).iter_errors(block)
        problems += [f"blocks[{number}] ({block['type']}): {error.message[:200]}" for error in errors]
    return problems


def view_problems(view: Any) -> list[str]:
    """What is wrong with a view."""
    if MISSING:
        return []
    kinds = {"modal": "ModalView", "home": "HomeView"}
    if not isinstance(view, dict) or view.get("type") not in kinds:
        return ["view: neither modal nor home"]
    problems = block_problems(view.get("blocks"))
    if not problems:
        problems = [f"view: {error.message[:200]}" for error in _validator(kinds[view["type"]]).iter_errors(view)]
    return problems


def option_problems(options: Any) -> list[str]:
    """What is wrong with the options that a menu is answered with: the same as in a menu that holds them."""
    if MISSING:
        return []
    menu = {"type": "static_select", "options": options}
    return [f"options: {error.message[:200]}" for error in _validator("StaticSelect").iter_errors(menu)]


# ── payloads ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _recorded(kind: str) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    beginning, shape = KINDS[kind]
    rest = {beginning + ".json"} | {f"{beginning}_{number}.json" for number in range(2, 10)}
    paths = [path for path in sorted(PAYLOADS.glob(f"{beginning}*.json")) if path.name in rest]
    every = json.loads((SHAPES / f"{shape}.json").read_text(encoding="utf-8")) if shape else {}
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in paths), every


def payload_problems(kind: str, payload: dict[str, Any]) -> list[str]:
    """Where a payload that the fake sends differs from what Slack was seen to send."""
    if MISSING:
        return []
    if kind == "block_actions" and "view" in payload:  # has no message, and with it no channel and no response_url
        kind, payload = (
            "block_actions_in_view",
            {key: one for key, one in payload.items() if key not in ("view", "state")},
        )
    recorded, every = _recorded(kind)
    return [f"payload {kind}: {problem}" for problem in _differences(payload, recorded, every, "")]


def _differences(
    payload: dict[str, Any], recorded: tuple[dict[str, Any], ...], every: dict[str, Any], where: str
) -> list[str]:
    common = set.intersection(*(set(one) for one in recorded)) if recorded else set()
    known = set(every).union(*(set(one) for one in recorded))
    problems = [f"{where}{key} is missing" for key in sorted(common - set(payload) - OPTIONAL)]
    for key, value in payload.items():
        seen = [one[key] for one in recorded if key in one] + ([every[key]] if key in every else [])
        if key not in known | ALSO:
            problems.append(f"{where}{key} was never seen")
        elif key not in FREE | ALSO and value is not None and not any(_alike(value, one) for one in seen):
            problems.append(f"{where}{key} is a {type(value).__name__}")
        elif key not in FREE and isinstance(value, dict):
            below = tuple(one[key] for one in recorded if isinstance(one.get(key), dict))
            inner = every.get(key)
            problems += _differences(value, below, inner if isinstance(inner, dict) else {}, f"{where}{key}.")
    return problems


def _alike(value: Any, other: Any) -> bool:
    return other is None or type(value) is type(other) or {type(value), type(other)} == {str, bool}
