"""Tutti's web studio: the page in ``studio``, and the API that it works with. The parts are in ``studio_parts``."""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version

from aiohttp import web

from bot.chat import Frontend, Handle, Place, Reply, Sent, SetupRefused, Suggest
from bot.desk import Desk
from bot.frontends.studio_parts.armour import LOOPBACK
from bot.frontends.studio_parts.description import Description
from bot.frontends.studio_parts.feed import Feed
from bot.frontends.studio_parts.handlers import HANDLERS
from bot.frontends.studio_parts.limits import Limits
from bot.frontends.studio_parts.metrics import Metrics
from bot.frontends.studio_parts.pages import Pages
from bot.frontends.studio_parts.pipeline import JSON_BYTES, guard, route, shield
from bot.frontends.studio_parts.service import SERVICE, Service
from bot.guests import STUDIO
from bot.settings import StudioSettings

GRACE_S = 2.0  # for answers that are on their way when we stop

log = logging.getLogger(__name__)


class StudioFrontend:
    """The frontend. ``others`` are the chats, by name, to send results to; ``limits`` are the usual ones if None."""

    name = STUDIO
    pace_s = 0.0

    def __init__(
        self,
        settings: StudioSettings,
        desk: Desk,
        others: Mapping[str, Frontend],
        *,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
    ) -> None:
        self.settings = settings
        self.ready = asyncio.Event()
        self.port = settings.port
        """Where it listens once it is ready (a free port, where the settings say 0)."""
        self.service = Service(
            settings=settings,
            desk=desk,
            others=others,
            description=Description.read(),
            feed=Feed(desk),
            metrics=Metrics(desk, clock()),
            limits=limits or Limits(time.monotonic),
            version=version("tutti"),
        )

    async def run(self, handle: Handle, suggest: Suggest) -> None:
        """Serve until cancelled; commands are run without the chats' dispatcher, so that errors keep their fields.

        Raises:
            SetupRefused: the port is taken or is none, or the address would be open to everybody.
        """
        try:
            _check(self.settings)
            await self._serve()
        except SetupRefused as refused:
            if not self.service.others:
                raise
            log.error("no studio: %s", refused)  # the chats are to go on without it
            await asyncio.Event().wait()

    async def _serve(self) -> None:
        runner = web.AppRunner(self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=GRACE_S)
        await runner.setup()
        try:
            await self._listen(runner)
            await self.service.feed.run()
        finally:
            self.ready.clear()
            await runner.cleanup()

    async def send(self, place: Place, reply: Reply, replacing: Sent | None = None) -> Sent:
        """Nothing needs to be said: whoever looks at the page sees every job there."""
        return Sent(place.channel, "")

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[guard], client_max_size=JSON_BYTES)
        app[SERVICE] = self.service
        app.on_response_prepare.append(shield)
        for operation in self.service.description.operations:
            app.router.add_route(operation.method, operation.path, route(operation, HANDLERS[operation.name]))
        app.router.add_get("/api{rest:(/.*)?}", _nothing)  # or the page's files would be looked through for it
        Pages().add_to(app)
        return app

    async def _listen(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, self.settings.host, self.settings.port).start()
        except OSError as error:
            raise SetupRefused(
                f"The studio cannot listen on {self.settings.host}:{self.settings.port} "
                f"({(error.strerror or str(error)).lower()}): set TUTTI_STUDIO_PORT to a free one (0: no studio)."
            ) from error
        self.port = runner.addresses[0][1]
        self.ready.set()
        log.info("the studio is at %s", self.settings.public_url or f"http://{self.settings.host}:{self.port}")


async def _nothing(request: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


def _check(settings: StudioSettings) -> None:
    """Refuse settings that cannot be meant."""
    if not 0 <= settings.port <= 65535:
        raise SetupRefused("TUTTI_STUDIO_PORT is no port: set a number from 1 to 65535, or 0 for no studio.")
    if settings.public_url and not re.fullmatch(r"https?://[^/?#@\s]+", settings.public_url):
        raise SetupRefused("TUTTI_PUBLIC_URL will not do: write one like https://studio.example.org, without a path.")
    if not settings.public_url and settings.host not in LOOPBACK:
        raise SetupRefused(
            f"TUTTI_STUDIO_HOST {settings.host} is open to others, who would all be you: "
            "set TUTTI_PUBLIC_URL too, so that people sign in."
        )
