"""/play up to the call itself, which no fake can hold: Discord's voice is end-to-end encrypted."""

import subprocess

import discord as library
import imageio_ffmpeg
import pytest

from tests.bot.frontends.test_discord_compose import results
from tests.bot.frontends.test_discord_library import ask, compose, take_id
from tests.fakes.discord.world import VOICE


class Call:
    """A voice client that plays when it is told to, and ends when the test says so."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.end = None
        self.left = False
        self.fault: Exception | None = None

    def play(self, source, *, after):
        if self.fault:
            raise self.fault
        while packet := source.read():
            self.packets.append(packet)
        source.cleanup()
        self.end = after

    async def disconnect(self, *, force):
        self.left = True


@pytest.fixture
def call(monkeypatch):
    """The call that the next /play makes, the optional libraries taken for installed."""
    made = Call()

    async def connect(channel, **_: object):
        made.channel = channel
        return made

    monkeypatch.setattr("bot.frontends.discord_parts.voice.is_installed", lambda: True)
    monkeypatch.setattr(library.VoiceChannel, "connect", connect)
    return made


@pytest.fixture(scope="module")
def tone():
    """A second of Ogg Opus."""
    line = ["-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-ac", "2", "-c:a", "libopus", "-f", "ogg", "-"]
    return subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *line], check=True, capture_output=True).stdout


@pytest.fixture
async def take(discord, bot, worker, channel, ann, tone):
    """A take of Ann's with real sound."""
    message = await compose(discord, ann, channel)
    (entry,) = bot.desk.history.entries()
    bot.desk.files.path(entry.files["ogg"]).write_bytes(tone)
    return take_id(message)


@pytest.fixture
async def stage(discord, bot, guild, ann):
    """A voice channel with Ann in it."""
    ann.listens_in = discord.world.channel(guild, "stage", VOICE)
    await bot.restart()
    return ann.listens_in


async def test_a_take_is_played_where_its_asker_listens(discord, bot, channel, ann, take, stage, call):
    answer = await ask(discord, ann, channel, "play", id=take)
    assert "melody" in answer.content and answer.only_for == ann.id and call.channel.id == int(stage.id)
    assert 45 <= len(call.packets) <= 55  # a second of twenty-millisecond packets
    assert not call.left  # the answer does not wait for the end
    call.end(None)
    await discord.until(lambda: call.left)


async def test_it_leaves_when_the_bot_stops(discord, bot, channel, ann, take, stage, call):
    await ask(discord, ann, channel, "play", id=take)
    await bot.stop()
    assert call.left


async def test_who_listens_nowhere_is_told_so_and_gets_the_sound(discord, bot, channel, ann, take, call, tone):
    answer = await ask(discord, ann, channel, "play", id=take)
    assert "no voice channel" in answer.content and answer.file(".ogg").data == tone


async def test_listening_in_another_server_is_listening_nowhere(discord, bot, channel, ann, take, call):
    ann.listens_in = discord.world.channel(discord.world.guild("Beta"), "stage", VOICE)
    assert "no voice channel" in (await ask(discord, ann, channel, "play", id=take)).content


@pytest.mark.parametrize("name", ["Connect", "Speak"])
async def test_the_permission_that_is_missing_is_named(discord, bot, channel, ann, take, stage, call, name):
    stage.deny(name)
    await bot.restart()
    assert f"**{name}**" in (await ask(discord, ann, channel, "play", id=take)).content


async def test_one_call_a_server_at_a_time(discord, bot, channel, ann, take, stage, call, monkeypatch):
    monkeypatch.setattr(library.Guild, "voice_client", call)
    assert "already" in (await ask(discord, ann, channel, "play", id=take)).content


async def test_a_call_that_cannot_be_made_is_a_sentence(discord, bot, channel, ann, take, stage, call, monkeypatch):
    async def refuse(*_: object, **__: object):
        raise library.ClientException("4017")

    monkeypatch.setattr(library.VoiceChannel, "connect", refuse)
    assert "try again later" in (await ask(discord, ann, channel, "play", id=take)).content


async def test_a_fault_while_playing_hangs_up(discord, bot, channel, ann, take, stage, call, caplog):
    call.fault = library.ClientException("not connected")
    event = await discord.slash(ann, channel, "play", id=take)
    await discord.until(lambda: call.left)
    await discord.until(lambda: "could not be delivered" in caplog.text)
    assert event.response == 5


async def test_sound_that_was_deleted_is_told(discord, bot, channel, ann, take, call):
    (entry,) = bot.desk.history.entries()
    bot.desk.files.path(entry.files["ogg"]).unlink()
    assert "deleted" in (await ask(discord, ann, channel, "play", id=take)).content


async def test_without_the_extra_it_is_a_sentence_and_the_sound(
    discord, bot, channel, ann, take, tone, stage, monkeypatch
):
    monkeypatch.setattr("bot.frontends.discord_parts.voice.is_installed", lambda: False)
    answer = await ask(discord, ann, channel, "play", id=take)
    assert "tutti[voice]" in answer.content and answer.file(".ogg").data == tone


async def test_what_is_shared_can_be_played_by_everybody(discord, bot, guild, channel, ann, bob, take, tone):
    gallery = discord.world.channel(guild, "gallery")
    await ask(discord, ann, channel, "share", id=take, channel=gallery)
    (post,) = results(gallery, bob)
    answer = await discord.answered(await discord.press(bob, post, "Play"))
    assert answer.only_for == bob.id and answer.file(".ogg").data == tone


async def test_sound_too_large_for_the_place_is_not_sent_instead(discord, bot, guild, channel, ann, take):
    guild.file_bytes = 100
    assert (await ask(discord, ann, channel, "play", id=take)).files == []
