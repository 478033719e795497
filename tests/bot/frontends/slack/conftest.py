"""The bot on a fake Slack: everything is real but Slack itself and, where a test does not need it, the worker."""

import asyncio
import contextlib

import pytest

from bot.commands import COMMANDS
from bot.desk import Desk
from bot.frontends.slack_frontend import SlackFrontend
from bot.frontends.slack_parts.manifest import manifest
from bot.serve import serve
from bot.settings import Settings
from bot.terminal.chat import slack_keeps
from tests.bot.frontends.slack.acting import results
from tests.fakes.slack.server import FakeSlack

SPEED = 50.0
"""How much faster the rate limits' time runs, so that an edit a second becomes one in twenty milliseconds."""


class Bot:
    """The chat side in this process; ``restart`` is what a crash and a new start would be."""

    def __init__(self, settings: Settings, fake: FakeSlack, pace_s: float = 1 / SPEED) -> None:
        self.settings, self.fake, self.pace_s = settings, fake, pace_s
        self._task: asyncio.Task | None = None

    async def start(self) -> None:
        self.desk = Desk.open(self.settings, self.fake.world.clock)
        self.frontend = SlackFrontend(self.settings.slack, COMMANDS, slack_keeps(self.settings), pace_s=self.pace_s)
        self._task = asyncio.create_task(serve(self.desk, {"slack": self.frontend}, COMMANDS))
        ready = asyncio.create_task(self.fake.socket.connected.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        ready.cancel()
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
async def slack():
    fake = FakeSlack(manifest(COMMANDS.values()), speed=SPEED)
    await fake.start()
    yield fake
    with contextlib.suppress(TimeoutError):
        await fake.until(lambda: not fake.unanswered(), patience_s=3)
    silent = fake.unanswered()
    await fake.stop()
    assert not fake.world.violations, "\n".join(fake.world.violations)
    assert silent == [], "these were never acknowledged"


@pytest.fixture
def team(slack):
    return slack.world.team("Alpha")


@pytest.fixture
def channel(slack, team):
    return slack.world.channel(team)


@pytest.fixture
def ann(slack, team):
    return slack.world.user("Ann", team)


@pytest.fixture
def bob(slack, team):
    return slack.world.user("Bob", team)


@pytest.fixture
async def bot(home, slack, team, channel):
    bot = Bot(Settings.from_environment({"TUTTI_HOME": str(home.root), **slack.environment(team)}), slack)
    await bot.start()
    yield bot
    with contextlib.suppress(TimeoutError):
        await slack.until(lambda: not slack.unanswered(), patience_s=3)
    await bot.stop()


@pytest.fixture
def result(slack, channel, ann):
    async def wait(count=1, place=None, user=None):
        shown = await slack.until(lambda: len(found := results(place or channel, user or ann)) >= count and found)
        return shown[-1]

    return wait
