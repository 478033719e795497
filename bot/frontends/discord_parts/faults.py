"""Discord's errors as the port's (topics/opcodes-and-status-codes in Discord's documentation, "JSON error codes")."""

import discord

from bot.chat import FileRefused, MessageGone, PlaceClosed, Refused, Reply, Unreachable

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION = 10003, 10008, 10015, 10062
TOO_LARGE, MISSING_ACCESS, CANNOT_MESSAGE, MISSING_PERMISSIONS = 40005, 50001, 50007, 50013
BAD_TOKEN, ARCHIVED = 50027, 50083
ACKNOWLEDGED = 40060
NO_HISTORY = 160002  # a reply takes the permission to read the message history
HAS_THREAD = 160004

AWAY = (401, 429)  # our token was changed, and a restart brings the new one; too many requests

CLOSED = {
    UNKNOWN_CHANNEL: "The channel is gone.",
    UNKNOWN_WEBHOOK: "Discord takes no more answers there: its 15 minutes are over.",
    UNKNOWN_INTERACTION: "Discord takes no more answers there: its time is over.",
    BAD_TOKEN: "Discord takes no more answers there: its 15 minutes are over.",
    CANNOT_MESSAGE: "Your settings do not let me write to you: allow direct messages from this server.",
    ARCHIVED: "The thread is archived: open it again.",
}


class NoReference(Refused):
    """The message may be sent, but not as an answer to another."""


def translate(error: discord.HTTPException, reply: Reply | None = None) -> Exception:
    """Return the port's error for one of Discord's."""
    if error.code == UNKNOWN_MESSAGE:
        return MessageGone(str(error))
    if error.status == 413 or error.code == TOO_LARGE:
        return FileRefused(str(error))
    if error.code in CLOSED:
        return PlaceClosed(CLOSED[error.code])
    if error.code == MISSING_ACCESS:
        return PlaceClosed.lacking(("View Channel",))
    if error.code == MISSING_PERMISSIONS or isinstance(error, discord.Forbidden):
        return PlaceClosed.lacking(_needed(reply))
    if error.code == NO_HISTORY:
        return NoReference(str(error))
    if error.status >= 500 or error.status in AWAY:
        return Unreachable(str(error))
    return Refused(str(error))


def _needed(reply: Reply | None) -> tuple[str, ...]:
    """Name what sending this takes; Discord does not say which permission was missing."""
    if reply is None or not reply.files:
        return ("Send Messages",)
    if any(file.voice for file in reply.files):
        return ("Send Voice Messages",)
    return ("Send Messages", "Attach Files")
