"""A fake Slack with one workspace, for its own tests."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.sample import MANIFEST
from tests.fakes.slack.server import FakeSlack


@pytest.fixture
async def slack():
    fake = FakeSlack(MANIFEST)
    await fake.start()
    yield fake
    await fake.stop()


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
def web(slack, team):
    return AsyncWebClient(token=team.token, base_url=slack.origin + "/api/")
