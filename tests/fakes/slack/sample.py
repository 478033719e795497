"""A small app and its pieces, to try the fake with."""

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

MANIFEST = {
    "display_information": {"name": "Fiddle"},
    "features": {
        "slash_commands": [{"command": "/fiddle", "description": "Play"}],
        "shortcuts": [
            {"name": "Play this", "type": "message", "callback_id": "play_this", "description": "Play"},
            {"name": "Play", "type": "global", "callback_id": "play", "description": "Play"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "chat:write",
                "files:read",
                "files:write",
                "app_mentions:read",
                "im:history",
                "im:write",
                "users:read",
                "channels:read",
                "channels:join",
                "reactions:write",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": ["app_mention", "message.im", "app_home_opened", "app_uninstalled", "tokens_revoked"]
        }
    },
}
TEXT = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "text": TEXT, "action_id": "go", "value": "v"}
ROW = {"type": "actions", "block_id": "row", "elements": [BUTTON]}
NOTES = {
    "type": "input",
    "block_id": "notes",
    "label": {"type": "plain_text", "text": "Notes"},
    "element": {"type": "plain_text_input", "action_id": "value"},
}
GENRE = {
    "type": "input",
    "block_id": "genre",
    "optional": True,
    "label": {"type": "plain_text", "text": "Genre"},
    "element": {"type": "external_select", "action_id": "find", "min_query_length": 0},
}
MODAL = {"type": "modal", "callback_id": "form", "title": TEXT, "submit": TEXT, "blocks": [NOTES, GENRE]}


async def refused(call: Awaitable[Any]) -> str:
    """Make a call that fails, and return Slack's word for why."""
    with pytest.raises(SlackApiError) as error:
        await call
    return str(error.value.response["error"])
