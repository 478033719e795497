import sqlite3
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage import database
from storage.database import Connections, open_database, transaction
from storage.history import Entry, History
from storage.jobs import Ledger
from storage.locks import locked
from storage.migrations import MIGRATIONS

OPEN_MANY = """
import sys
from pathlib import Path
from storage.database import open_database
folder = Path(sys.argv[1])
for number in range(15):
    open_database(folder / str(number) / "tutti.db").close()
print("opened")
"""


def _schema(opened: Database) -> set[tuple[str, str]]:
    return set(opened.execute("select name, sql from sqlite_master where sql is not null").fetchall())


def test_what_is_committed_survives_a_power_cut(path):
    opened = open_database(path)
    assert opened.execute("pragma journal_mode").fetchone() == ("wal",)
    assert opened.execute("pragma synchronous").fetchone() == (2,)  # full
    assert opened.execute("pragma busy_timeout").fetchone() == (30_000,)


def test_opening_twice_changes_nothing(path):
    first = _schema(open_database(path))
    Ledger(path).enqueue("a", "compose", {})
    again = open_database(path)
    assert _schema(again) == first
    assert [applied.name for applied in MIGRATIONS.applied(again)] == [
        "m001_jobs",
        "m002_compositions",
        "m003_chat",
        "m004_studio",
        "m005_workspaces",
        "m006_genres",
    ]
    assert Ledger(path).job("a") is not None


def test_an_older_database_is_brought_up_to_date_and_keeps_its_jobs(path):
    path.parent.mkdir()
    old = Database(sqlite3.connect(path))
    MIGRATIONS.apply(old, stop_before="m002_compositions")
    columns = "id, kind, user, origin, priority, status, payload, created_at"
    old.execute(f"insert into jobs ({columns}) values ('a', 'compose', 'u', '{{}}', 0, 'queued', '{{}}', 1.0)")
    old.close()
    History(path).save([Entry("a-1", "a", 1, "u", "n", "g", "t", 1, "C major", "4/4", 120.0, 8.0, {}, {}, 2.0)])
    assert [job.id for job in Ledger(path).jobs()] == ["a"]
    assert _schema(open_database(path)) == _schema(open_database(path.with_name("new.db")))


def test_a_status_outside_the_closed_list_is_refused(path):
    Ledger(path).enqueue("a", "compose", {})
    with pytest.raises(sqlite3.IntegrityError):
        open_database(path).execute("update jobs set status = 'lost'")


def test_a_new_database_may_be_opened_by_several_processes_at_once(tmp_path, start):
    children = [start(OPEN_MANY, tmp_path) for _ in range(3)]
    assert [child.communicate()[0] for child in children] == ["opened\n"] * 3


def test_nobody_else_opens_a_database_meanwhile(path, monkeypatch):
    """Seen without this: 5 of 360 new databases were "locked" for one of six processes."""
    really_open, tries = database._open, []

    def open_watched(path):
        with pytest.raises(BlockingIOError), locked(path.parent, wait=False):
            pass
        tries.append(path)
        return really_open(path)

    monkeypatch.setattr(database, "_open", open_watched)
    open_database(path)
    assert tries == [path]


def test_a_failed_transaction_leaves_nothing_and_the_next_one_works(path):
    opened = open_database(path)
    with pytest.raises(RuntimeError), transaction(opened):
        opened.execute("insert into workers values ('w', '[]', 1, 'h', 0, 0)")
        raise RuntimeError
    assert opened.execute("select count(*) from workers").fetchone() == (0,)
    with transaction(opened):
        opened.execute("insert into workers values ('w', '[]', 1, 'h', 0, 0)")
    assert open_database(path).execute("select count(*) from workers").fetchone() == (1,)


def test_each_thread_has_a_connection_of_its_own(path):
    connections = Connections(path)
    seen = [connections.mine(), connections.mine()]
    thread = threading.Thread(target=lambda: seen.append(connections.mine()))
    thread.start()
    thread.join()
    assert seen[0] is seen[1] is not seen[2]


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path):
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        open_database(path)
    assert path.read_bytes() == b"not a database" * 100


def test_a_folder_that_cannot_be_made_is_an_os_error(tmp_path):
    Path(tmp_path, "file").touch()
    with pytest.raises(NotADirectoryError):
        open_database(tmp_path / "file" / "home" / "tutti.db")
