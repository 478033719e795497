"""/studio: a private link that opens the web studio as whoever asks, once."""

from collections.abc import AsyncIterator

from bot.chat import Incoming, Reply
from bot.command import Command
from bot.desk import Desk
from bot.guests import Guest
from composer_core.errors import SettingError


async def studio(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Hand out a link, to the asker alone; what they send from the studio goes where they asked."""
    if not desk.public_url:
        raise SettingError("The studio has no public address here: whoever runs me sets TUTTI_PUBLIC_URL for that.")
    link = await sign_in_link(Guest.of(incoming), desk)
    yield Reply(
        f"🎹 Your studio: {link}\n-# For you alone: it signs you in as yourself, once, within 15 minutes. "
        "What you send from there comes to this channel."
    )


async def sign_in_link(guest: Guest, desk: Desk) -> str:
    """Return a link that signs a guest in, once. Its token follows ``#``: no server logs it, no preview uses it up."""
    token = await desk.do(desk.sessions.invite, guest.user.id, guest.to_json())
    return f"{desk.public_url}/signin#{token}"


COMMANDS = (Command("studio", "Open the web studio as yourself", studio),)
