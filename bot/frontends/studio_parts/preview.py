"""What a chat shows of a share page's link: title, settings, picture and sound (ogp.me)."""

import html

from bot.cards import settings_line
from bot.desk import Desk
from bot.library import UnknownTake, find_shared


async def preview(desk: Desk, token: str, base_url: str) -> str:
    """Return the head's meta elements; empty for a link that leads nowhere."""
    try:
        _, entry = await find_shared(desk, token)
    except UnknownTake:
        return ""
    files = f"{base_url}/api/shared/{token}"
    about = {
        "og:type": "music.song",
        "og:site_name": "Tutti",
        "og:title": entry.heading,
        "og:description": settings_line(entry),
        "og:url": f"{base_url}/s/{token}",
        "og:image": f"{files}/picture",
        "og:audio": f"{files}/mp3",
        "og:audio:type": "audio/mpeg",
    }
    return "".join(
        f'<meta property="{name}" content="{html.escape(value, quote=True)}">\n' for name, value in about.items()
    )
