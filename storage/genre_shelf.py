"""Whose each custom genre is, who else may use it, and its folder."""

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from storage.database import Connections, transaction

MACHINE = "local"
"""The machine's own user: whoever sits at the terminal. A genre that nobody is on record for is theirs."""


@dataclass(frozen=True)
class Owned:
    """One genre's owner. ``platform`` and ``space`` say where it belongs, both empty for nowhere.

    A ``shared`` one may be used by everybody in that space; one of the machine's own user, which belongs nowhere, by
    everybody. ``job_id`` is the first job of the training that it came from, empty for one that was imported.
    """

    name: str
    user: str
    platform: str = ""
    space: str = ""
    shared: bool = False
    job_id: str = ""
    created_at: float = 0.0

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row of the table ``genres``."""
        return cls(**{**row, "shared": bool(row["shared"])})

    def is_shared_in(self, platform: str, space: str) -> bool:
        """Whether everybody in a space may use it."""
        everywhere = self.user == MACHINE and not self.space
        return self.shared and (everywhere or (bool(space) and (self.platform, self.space) == (platform, space)))

    def is_for(self, user: str, platform: str, space: str) -> bool:
        """Whether a user may use it in a space."""
        return self.user == user or self.is_shared_in(platform, space)


class GenreShelf:
    """Custom genres: owners in the database at ``path``, a folder each below ``root``; safe from any thread.

    What is on record without a folder is no genre: a training that came to nothing may leave it behind, and the next
    one of that name takes it over. Every method may raise ``sqlite3.Error`` or ``OSError``.
    """

    def __init__(self, path: Path, root: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        self._connections, self._clock = Connections(path), clock

    def genres(self) -> dict[str, Owned]:
        """Return every custom genre by name."""
        known = {row["name"]: Owned.from_row(row) for row in self._database.query("select * from genres")}
        names = sorted(path.parent.name for path in self.root.glob("*/genre.toml"))
        return {name: known.get(name, Owned(name, MACHINE)) for name in names if not name.startswith(".")}

    def genre(self, name: str) -> Owned | None:
        """Return whose a genre is; None if there is none of this name."""
        return self.genres().get(name)

    def hidden_from(self, user: str, platform: str, space: str) -> frozenset[str]:
        """Return the names of the genres that a user may not know of in a space."""
        return frozenset(name for name, owned in self.genres().items() if not owned.is_for(user, platform, space))

    def put(self, owned: Owned) -> None:
        """Note whose a genre is, also of one whose folder will appear later."""
        names = [field.name for field in fields(Owned)]
        self._database.execute(
            f"insert or replace into genres ({', '.join(names)}) values (:{', :'.join(names)})",
            asdict(owned) | {"created_at": owned.created_at or self._clock()},
        )

    def share(self, name: str, platform: str, space: str) -> None:
        """Let everybody in a space use a genre, which belongs there from now on."""
        self._change(name, platform=platform, space=space, shared=True)

    def withdraw(self, name: str) -> None:
        """Keep a genre private."""
        self._change(name, shared=False)

    def rename(self, name: str, new: str) -> None:
        """Let a genre go by another name.

        Whenever this is interrupted, the genre belongs to its owner, under the one name or the other.

        Raises:
            FileExistsError: there is something of that name.
        """
        if (self.root / new).exists():
            raise FileExistsError(new)
        owned = self.genre(name) or Owned(name, MACHINE)
        self.put(replace(owned, name=new))
        os.rename(self.root / name, self.root / new)
        self._forget(name)

    def delete(self, name: str) -> None:
        """Delete a genre, at once as a whole; nothing happens if there is none."""
        gone = self.root / f".{name}.{secrets.token_hex(4)}.gone"
        with contextlib.suppress(FileNotFoundError):
            os.rename(self.root / name, gone)
        self._forget(name)
        shutil.rmtree(gone, ignore_errors=True)

    def _change(self, name: str, **changes: Any) -> None:  # noqa: ANN401 - as ``Owned`` says
        with transaction(self._database):
            self.put(replace(self.genre(name) or Owned(name, MACHINE), **changes))

    def _forget(self, name: str) -> None:
        self._database.execute("delete from genres where name = ?", [name])

    @property
    def _database(self) -> Database:
        return self._connections.mine()
