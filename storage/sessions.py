"""Who may come in by the web: links that work once, and the sessions that they open. Only hashes are stored."""

import hashlib
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.database import Connections, transaction
from storage.records import read_json, write_json

INVITATION_S = 15 * 60.0
SESSION_S = 30 * 24 * 3600.0
TOKEN_BYTES = 32
MOST_INVITATIONS, MOST_SESSIONS = 5, 20  # of one user; the oldest go first


class Sessions:
    """Invitations and sessions in the database at ``path``; may be used from any thread and any process.

    A ``guest`` is plain data: who it is and where they came from, in the caller's own words.
    Every method may raise ``sqlite3.Error``; then nothing of it has happened.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._connections, self._clock = Connections(path), clock

    def invite(self, user: str, guest: dict[str, Any]) -> str:
        """Return a token that opens one session for a user, once, within ``INVITATION_S``."""
        with transaction(self._database):
            return self._add("invitations", user, guest, INVITATION_S, MOST_INVITATIONS)

    def open(self, invitation: str) -> str | None:
        """Turn an invitation into a session and return the session's token; None if it is unknown, old or used."""
        with transaction(self._database):
            rows = self._database.query(
                "delete from invitations where token_hash = ? returning *", [_hashed(invitation)]
            )
            row = next(iter(list(rows)), None)
            if row is None or row["valid_until"] <= self._clock():
                return None
            return self._add("sessions", row["user"], read_json(row["guest"]), SESSION_S, MOST_SESSIONS)

    def guest(self, session: str) -> dict[str, Any] | None:
        """Return whose session it is; None if it has ended."""
        rows = self._database.query(
            "select guest from sessions where token_hash = ? and valid_until > ?", [_hashed(session), self._clock()]
        )
        return next((read_json(row["guest"]) for row in rows), None)

    def close(self, session: str) -> None:
        """End a session."""
        self._database.execute("delete from sessions where token_hash = ?", [_hashed(session)])

    def _add(self, table: str, user: str, guest: dict[str, Any], valid_s: float, most: int) -> str:
        """Add a row and clear away what has run out, and the user's oldest beyond ``most``."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self._clock()
        self._database.execute(
            f"insert into {table} (token_hash, user, guest, created_at, valid_until) values (?, ?, ?, ?, ?)",
            [_hashed(token), user, write_json(guest), now, now + valid_s],
        )
        self._database.execute(
            f"""
            delete from {table} where valid_until <= :now or token_hash in (
                select token_hash from {table} where user = :user order by created_at desc limit -1 offset :most
            )
            """,
            {"now": now, "user": user, "most": most},
        )
        return token

    @property
    def _database(self) -> Database:
        return self._connections.mine()


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
