"""What Slack sends, word for word; and what a person fills into a modal."""

from typing import Any

from tests.fakes.slack.things import Channel, Message, StoredFile, Team, User
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World

VERIFICATION = "an old token that nobody should check"


def slash(world: World, user: User, channel: Channel, command: str, text: str, url: str) -> dict[str, Any]:
    return {
        "token": VERIFICATION,
        "team_id": user.team.id,
        "team_domain": user.team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.name.lower(),
        "command": command,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": world.trigger(user),
    }


def _interaction(world: World, user: User, kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name.lower(), "name": user.name.lower(), "team_id": user.team.id},
        "api_app_id": world.app.id,
        "token": VERIFICATION,
        "team": {"id": user.team.id, "domain": user.team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def block_actions(
    world: World, user: User, where: Message | View, actions: list[dict[str, Any]], url: str, origin: str
) -> dict[str, Any]:
    payload = _interaction(world, user, "block_actions") | {"trigger_id": world.trigger(user), "actions": actions}
    payload["state"] = {"values": {}}
    if isinstance(where, View):
        return payload | {
            "container": {"type": "view", "view_id": where.id},
            "view": where.to_json(world.app.id),
        }
    payload |= {
        "container": {
            "type": "message",
            "message_ts": where.ts,
            "channel_id": where.channel.id,
            "is_ephemeral": bool(where.only_for),
        },
        "channel": {"id": where.channel.id, "name": where.channel.name},
        "response_url": url,
    }
    if where.thread_ts:
        payload["container"]["thread_ts"] = where.thread_ts
    return payload if where.only_for else payload | {"message": where.to_json(origin)}


def block_suggestion(
    world: World, user: User, where: Message | View, block: dict[str, Any], element: dict[str, Any], typed: str
) -> dict[str, Any]:
    payload = _interaction(world, user, "block_suggestion")
    payload |= {"action_id": element["action_id"], "block_id": block["block_id"], "value": typed}
    if isinstance(where, View):
        return payload | {"container": {"type": "view", "view_id": where.id}, "view": where.to_json(world.app.id)}
    container = {"type": "message", "message_ts": where.ts, "channel_id": where.channel.id, "is_ephemeral": False}
    return payload | {"container": container, "channel": {"id": where.channel.id, "name": where.channel.name}}


def message_action(
    world: World, user: User, message: Message, callback_id: str, url: str, origin: str
) -> dict[str, Any]:
    payload = _interaction(world, user, "message_action") | {
        "callback_id": callback_id,
        "trigger_id": world.trigger(user),
        "action_ts": world.new_ts(),
        "channel": {"id": message.channel.id, "name": message.channel.name},
        "message_ts": message.ts,
        "message": message.to_json(origin),
        "response_url": url,
    }
    payload["user"] = {"id": user.id, "name": user.name.lower(), "team_id": user.team.id}
    del payload["api_app_id"]
    return payload


def shortcut(world: World, user: User, callback_id: str) -> dict[str, Any]:
    payload = _interaction(world, user, "shortcut")
    payload |= {"callback_id": callback_id, "trigger_id": world.trigger(user), "action_ts": world.new_ts()}
    payload["user"] = {"id": user.id, "username": user.name.lower(), "team_id": user.team.id}
    for key in ("api_app_id", "enterprise", "is_enterprise_install"):
        del payload[key]
    return payload


def view_submission(world: World, view: View, response_urls: list[dict[str, str]]) -> dict[str, Any]:
    return _interaction(world, view.user, "view_submission") | {
        "trigger_id": world.trigger(view.user),
        "view": view.to_json(world.app.id),
        "response_urls": response_urls,
    }


def view_closed(world: World, view: View) -> dict[str, Any]:
    payload = _interaction(world, view.user, "view_closed")
    return payload | {"view": view.to_json(world.app.id), "is_cleared": False}


def event(world: World, team: Team, inner: dict[str, Any], channel: str = "") -> dict[str, Any]:
    """An event in its wrapper."""
    payload = {
        "token": VERIFICATION,
        "team_id": team.id,
        "api_app_id": world.app.id,
        "event": inner,
        "type": "event_callback",
        "event_id": world.new_id("Ev"),
        "event_time": int(world.clock()),
    }
    if inner["type"] not in ("tokens_revoked", "app_uninstalled"):
        payload["authorizations"] = [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": team.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ]
        payload["is_ext_shared_channel"] = False
    return payload | ({"event_context": f"1-message-{team.id}-{channel}"} if channel else {})


def said(message: Message, origin: str) -> dict[str, Any]:
    """The inner event of a new message."""
    inner = message.to_json(origin) | {"channel": message.channel.id, "event_ts": message.ts}
    inner["channel_type"] = message.channel.kind
    if message.files:
        inner |= {"subtype": "file_share", "upload": False, "display_as_bot": False}
        for key in ("client_msg_id", "team", "bot_id"):  # recorded ones have none, whoever has shared
            inner.pop(key, None)
    return inner


def mention(message: Message, origin: str) -> dict[str, Any]:
    """The inner event of a message that names the app."""
    inner = said(message, origin) | {"type": "app_mention"}
    for key in ("channel_type", "subtype", "upload", "display_as_bot"):
        inner.pop(key, None)
    return inner | {key: value for key, value in message.to_json(origin).items() if key in ("team", "client_msg_id")}


def changed(world: World, message: Message, previous: str, origin: str) -> dict[str, Any]:
    """The inner event of an edited message."""
    now = world.new_ts()
    about = message.to_json(origin) | {"edited": {"user": message.author.id, "ts": now}}
    before = about | {"text": previous}
    before.pop("edited")
    inner = {"type": "message", "subtype": "message_changed", "message": about, "previous_message": before}
    place = {"channel": message.channel.id, "channel_type": message.channel.kind}
    return inner | place | {"hidden": True, "ts": now, "event_ts": now}


def escaped(text: str) -> str:
    """Text as Slack passes it on, mentions apart."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ── what a person does in a form ──────────────────────────────────────────────────────────────────────────────────────


def chosen(element: dict[str, Any], value: str) -> dict[str, Any]:
    """The option of a menu with this value, or this text."""
    options = [*element.get("options", []), *(one for g in element.get("option_groups", []) for one in g["options"])]
    found = [one for one in options if value in (one["value"], one["text"]["text"])]
    assert found, f"{value!r} is not among {[one['value'] for one in options]}"
    return found[0]


def filled(element: dict[str, Any], value: Any, origin: str) -> dict[str, Any]:
    """The state of an input into which a person has put something; Slack's client refuses what the element forbids."""
    kind = element["type"]
    if kind == "file_input":
        files: list[StoredFile] = value
        kinds = element.get("filetypes")
        assert not kinds or all(file.name.rpartition(".")[2].lower() in kinds for file in files), (
            "the client refuses it"
        )
        assert len(files) <= element.get("max_files", 10), "the client takes no more files"
        return {"type": kind, "files": [file.to_json(origin) for file in files]}
    if kind in ("static_select", "radio_buttons"):
        return {"type": kind, "selected_option": chosen(element, value) if value else None}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": [chosen(element, one) for one in value]}
    if kind == "external_select":
        option = value if isinstance(value, dict) or not value else _option(value)
        return {"type": kind, "selected_option": option or None}
    if kind == "conversations_select":
        return {"type": kind, "selected_conversation": value.id if value else None}
    if kind == "users_select":
        return {"type": kind, "selected_user": value.id if value else None}
    text = str(value)
    if kind == "number_input" and text:
        low, high = float(element.get("min_value", "-inf")), float(element.get("max_value", "inf"))
        assert low <= float(text) <= high, "the client refuses numbers out of range"
        assert element["is_decimal_allowed"] or float(text).is_integer(), "the client takes whole numbers only"
    if kind == "plain_text_input" and text:
        assert element.get("min_length", 0) <= len(text) <= element.get("max_length", 3000), "the client refuses it"
    return {"type": kind, "value": text or None}


def initial(element: dict[str, Any], channel: str = "") -> dict[str, Any]:
    """The state of an input that nobody has touched."""
    kind = element["type"]
    state: dict[str, Any] = {"type": kind}
    if kind == "file_input":
        return state | {"files": []}
    if kind in ("static_select", "radio_buttons", "external_select"):
        return state | {"selected_option": element.get("initial_option")}
    if kind == "checkboxes":
        return state | {"selected_options": element.get("initial_options", [])}
    if kind == "conversations_select":
        current = channel if element.get("default_to_current_conversation") else ""
        return state | {"selected_conversation": element.get("initial_conversation") or current or None}
    if kind == "users_select":
        return state | {"selected_user": element.get("initial_user")}
    return state | {"value": element.get("initial_value")}


def is_empty(state: dict[str, Any]) -> bool:
    return not any(value for key, value in state.items() if key != "type")


def _option(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}
