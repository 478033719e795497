"""The fake refuses what Slack refuses: otherwise green scenarios would prove nothing."""

import asyncio
import json

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import rules, schemas
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.things import DIRECT, PRIVATE, Message

needs_specs = pytest.mark.skipif(schemas.MISSING, reason="../shared/specs is not there: nothing to validate against")

MANIFEST = {
    "display_information": {"name": "Fiddle"},
    "features": {
        "slash_commands": [{"command": "/fiddle", "description": "Play"}],
        "shortcuts": [
            {"name": "Play this", "type": "message", "callback_id": "play_this", "description": "Play"},
            {"name": "Play", "type": "global", "callback_id": "play", "description": "Play"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "chat:write",
                "files:read",
                "files:write",
                "app_mentions:read",
                "im:history",
                "im:write",
                "users:read",
                "channels:read",
                "channels:join",
                "reactions:write",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": ["app_mention", "message.im", "app_home_opened", "app_uninstalled", "tokens_revoked"]
        }
    },
}
TEXT = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "text": TEXT, "action_id": "go", "value": "v"}
ROW = {"type": "actions", "block_id": "row", "elements": [BUTTON]}
NOTES = {
    "type": "input",
    "block_id": "notes",
    "label": {"type": "plain_text", "text": "Notes"},
    "element": {"type": "plain_text_input", "action_id": "value"},
}
GENRE = {
    "type": "input",
    "block_id": "genre",
    "optional": True,
    "label": {"type": "plain_text", "text": "Genre"},
    "element": {"type": "external_select", "action_id": "find", "min_query_length": 0},
}
MODAL = {"type": "modal", "callback_id": "form", "title": TEXT, "submit": TEXT, "blocks": [NOTES, GENRE]}


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def select(**about):
    return {"type": "actions", "elements": [{"type": "static_select", "action_id": "s", **about}]}


def option(value="v", text="x"):
    return {"text": {"type": "plain_text", "text": text}, "value": value}


BAD_BLOCKS = {
    "section without anything": ({"type": "section"}, "neither text nor fields"),
    "empty text": ({"type": "section", "text": {"type": "mrkdwn", "text": ""}}, "empty text"),
    "action twice": ({"type": "actions", "elements": [BUTTON, BUTTON]}, "action_id twice"),
    "no elements": ({"type": "actions", "elements": []}, "no elements"),
    "button without action": ({"type": "actions", "elements": [{"type": "button", "text": TEXT}]}, "without action_id"),
    "option twice": (select(options=[option(), option()]), "option value twice"),
    "menu without options": (select(), "options or option_groups"),
    "foreign initial option": (select(options=[option()], initial_option=option("w")), "initial option"),
    "picture without description": ({"type": "image", "image_url": "https://x", "alt_text": ""}, "alt_text"),
    "file input in a message": ({**NOTES, "element": {"type": "file_input", "action_id": "f"}}, "file_input"),
}


@pytest.mark.parametrize(("block", "told"), BAD_BLOCKS.values(), ids=BAD_BLOCKS)
def test_blocks_that_slack_refuses_beyond_its_schema(block, told):
    assert any(told in problem for problem in rules.block_problems([block], "message"))


@needs_specs
@pytest.mark.parametrize(
    "block",
    [
        {"type": "nonsense"},
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "colour": "red"},
        {"type": "actions", "elements": [BUTTON | {"text": {"type": "plain_text", "text": "x" * 76}}]},
        {"type": "actions", "elements": [{**BUTTON, "action_id": str(number)} for number in range(26)]},
    ],
)
def test_blocks_that_the_schema_refuses(block):
    assert schemas.block_problems([block])


def test_messages_and_views_that_slack_takes():
    assert rules.message_problems("x", [ROW, {"type": "divider"}]) == []
    assert rules.view_problems(MODAL, "modal") == []
    assert rules.view_problems({"type": "home", "blocks": [ROW]}, "home") == []


def test_messages_and_views_that_it_does_not():
    assert rules.message_problems("", [ROW]) == [
        "blocks without a text: nothing to read in notifications and for screen readers"
    ]
    assert rules.message_problems("look <!channel>", [])
    assert rules.message_problems("x", [ROW, ROW]) == ["block_id twice"]
    assert rules.message_problems("x", [{"type": "divider"}] * 51)
    assert rules.view_problems({**MODAL, "type": "home"}, "modal")
    assert any(
        "submit" in one for one in rules.view_problems({"type": "modal", "title": TEXT, "blocks": [NOTES]}, "modal")
    )
    assert any("not for a modal" in one for one in rules.block_problems([{"type": "markdown", "text": "x"}], "modal"))


def test_manifests():
    assert rules.manifest_problems(MANIFEST) == []
    bad = json.loads(json.dumps(MANIFEST))
    bad["oauth_config"]["scopes"]["bot"].remove("im:history")
    bad["features"]["slash_commands"].append({"command": "fiddle", "description": ""})
    bad["features"]["shortcuts"][0]["name"] = "x" * 25
    bad["display_information"]["name"] = "x" * 36
    assert len(rules.manifest_problems(bad)) == 4


@needs_specs
def test_arguments_are_compared_with_the_reference():
    assert schemas.argument_problems("chat.postMessage", {"channel": "C", "text": "x", "blocks": [ROW]}) == []
    assert schemas.argument_problems("chat.postMessage", {"text": "x"}) == ["chat.postMessage: missing channel"]
    assert schemas.argument_problems("chat.update", {"channel": "C", "ts": "1", "colour": "red"})
    assert schemas.argument_problems("chat.update", {"channel": "C", "ts": 1.5})
    assert schemas.argument_problems("chat.update", {"channel": "C", "ts": "1", "file_ids": "F"})


@needs_specs
def test_payloads_are_compared_with_recorded_ones():
    recorded = json.loads((schemas.PAYLOADS / "slash_command_2.json").read_text())
    assert schemas.payload_problems("slash_command", recorded) == []
    assert schemas.payload_problems("slash_command", {**recorded, "colour": "red"})
    assert schemas.payload_problems("slash_command", {**recorded, "text": 5})
    del recorded["trigger_id"]
    assert schemas.payload_problems("slash_command", recorded)


# ── calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


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


async def refused(call):
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response["error"]


async def test_what_a_bot_can_do_nothing_about_is_refused_and_no_violation(slack, team, channel, ann, web):
    world = slack.world
    outside = world.channel(team, "outside", has_bot=False)
    secret = world.channel(team, "secret", PRIVATE, has_bot=False)
    theirs = world.channel(world.team("Beta"))
    say = web.chat_postMessage
    assert await refused(say(channel=outside.id, text="x")) == "not_in_channel"
    assert await refused(say(channel=secret.id, text="x")) == "channel_not_found"
    assert await refused(say(channel=theirs.id, text="x")) == "channel_not_found"
    assert await refused(web.users_info(user=world.user("Bob", theirs.team).id)) == "user_not_found"
    assert await refused(web.chat_update(channel=channel.id, ts="1.0", text="x")) == "message_not_found"
    await web.conversations_join(channel=outside.id)
    assert (await say(channel=outside.id, text="x"))["ok"]
    assert (await web.auth_test())["team_id"] == team.id
    team.scopes.remove("chat:write")
    with pytest.raises(SlackApiError) as error:
        await say(channel=channel.id, text="x")
    assert error.value.response["needed"] == "chat:write" and "commands" in error.value.response["provided"]
    team.is_installed = False
    assert await refused(web.auth_test()) == "account_inactive"
    assert await refused(AsyncWebClient(token="xoxb-wrong", base_url=web.base_url).auth_test()) == "invalid_auth"
    assert world.violations == []


@needs_specs
async def test_what_is_wrong_with_a_call_is_remembered(slack, channel, ann, web):
    violations = slack.world.violations
    bad = [{"type": "nonsense"}]
    assert await refused(web.chat_postMessage(channel=channel.id, text="x", blocks=bad)) == "invalid_blocks"
    assert violations and "nonsense" in violations[0]
    violations.clear()
    await web.chat_postMessage(channel=channel.id, text="x", colour="red")
    await web.chat_postMessage(channel=channel.id, text="", blocks=[ROW])
    assert ["unknown colour" in violations[0], "without a text" in violations[1]] == [True, True]
    assert await refused(web.chat_postMessage(channel=channel.id, text="")) == "no_text"
    assert await refused(web.views_open(trigger_id="1.2.x", view=MODAL)) == "invalid_trigger_id"
    assert await refused(web.api_call("chat.meMessage", params={"channel": channel.id})) == "unknown_method"
    assert len(violations) == 5


@needs_specs
async def test_methods_that_take_no_json_do_not_see_it(slack, channel, web):
    assert (await web.conversations_info(channel=channel.id))["channel"]["is_member"]
    with pytest.raises(SlackApiError):
        await web.api_call("conversations.info", json={"channel": channel.id})
    assert "missing channel" in slack.world.violations[0]
    slack.world.violations.clear()
    scopes = (await web.auth_test()).headers["x-oauth-scopes"]
    assert "chat:write" in scopes


async def test_messages_are_posted_changed_and_deleted(slack, team, channel, ann, web):
    posted = await web.chat_postMessage(channel=channel.id, text="one", blocks=[ROW])
    (message,) = channel.seen(ann)
    assert message.blocks[0]["block_id"] == "row" and message.author is team.bot
    await web.chat_update(channel=channel.id, ts=posted["ts"], text="two", blocks=[])
    reply = await web.chat_postMessage(channel=channel.id, text="three", thread_ts=posted["ts"])
    await web.chat_postEphemeral(channel=channel.id, user=ann.id, text="psst")
    bob = slack.world.user("Bob", team)
    assert [one.text for one in channel.seen(bob)] == ["two", "three"]
    assert channel.seen(ann)[2].only_for == ann.id and channel.messages[reply["ts"]].thread_ts == posted["ts"]
    await web.chat_delete(channel=channel.id, ts=posted["ts"])
    assert message.edits == ["one", "two"] and message.ts not in channel.messages
    theirs, _ = await slack.people.say(ann, channel, "mine")
    assert await refused(web.chat_update(channel=channel.id, ts=theirs.ts, text="x")) == "cant_update_message"


async def test_files_go_up_and_come_down_byte_for_byte(slack, team, channel, ann, web):
    data = bytes(range(256)) * 40
    uploads = [{"file": data, "filename": "a.mid"}, {"file": data[::-1], "filename": "b.png", "alt_txt": "A roll"}]
    done = await web.files_upload_v2(file_uploads=uploads, channel=channel.id, initial_comment="here")
    (message,) = await slack.until(lambda: channel.seen(ann))
    assert message.text == "here" and [file["id"] for file in done["files"]] == [file.id for file in message.files]
    assert await slack.download(message.file(".mid")) == data
    assert await slack.download(message.file(".png")) == data[::-1] and message.file(".png").alt_txt == "A roll"
    info = await web.files_info(file=message.files[0].id)
    assert info["file"]["shares"]["public"][channel.id] == [{"ts": message.ts}]
    picture = {"type": "image", "slack_file": {"id": message.file(".png").id}, "alt_text": "A roll"}
    await web.chat_postMessage(channel=channel.id, text="x", blocks=[picture])
    assert slack.world.violations == []
    picture["slack_file"]["id"] = message.file(".mid").id
    assert await refused(web.chat_postMessage(channel=channel.id, text="x", blocks=[picture])) == "invalid_blocks"


async def test_files_are_for_those_who_may_read_them(slack, team, channel, ann):
    message, _ = await slack.people.say(ann, channel, "look", ("a.mid", b"MThd"))
    url = message.files[0].to_json(slack.origin)["url_private_download"]
    other = slack.world.team("Beta")

    async def fetch(token):
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
            return await response.read()

    assert await fetch(team.token) == b"MThd"
    for token in ("", "xoxb-wrong", other.token):
        assert b"Sign in" in await fetch(token)
    team.scopes.remove("files:read")
    assert b"Sign in" in await fetch(team.token)


async def test_uploads_that_slack_refuses(slack, channel, web):
    asked = await web.files_getUploadURLExternal(filename="a.png", length=4)
    async with aiohttp.ClientSession() as session:
        assert (await session.post(asked["upload_url"], data=b"12345")).status == 400
    outside = slack.world.channel(channel.team, "outside", has_bot=False)
    files = [{"id": asked["file_id"], "title": "a"}]
    assert await refused(web.files_completeUploadExternal(files=files, channel_id=channel.id)) == "file_not_found"
    assert await refused(web.files_upload_v2(content="x", filename="a.txt", channel=outside.id)) == "not_in_channel"
    assert len(slack.world.violations) == 2  # no alt_txt, another length


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def calls_until_limited(call):
    for number in range(1000):
        try:
            await call()
        except SlackApiError as error:
            assert error.response.status_code == 429 and error.response["error"] == "ratelimited"
            return number, int(error.response.headers["Retry-After"])
    raise AssertionError("there is no limit")


async def test_a_message_a_second_a_channel_and_short_bursts(slack, team, channel, web):
    number, wait_s = await calls_until_limited(lambda: web.chat_postMessage(channel=channel.id, text="x"))
    assert (number, 1 <= wait_s <= 5) == (5, True)
    other = slack.world.channel(team, "other")
    assert (await web.chat_postMessage(channel=other.id, text="x"))["ok"]
    assert slack.world.violations == [] and slack.api.limited == 1
    with pytest.raises(SlackApiError):
        await web.chat_postMessage(channel=channel.id, text="x")
    assert "before Retry-After was over" in slack.world.violations[0]


@needs_specs
async def test_tiers(slack, team, channel, ann, web):
    assert (await calls_until_limited(lambda: web.users_info(user=ann.id)))[0] == 100
    assert (await calls_until_limited(lambda: web.conversations_info(channel=channel.id)))[0] == 50
    message = (await web.chat_postMessage(channel=channel.id, text="x"))["ts"]
    edits = await calls_until_limited(lambda: web.chat_update(channel=channel.id, ts=message, text="y"))
    assert edits[0] == 3


async def test_faults_on_purpose(slack, channel, ann, web):
    slack.fail("chat.postMessage", status=429, times=1, retry_after_s=7)
    slack.fail("chat.postMessage", error="internal_error")
    with pytest.raises(SlackApiError) as error:
        await web.chat_postMessage(channel=channel.id, text="x")
    assert error.value.response.headers["Retry-After"] == "7"
    assert await refused(web.chat_postMessage(channel=channel.id, text="y")) == "internal_error"
    slack.fail("chat.postMessage", status=500, after_doing=True)
    with pytest.raises(SlackApiError):
        await web.chat_postMessage(channel=channel.id, text="z")
    assert [one.text for one in channel.seen(ann)] == ["z"]


# ── events ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
        await ack(options=[option(value) for value in ("jazz", "bach") if body["value"] in value])


@pytest.fixture
async def fiddle(slack, team):
    bot = Fiddle(slack, team)
    await bot.listen()
    yield bot
    await bot.handler.close_async()


@pytest.fixture(autouse=True)
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


async def test_a_late_acknowledgement_is_remembered_and_the_person_told(slack, channel, ann, fiddle):
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
