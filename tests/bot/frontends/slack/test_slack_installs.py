"""Many workspaces, each with its own token and data; and the way in by signed requests."""

import asyncio
import json
import socket

import aiohttp
import pytest

from bot.settings import Settings
from bot.terminal.chat import slack_keeps
from tests.bot.frontends.slack.acting import TUNE, cards, enclosed, public, reported, results, take_id
from tests.bot.frontends.slack.conftest import Bot
from tests.fakes.slack.delivery import Delivery
from tests.fakes.slack.payloads import slash
from tests.fakes.slack.transports import encoded


@pytest.fixture
def port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def site(port):
    return f"http://127.0.0.1:{port}/slack"


async def start(home, slack, environment):
    bot = Bot(Settings.from_environment({"TUTTI_HOME": str(home.root), **environment}), slack)
    if "SLACK_APP_TOKEN" not in environment:
        slack.socket.connected.set()  # nothing will connect
    await bot.start()
    return bot


# ── signed requests ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def by_http(home, slack, team, channel, port, site):
    """The bot at an address of its own, which Slack posts to."""
    environment = slack.environment(team) | {"SLACK_PORT": str(port)}
    del environment["SLACK_APP_TOKEN"]
    bot = await start(home, slack, environment)
    http = slack.by_http(f"{site}/events")
    await slack.until(lambda: _listens(port))
    bot.http = http
    yield bot
    await bot.stop()


def _listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


async def test_by_signed_requests_everything_works_as_by_websocket(slack, by_http, worker, team, channel, ann, result):
    await slack.people.slash(ann, channel, "/compose", TUNE)
    message = await result()
    await slack.people.press(ann, message, "Another take")
    await result(2)
    await slack.people.slash(ann, channel, "/compose")
    modal = await slack.modal(ann)
    assert await slack.submitted(await slack.people.submit(modal, notes="X9"))
    assert await slack.people.complete(ann, modal, "genre", "chor")
    _, (mention,) = await slack.people.say(ann, channel, f"<@{team.bot.id}> {TUNE}")
    await slack.office.again(mention, "http_timeout")
    await result(3)
    assert len(await reported(slack, by_http.desk, 3)) == 3 and not slack.socket.connections


@pytest.mark.parametrize("about", [{"secret": "another"}, {"age_s": 6 * 60}, {"age_s": -6 * 60}], ids=str)
async def test_forged_and_stale_requests_are_refused(slack, by_http, channel, ann, about):
    world = slack.world
    payload = slash(world, ann, channel, "/compose", TUNE, slack.origin)
    body, kind = encoded(Delivery("slash_commands", "slash_command", payload, ann, channel, 0, 0, world))
    status, _ = await by_http.http.request(body, {"Content-Type": kind}, **about)
    assert status == 401 and by_http.desk.ledger.jobs() == []
    assert (await by_http.http.request(body, {"Content-Type": kind}))[0] == 200
    await slack.until(by_http.desk.ledger.jobs)


async def test_an_unsigned_request_and_an_altered_one_are_refused(slack, by_http, channel, ann, site):
    async with aiohttp.ClientSession() as session:
        assert (await session.post(f"{site}/events", json={"type": "event_callback"})).status == 401
    assert by_http.desk.ledger.jobs() == []


async def test_slack_is_told_what_it_challenges_with(slack, by_http):
    body = json.dumps({"type": "url_verification", "challenge": "say this", "token": "x"})
    status, answer = await by_http.http.request(body, {"Content-Type": "application/json"})
    assert (status, answer) == (200, {"challenge": "say this"})


# ── workspaces ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def open_bot(home, slack, team, channel, port, site):
    """The bot in one workspace, open for others to install it."""
    app = slack.world.app
    environment = slack.environment(team) | {"SLACK_PORT": str(port), "SLACK_CLIENT_ID": app.client_id}
    bot = await start(home, slack, environment | {"SLACK_CLIENT_SECRET": app.client_secret})
    await slack.until(lambda: _listens(port))
    yield bot
    await bot.stop()


@pytest.fixture
def beta(slack):
    return slack.world.team("Beta", is_installed=False)


@pytest.fixture
def bea(slack, beta):
    return slack.world.user("Bea", beta)


@pytest.fixture
def there(slack, beta, bea):
    return slack.world.channel(beta)


async def begin(slack, team, site):
    """Go to the consent page and agree; returns what the browser brings back: its cookies, code and state."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        page = await (await session.get(f"{site}/install", allow_redirects=False)).text()
        (link,) = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="') if "oauth/v2" in part]
        cookies = {cookie.key: cookie.value for cookie in session.cookie_jar}
        code, state = slack.people.consent(team, link)
        return cookies, code, state


async def come_back(site, cookies, code, state):
    """Return the status of the page that ends an installation."""
    header = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
    query = {"code": code, "state": state}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{site}/oauth_redirect", params=query, headers=header) as response,
    ):
        return response.status


async def install(slack, team, site):
    """Install it in a workspace, all the way."""
    return await come_back(site, *await begin(slack, team, site))


async def test_another_workspace_installs_it_and_composes(
    slack, open_bot, worker, site, beta, bea, there, result, home
):
    assert await install(slack, beta, site) == 200 and beta.is_installed
    await slack.people.slash(bea, there, "/compose", TUNE)
    message = await result(place=there, user=bea)
    assert len(enclosed(message)) == 3 and f"<@{bea.id}>" in message.text
    await open_bot.restart()
    await slack.people.press(bea, message, "Another take")
    await result(2, place=there, user=bea)
    for path in home.root.glob("*.db*"):
        assert beta.token.encode() not in path.read_bytes(), "the token lies readable"


async def test_a_forged_state_installs_nothing_not_even_with_a_cookie_that_agrees(slack, open_bot, site, beta, bea):
    cookies, code, state = await begin(slack, beta, site)
    assert await come_back(site, cookies, code, "forged") >= 400
    assert await come_back(site, dict.fromkeys(cookies, "forged"), code, "forged") >= 400
    assert await come_back(site, {}, code, state) >= 400
    assert not beta.is_installed


async def test_a_state_is_good_once(slack, open_bot, site, beta, bea):
    cookies, code, state = await begin(slack, beta, site)
    assert await come_back(site, cookies, code, state) == 200
    beta.is_installed = False
    _, another, _ = await begin(slack, beta, site)
    assert await come_back(site, cookies, another, state) >= 400 and not beta.is_installed


async def test_two_workspaces_at_once_each_get_their_own(
    slack, open_bot, worker, site, channel, ann, beta, bea, there, result
):
    await install(slack, beta, site)
    ann.is_admin = bea.is_admin = True
    await asyncio.gather(
        slack.people.slash(ann, channel, "/compose", f"{TUNE} seed:1"),
        slack.people.slash(bea, there, "/compose", f"{TUNE} seed:2"),
    )
    mine, theirs = await result(), await result(place=there, user=bea)
    assert f"<@{ann.id}>" in mine.text and f"<@{bea.id}>" in theirs.text and "seed 2" in theirs.text
    assert {one.user for one in enclosed(theirs)} == {beta.bot.id}
    refused = await slack.answered(await slack.people.slash(bea, there, "/show", take_id(mine)))
    assert "There is no composition" in refused.text
    listed = await slack.answered(await slack.people.slash(bea, there, "/history"))
    assert take_id(theirs) in listed.text and take_id(mine) not in listed.text
    await slack.answered(await slack.people.slash(bea, there, "/settings", "limit:1"))
    here = await slack.answered(await slack.people.slash(bea, there, "/settings"))
    assert "waiting: 1" in here.text
    assert "waiting: 1" not in (await slack.answered(await slack.people.slash(ann, channel, "/settings"))).text


async def test_a_workspace_that_removes_it_is_forgotten_and_may_come_back(
    slack, open_bot, worker, site, channel, ann, beta, bea, there, result
):
    await install(slack, beta, site)
    worker.hold()
    await slack.people.slash(bea, there, "/compose", TUNE)
    await slack.until(worker.running.is_set)
    old = beta.token
    for delivery in await slack.people.uninstall(beta):
        await asyncio.wait_for(delivery.acknowledged.wait(), 5)
    await slack.until(lambda: slack_keeps(open_bot.settings).installations.find(beta.id) is None)
    worker.release()
    await reported(slack, open_bot.desk)  # told nobody, and does not try for ever
    assert results(there, bea) == []
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await result()
    assert await install(slack, beta, site) == 200 and beta.token != old
    await slack.people.slash(bea, there, "/compose", TUNE)
    await result(place=there, user=bea)
    assert len(cards(there, bea)) == 1 and public(channel, ann)
