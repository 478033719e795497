"""The fake refuses what Slack refuses: otherwise green scenarios would prove nothing."""

import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import rules, schemas
from tests.fakes.slack.sample import BUTTON, MANIFEST, MODAL, NOTES, ROW, TEXT, refused
from tests.fakes.slack.things import PRIVATE

needs_specs = pytest.mark.skipif(schemas.MISSING, reason="../shared/specs is not there: nothing to validate against")


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
