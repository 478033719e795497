"""Who has installed us on a platform with many workspaces, and the tokens that they gave, encrypted."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.database import Connections
from storage.vault import BadKey, Vault

log = logging.getLogger(__name__)


class Installations:
    """One platform's installations, in the database at ``path``; may be used from any thread and any process.

    An installation is plain JSON data; nothing of it lies readable. Every method may raise ``sqlite3.Error``.
    """

    def __init__(self, path: Path, platform: str, vault: Vault, *, clock: Callable[[], float] = time.time) -> None:
        self._connections, self._platform, self._vault, self._clock = Connections(path), platform, vault, clock

    def save(self, space: str, installation: dict[str, Any]) -> None:
        """Keep a workspace's installation; a later one takes the place of an earlier one."""
        secret = self._vault.lock(json.dumps(installation))
        self._database.execute(
            "insert or replace into installations (platform, space, secret, installed_at) values (?, ?, ?, ?)",
            [self._platform, space, secret, self._clock()],
        )

    def find(self, space: str) -> dict[str, Any] | None:
        """Return a workspace's installation; one that the key does not open is none: it must be made anew."""
        sql = "select secret from installations where platform = ? and space = ?"
        row = self._database.execute(sql, [self._platform, space]).fetchone()
        try:
            return dict(json.loads(self._vault.unlock(row[0]))) if row else None
        except BadKey:
            log.error("the key has changed: %s must install us once more", space)
            return None

    def remove(self, space: str) -> bool:
        """Forget a workspace's installation; return whether there was one."""
        sql = "delete from installations where platform = ? and space = ?"
        return self._database.execute(sql, [self._platform, space]).rowcount == 1

    def spaces(self) -> list[str]:
        """Return the workspaces that have installed us."""
        sql = "select space from installations where platform = ? order by space"
        return [row[0] for row in self._database.execute(sql, [self._platform]).fetchall()]

    @property
    def _database(self) -> Database:
        return self._connections.mine()
