"""The fake refuses what Discord refuses: otherwise green scenarios would prove nothing."""

import aiohttp
import pytest

from tests.fakes.discord import schemas
from tests.fakes.discord.rules import check_commands, check_message
from tests.fakes.discord.server import TOKEN, FakeDiscord
from tests.fakes.discord.world import MIB, Refusal, World

BUTTON = {"type": 2, "style": 1, "label": "a", "custom_id": "a"}
VOICE = {"flags": 8192, "attachments": [{"id": "0", "duration_secs": 1.0, "waveform": "AAEC"}]}
SOUND = {"files[0]": ("v.ogg", b"OggS", "audio/ogg")}


@pytest.mark.parametrize(
    ("body", "files", "code"),
    [
        ({}, {}, 50006),
        ({"content": "x" * 2001}, {}, 50035),
        ({"content": "x"}, {"files[0]": ("a", b"", "")}, 50035),
        ({"attachments": [{"id": "0"}]}, {"files[0]": ("a", b"x" * 11 * MIB, "")}, 40005),
        ({"content": "x", "components": [{"type": 1, "components": [BUTTON]}] * 6}, {}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": [BUTTON, BUTTON]}]}, {}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": []}]}, {}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": [{**BUTTON, "custom_id": "x" * 101}]}]}, {}, 50035),
        ({**VOICE, "content": "x"}, SOUND, 50160),
        ({"flags": 8192, "attachments": [{"id": "0"}]}, SOUND, 50161),
        (VOICE, {"files[0]": ("v.ogg", b"OggS", "application/octet-stream")}, 50160),
    ],
)
def test_messages_that_discord_refuses(body, files, code):
    with pytest.raises(Refusal) as refused:
        check_message(body, files, 10 * MIB, is_new=True)
    assert refused.value.code == code


def test_messages_that_discord_takes():
    check_message({"content": "x", "components": [{"type": 1, "components": [BUTTON]}]}, {}, MIB, is_new=True)
    check_message(VOICE, SOUND, MIB, is_new=True)


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Compose", "description": "x"},
        {"name": "compose", "description": "x" * 101},
        {"name": "c", "description": "x", "options": [{"name": "o", "description": ""}]},
        {
            "name": "c",
            "description": "x",
            "options": [{"name": "o", "description": "x"}, {"name": "p", "description": "x", "required": True}],
        },
    ],
)
def test_commands_that_discord_refuses(command):
    with pytest.raises(Refusal):
        check_commands([command])


@pytest.mark.skipif(schemas.MISSING, reason="../shared/specs is not there: nothing to validate against")
def test_the_official_descriptions_find_what_is_wrong():
    path = "/channels/1/messages"
    assert schemas.request_problems("POST", path, {"content": "x"}) == []
    assert schemas.request_problems("POST", path, {"content": 5})
    assert schemas.request_problems("POST", "/no/such/thing", {})
    world = World()
    guild = world.guild("A").to_json(world.bot)
    assert schemas.payload_problems("GatewayGuildCreateDispatchData", guild) == []
    del guild["roles"]
    assert schemas.payload_problems("GatewayGuildCreateDispatchData", guild)


class Bot:
    """The few requests of a bot that does things wrong."""

    def __init__(self, fake, session):
        self.fake, self.session = fake, session

    async def ask(self, method, path, body):
        headers = {"Authorization": f"Bot {TOKEN}"}
        url = self.fake.environment["DISCORD_API_BASE"] + path
        async with self.session.request(method, url, json=body, headers=headers) as response:
            return response.status, (await response.json()).get("code") if response.status >= 400 else None


@pytest.fixture
async def bot():
    fake = FakeDiscord()
    await fake.start()
    async with aiohttp.ClientSession() as session:
        yield Bot(fake, session)
    await fake.stop()


@pytest.fixture
async def event(bot):
    """A command that somebody typed, and nobody has answered."""
    world = bot.fake.world
    world.commands = [{"id": "1", "name": "help", "type": 1, "options": []}]
    return await bot.fake.slash(world.user("Ann"), world.channel(world.guild("Alpha")), "help")


async def test_the_clocks_of_an_interaction(bot, event):
    world, callback = bot.fake.world, f"/interactions/{event.id}/{event.token}/callback"
    original = f"/webhooks/{world.application_id}/{event.token}/messages/@original"
    assert await bot.ask("PATCH", original, {"content": "x"}) == (404, 10015)
    assert await bot.ask("POST", callback, {"type": 5}) == (204, None)
    assert await bot.ask("POST", callback, {"type": 5}) == (400, 40060)
    assert await bot.ask("PATCH", original, {"content": "x"}) == (200, None)
    world.clock.advance(15 * 60 + 1)
    assert await bot.ask("PATCH", original, {"content": "x"}) == (401, 50027)
    assert world.violations == []


async def test_a_late_answer_is_refused_and_remembered(bot, event):
    bot.fake.world.clock.advance(3.5)
    callback = f"/interactions/{event.id}/{event.token}/callback"
    assert await bot.ask("POST", callback, {"type": 5}) == (404, 10062)
    assert "after 3." in bot.fake.world.violations[0]


async def test_the_first_follow_up_takes_the_privacy_of_what_it_replaces(bot, event):
    await bot.ask("POST", f"/interactions/{event.id}/{event.token}/callback", {"type": 5, "data": {"flags": 64}})
    await bot.ask("POST", f"/webhooks/{bot.fake.world.application_id}/{event.token}", {"content": "for all"})
    assert event.original.content == "for all" and event.original.only_for == event.user.id


async def test_a_thread_hangs_under_one_message_of_a_channel(bot):
    world = bot.fake.world
    channel, private = world.channel(world.guild("Alpha")), world.private(world.bot, world.user("Ann"))
    at = {}
    for place in (channel, private):
        await bot.ask("POST", f"/channels/{place.id}/messages", {"content": "x"})
        at[place.id] = f"/channels/{place.id}/messages/{next(iter(place.messages))}/threads"
    assert await bot.ask("POST", at[private.id], {"name": "t"}) == (400, 50024)
    assert await bot.ask("POST", at[channel.id], {"name": "t"}) == (200, None)
    assert await bot.ask("POST", at[channel.id], {"name": "t"}) == (400, 160004)
    (thread,) = world.threads(channel)
    assert await bot.ask("POST", f"/channels/{thread.id}/messages", {"content": "x"}) == (200, None)
    channel.deny("Create Public Threads")
    assert await bot.ask("POST", at[channel.id], {"name": "t"}) == (403, 50013)


@pytest.mark.parametrize("rows", [0, 6, 2])
async def test_a_form_has_one_to_five_fields_of_different_names(bot, event, rows):
    field = {"type": 18, "label": "Files", "component": {"type": 19, "custom_id": "files"}}
    modal = {"type": 9, "data": {"custom_id": "form", "title": "Train", "components": [field] * rows}}
    callback = f"/interactions/{event.id}/{event.token}/callback"
    assert await bot.ask("POST", callback, modal) == (400, 50035)
    bot.fake.world.violations.clear()


async def test_rate_limits_bite():
    fake = FakeDiscord(bucket=(2, 60.0))
    await fake.start()
    channel = fake.world.channel(fake.world.guild("Alpha"))
    async with aiohttp.ClientSession() as session:
        bot = Bot(fake, session)
        answers = [await bot.ask("POST", f"/channels/{channel.id}/messages", {"content": "x"}) for _ in range(3)]
    await fake.stop()
    assert [status for status, _ in answers] == [200, 200, 429]
