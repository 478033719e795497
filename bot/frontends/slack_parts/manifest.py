"""The app's manifest, made of the commands (reference/app-manifest in Slack's documentation)."""

from collections.abc import Iterable
from typing import Any

from bot.command import Command, Option
from bot.frontends.slack_parts.reading import UMBRELLA
from bot.frontends.slack_parts.writing import cut

NAME = "Tutti"
ABOUT = "Give it a melody, choose a genre, get the whole ensemble back: audio, MIDI and a picture."
COLOUR = "#3b2a5c"
SHORTCUT, DESCRIPTION, HINT = 24, 150, 100
# Scope → what it is there for.
SCOPES = {
    "commands": "slash commands and message shortcuts",
    "chat:write": "progress and results",
    "files:write": "sound, MIDI and pictures",
    "files:read": "MIDI files that are handed to us",
    "app_mentions:read": "@Tutti",
    "im:history": "what is said to us directly",
    "im:write": "answers for one person, with files",
    "users:read": "names, and who manages the workspace",
    "channels:read": "whether we are in a channel, before anybody waits in vain",
    "groups:read": "the same of private channels, and who may have something posted there",
}
EVENTS = ("app_mention", "message.im", "app_home_opened", "app_uninstalled", "tokens_revoked")


def manifest(commands: Iterable[Command], *, prefix: str = "", public_url: str = "") -> dict[str, Any]:
    """Return the manifest: for HTTP at ``public_url``, or for Socket Mode where there is none."""
    known = list(commands)
    url = {"url": f"{public_url}/slack/events"} if public_url else {}
    request_url = {"request_url": url["url"]} if url else {}
    slash = [_slash(command, prefix) | url for command in known if command.shown == "typed"]
    return {
        "display_information": {"name": NAME, "description": ABOUT, "background_color": COLOUR},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [_shortcut(command) for command in known if command.shown == "menu"],
            "slash_commands": [_umbrella() | url, *slash],
        },
        "oauth_config": {
            **({"redirect_urls": [f"{public_url}/slack/oauth_redirect"]} if public_url else {}),
            "scopes": {"bot": list(SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(EVENTS)},
            "interactivity": {
                "is_enabled": True,
                **request_url,
                **({"message_menu_options_url": url["url"]} if url else {}),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": not public_url,
            "token_rotation_enabled": False,
        },
    }


def _umbrella() -> dict[str, Any]:
    return {
        "command": f"/{UMBRELLA}",
        "description": "Any of Tutti's commands: /tutti compose C4 D E:2, /tutti help",
        "usage_hint": "[command] [notes and options]",
        "should_escape": True,  # people and channels come as references that only Slack can write
    }


def _slash(command: Command, prefix: str) -> dict[str, Any]:
    hint = " ".join(_hint(option) for option in command.options if option.kind != "file")
    data = {
        "command": f"/{prefix}{command.name}",
        "description": cut(command.summary, DESCRIPTION),
        "usage_hint": cut(hint, HINT),
        "should_escape": True,
    }
    return {key: value for key, value in data.items() if value}


def _hint(option: Option) -> str:
    return f"{option.name}:…" if option.required else f"[{option.name}:…]"


def _shortcut(command: Command) -> dict[str, Any]:
    """Return a message shortcut; here the name alone has to say what it works on."""
    title = command.title if "MIDI" in command.title else f"{command.title} MIDI"
    return {
        "name": cut(title, SHORTCUT),
        "type": "message",
        "callback_id": command.name,
        "description": cut(command.summary, DESCRIPTION),
    }
