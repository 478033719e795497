"""The fake tells an app on bolt of everything, keeps its clocks, and does what the acknowledgements say."""

import asyncio
import json

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.sample import MODAL, ROW, refused
from tests.fakes.slack.things import DIRECT, Message


class Fiddle:
    """A bot on bolt that listens to everything and writes down what it hears."""

    def __init__(self, slack, team):
        web = AsyncWebClient(token=team.token, base_url=slack.origin + "/api/")
        self.app = AsyncApp(client=web, signing_secret=slack.world.app.signing_secret)
        self.slack, self.heard, self.errors, self.body = slack, [], {}, None
        self.view = None
        self.delay_s = 0.0
        for listen in (self.app.command("/fiddle"), self.app.action("go"), self.app.shortcut("play_this")):
            listen(self.take)
        for listen in (self.app.shortcut("play"), self.app.view("form"), self.app.view_closed("form")):
            listen(self.take)
        for name in ("app_mention", "message", "app_home_opened", "app_uninstalled", "tokens_revoked"):
            self.app.event(name)(self.take_event)
        self.app.options("find")(self.propose)

    async def listen(self):
        token = self.slack.world.app.app_token
        web = AsyncWebClient(token=token, base_url=self.slack.origin + "/api/")
        self.handler = AsyncSocketModeHandler(self.app, token, web_client=web, ping_interval=0.05)
        await self.handler.connect_async()
        await self.slack.socket.connected.wait()

    async def take(self, ack, body, client):
        self.heard.append(body)
        await asyncio.sleep(self.delay_s)
        if self.errors:
            await ack(response_action="errors", errors=self.errors)
        else:
            await (ack(self.body) if self.body else ack())
        if self.view:
            self.opened = client.views_open(trigger_id=body["trigger_id"], view=self.view)
            await self.opened

    async def take_event(self, event, body):
        self.heard.append(body)

    async def propose(self, ack, body):
        await ack(
            options=[
                {"text": {"type": "plain_text", "text": value}, "value": value}
                for value in ("jazz", "bach")
                if body["value"] in value
            ]
        )


@pytest.fixture
async def fiddle(slack, team):
    bot = Fiddle(slack, team)
    await bot.listen()
    yield bot
    await bot.handler.close_async()


@pytest.fixture
def impatient(monkeypatch):
    """Not to wait out three real seconds."""
    monkeypatch.setattr("tests.fakes.slack.delivery.ACK_S", 0.4)


async def acknowledged(delivery):
    await asyncio.wait_for(delivery.acknowledged.wait(), 5)
    return delivery


async def test_every_kind_of_event_reaches_a_bolt_app_and_back(slack, team, channel, ann, fiddle):
    people = slack.people
    sent = [await people.slash(ann, channel, "/fiddle", "C4 <D>"), await people.shortcut(ann, "Play")]
    song, none = await people.say(ann, channel, "a song", ("a.mid", b"MThd"))
    assert none == []  # nobody was addressed
    sent.append(await people.menu(ann, song, "Play this"))
    direct = slack.world.direct(team.bot, ann)
    sent += (await people.say(ann, channel, f"<@{team.bot.id}> play"))[1]
    sent += (await people.say(ann, direct, "play", ("b.mid", b"MThd")))[1]
    sent += (await people.say(ann, direct, "play"))[1]
    sent.append(await people.open_home(ann))
    row = slack.world.post(Message(slack.world.new_ts(), channel, team.bot, "x", [ROW]))
    hidden = slack.world.post(Message(slack.world.new_ts(), channel, team.bot, "x", [ROW], only_for=ann.id))
    sent += [await people.press(ann, row, "x"), await people.press(ann, hidden, "go")]
    for delivery in sent:
        await acknowledged(delivery)
    assert len(fiddle.heard) == len(sent) == 9
    assert [one.get("type") for one in fiddle.heard].count("block_actions") == 2
    assert fiddle.heard[0]["text"] == "C4 &lt;D&gt;"
    await slack.until(lambda: not slack.unanswered())
    assert slack.world.violations == []


async def test_where_the_bot_is_not_or_may_not_hear_it_is_told_nothing(slack, team, channel, ann, fiddle):
    outside = slack.world.channel(team, "outside", has_bot=False)
    assert (await slack.people.say(ann, outside, f"<@{team.bot.id}>"))[1] == []
    team.scopes.remove("app_mentions:read")
    assert (await slack.people.say(ann, channel, f"<@{team.bot.id}>"))[1] == []


async def test_a_modal_from_trigger_to_errors_to_its_end(slack, team, channel, ann, fiddle):
    fiddle.view = {**MODAL, "notify_on_close": True}
    await acknowledged(await slack.people.slash(ann, channel, "/fiddle"))
    modal = await slack.modal(ann)
    genres = await slack.people.complete(ann, modal, "find", "ja")
    assert [one["value"] for one in genres] == ["jazz"]
    with pytest.raises(AssertionError, match="asks for notes"):
        await slack.people.submit(modal)
    fiddle.view, fiddle.errors = None, {"notes": "No such note."}
    refused = await slack.people.submit(modal, notes="X9", Genre=genres[0])
    assert await slack.submitted(refused) == {"notes": "No such note."} and modal.is_open
    values = fiddle.heard[-1]["view"]["state"]["values"]
    assert values["notes"]["value"]["value"] == "X9" and values["genre"]["find"]["selected_option"]["value"] == "jazz"
    fiddle.errors = {}
    assert await slack.submitted(await slack.people.submit(modal, notes="C4")) == {} and not modal.is_open
    assert slack.world.violations == []
    fiddle.errors = {"nothing": "x"}
    modal.is_open = True
    await acknowledged(await slack.people.submit(modal, notes="C4"))
    assert "errors for blocks" in slack.world.violations[0]


async def test_a_trigger_opens_once_and_within_three_seconds(slack, channel, ann, web, fiddle):
    trigger = (await slack.people.slash(ann, channel, "/fiddle")).payload["trigger_id"]
    assert (await web.views_open(trigger_id=trigger, view=MODAL))["view"]["state"] == {"values": {}}
    assert await refused(web.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    late = (await slack.people.slash(ann, channel, "/fiddle")).payload["trigger_id"]
    slack.world.clock.advance(3.5)
    assert await refused(web.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"


async def test_home_views_are_published_and_their_hash_counts(slack, ann, web):
    home = {"type": "home", "blocks": [ROW]}
    first = await web.views_publish(user_id=ann.id, view=home)
    await web.views_publish(user_id=ann.id, view=home, hash=first["view"]["hash"])
    assert await refused(web.views_publish(user_id=ann.id, view=home, hash=first["view"]["hash"])) == "hash_conflict"
    assert next(iter(slack.world.homes[ann.id].controls))[1]["action_id"] == "go"


async def test_a_late_acknowledgement_is_remembered_and_the_person_told(impatient, slack, channel, ann, fiddle):
    fiddle.delay_s = 0.5
    late = await slack.people.slash(ann, channel, "/fiddle")
    await slack.until(lambda: slack.world.violations)
    assert late.failed == "operation_timeout" and "acknowledged after" in slack.world.violations[0]
    assert slack.unanswered() == ["slash_command: operation_timeout"]


async def test_an_answer_where_none_is_taken_is_a_violation(slack, team, channel, ann, fiddle):
    fiddle.body = {"text": "hello"}
    await acknowledged(await slack.people.slash(ann, channel, "/fiddle"))
    assert channel.seen(ann)[0].text == "hello" and slack.world.violations == []
    row = slack.world.post(Message(slack.world.new_ts(), channel, team.bot, "x", [ROW]))
    await acknowledged(await slack.people.press(ann, row, "x"))
    assert slack.world.violations


async def test_events_are_delivered_again_and_bolt_lets_every_one_pass(slack, team, channel, ann, fiddle):
    _, (mention,) = await slack.people.say(ann, channel, f"<@{team.bot.id}> play")
    await acknowledged(mention)
    await slack.office.again(mention)
    await slack.office.again(mention)
    await slack.until(lambda: len(fiddle.heard) == 3)
    assert len({one["event_id"] for one in fiddle.heard}) == 1


async def test_events_that_found_nobody_come_with_the_next_connection(slack, team, channel, ann):
    bot = Fiddle(slack, team)
    _, (mention,) = await slack.people.say(ann, channel, f"<@{team.bot.id}> play")
    slash = await slack.people.slash(ann, channel, "/fiddle")
    await bot.listen()
    await acknowledged(mention)
    assert mention.attempts >= 2 and slash.failed == "dispatch_failed"
    await bot.handler.close_async()


async def test_connections_are_refreshed_and_broken(slack, channel, ann, fiddle):
    await slack.socket.refresh()
    await asyncio.wait_for(slack.socket.connected.wait(), 5)
    await acknowledged(await slack.people.slash(ann, channel, "/fiddle"))
    await slack.socket.drop()
    await asyncio.wait_for(slack.socket.connected.wait(), 5)
    await acknowledged(await slack.people.slash(ann, channel, "/fiddle"))
    assert slack.socket.connections == 3


async def test_only_an_app_token_opens_a_connection(slack, web):
    assert await refused(web.apps_connections_open(app_token=web.token)) == "not_allowed_token_type"
    assert (await web.apps_connections_open(app_token=slack.world.app.app_token))["url"].startswith("ws://127.0.0.1")


async def test_a_response_url_is_good_for_five_uses_in_half_an_hour(slack, channel, ann, fiddle):
    url = (await slack.people.slash(ann, channel, "/fiddle")).payload["response_url"]
    later = (await slack.people.slash(ann, channel, "/fiddle")).payload["response_url"]
    async with aiohttp.ClientSession() as session:

        async def use(url):
            async with session.post(url, json={"text": "x"}) as response:
                return response.status, (await response.json()).get("error")

        assert [await use(url) for _ in range(6)] == [(200, None)] * 5 + [(404, "used_url")]
        slack.world.clock.advance(30 * 60 + 1)
        assert await use(later) == (404, "expired_url")
    assert len(channel.seen(ann)) == 5 and {one.only_for for one in channel.seen(ann)} == {ann.id}


async def test_by_http_events_are_signed_and_forged_or_stale_ones_are_refused(slack, team, channel, ann):
    bot = Fiddle(slack, team)
    server = bot.app.server(port=0, path="/slack/events")
    from aiohttp import web as aiohttp_web

    runner = aiohttp_web.AppRunner(server.web_app)
    await runner.setup()
    await aiohttp_web.TCPSite(runner, "127.0.0.1", 0).start()
    http = slack.by_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    await acknowledged(await slack.people.slash(ann, channel, "/fiddle", "C4"))
    _, (mention,) = await slack.people.say(ann, channel, f"<@{team.bot.id}> play")
    await acknowledged(mention)
    direct = slack.world.direct(team.bot, ann)
    row = slack.world.post(Message(slack.world.new_ts(), direct, team.bot, "x", [ROW]))
    await acknowledged(await slack.people.press(ann, row, "x"))
    body = json.dumps({"type": "url_verification", "challenge": "say this", "token": "x"})
    assert await http.request(body, {"Content-Type": "application/json"}) == (200, {"challenge": "say this"})
    for about in ({"secret": "another"}, {"age_s": 6 * 60}):
        assert (await http.request(body, {"Content-Type": "application/json"}, **about))[0] == 401
    assert len(bot.heard) == 3 and slack.world.violations == [] and direct.kind == DIRECT
    await runner.cleanup()


async def test_an_app_hears_its_own_messages_where_it_listens_to_all(slack, team, ann, fiddle, web):
    direct = slack.world.direct(team.bot, ann)
    posted = await web.chat_postMessage(channel=direct.id, text="one")
    await web.chat_update(channel=direct.id, ts=posted["ts"], text="two")
    await slack.until(lambda: len(slack.office.deliveries) == 2 and not slack.unanswered())
    assert [one.about for one in slack.office.deliveries] == ["message", "message_changed"]
    assert slack.world.violations == []


async def test_a_removed_app_is_told_and_its_token_is_worth_nothing(slack, team, ann, fiddle, web):
    for delivery in await slack.people.uninstall(team):
        await acknowledged(delivery)
    assert [one["event"]["type"] for one in fiddle.heard] == ["tokens_revoked", "app_uninstalled"]
    assert await refused(web.auth_test()) == "account_inactive"


async def test_a_workspace_installs_the_app(slack, ann):
    beta = slack.world.team("Beta", is_installed=False)
    slack.world.user("Bea", beta)
    app, web = slack.world.app, AsyncWebClient(base_url=slack.origin + "/api/")
    url = f"https://slack.com/oauth/v2/authorize?client_id={app.client_id}&scope=commands,chat:write&state=s1"
    code, state = slack.people.consent(beta, url)
    about = {"client_id": app.client_id, "client_secret": app.client_secret}
    assert await refused(web.oauth_v2_access(**{**about, "client_secret": "wrong"}, code=code)) == "bad_client_secret"
    answer = await web.oauth_v2_access(**about, code=code)
    assert (answer["team"]["id"], state) == (beta.id, "s1")
    assert (await AsyncWebClient(token=answer["access_token"], base_url=web.base_url).auth_test())["team"] == "Beta"
    assert await refused(web.oauth_v2_access(**about, code=code)) == "invalid_code"
