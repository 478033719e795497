"""What Slack tells the app, and what the app's acknowledgement does."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.fakes.slack import rules, schemas
from tests.fakes.slack.methods_chat import with_ids
from tests.fakes.slack.methods_views import change_view, new_view
from tests.fakes.slack.things import Channel, Message, Refused, User
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World

ACK_S = 3.0
RETRIES_AFTER_S = (0.0, 60.0, 300.0)  # events only: at once, after a minute, after five
ANSWERABLE = {"slash_command", "view_submission", "block_suggestion"}
"""What may be acknowledged with more than nothing."""


@dataclass(eq=False)
class Delivery:
    """One event on its way to the app and back. ``about`` is the kind of payload, ``kind`` the kind of envelope."""

    kind: str
    about: str
    payload: dict[str, Any]
    user: User
    channel: Channel | None
    sent_at: float
    begin: int
    """How many messages there were before it."""
    world: World
    view: View | None = None
    source: Message | None = None
    attempts: int = 0
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    acknowledged_after_s: float | None = None
    body: Any = None
    failed: str = ""
    """What the person sees instead of an answer."""
    expects_silence: bool = False
    """Nothing listens, and a test wants it so."""

    @property
    def said(self) -> list[Message]:
        """What was said to the asker alone since, in order."""
        since = self.world.order[self.begin :]
        own = [message for message in since if message.only_for == self.user.id]
        return [message for message in own if message.ts in message.channel.messages]

    @property
    def errors(self) -> dict[str, str]:
        """What a submitted modal was refused for: block id → text."""
        return dict(self.view.errors) if self.view else {}


class Transport(Protocol):
    """How events reach the app."""

    async def carry(self, delivery: Delivery, retry: int, reason: str) -> None:
        """Bring an event to the app, which may acknowledge it then or later."""


class Office:
    """Sends events, counts their time, and does what the acknowledgements say."""

    def __init__(self, world: World, origin: str = "") -> None:
        self.world, self.origin = world, origin
        self.transport: Transport | None = None
        self.deliveries: list[Delivery] = []
        self._watches: set[asyncio.Task[None]] = set()

    async def send(self, delivery: Delivery) -> Delivery:
        """Send an event and watch what becomes of it."""
        self.world.violations += schemas.payload_problems(delivery.about, delivery.payload)
        self.deliveries.append(delivery)
        await self._carry(delivery, "")
        watch = asyncio.create_task(self._watch(delivery))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        return delivery

    async def again(self, delivery: Delivery, reason: str = "http_timeout") -> None:
        """Deliver an event once more, as Slack does when the acknowledgement was lost."""
        await self._carry(delivery, reason)

    async def close(self) -> None:
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)

    async def _carry(self, delivery: Delivery, reason: str) -> None:
        assert self.transport, "the app is nowhere"
        delivery.attempts += 1
        await self.transport.carry(delivery, delivery.attempts - 1, reason)

    async def _watch(self, delivery: Delivery) -> None:
        """Events are sent again until they are acknowledged; of everything else the person is told that it failed."""
        waits = RETRIES_AFTER_S if delivery.kind == "events_api" else ()
        for wait_s in (*waits, None):
            try:
                await asyncio.wait_for(delivery.acknowledged.wait(), ACK_S)
                return
            except TimeoutError:
                delivery.failed = "operation_timeout"
            if wait_s is not None:
                until = self.world.clock() + wait_s
                while self.world.clock() < until:  # noqa: ASYNC110 - the clock can be put forward
                    await asyncio.sleep(0.05)
                await self._carry(delivery, "http_timeout")

    def acknowledge(self, delivery: Delivery, sent_at: float, body: Any) -> None:
        """Take an acknowledgement: in time, with a body that this kind of event takes."""
        waited_s = self.world.clock() - sent_at
        if waited_s > ACK_S:
            self.world.violations.append(f"{delivery.about}: acknowledged after {waited_s:.1f} s")
            return
        if delivery.acknowledged_after_s is None:
            delivery.acknowledged_after_s, delivery.body, delivery.failed = waited_s, body, ""
            try:
                self._apply(delivery, body or {})
            except Refused as refused:
                self.world.violations.append(f"{delivery.about}: {refused.error} {refused.about}")
        delivery.acknowledged.set()

    def _apply(self, delivery: Delivery, body: dict[str, Any]) -> None:
        if body and delivery.about not in ANSWERABLE:
            raise Refused("an acknowledgement with a body", body=body)
        if delivery.about == "slash_command" and body:
            assert delivery.channel
            self.say(delivery.channel, delivery.user, body)
        elif delivery.about == "block_suggestion":
            self._check_options(body)
        elif delivery.about == "view_submission" and delivery.view:
            self._respond(delivery.view, body)

    def say(self, channel: Channel, user: User, body: dict[str, Any]) -> Message:
        """Post what a slash command is acknowledged with, or what came through a response_url."""
        text, blocks = body.get("text") or "", body.get("blocks") or []
        if problems := rules.message_problems(text, blocks):
            raise Refused("invalid_blocks", problems=problems)
        if not text and not blocks:
            raise Refused("no_text")
        only_for = None if body.get("response_type") == "in_channel" else user.id
        blocks = with_ids(self.world.new_id, blocks)
        message = Message(self.world.new_ts(), channel, channel.team.bot, text, blocks, only_for=only_for)
        message.thread_ts = str(body.get("thread_ts") or "")
        return self.world.post(message)

    def _check_options(self, body: dict[str, Any]) -> None:
        groups = body.get("option_groups") or [{"options": body.get("options")}]
        for group in groups:
            problems = schemas.option_problems(group["options"])
            if problems := problems + list(rules.option_problems(group["options"] or [])):
                raise Refused("options", problems=problems)

    def _respond(self, view: View, body: dict[str, Any]) -> None:
        """What a submitted modal shows next."""
        view.errors = {}
        action = body.get("response_action")
        if action == "errors":
            inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
            if not body.get("errors") or set(body["errors"]) - inputs:
                raise Refused("errors for blocks that are no inputs", errors=body.get("errors"))
            view.errors = dict(body["errors"])
        elif action in ("update", "push"):
            if problems := rules.view_problems(body.get("view"), "modal"):
                raise Refused("view", problems=problems)
            if action == "update":
                change_view(self.world, view, body["view"])
            else:
                pushed = new_view(self.world, view.team, view.user, body["view"])
                pushed.root, pushed.previous = view.root or view.id, view.id
        elif action == "clear" or (not body and not view.previous):
            for one in self.world.views.values():
                if one.user is view.user and one.content["type"] == "modal":
                    one.is_open = False
        elif not body:
            view.is_open = False
        else:
            raise Refused("response_action", body=body)
