"""At the pace that people get, against limits as Slack has them: the bot keeps to them by itself."""

import pytest

from bot.commands import COMMANDS
from bot.frontends.slack_frontend import PACE_S
from bot.frontends.slack_parts.manifest import manifest
from bot.settings import Settings
from tests.bot.frontends.slack.acting import TUNE, cards, enclosed
from tests.bot.frontends.slack.conftest import Bot
from tests.fakes.slack.server import FakeSlack


@pytest.fixture
async def slack():
    fake = FakeSlack(manifest(COMMANDS.values()), speed=1.0)
    await fake.start()
    yield fake
    await fake.stop()
    assert fake.world.violations == []


async def test_a_crowd_in_one_channel_never_runs_into_a_limit(home, slack, team, channel, worker):
    bot = Bot(Settings.from_environment({"TUTTI_HOME": str(home.root), **slack.environment(team)}), slack, PACE_S)
    await bot.start()
    people = [slack.world.user(f"User{number}", team) for number in range(7)]
    for person in people:
        await slack.people.slash(person, channel, "/compose", TUNE)
    await slack.until(lambda: len(cards(channel, people[0])) == 7 and all(map(enclosed, cards(channel, people[0]))))
    await slack.until(lambda: not slack.unanswered())
    await bot.stop()
    assert slack.api.limited == 0
