"""Modals made of the commands, what is filled in, and which field an error is shown at."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Choice
from bot.command import Command, Option
from bot.commands import COMMANDS
from bot.frontends.slack_parts.forms import Origin, asks, filled, modal
from bot.frontends.slack_parts.verdict import Verdict
from tests.fakes.slack import rules

FORMS = [command for command in COMMANDS.values() if command.options]
HERE = Origin("C0MUSIC", "1.2", "1.2", "https://hooks.slack.com/commands/T1/2/3")


async def run(incoming, desk):
    yield None


options = st.builds(
    Option,
    st.text("abc_", min_size=1, max_size=20),
    st.text(max_size=200),
    st.sampled_from(["text", "integer", "number", "file", "channel"]),
    st.booleans(),
    st.none() | st.integers(-10, 10),
    st.none() | st.integers(11, 10_000),
    st.lists(st.builds(Choice, st.text("xyz", min_size=1, max_size=90), st.text(max_size=90)), max_size=5).map(tuple),
)
commands = st.builds(
    Command,
    st.text("abcdefgh_", min_size=1, max_size=30),
    st.text(min_size=1, max_size=300),
    st.just(run),
    st.lists(options, min_size=1, max_size=12, unique_by=lambda one: one.name).map(tuple),
)


@pytest.mark.parametrize("command", FORMS, ids=lambda one: one.name)
def test_every_command_has_a_form_that_slack_takes(command):
    given = {"id": "0123456789ab-1", "genre": "jazz", "technique": "blocks", "takes": "2", "notes": "C4 D", "page": "3"}
    for known in ({}, {name: value for name, value in given.items() if command.option(name)}):
        view = modal(command, HERE, known)
        assert rules.view_problems(view, "modal") == []
        assert [block["block_id"] for block in view["blocks"][1:]] == [option.name for option in command.options]


@given(commands)
def test_whatever_a_command_declares_makes_a_form_that_slack_takes(command):
    assert rules.view_problems(modal(command, HERE, {}), "modal") == []


def test_the_form_of_compose_asks_for_all_that_there_is():
    elements = {
        block["block_id"]: block["element"]["type"] for block in modal(COMMANDS["compose"], HERE, {})["blocks"][1:]
    }
    wanted = {
        "melody": "file_input", "notes": "plain_text_input", "genre": "external_select", "technique": "static_select",
        "takes": "number_input", "tempo": "number_input", "key": "plain_text_input", "chords": "plain_text_input",
    }  # fmt: skip
    assert wanted.items() <= elements.items()


def test_what_is_known_stands_in_the_form():
    view = modal(COMMANDS["compose"], HERE, {"genre": "jazz", "technique": "blocks", "notes": "C4"})
    elements = {block["block_id"]: block["element"] for block in view["blocks"][1:]}
    assert elements["genre"]["initial_option"]["value"] == "jazz"
    assert elements["technique"]["initial_option"] in elements["technique"]["options"]
    assert elements["notes"]["initial_value"] == "C4"


@pytest.mark.parametrize(
    ("name", "given", "pressed", "asked"),
    [
        ("compose", {}, False, True),
        ("compose", {"notes": "C4"}, False, False),
        ("show", {}, False, True),
        ("show", {"id": "x"}, False, False),
        ("share", {"id": "x"}, False, False),
        ("share", {"id": "x"}, True, True),  # where to?
        ("genres", {}, False, False),
        ("history", {}, False, False),
        ("settings", {}, False, False),
        ("settings", {}, True, True),
    ],
)
def test_a_form_is_shown_where_something_has_to_be_asked(name, given, pressed, asked):
    assert asks(COMMANDS[name], given, pressed=pressed) is asked


@given(st.builds(Origin, *(st.text("C0.19/:x", max_size=60),) * 4))
def test_where_it_was_opened_is_kept_in_the_form(origin):
    assert Origin.of({"private_metadata": origin.to_metadata()}) == origin


def test_what_is_filled_in_is_read_by_its_kind():
    midi = {"id": "F1", "name": "a.mid"}
    values = {
        "notes": {"notes": {"type": "plain_text_input", "value": " C4 "}},
        "takes": {"takes": {"type": "number_input", "value": "2"}},
        "genre": {"genre": {"type": "external_select", "selected_option": {"value": "jazz"}}},
        "technique": {"technique": {"type": "static_select", "selected_option": None}},
        "channel": {"channel": {"type": "conversations_select", "selected_conversation": "C1"}},
        "melody": {"melody": {"type": "file_input", "files": [midi]}},
        "other": {"other": {"type": "file_input", "files": []}},
        "key": {"key": {"type": "plain_text_input", "value": None}},
    }
    texts, files = filled({"state": {"values": values}})
    assert texts == {"notes": "C4", "takes": "2", "genre": "jazz", "channel": "C1"}
    assert files == {"melody": [midi]}


VIEW = {"blocks": [{"type": "section"}, *({"type": "input", "block_id": name} for name in ("melody", "notes"))]}


async def test_an_error_is_shown_at_its_field_or_else_at_the_first():
    for option, field in (("notes", "notes"), ("seed", "melody"), ("", "melody")):
        verdict = Verdict(VIEW)
        assert verdict.refuse(option, "`X9` is **no** note")
        assert await verdict.within() == {"response_action": "errors", "errors": {field: "X9 is no note"}}


async def test_a_form_closes_in_time_whatever_the_command_does():
    verdict = Verdict(VIEW)
    assert await verdict.within(0.01) is None
    assert not verdict.refuse("notes", "too late")


async def test_a_form_closes_as_soon_as_all_is_well():
    verdict = Verdict(VIEW)
    waiting = asyncio.create_task(verdict.within(60))
    await asyncio.sleep(0)
    verdict.accept()
    assert await waiting is None
