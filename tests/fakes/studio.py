"""The studio in this process, and a browser that is nothing but its requests."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.commands import COMMANDS
from bot.desk import Desk
from bot.frontends.studio_frontend import StudioFrontend
from bot.frontends.studio_parts.limits import Limits, Pace
from bot.guests import Guest
from bot.pulse import Pulse
from bot.serve import serve
from bot.settings import Settings, StudioSettings
from tests.fakes.described import Described

PUBLIC_URL = "https://studio.example.org"
MUCH = Pace(1e9, 1e9)


def no_limits() -> Limits:
    return Limits(lambda: 0.0, MUCH, MUCH, MUCH, most_streams=1000)


@dataclass
class Site:
    """A studio that listens on a free port; ``public`` is one behind a proxy, where people sign in."""

    settings: Settings
    public: bool = False
    limits: Limits = field(default_factory=no_limits)
    others: dict[str, Any] = field(default_factory=dict)
    described: Described = field(default_factory=Described)

    async def start(self) -> None:
        self.pulse = Pulse()
        studio = StudioSettings(port=0, public_url=PUBLIC_URL if self.public else "")
        self.settings = Settings(self.settings.home, studio=studio)
        self.desk = Desk.open(self.settings)
        self.frontend = StudioFrontend(studio, self.desk, self.others, limits=self.limits)
        frontends = {"studio": self.frontend, **self.others}
        self._task = asyncio.create_task(serve(self.desk, frontends, COMMANDS, self.pulse))
        await asyncio.wait_for(self.frontend.ready.wait(), 20)
        self.url = f"http://127.0.0.1:{self.frontend.port}"

    async def stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def browser(self) -> "Browser":
        return Browser(self)

    async def signed_in(self, guest: Guest) -> "Browser":
        browser = self.browser()
        token = await self.desk.do(self.desk.sessions.invite, guest.user.id, guest.to_json())
        answer = await browser.post("/api/session", {"token": token})
        assert answer.status == 204, answer.text
        return browser


@dataclass
class Answer:
    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]


class Browser:
    """Sends what the page sends, keeps cookies itself (a jar would hold back secure ones from plain HTTP)."""

    def __init__(self, site: Site) -> None:
        self.site, self.cookies = site, {}
        lines = aiohttp.TCPConnector(limit=0)
        self.http = aiohttp.ClientSession(connector=lines, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        await self.http.close()

    def headers(self, **more: str | None) -> dict[str, str]:
        known: dict[str, str | None] = {"X-Tutti": "studio"}
        if self.site.public:
            known["Host"] = "studio.example.org"
        if self.cookies:
            known["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        known |= {name.replace("_", "-"): value for name, value in more.items()}
        return {name: value for name, value in known.items() if value is not None}

    async def ask(self, method: str, path: str, *, headers: dict[str, Any] | None = None, **sent: Any) -> Answer:
        all_headers = self.headers(**(headers or {}))
        async with self.http.request(method, self.site.url + path, headers=all_headers, **sent) as response:
            for name, cookie in response.cookies.items():
                if cookie["max-age"] == "0" or not cookie.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = cookie.value
            answer = Answer(response.status, response.headers, await response.read())
        self.site.described.check(method, path, answer.status, response.content_type, answer.body)
        return answer

    async def get(self, path: str, **sent: Any) -> Answer:
        return await self.ask("GET", path, **sent)

    async def post(self, path: str, body: Any = None, **sent: Any) -> Answer:
        return await self.ask("POST", path, **({} if body is None else {"json": body}), **sent)

    async def composed(self, **wish: Any) -> list[str]:
        """Compose, wait for the end, return the takes' ids."""
        answer = await self.post("/api/compositions", {"notes": "C4 D E F | G:4", "technique": "blocks"} | wish)
        assert answer.status == 202, answer.text
        job = await self.ended(answer.json["job"]["id"])
        assert job["status"] == "done", job
        return [take["id"] for take in job["takes"]]

    async def ended(self, job_id: str) -> Any:
        async for kind, data, _ in self.events(job_id):
            if kind == "end":
                return data
        raise AssertionError("the stream broke off")

    async def events(self, job_id: str, *, last: int | None = None) -> AsyncIterator[tuple[str, Any, int | None]]:
        """Yield (event, data, id) until the stream ends, as an EventSource would."""
        headers = self.headers(**({} if last is None else {"Last_Event_ID": str(last)}))
        async with self.http.get(f"{self.site.url}/api/jobs/{job_id}/events", headers=headers) as response:
            assert response.status == 200 and response.content_type == "text/event-stream"
            kind, data, number = "", "", None
            async for raw in response.content:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    data = value
                elif name == "id":
                    number = int(value)
                elif not raw.strip() and kind:
                    yield kind, json.loads(data), number
                    kind, data, number = "", "", None
