"""Sound in a voice channel, where the optional libraries are installed (``discord.py[voice]``).

Discord takes only end-to-end encrypted calls since March 2026: without davey, connecting fails (close code 4017). The
ffmpeg is the one that encodes our sound; it hands over Opus, so that no libopus is needed.
"""

import asyncio
import contextlib
import importlib.util
from collections.abc import Awaitable
from pathlib import Path

import discord
import imageio_ffmpeg
from discord.http import Route

from bot.chat import PlaceClosed

MISSING = "I cannot play in voice channels here: whoever runs me installs tutti[voice] for that."
NOWHERE = "You are in no voice channel that I see: join one to hear it there."
BUSY = "I am playing in this server already: wait until it is over."
CONNECT_S = 15.0


def is_installed() -> bool:
    """Whether what voice takes is there."""
    return all(importlib.util.find_spec(name) for name in ("nacl", "davey"))


async def play(client: discord.Client, space: str, person: str, sound: Path) -> Awaitable[None]:
    """Begin to play a sound where a person listens; returns what waits until it is over, and leaves then.

    Raises:
        PlaceClosed: they listen nowhere, we may not join, or the libraries are missing.
    """
    if not is_installed():
        raise PlaceClosed(MISSING)
    channel = await _listening_in(client, space, person)
    if channel.guild.voice_client is not None:
        raise PlaceClosed(BUSY)
    if lacks := _lacking(channel):
        raise PlaceClosed.lacking(lacks)
    try:
        call: discord.VoiceClient = await channel.connect(timeout=CONNECT_S, reconnect=False)
    except (discord.DiscordException, RuntimeError, TimeoutError, OSError) as error:
        raise PlaceClosed("Discord does not let me into your voice channel right now: try again later.") from error
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    try:
        source = discord.FFmpegOpusAudio(str(sound), executable=imageio_ffmpeg.get_ffmpeg_exe(), codec="copy")
        call.play(source, after=lambda error: loop.call_soon_threadsafe(over.set))
    except BaseException:
        await _hang_up(call)
        raise
    return _leave(call, over)


async def _leave(call: discord.VoiceClient, over: asyncio.Event) -> None:
    """Leave when the sound is over, or when we are stopped."""
    try:
        await over.wait()
    finally:
        await _hang_up(call)


async def _hang_up(call: discord.VoiceClient) -> None:
    with contextlib.suppress(discord.DiscordException, OSError):
        await call.disconnect(force=True)


def _lacking(channel: discord.VoiceChannel) -> tuple[str, ...]:
    """Name the permissions that playing there takes and that we lack."""
    may = channel.permissions_for(channel.guild.me)
    return tuple(name for name, granted in (("Connect", may.connect), ("Speak", may.speak)) if not granted)


async def _listening_in(client: discord.Client, space: str, person: str) -> discord.VoiceChannel:
    """Return the voice channel that a person is in."""
    if not space:
        raise PlaceClosed(NOWHERE)
    route = Route("GET", "/guilds/{guild_id}/voice-states/{user_id}", guild_id=space, user_id=person)
    try:
        state = await client.http.request(route)
    except discord.HTTPException as error:
        raise PlaceClosed(NOWHERE) from error
    channel = client.get_channel(int(state.get("channel_id") or 0))
    if not isinstance(channel, discord.VoiceChannel):
        raise PlaceClosed(NOWHERE)
    return channel
