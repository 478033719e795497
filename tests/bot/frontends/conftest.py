"""The bot on a fake Discord: everything is real but Discord itself and, where a test does not need it, the worker."""

import asyncio
import contextlib

import pytest

from bot.commands import COMMANDS
from bot.desk import Desk
from bot.frontends.discord_frontend import DiscordFrontend
from bot.pulse import Pulse
from bot.serve import serve
from bot.settings import Settings
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.studio import Site
from tests.fakes.trainer import FakeTrainer
from tests.fakes.worker import FakeWorker


class Bot:
    """The chat side in this process; ``restart`` is what a crash and a new start would be."""

    def __init__(self, settings: Settings, fake: FakeDiscord) -> None:
        self.settings, self.fake = settings, fake
        self._task: asyncio.Task | None = None

    async def start(self) -> None:
        clock = self.fake.world.clock
        self.fake.gateway.ready.clear()
        self.desk = Desk.open(self.settings, clock)
        frontend = DiscordFrontend(self.settings.discord, COMMANDS, clock=clock, pace_s=0.02, ready_s=0.05)
        self.pulse = Pulse()
        self._task = asyncio.create_task(serve(self.desk, {"discord": frontend}, COMMANDS, self.pulse))
        ready = asyncio.create_task(self.fake.gateway.ready.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        if self._task.done():
            self._task.result()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()


@pytest.fixture
async def discord():
    fake = FakeDiscord()
    await fake.start()
    yield fake
    await fake.stop()
    assert not fake.world.violations, "\n".join(fake.world.violations)
    silent = [event.payload["data"] for event in fake.world.interactions.values() if event.response is None]
    assert silent == [], "these were never acknowledged"


@pytest.fixture
def guild(discord):
    return discord.world.guild("Alpha")


@pytest.fixture
def channel(discord, guild):
    return discord.world.channel(guild)


@pytest.fixture
def ann(discord):
    return discord.world.user("Ann")


@pytest.fixture
def bob(discord):
    return discord.world.user("Bob")


@pytest.fixture
def worker(home):
    fake = FakeWorker(home)
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def trainer(home):
    fake = FakeTrainer(home).start()
    yield fake
    fake.stop()


@pytest.fixture
async def bot(home, discord, channel):
    bot = Bot(Settings.from_environment({"TUTTI_HOME": str(home.root), **discord.environment}), discord)
    await bot.start()
    yield bot
    await bot.stop()


async def opened(site):
    """A studio that is up, and everything that was opened in it closed at the end."""
    await site.start()
    browsers = []
    make = site.browser

    def browser():
        browsers.append(make())
        return browsers[-1]

    site.browser = browser
    yield site
    for one in browsers:
        await one.close()
    await site.stop()


@pytest.fixture
async def studio(settings):
    """The studio on this machine, for its own user."""
    async for site in opened(Site(settings)):
        yield site


@pytest.fixture
async def public_studio(settings):
    """The studio under a public address."""
    async for site in opened(Site(settings, public=True)):
        yield site


@pytest.fixture
async def page(studio):
    """A browser in the studio on this machine."""
    return studio.browser()
