"""Opens the SQLite database of the data folder: durable, shared by processes, one connection a thread."""

import contextlib
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from storage.locks import locked
from storage.migrations import MIGRATIONS

BUSY_TIMEOUT_S = 30.0


def open_database(path: Path) -> Database:
    """Open a database and bring it up to date, making it and its folder where they are missing.

    The connection is in autocommit mode: whatever takes more than one statement belongs into ``transaction``.

    Raises:
        OSError: the folder cannot be made.
        sqlite3.Error: the file cannot be opened, written or understood.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.parent):  # SQLite's busy timeout does not cover the switch of a new database to WAL
        database = _open(path)
    # Not at exit: a daemon thread may be in the middle of a statement, and SQLite needs no farewell.
    weakref.finalize(database, database.conn.close).atexit = False
    return database


def _open(path: Path) -> Database:
    # A connection is used by one thread only, but may be finalised by another.
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")  # an acknowledged job outlives a power cut
        database = Database(connection)
        _migrate(database)
    except BaseException:
        connection.close()
        raise
    return database


@contextlib.contextmanager
def transaction(database: Database) -> Iterator[None]:
    """Make what happens inside one atomic, durable write.

    The write lock is taken at once: a transaction that reads first and writes later could find its snapshot
    outdated, and no busy timeout helps against that.
    """
    connection = database.conn
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


class Connections:
    """Gives each thread its own connection to one database, opened when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    def mine(self) -> Database:
        """Return the calling thread's connection; it is closed when the thread has ended."""
        if not hasattr(self._local, "database"):
            self._local.database = open_database(self.path)
        database: Database = self._local.database
        return database


def _migrate(database: Database) -> None:
    if MIGRATIONS.pending(database):
        with transaction(database):  # of two processes that open a new database, the second waits and finds it done
            MIGRATIONS.apply(database)
