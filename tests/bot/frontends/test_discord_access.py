"""The way in: base addresses, invite link, what is registered."""

import pytest

from bot.commands import COMMANDS
from bot.frontends.discord_parts.access import fetch_application_id, invite_link, with_version
from bot.frontends.discord_parts.registration import registered
from bot.settings import DiscordSettings, Settings


@pytest.mark.parametrize(
    ("base", "full"),
    [
        ("http://127.0.0.1:1/api/v10", "http://127.0.0.1:1/api/v10"),
        ("http://127.0.0.1:1/api/v10/", "http://127.0.0.1:1/api/v10"),
        ("http://127.0.0.1:1/api", "http://127.0.0.1:1/api/v10"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1/api/v10"),
    ],
)
def test_an_api_base_gets_the_version_that_we_speak(base, full):
    assert with_version(base) == full


async def test_the_invite_link_names_application_scopes_and_permissions(discord):
    settings = DiscordSettings.from_environment(discord.environment)
    link = invite_link(await fetch_application_id(settings))
    assert f"client_id={discord.world.application_id}" in link and "bot+applications.commands" in link
    permissions = int(link.split("permissions=")[1].split("&")[0])
    for bit in (10, 11, 15, 16, 38, 46):  # view, send, attach, history, send in threads, voice messages
        assert permissions >> bit & 1
    assert not permissions >> 3 & 1  # no administrator


@pytest.mark.parametrize("can_speak", [True, False])
def test_the_invite_link_asks_to_speak_where_we_can(monkeypatch, can_speak):
    monkeypatch.setattr("bot.frontends.discord_parts.voice.is_installed", lambda: can_speak)
    permissions = int(invite_link(1).split("permissions=")[1].split("&")[0])
    assert [bool(permissions >> bit & 1) for bit in (20, 21)] == [can_speak] * 2  # connect, speak


def test_without_a_token_there_is_no_discord():
    assert Settings.from_environment({"DISCORD_TOKEN": " "}).discord is None


def test_what_is_registered_is_everything_but_the_buttons():
    names = {command["name"] for command in registered(COMMANDS.values())}
    assert {"compose", "show", "privacy", "Compose from this", "Describe this MIDI"} < names
    assert "pick" not in names and len(names) == sum(command.shown != "pressed" for command in COMMANDS.values())
