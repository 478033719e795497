"""Share pages: what everybody with the link may see, until it is taken back."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from storage.database import Connections, transaction

TOKEN_BYTES = 16  # 128 bits: nobody guesses one


@dataclass(frozen=True)
class Page:
    """One take's share page."""

    token: str
    take_id: str
    user: str
    created_at: float


class Pages:
    """Share pages in the database at ``path``; may be used from any thread and any process.

    Every method may raise ``sqlite3.Error``; then nothing of it has happened.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._connections, self._clock = Connections(path), clock

    def open(self, take_id: str, user: str) -> Page:
        """Open a take's page, or return the one that is open already."""
        with transaction(self._database):
            known = self.of(take_id)
            if known:
                return known
            page = Page(secrets.token_urlsafe(TOKEN_BYTES), take_id, user, self._clock())
            self._database.execute(
                "insert into pages (token, take_id, user, created_at) values (?, ?, ?, ?)",
                [page.token, page.take_id, page.user, page.created_at],
            )
        return page

    def close(self, take_id: str) -> None:
        """Take a page back: its link leads nowhere from now on, and a new one will be another."""
        self._database.execute("delete from pages where take_id = ?", [take_id])

    def of(self, take_id: str) -> Page | None:
        """Return a take's page, if it is open."""
        return self._one("select * from pages where take_id = ?", take_id)

    def page(self, token: str) -> Page | None:
        """Return the page of a token."""
        return self._one("select * from pages where token = ?", token)

    def open_of(self, user: str) -> set[str]:
        """Return the ids of a user's takes whose pages are open."""
        return {take for (take,) in self._database.execute("select take_id from pages where user = ?", [user])}

    def _one(self, sql: str, value: str) -> Page | None:
        return next((Page(**row) for row in self._database.query(sql, [value])), None)

    @property
    def _database(self) -> Database:
        return self._connections.mine()
