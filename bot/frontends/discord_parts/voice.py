"""Sound in a voice channel, where the optional libraries are installed (``discord.py[voice]``) and ffmpeg is there.

Discord takes only end-to-end encrypted calls since March 2026: without davey, connecting fails (close code 4017).
"""

import asyncio
import contextlib
import importlib.util
import shutil
from pathlib import Path

import discord
from discord.http import Route

from bot.chat import PlaceClosed

MISSING = (
    "I cannot play in voice channels here: whoever runs me installs tutti[voice] and ffmpeg for that. "
    "The mp3 under each result plays in the chat."
)
CONNECT_S = 15.0


def is_installed() -> bool:
    """Whether what voice takes is there."""
    return all(importlib.util.find_spec(name) for name in ("nacl", "davey"))


async def play(client: discord.Client, space: str, person: str, sound: Path) -> None:
    """Play a sound where a person listens, and leave when it is over.

    Raises:
        PlaceClosed: they listen nowhere, we may not join, or the libraries are missing.
    """
    ffmpeg = shutil.which("ffmpeg")
    if not is_installed() or ffmpeg is None:
        raise PlaceClosed(MISSING)
    channel = await _listening_in(client, space, person)
    if channel.guild.voice_client is not None:
        raise PlaceClosed("I am playing in this server already: wait until it is over.")
    try:
        voice: discord.VoiceClient = await channel.connect(timeout=CONNECT_S, reconnect=False)
    except (discord.DiscordException, TimeoutError, OSError) as error:
        raise PlaceClosed.lacking(("Connect", "Speak")) from error
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    try:
        source = discord.FFmpegOpusAudio(str(sound), executable=ffmpeg)
        voice.play(source, after=lambda error: loop.call_soon_threadsafe(over.set))
        await over.wait()
    finally:
        with contextlib.suppress(discord.DiscordException, OSError):
            await voice.disconnect(force=True)


async def _listening_in(client: discord.Client, space: str, person: str) -> discord.VoiceChannel:
    """Return the voice channel that a person is in."""
    nowhere = PlaceClosed("You are in no voice channel that I see: join one, then press again.")
    if not space:
        raise nowhere
    route = Route("GET", "/guilds/{guild_id}/voice-states/{user_id}", guild_id=space, user_id=person)
    try:
        state = await client.http.request(route)
    except discord.HTTPException as error:
        raise nowhere from error
    channel = client.get_channel(int(state.get("channel_id") or 0))
    if not isinstance(channel, discord.VoiceChannel):
        raise nowhere
    return channel
