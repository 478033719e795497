"""What people do: type commands, press buttons, fill in modals, write messages, open the Home tab."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.slack import payloads, rules
from tests.fakes.slack.delivery import Delivery, Office
from tests.fakes.slack.methods_views import of_user
from tests.fakes.slack.things import DIRECT, Channel, Message, Team, User
from tests.fakes.slack.views import Door, View
from tests.fakes.slack.world import World

EVENT_OF = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}
PATIENCE_S = 30.0


class People:
    """Everybody's hands. ``origin`` is set once the port is known."""

    def __init__(self, world: World, office: Office) -> None:
        self.world, self.office = world, office
        self.origin = ""
        self._echoes: set[asyncio.Task[Any]] = set()

    # ── commands, menus, forms ────────────────────────────────────────────────────────────────────────────────────

    async def slash(
        self, user: User, channel: Channel, command: str, text: str = "", *, escape: bool = True
    ) -> Delivery:
        """Type a command; with ``escape`` off, text holds references that Slack's client has made of names."""
        assert command in self.world.app.slash_commands(), f"{command} is not a command of the app"
        escaped = payloads.escaped(text) if escape else text
        payload = payloads.slash(self.world, user, channel, command, escaped, self._door(channel, user))
        return await self._send("slash_commands", "slash_command", payload, user, channel)

    async def press(self, user: User, where: Message | View, button: str) -> Delivery:
        """Press a button by its label, or by the beginning of its action."""
        block, element = control(where, button, lambda one: one.get("text", {}).get("text"))
        return await self.act(user, where, block, element, {"text": element["text"], "value": element.get("value")})

    async def choose(self, user: User, where: Message | View, menu: str, value: str) -> Delivery:
        """Choose from a menu by its placeholder, or by the beginning of its action."""
        block, element = control(where, menu, lambda one: one.get("placeholder", {}).get("text"))
        return await self.act(user, where, block, element, payloads.filled(element, value, self.origin))

    async def choose_place(self, user: User, where: Message | View, menu: str, place: Channel) -> Delivery:
        """Choose a conversation from a picker."""
        block, element = control(where, menu, lambda one: one.get("placeholder", {}).get("text"))
        return await self.act(user, where, block, element, payloads.filled(element, place, self.origin))

    async def act(
        self, user: User, where: Message | View, block: dict[str, Any], element: dict[str, Any], state: dict[str, Any]
    ) -> Delivery:
        """Use one element."""
        action = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
        action |= {"action_ts": self.world.new_ts()} | {key: one for key, one in state.items() if one is not None}
        channel, url = None, ""
        if isinstance(where, Message):
            assert where.ts in where.channel.messages, "the message is gone"
            channel, url = where.channel, self._door(where.channel, user, where)
        payload = payloads.block_actions(self.world, user, where, [action], url, self.origin)
        return await self._send("interactive", "block_actions", payload, user, channel)

    async def complete(self, user: User, where: Message | View, menu: str, typed: str) -> list[dict[str, Any]]:
        """Type into a menu that looks its options up."""
        block, element = control(where, menu, lambda one: one.get("placeholder", {}).get("text"))
        assert len(typed) >= element.get("min_query_length", 3), "Slack asks for more letters first"
        payload = payloads.block_suggestion(self.world, user, where, block, element, typed)
        channel = where.channel if isinstance(where, Message) else None
        delivery = await self._send("interactive", "block_suggestion", payload, user, channel)
        await asyncio.wait_for(delivery.acknowledged.wait(), PATIENCE_S)
        groups = delivery.body.get("option_groups") or [{"options": delivery.body["options"]}]
        return [option for group in groups for option in group["options"]]

    async def menu(self, user: User, message: Message, name: str) -> Delivery:
        """Choose a message shortcut from a message's menu."""
        callback = self.world.app.shortcut(name, "message")["callback_id"]
        url = self._door(message.channel, user)
        payload = payloads.message_action(self.world, user, message, callback, url, self.origin)
        return await self._send("interactive", "message_action", payload, user, message.channel)

    async def shortcut(self, user: User, name: str) -> Delivery:
        """Choose a global shortcut."""
        callback = self.world.app.shortcut(name, "global")["callback_id"]
        payload = payloads.shortcut(self.world, user, callback)
        return await self._send("interactive", "shortcut", payload, user, None)

    async def submit(self, view: View, /, **values: Any) -> Delivery:
        """Fill in inputs, by block, action or label, and submit a modal."""
        assert view.is_open, "the modal is not open any more"
        view.values, urls = {}, []
        given = {view.input(name)["block_id"]: value for name, value in values.items()}
        for block in view.blocks:
            if block["type"] != "input":
                continue
            element, key = block["element"], block["block_id"]
            value = given.get(key)
            state = payloads.initial(element) if value is None else payloads.filled(element, value, self.origin)
            assert block.get("optional") or not payloads.is_empty(state), f"Slack's client asks for {key}"
            view.values[key] = {element["action_id"]: state}
            if element.get("response_url_enabled") and (place := state.get("selected_conversation")):
                url = self._door(self.world.channels[place], view.user)
                about = {"block_id": key, "action_id": element["action_id"], "channel_id": place}
                urls.append({**about, "response_url": url})
        payload = payloads.view_submission(self.world, view, urls)
        return await self._send("interactive", "view_submission", payload, view.user, None, view)

    async def close(self, view: View) -> Delivery | None:
        """Close a modal without submitting it."""
        view.is_open = False
        if not view.content.get("notify_on_close"):
            return None
        return await self._send(
            "interactive", "view_closed", payloads.view_closed(self.world, view), view.user, None, view
        )

    def modals(self, user: User) -> list[View]:
        """The modals that a person has open, the visible one last."""
        return of_user(self.world, user)

    # ── messages and events ───────────────────────────────────────────────────────────────────────────────────────

    async def say(
        self,
        user: User,
        channel: Channel,
        text: str,
        *files: tuple[str, bytes],
        thread: str = "",
        from_afar: bool = False,
    ) -> tuple[Message, list[Delivery]]:
        """Post a message as a person; the app is told as far as it listens there."""
        kept = [self.world.keep(name, data, user, is_from_afar=from_afar) for name, data in files]
        message = Message(self.world.new_ts(), channel, user, text, files=kept, thread_ts=thread)
        self.world.post(message)
        return message, await self._announce(message)

    async def open_home(self, user: User, tab: str = "home") -> Delivery | None:
        """Open the app's Home tab."""
        direct = self.world.direct(user.team.bot, user)
        inner: dict[str, Any] = {"type": "app_home_opened", "user": user.id, "channel": direct.id, "tab": tab}
        inner["event_ts"] = self.world.new_ts()
        if (view := self.world.homes.get(user.id)) and tab == "home":
            inner["view"] = view.to_json(self.world.app.id)
        return await self.event(user.team, inner, user)

    async def uninstall(self, team: Team) -> list[Delivery]:
        """Remove the app from a workspace: its token is worth nothing from then on."""
        team.is_installed = False
        someone = next(user for user in self.world.users.values() if user.team is team)
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot.id]}}
        sent = [await self.event(team, revoked, someone), await self.event(team, {"type": "app_uninstalled"}, someone)]
        return [one for one in sent if one]

    async def event(
        self, team: Team, inner: dict[str, Any], user: User, channel: Channel | None = None
    ) -> Delivery | None:
        """Tell the app of an event, if it has subscribed to it and may hear of it."""
        name = EVENT_OF[str(channel.kind)] if inner["type"] == "message" and channel else inner["type"]
        scope = rules.EVENT_SCOPES.get(name)
        if name not in self.world.app.events or (scope and scope not in team.scopes):
            return None
        payload = payloads.event(self.world, team, inner, channel.id if channel else "")
        about = inner.get("subtype") if inner["type"] == "message" else inner["type"]
        return await self._send("events_api", about or "message", payload, user, channel)

    async def _announce(self, message: Message) -> list[Delivery]:
        channel, bot = message.channel, message.channel.team.bot
        if bot.id not in channel.members:
            return []
        team, user = channel.team, message.author
        sent = [await self.event(team, payloads.said(message, self.origin), user, channel)]
        if f"<@{bot.id}>" in message.text and channel.kind != DIRECT:
            sent.append(await self.event(team, payloads.mention(message, self.origin), user, channel))
        return [one for one in sent if one]

    def tell(self, what: str, message: Message) -> None:
        """Let the app hear its own messages, where it listens to all: a trap that every app must step over."""
        if EVENT_OF[message.channel.kind] not in self.world.app.events or what == "deleted":
            return
        inner = payloads.said(message, self.origin)
        if what == "changed":
            inner = payloads.changed(self.world, message, message.edits[-2], self.origin)
        task = asyncio.create_task(self.event(message.channel.team, inner, message.author, message.channel))
        self._echoes.add(task)
        task.add_done_callback(self._echoes.discard)

    # ── joining ───────────────────────────────────────────────────────────────────────────────────────────────────

    def consent(self, team: Team, authorize_url: str) -> tuple[str, str]:
        """Agree on the consent page that the app sent a person to; return the code and the state for the way back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorize_url).query).items()}
        assert asked["client_id"] == self.world.app.client_id, asked
        if not set(asked["scope"].split(",")) <= set(self.world.app.scopes):
            self.world.violations.append(f"install: scopes beyond the manifest's: {asked['scope']}")
        code = secrets.token_hex(8)
        self.world.codes[code] = team
        return code, asked.get("state", "")

    # ── how it becomes a delivery ─────────────────────────────────────────────────────────────────────────────────

    async def _send(
        self,
        kind: str,
        about: str,
        payload: dict[str, Any],
        user: User,
        channel: Channel | None,
        view: View | None = None,
    ) -> Delivery:
        world = self.world
        delivery = Delivery(kind, about, payload, user, channel, world.clock(), len(world.order), world, view)
        return await self.office.send(delivery)

    def _door(self, channel: Channel, user: User, source: Message | None = None) -> str:
        door = self.world.new_id("R") + secrets.token_hex(8)
        self.world.doors[door] = Door(channel, user, self.world.clock(), source)
        return f"{self.origin}/response/{door}"


def control(
    where: Message | View, name: str, label: Callable[[dict[str, Any]], str | None]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one element with this label, or whose action or value begins with this word."""
    controls = list(where.controls)
    found = [one for one in controls if label(one[1]) == name]
    found = found or [one for one in controls if one[1]["action_id"] == name or one[0].get("block_id") == name]
    found = found or [one for one in controls if one[1]["action_id"].startswith(name)]
    found = found or [one for one in controls if str(one[1].get("value", "")).startswith(name)]
    shown = [(one[1].get("action_id"), label(one[1])) for one in controls]
    assert len(found) == 1, f"{len(found)} elements are {name!r}, of {shown}"
    return found[0]
