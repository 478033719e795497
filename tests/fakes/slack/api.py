"""The way of every call of the Web API: token, arguments, scopes, limits, faults on purpose."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.slack import schemas
from tests.fakes.slack.call import Call, needed_scopes, read_arguments
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.methods_chat import CHAT
from tests.fakes.slack.methods_files import FILES
from tests.fakes.slack.methods_oauth import WITHOUT_TOKEN
from tests.fakes.slack.methods_people import PEOPLE
from tests.fakes.slack.methods_views import VIEWS
from tests.fakes.slack.things import Message, Refused, Team
from tests.fakes.slack.world import World

METHODS: Mapping[str, Callable[[Call], dict[str, Any]]] = {**CHAT, **FILES, **PEOPLE, **VIEWS}
# What a bot can do nothing about: how the place is set up, or what others did meanwhile.
CIRCUMSTANCES = {
    "missing_scope",
    "not_in_channel",
    "channel_not_found",
    "is_archived",
    "restricted_action",
    "message_not_found",
    "user_not_found",
    "user_not_in_channel",
    "invalid_auth",
    "token_revoked",
    "not_allowed_token_type",
    "account_inactive",
    "expired_trigger_id",
    "exchanged_trigger_id",
    "hash_conflict",
    "not_found",
    "file_not_found",
    "already_reacted",
    "cannot_reply_to_message",
    "invalid_code",
    "bad_client_secret",
}


@dataclass
class Fault:
    """What the fake does wrong on purpose, for the next ``times`` calls of a method ("*": any)."""

    method: str
    status: int = 200
    error: str = ""
    times: int = 1
    retry_after_s: int = 1
    after_doing: bool = False
    """The call takes effect, only its answer is lost."""
    delay_s: float = 0.0
    """How long the answer takes; without anything else, it is the right one."""


@dataclass(frozen=True)
class Done:
    """A call that took effect."""

    team: Team
    method: str
    arguments: dict[str, Any]
    answer: dict[str, Any]


class Api:
    """Serves calls. ``origin`` is set once the port is known."""

    def __init__(self, world: World, limits: Limits, tell: Callable[[str, Message], None]) -> None:
        self.world, self.limits, self.tell = world, limits, tell
        self.origin = ""
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.done: list[Done] = []
        self.refusals: list[tuple[str, str]] = []
        self.limited = self.refused_doors = 0

    async def serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = await read_arguments(request, method)
        token = str(arguments.pop("token", "")) or request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.calls.append((method, arguments))
        fault = self.fault(method)
        if fault and fault.delay_s:
            await asyncio.sleep(fault.delay_s)
            fault = fault if fault.error or fault.status != 200 else None
        if fault and not fault.after_doing:
            return self._faulty(fault, token, arguments)
        try:
            answer = await self._do(request, method, token, arguments)
        except Refused as refused:
            return self._refuse(method, refused, arguments)
        if fault:
            return self._faulty(fault, token, arguments)
        return web.json_response({"ok": True, **answer}, headers=self._scopes(token))

    async def _do(self, request: web.Request, method: str, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method in WITHOUT_TOKEN:
            return WITHOUT_TOKEN[method](self.world, request.headers.get("Authorization", ""), arguments)
        if method == "apps.connections.open":
            return self._open_connection(token)
        team = self._team(token)
        if method not in METHODS:
            raise Refused("unknown_method")
        self.world.violations += schemas.argument_problems(method, arguments)
        if early_s := self.limits.impatience_s(token, method, _brief(arguments)):
            self.world.violations.append(f"{method}: again {early_s:.1f} s before Retry-After was over")
        needed = needed_scopes(self.world, method, arguments)
        if needed and not team.scopes & set(needed):
            raise Refused("missing_scope", needed=",".join(needed), provided=",".join(sorted(team.scopes)))
        if wait_s := self.limits.wait_s(team.id, method, arguments):
            self.limits.told(token, method, _brief(arguments), wait_s)
            raise Refused("ratelimited", wait_s=wait_s)
        call = Call(self.world, self.origin, team, method, arguments, self.tell)
        answer = METHODS[method](call)
        self.done.append(Done(team, method, arguments, answer))
        return answer

    def _team(self, token: str) -> Team:
        if not token:
            raise Refused("not_authed")
        if token.startswith("xapp-"):
            raise Refused("not_allowed_token_type")
        for team in self.world.teams.values():
            if team.token == token:
                if not team.is_installed:
                    raise Refused("account_inactive")
                return team
        raise Refused("invalid_auth")

    def _scopes(self, token: str) -> dict[str, str]:
        granted = [team.scopes for team in self.world.teams.values() if team.token == token]
        return {"x-oauth-scopes": ",".join(sorted(granted[0]))} if granted else {}

    def _open_connection(self, token: str) -> dict[str, Any]:
        if not token.startswith("xapp-"):
            raise Refused("not_allowed_token_type")
        if token != self.world.app.app_token:
            raise Refused("invalid_auth")
        if wait_s := self.limits.wait_s("", "apps.connections.open", {}):
            raise Refused("ratelimited", wait_s=wait_s)
        ticket = self.world.new_id("S")
        return {"url": f"{self.origin.replace('http', 'ws')}/link/?ticket={ticket}&app_id={self.world.app.id}"}

    def _refuse(self, method: str, refused: Refused, arguments: dict[str, Any]) -> web.Response:
        if refused.error == "ratelimited":
            self.limited += 1
            headers = {"Retry-After": str(refused.about["wait_s"])}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        self.refusals.append((method, refused.error))
        if refused.error not in CIRCUMSTANCES:
            self.world.violations.append(f"{method}: {refused.error} {refused.about or ''}")
        return web.json_response({"ok": False, "error": refused.error, **refused.about})

    def fault(self, method: str) -> Fault | None:
        """The fault that was ordered for a method, if any is left."""
        for fault in self.faults:
            if fault.times > 0 and fault.method in (method, "*"):
                fault.times -= 1
                return fault
        return None

    def _faulty(self, fault: Fault, token: str, arguments: dict[str, Any]) -> web.Response:
        if fault.status == 429:
            self.limits.told(token, fault.method, _brief(arguments), fault.retry_after_s)
            headers = {"Retry-After": str(fault.retry_after_s)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault.status != 200:
            return web.Response(text="<html>a fault on purpose</html>", status=fault.status, content_type="text/html")
        return web.json_response({"ok": False, "error": fault.error})


def _brief(arguments: dict[str, Any]) -> dict[str, Any]:
    """What makes two calls the same, short."""
    return {"": hashlib.sha256(repr(sorted(arguments.items())).encode()).hexdigest()}
