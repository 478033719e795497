"""The manifest has what the commands and the code need, and nothing else."""

import json
import re
from pathlib import Path

import pytest

import bot.frontends.slack_parts as parts
from bot.commands import COMMANDS
from bot.frontends.slack_parts.events import EVENTS
from bot.frontends.slack_parts.manifest import SCOPES, manifest
from tests.fakes.slack import rules, schemas

FOLDER = Path(parts.__file__).parent
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
CALLED = sorted(set(re.findall(r'"((?:chat|files|users|conversations|views|auth)\.[a-zA-Z]+)"', SOURCES)))
UNCALLED = {"commands": "slash commands", "app_mentions:read": "app_mention", "im:history": "message.im"}


@pytest.mark.parametrize(("prefix", "url"), [("", ""), ("tutti-", "https://music.example")])
def test_every_command_is_there_under_its_name_and_slacks_form_takes_it(prefix, url):
    made = manifest(COMMANDS.values(), prefix=prefix, public_url=url)
    assert rules.manifest_problems(made) == []
    slash = {one["command"]: one for one in made["features"]["slash_commands"]}
    typed = {f"/{prefix}{one.name}" for one in COMMANDS.values() if one.shown == "typed"}
    assert slash.keys() == typed | {"/tutti"}
    assert all(one["should_escape"] for one in slash.values())
    menus = {one["callback_id"] for one in made["features"]["shortcuts"]}
    assert menus == {one.name for one in COMMANDS.values() if one.shown == "menu"}
    assert made["settings"]["socket_mode_enabled"] is not bool(url)
    assert all(one.get("url", "") == (url and f"{url}/slack/events") for one in slash.values())


def test_the_shortcut_says_that_it_wants_midi():
    names = [one["name"] for one in manifest(COMMANDS.values())["features"]["shortcuts"]]
    assert names == ["Compose from this MIDI", "Describe this MIDI"]


@pytest.mark.skipif(schemas.MISSING, reason="../shared/specs is not here")
@pytest.mark.parametrize("method", CALLED)
def test_every_method_that_is_called_has_a_scope(method):
    wanted = schemas.method(method).get("scope", {}).get("bot", [])
    assert not wanted or set(wanted) & SCOPES.keys()


@pytest.mark.skipif(schemas.MISSING, reason="../shared/specs is not here")
def test_no_scope_is_asked_for_in_vain():
    needed = {scope for method in CALLED for scope in schemas.method(method).get("scope", {}).get("bot", [])}
    assert SCOPES.keys() - UNCALLED.keys() <= needed
    assert set(CALLED) >= {"chat.postMessage", "chat.update", "files.completeUploadExternal", "views.open"}


def test_the_events_are_those_that_are_understood():
    told = manifest([])["settings"]["event_subscriptions"]["bot_events"]
    assert {name.partition(".")[0] for name in told} == EVENTS.keys()


def test_the_command_prints_it(tutti, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_COMMAND_PREFIX", "/t-")
    made = json.loads(tutti("manifest").out)
    assert made == manifest(COMMANDS.values(), prefix="t-")
    assert json.loads(tutti("manifest", "--prefix", "", "--url", "https://a.example/").out) == manifest(
        COMMANDS.values(), public_url="https://a.example"
    )
