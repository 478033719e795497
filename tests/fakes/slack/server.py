"""The fake put together: one address for the Web API, uploads, downloads, response URLs and websockets."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.slack.api import Api, Fault
from tests.fakes.slack.delivery import Delivery, Office
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.people import PATIENCE_S, People
from tests.fakes.slack.things import MIB, Message, Refused, StoredFile, Team, User
from tests.fakes.slack.transports import Http, SocketMode
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World

DOOR_S, DOOR_USES = 30 * 60.0, 5
LOGIN = "<!DOCTYPE html><html><title>Sign in to your workspace</title></html>"


class FakeSlack:
    """Serves on the loopback interface between ``start`` and ``stop``.

    ``manifest`` is the app's, as its makers would paste it into Slack's form; ``speed`` makes the rate limits' time run
    faster.
    """

    def __init__(self, manifest: dict[str, Any], *, speed: float = 1.0) -> None:
        self.world = World(manifest)
        self.office = Office(self.world)
        self.people = People(self.world, self.office)
        self.api = Api(self.world, Limits(speed), self.people.tell)
        self.socket = SocketMode(self.world, self.office)
        self.office.transport = self.socket
        self.origin = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=64 * MIB)
        app.router.add_get("/link/", self.socket.serve)
        app.router.add_route("*", "/api/{method}", self.api.serve)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/files-pri/{file}/{name}", self._download)
        app.router.add_get("/files-pri/{file}/download/{name}", self._download)
        app.router.add_post("/response/{door}", self._respond)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.api.origin = self.people.origin = self.office.origin = self.origin

    async def stop(self) -> None:
        await self.office.close()
        await self.socket.drop()
        if self._runner:
            await self._runner.cleanup()

    def environment(self, team: Team) -> dict[str, str]:
        """The settings that send a bot here, in one workspace, by Socket Mode."""
        return {
            "SLACK_BOT_TOKEN": team.token,
            "SLACK_APP_TOKEN": self.world.app.app_token,
            "SLACK_SIGNING_SECRET": self.world.app.signing_secret,
            "SLACK_API_BASE_URL": self.origin + "/api/",
        }

    def by_http(self, url: str) -> Http:
        """Send everything to an address from now on."""
        http = Http(self.world, self.office, url)
        self.office.transport = http
        return http

    def fail(self, method: str, **about: Any) -> Fault:
        """Let the next calls of a method go wrong."""
        self.api.faults.append(Fault(method, **about))
        return self.api.faults[-1]

    # ── what a test waits for ─────────────────────────────────────────────────────────────────────────────────────

    async def until(self, happened: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
        """Wait until something is the case, and return it."""
        async with asyncio.timeout(patience_s):
            while not (result := happened()):  # noqa: ASYNC110 - what happens there tells nobody
                await asyncio.sleep(0.01)
        return result

    async def answered(self, delivery: Delivery) -> Message:
        """Wait for the first thing that the asker alone is told."""
        return await self.until(lambda: delivery.said and delivery.said[0])

    async def told(self, delivery: Delivery, text: str) -> Message:
        """Wait until the asker alone is told something with this in it."""
        return await self.until(lambda: next((one for one in delivery.said if text in one.shown), None))

    async def modal(self, user: User) -> View:
        """Wait for a modal in front of a person."""
        return (await self.until(lambda: self.people.modals(user)))[-1]

    async def submitted(self, delivery: Delivery) -> dict[str, str]:
        """Wait for the answer to a submitted modal, and return the errors that it shows: block id → text."""
        await asyncio.wait_for(delivery.acknowledged.wait(), PATIENCE_S)
        return delivery.errors

    async def download(self, file: StoredFile) -> bytes:
        """Fetch a file back, as somebody of its workspace."""
        url, headers = file.to_json(self.origin)["url_private"], {"Authorization": f"Bearer {file.team.token}"}
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
            return await response.read()

    def unanswered(self) -> list[str]:
        """Everything that the app never acknowledged."""
        return [
            f"{one.about}: {one.failed or 'no acknowledgement'}"
            for one in self.office.deliveries
            if one.acknowledged_after_s is None and not one.expects_silence
        ]

    # ── files and response URLs ───────────────────────────────────────────────────────────────────────────────────

    async def _upload(self, request: web.Request) -> web.Response:
        if (fault := self.api.fault("upload")) is not None:
            return web.Response(status=fault.status, text="a fault on purpose")
        file = self.world.files.get(request.match_info["file"])
        if file is None or file.is_uploaded:
            return web.Response(status=404)
        if request.content_type == "multipart/form-data":
            (part,) = [one for one in (await request.post()).values() if isinstance(one, web.FileField)]
            data = part.file.read()
        else:
            data = await request.read()
        if len(data) != file.length:
            self.world.violations.append(f"upload of {file.name}: {len(data)} bytes, announced were {file.length}")
            return web.Response(status=400, text="size mismatch")
        file.data, file.is_uploaded = data, True
        return web.Response(text=f"OK - {len(data)}")

    async def _download(self, request: web.Request) -> web.Response:
        """A file for a token that may read it; anybody else is shown the login page, with status 200."""
        if (fault := self.api.fault("download")) is not None:
            return web.Response(status=fault.status)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        team_id, _, file_id = request.match_info["file"].partition("-")
        file, team = self.world.files.get(file_id), self.world.teams.get(team_id)
        may = team and team.token == token and team.is_installed and "files:read" in team.scopes
        if not may:
            return web.Response(text=LOGIN, content_type="text/html")
        return web.Response(body=file.data) if file and file.team is team else web.Response(status=404)

    async def _respond(self, request: web.Request) -> web.Response:
        door, body = self.world.doors.get(request.match_info["door"]), await request.json()
        if door is None:
            return _refused("invalid_url", 404)
        if self.world.clock() - door.sent_at > DOOR_S or door.uses >= DOOR_USES:
            self.api.refused_doors += 1
            return _refused("used_url" if door.uses >= DOOR_USES else "expired_url", 404)
        door.uses += 1
        try:
            self._answer_by_door(door, body)
        except Refused as refused:
            self.world.violations.append(f"response_url: {refused.error} {refused.about}")
            return _refused(refused.error, 400)
        return web.json_response({"ok": True})

    def _answer_by_door(self, door: Any, body: dict[str, Any]) -> None:
        source: Message | None = door.source
        if (body.get("replace_original") or body.get("delete_original")) and source is None:
            raise Refused("nothing to replace")
        if source and body.get("delete_original"):
            source.channel.messages.pop(source.ts, None)
            return
        said = self.office.say(door.channel, door.user, body)
        if source and body.get("replace_original"):
            del said.channel.messages[said.ts]
            source.text, source.blocks = said.text, said.blocks
            source.edits.append(said.text)


def _refused(error: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=status)
