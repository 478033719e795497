"""What was composed: one entry for each take, with the request and the files that belong to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from storage.database import Connections, transaction
from storage.records import read_json, write_json

MOST_WORDS = 10


@dataclass(frozen=True)
class Entry:
    """One take. ``files`` maps a kind (mid, mp3, ...) to a path relative to the file store.

    ``title``, ``tags`` and ``favourite`` are the user's own; without a title it goes by its melody's ``name``.
    """

    id: str
    job_id: str
    take: int
    user: str
    name: str
    genre: str
    technique: str
    seed: int
    key: str
    metre: str
    tempo_bpm: float
    length_s: float
    settings: dict[str, Any]
    files: dict[str, str]
    created_at: float
    title: str = ""
    tags: tuple[str, ...] = ()
    favourite: bool = False

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row of the table ``compositions``; ``to_row`` mirrors it."""
        plain = {name: read_json(row[name]) for name in ("settings", "files")}
        return cls(**{**row, **plain, "tags": tuple(read_json(row["tags"])), "favourite": bool(row["favourite"])})

    def to_row(self) -> dict[str, Any]:
        """Return a row of the table ``compositions``."""
        return asdict(self) | {name: write_json(getattr(self, name)) for name in ("settings", "files", "tags")}

    @property
    def heading(self) -> str:
        """What it goes by."""
        return self.title or self.name


@dataclass(frozen=True)
class Search:
    """What is looked for among one user's compositions: every word of ``words``, and whatever else is given."""

    user: str
    words: str = ""
    tag: str = ""
    genre: str = ""
    favourite: bool | None = None


class History:
    """The compositions in the database at ``path``; may be used from any thread and any process.

    Every method may raise ``sqlite3.Error``; then nothing of it has happened.
    """

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)

    def save(self, entries: Sequence[Entry]) -> None:
        """Keep entries, all or none. An id that is known already stays as it was, like its files."""
        names = [field.name for field in fields(Entry)]
        sql = f"""
            insert into compositions ({", ".join(names)}) values (:{", :".join(names)})
            on conflict (id) do nothing
        """
        with transaction(self._database):
            for entry in entries:
                self._database.execute(sql, entry.to_row())

    def entries(self, *, user: str | None = None, limit: int = 50) -> list[Entry]:
        """Return entries, newest first."""
        return self._entries(
            """
            select * from compositions where (:user is null or user = :user)
            order by created_at desc, rowid desc limit :limit
            """,
            {"user": user, "limit": max(limit, 0)},
        )

    def entry(self, entry_id: str) -> Entry | None:
        """Return one entry."""
        return next(iter(self._entries("select * from compositions where id = :id", {"id": entry_id})), None)

    def for_job(self, job_id: str) -> list[Entry]:
        """Return a job's entries by take."""
        return self._entries("select * from compositions where job_id = :id order by take", {"id": job_id})

    def search(self, search: Search, *, limit: int, offset: int = 0) -> tuple[list[Entry], int]:
        """Return a page of the entries that are looked for, newest first, and how many there are in all."""
        where, values = _where(search)
        total = self._database.execute(f"select count(*) from compositions where {where}", values).fetchone()[0]
        sql = (
            f"select * from compositions where {where} order by created_at desc, rowid desc limit :limit offset :offset"
        )
        return self._entries(sql, {**values, "limit": limit, "offset": offset}), int(total)

    def tags(self, user: str) -> list[tuple[str, int]]:
        """Return a user's tags with how often each is used, most used first."""
        rows = self._database.execute(
            """
            select tag.value, count(*) as uses from compositions, json_each(tags) as tag where user = ?
            group by tag.value order by uses desc, tag.value
            """,
            [user],
        )
        return [(tag, uses) for tag, uses in rows]

    def label(
        self,
        entry_id: str,
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        favourite: bool | None = None,
    ) -> None:
        """Change what the user calls an entry; None leaves it as it is."""
        self._database.execute(
            """
            update compositions set title = coalesce(:title, title), tags = coalesce(:tags, tags),
                favourite = coalesce(:favourite, favourite) where id = :id
            """,
            {
                "id": entry_id,
                "title": title,
                "tags": None if tags is None else write_json(list(tags)),
                "favourite": favourite,
            },
        )

    def delete(self, entry_id: str) -> bool:
        """Forget an entry, not its files; return whether there was one."""
        return self._database.execute("delete from compositions where id = ?", [entry_id]).rowcount == 1

    def _entries(self, sql: str, values: dict[str, Any]) -> list[Entry]:
        return [Entry.from_row(row) for row in self._database.query(sql, values)]

    @property
    def _database(self) -> Database:
        return self._connections.mine()


def _where(search: Search) -> tuple[str, dict[str, Any]]:
    """Return the condition of a search and its values; no sign of the user's is a wildcard."""
    where = [
        "user = :user",
        "(:genre = '' or genre = :genre)",
        "(:favourite is null or favourite = :favourite)",
        "(:tag = '' or exists (select 1 from json_each(tags) where value = :tag))",
    ]
    values: dict[str, Any] = {
        "user": search.user,
        "genre": search.genre,
        "tag": search.tag,
        "favourite": search.favourite,
    }
    searched = "lower(title || ' ' || name || ' ' || genre || ' ' || key || ' ' || tags)"
    for number, word in enumerate(search.words.lower().split()[:MOST_WORDS]):
        where.append(f"instr({searched}, :word{number})")
        values[f"word{number}"] = word
    return " and ".join(where), values
