"""What an error is to whoever asked by the web: which field it is about, whether the thing exists at all."""

import errno
import sqlite3
from dataclasses import dataclass

from bot.chat import NotFetched, PlaceClosed
from bot.dispatch import as_said_in_chat
from bot.library import UnknownTake
from composer_core.errors import NotationError, ResourceError, UserError

_FIELDS = {"tempo": "tempo_bpm", "learning-rate": "learning_rate", "update-ratio": "update_ratio"}
"""Options that a form knows by another name."""


class Missing(UserError):
    """There is no such thing, or it is not for this user: which of both is not said."""


class Busy(UserError):
    """Not now: something else must end first, or begin."""


@dataclass(frozen=True)
class BadToken:
    """Where in typed notes an error lies, as ``NotationError`` says it."""

    text: str
    position: int
    column: int


@dataclass(frozen=True)
class Refusal:
    """One line for the user. ``kind``: ``mend`` (they can), ``missing``, ``busy``, ``full`` (the machine) or ``fault``.

    A fault is ours: its message is an apology, and the traceback belongs into the log.
    """

    message: str
    kind: str = "fault"
    field: str = ""
    token: BadToken | None = None


def refusal(error: Exception) -> Refusal:
    """Say what an error is to whoever asked."""
    if isinstance(error, UserError):
        field = _FIELDS.get(error.option, error.option)
        token = BadToken(error.token, error.position, error.column) if isinstance(error, NotationError) else None
        return Refusal(as_said_in_chat(str(error)), _kind(error), field or ("notes" if token else ""), token)
    if _is_full(error):
        return Refusal("The disk is full: whoever runs Tutti must free some space first.", "full")
    return Refusal("Sorry, something went wrong on our side.")


def _kind(error: UserError) -> str:
    if isinstance(error, (Missing, UnknownTake)) and not error.option:  # what a field names is for the user to mend
        return "missing"
    if isinstance(error, (Busy, PlaceClosed, NotFetched)):
        return "busy"
    return "full" if isinstance(error, ResourceError) else "mend"


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, sqlite3.OperationalError) and "full" in str(error)
