"""What Slack delivers, as it was recorded: what kind, from whom, and that a retry is known again."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Misread
from bot.commands import COMMANDS
from bot.frontends.slack_parts.asking import place
from bot.frontends.slack_parts.events import HOME, LEFT, PRESS, SAID, SHORTCUT, SLASH, SUBMIT, SUGGEST, Event
from bot.frontends.slack_parts.forms import Origin
from bot.frontends.slack_parts.reading import Reader
from tests.fakes.slack import schemas

READER = Reader(COMMANDS, "tutti-")
SLASH_BODY = {
    "command": "/tutti-compose", "text": "C4 D genre:jazz", "team_id": "T1", "user_id": "U1", "channel_id": "C1",
    "trigger_id": "1.2.x", "response_url": "https://hooks.slack.com/commands/1",
}  # fmt: skip
PRESS_BODY = {
    "type": "block_actions", "user": {"id": "U1"}, "channel": {"id": "C1"}, "trigger_id": "1.2.x",
    "container": {"type": "message", "message_ts": "5.6", "channel_id": "C1"}, "message": {"ts": "5.6"},
    "actions": [{"action_id": "vary ab12-1", "action_ts": "7.8", "selected_option": {"value": "calmer"}}],
}  # fmt: skip
SUBMIT_BODY = {
    "type": "view_submission", "user": {"id": "U1"}, "trigger_id": "1.2.x",
    "view": {"id": "V1", "hash": "h1", "callback_id": "compose", "private_metadata": Origin("C1").to_metadata(),
             "state": {"values": {"notes": {"notes": {"type": "plain_text_input", "value": "C4"}}}}},
}  # fmt: skip
MENTION_BODY = {
    "type": "event_callback", "event_id": "Ev1",
    "event": {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.2", "text": "<@UBOT> C4 D"},
}  # fmt: skip


def event(body, **changes):
    return Event.of({**copy.deepcopy(body), **changes}, "T1")


def inner(**changes):
    return event(MENTION_BODY, event={**MENTION_BODY["event"], **changes})


@pytest.mark.skipif(schemas.MISSING, reason="../shared/specs is not here")
@pytest.mark.parametrize("path", sorted(schemas.PAYLOADS.glob("[!_]*.json")), ids=lambda path: path.stem)
def test_every_recorded_payload_is_read_or_left_alone(path):
    body = json.loads(path.read_text(encoding="utf-8"))
    found = Event.of(body, "T111")
    beginnings = {
        "slash_command": SLASH, "block_actions": PRESS, "block_suggestion": SUGGEST, "message_action": SHORTCUT,
        "view_submission": SUBMIT, "event_app_mention": SAID, "event_app_uninstalled": LEFT,
        "event_tokens_revoked": LEFT,
    }  # fmt: skip
    wanted = next((kind for name, kind in beginnings.items() if path.stem.startswith(name)), None)
    assert (found.kind if found else None) == wanted
    if found:
        assert Event.from_json(json.loads(json.dumps(found.to_json()))) == found
        assert found.key and (found.user or found.kind in (LEFT, SUGGEST))


def test_only_what_a_person_says_now_is_heard():
    assert inner().kind == SAID
    assert inner(type="message", channel_type="im").kind == SAID
    assert inner(type="message", channel_type="im", subtype="file_share").kind == SAID
    for other in (
        {"type": "message", "channel_type": "channel"},
        {"type": "message", "channel_type": "im", "subtype": "message_changed"},
        {"type": "message", "channel_type": "im", "bot_id": "B1"},
        {"bot_id": "B1"},
    ):
        assert inner(**other) is None


def test_only_the_home_tab_is_filled():
    assert inner(type="app_home_opened", tab="home").kind == HOME
    assert inner(type="app_home_opened", tab="messages") is None


@pytest.mark.parametrize("body", [SLASH_BODY, PRESS_BODY, SUBMIT_BODY, MENTION_BODY])
def test_a_retry_has_the_same_key(body):
    assert event(body).key == event(body, retry_attempt=1).key


def test_a_mention_and_the_message_that_holds_it_are_one():
    said = inner(type="message", channel_type="im")
    assert said.key == inner().key and said.key != inner(ts="1.3").key and said.key != inner(channel="C2").key


def test_two_clicks_two_commands_and_two_people_differ():
    again = copy.deepcopy(PRESS_BODY["actions"])
    again[0]["action_ts"] = "7.9"
    assert event(PRESS_BODY).key != event(PRESS_BODY, actions=again).key
    assert event(PRESS_BODY).key != event(PRESS_BODY, user={"id": "U2"}).key
    assert event(SLASH_BODY).key != event(SLASH_BODY, trigger_id="1.3.y").key
    assert event(SLASH_BODY).key != Event.of(SLASH_BODY, "T2").key


def test_a_form_sent_twice_is_one_and_a_mended_one_another():
    view = copy.deepcopy(SUBMIT_BODY["view"])
    assert event(SUBMIT_BODY, view={**view, "hash": "h2"}, trigger_id="9.9.z").key == event(SUBMIT_BODY).key
    view["state"]["values"]["notes"]["notes"]["value"] = "D4"
    assert event(SUBMIT_BODY, view=view).key != event(SUBMIT_BODY).key


def test_a_slash_command_is_read_by_its_name_here_and_under_ours():
    wish = READER.wish(event(SLASH_BODY))
    assert (wish.command, dict(wish.texts)) == ("compose", {"notes": "C4 D", "genre": "jazz"})
    assert wish.origin == Origin("C1", door=SLASH_BODY["response_url"])
    assert READER.wish(event(SLASH_BODY, command="/tutti", text="history 2")).command == "history"
    assert READER.wish(event(SLASH_BODY, command="/tutti", text="C4 D")).texts == {"notes": "C4 D"}
    assert READER.wish(event(SLASH_BODY, command="/tutti", text="")).command == "help"


@pytest.mark.parametrize("command", ["/tutti-forget", "/tutti-nonsense", "/compose_from"])
def test_what_is_not_to_be_typed_is_no_command(command):
    with pytest.raises(Misread, match="no command"):
        READER.wish(event(SLASH_BODY, command=command))


def test_a_channel_in_a_text_is_one_that_slack_has_written():
    wish = READER.wish(event(SLASH_BODY, command="/tutti", text="share ab12-1 channel:<#C9|stage>"))
    assert wish.texts == {"id": "ab12-1", "channel": "C9"} and wish.channel_names == {"C9": "stage"}
    for forged in ("C9", "&lt;#C9|stage&gt;"):
        with pytest.raises(Misread, match="# name"):
            READER.wish(event(SLASH_BODY, command="/tutti", text=f"share ab12-1 channel:{forged}"))


def test_signs_that_slack_escapes_are_read_back():
    assert READER.wish(event(SLASH_BODY, text="C4 &amp; &lt;b&gt;")).texts == {"notes": "C4 & <b>"}


def test_a_button_brings_its_subject_and_a_menu_its_choice():
    wish = READER.wish(event(PRESS_BODY))
    assert (wish.command, dict(wish.texts)) == ("vary", {"id": "ab12-1", "value": "calmer"})
    assert (wish.origin.thread, wish.origin.source) == ("5.6", "5.6")


def test_what_only_one_person_sees_begins_no_thread():
    container = {"type": "message", "message_ts": "5.6", "channel_id": "C1", "is_ephemeral": True}
    assert event(PRESS_BODY, container=container, message=None).thread == ""
    assert event(PRESS_BODY, container={**container, "thread_ts": "1.2"}, message=None).thread == "1.2"


def test_a_mention_is_answered_in_its_thread():
    assert inner().thread == "1.2" and inner(thread_ts="0.9").thread == "0.9"


def test_beside_midi_the_other_files_and_the_talk_are_left_alone():
    files = [{"id": "F1", "name": "me.png"}, {"id": "F2", "name": "Song.MID"}]
    wish = READER.wish(inner(text="<@UBOT> look at this takes:2", files=files))
    assert (wish.command, dict(wish.texts), wish.files["melody"]["id"]) == ("compose", {"takes": "2"}, "F2")
    assert (
        READER.wish(inner(text="<@UBOT>", files=files[:1])).files["melody"]["id"] == "F1"
    )  # its kind is complained of
    assert READER.wish(inner(text="<@UBOT>  ")).command == "help"


@given(st.from_regex(r"[UW][A-Z0-9]{2,8}", fullmatch=True), st.from_regex(r"T[A-Z0-9]{2,8}", fullmatch=True))
def test_a_place_knows_workspace_and_person(user, team):
    where = place(Event.of({**SLASH_BODY, "user_id": user}, team), Origin())
    assert where.person == f"{team}/{user}" and where.space == team and where.channel == f"@{user}"


def test_to_learn_from_all_files_of_a_message_are_taken():
    files = [{"id": "F1", "name": "a.mid"}, {"id": "F2", "name": "b.zip"}]
    wish = READER.wish(inner(text="<@UBOT> train name:waltzes please", files=files))
    assert (wish.command, dict(wish.texts)) == ("train", {"name": "waltzes"})
    assert {name: file["id"] for name, file in wish.files.items()} == {"files": "F1", "files-2": "F2"}
    assert READER.wish(inner(text="<@UBOT> history", files=files)).files == {}
