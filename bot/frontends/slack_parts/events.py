"""What Slack delivers, as far as all of it is alike: what kind, from whom, where, and by what it is known again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bot.frontends.slack_parts.writing import compact

SLASH, PRESS, SUGGEST, SHORTCUT, SUBMIT, SAID, HOME, LEFT = (
    "slash", "press", "suggest", "shortcut", "submit", "said", "home", "left",
)  # fmt: skip
INTERACTIONS = {
    "block_actions": PRESS,
    "block_suggestion": SUGGEST,
    "message_action": SHORTCUT,
    "view_submission": SUBMIT,
}
EVENTS = {
    "app_mention": SAID,
    "message": SAID,
    "app_home_opened": HOME,
    "app_uninstalled": LEFT,
    "tokens_revoked": LEFT,
}
SPOKEN = (None, "file_share")  # subtypes of messages that a person wrote just now

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One delivery. ``team`` is the workspace in which we are installed, not the speaker's own."""

    kind: str
    team: str
    body: Body

    @classmethod
    def of(cls, body: Body, team: str) -> Self | None:
        """Read a payload; None if it is nothing to act upon."""
        if "command" in body:
            return cls(SLASH, team, body)
        kind = str(body.get("type"))
        if kind in INTERACTIONS:
            return cls(INTERACTIONS[kind], team, body)
        event = body.get("event") or {}
        found = EVENTS.get(str(event.get("type")))
        if kind != "event_callback" or found is None or (found == SAID and not _is_spoken(event)):
            return None
        if found == HOME and event.get("tab") != "home":
            return None
        return cls(found, team, body)

    def to_json(self) -> dict[str, Any]:
        """Return plain data; ``from_json`` mirrors it."""
        return {"kind": self.kind, "team": self.team, "body": dict(self.body)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild."""
        return cls(data["kind"], data["team"], data["body"])

    @property
    def event(self) -> Body:
        """The inner event, of those that have one."""
        found: Body = self.body.get("event") or {}
        return found

    @property
    def user(self) -> str:
        """Slack's id of who did it."""
        who = self.body.get("user")
        if isinstance(who, Mapping):
            return str(who["id"])
        return str(self.body.get("user_id") or self.event.get("user") or "")

    @property
    def channel(self) -> str:
        """Where; empty in views."""
        where = self.body.get("channel")
        if isinstance(where, Mapping):
            return str(where["id"])
        found = self.body.get("channel_id") or self.event.get("channel") or _container(self.body).get("channel_id")
        return str(found or "")

    @property
    def trigger(self) -> str:
        """What opens a modal, once, within three seconds; empty if nothing does."""
        return str(self.body.get("trigger_id") or "")

    @property
    def door(self) -> str:
        """The URL that takes five answers within half an hour; empty if there is none."""
        return str(self.body.get("response_url") or "")

    @property
    def action(self) -> Body:
        """The button or menu that was used."""
        return dict(next(iter(self.body.get("actions") or [{}])))

    @property
    def is_ephemeral(self) -> bool:
        """Whether the message with the button is shown to one person only: it has no lasting place."""
        return bool(_container(self.body).get("is_ephemeral"))

    @property
    def source(self) -> str:
        """The message that it is about."""
        found = self.body.get("message_ts") or _container(self.body).get("message_ts") or self.event.get("ts")
        return str(found or (self.body.get("message") or {}).get("ts") or "")

    @property
    def thread(self) -> str:
        """The thread that an answer belongs into: that of the message, or the one that begins with it."""
        message = self.body.get("message") or self.event
        known = message.get("thread_ts") or _container(self.body).get("thread_ts")
        return str(known or ("" if self.is_ephemeral else self.source))

    @property
    def key(self) -> str:
        """By what the same delivery is known again; the same for every retry, and for two events of one message."""
        body = self.body
        if self.kind == SUBMIT:
            return f"submit {body['view']['id']} {_digest(body['view'].get('state'))}"
        if self.kind == SAID:
            return f"said {self.team} {self.channel} {self.source}"
        if self.kind in (PRESS, SHORTCUT):
            at = self.action.get("action_ts") or body.get("action_ts") or self.trigger
            what = self.action.get("action_id") or body.get("callback_id")
            return f"{self.kind} {self.team} {self.channel} {self.source} {what} {self.user} {at}"
        return f"{self.kind} {self.team} {body.get('event_id') or self.trigger}"


def _is_spoken(event: Body) -> bool:
    """Whether a person said something to us just now: a mention, or any message in a conversation with us alone."""
    if event.get("bot_id") or event.get("hidden") or event.get("subtype") not in SPOKEN or not event.get("user"):
        return False
    return event["type"] == "app_mention" or event.get("channel_type") == "im"


def _container(body: Body) -> Body:
    found: Body = body.get("container") or {}
    return found


def _digest(data: object) -> str:
    return hashlib.sha256(compact(data).encode()).hexdigest()[:16]
