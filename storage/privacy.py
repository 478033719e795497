"""All that is kept of one user: to be handed over, or to be deleted."""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from storage.database import Connections, transaction
from storage.files import FileStore
from storage.genre_shelf import GenreShelf, Owned
from storage.history import History
from storage.home import Home
from storage.jobs import ENDED, WAITING, Ledger
from storage.pages import Pages
from storage.spaces import Share


class Privacy:
    """One user's traces in the data folder: database, files, trainings, genres; may be used from any thread.

    Every method may raise ``sqlite3.Error`` or ``OSError``.
    """

    def __init__(self, home: Home) -> None:
        self._home, path = home, home.database
        self._connections, self._files = Connections(path), FileStore(home.files)
        self._ledger, self._history, self._pages = Ledger(path), History(path), Pages(path)
        self._shelf = GenreShelf(path, home.genres)

    def export(self, user: str) -> dict[str, Any]:
        """Return everything that is kept of a user as plain JSON data, files as paths in the file store."""
        most = -1 & 0x7FFFFFFF
        jobs = self._ledger.jobs(user=user, limit=most)
        return {
            "user": user,
            "jobs": [job.to_json() | {"payload": job.payload} for job in jobs],
            "trainings": {job.id: self._told(job.id) for job in jobs if job.kind == "train"},
            "genres": [asdict(owned) for owned in self.genres(user)],
            "compositions": [asdict(entry) for entry in self._history.entries(user=user, limit=most)],
            "shares": [asdict(share) for share in self.shares(user)],
            "pages": sorted(self._pages.open_of(user)),
        }

    def forget(self, user: str) -> int:
        """Delete everything that is kept of a user, files included; return how many jobs there were.

        What waits is cancelled and goes at once. What runs is asked to stop; the caller repeats until the answer is 0.
        """
        for job in self._ledger.jobs(user=user, statuses=(*WAITING, "running"), limit=1000):
            self._ledger.cancel(job.id)
        ended = self._ledger.jobs(user=user, statuses=ENDED, limit=100_000)
        for job in ended:
            self._remove_files(job.id)
        for job in ended:
            self._forget_job(job.id)
        for owned in self.genres(user):
            self._shelf.delete(owned.name)
        for table in ("invitations", "sessions"):
            self._connections.mine().execute(f"delete from {table} where user = ?", [user])
        return len(self._ledger.jobs(user=user, statuses=("running",))) + len(ended)

    def forget_take(self, take_id: str, job_id: str) -> None:
        """Delete one take; its job and the files go with the last one."""
        self._history.delete(take_id)
        self._connections.mine().execute("delete from shares where take_id = ?", [take_id])
        self._pages.close(take_id)
        for export in self._exports(take_id):
            self.forget_job(export)
        if not self._history.for_job(job_id):
            self.forget_job(job_id)

    def forget_job(self, job_id: str) -> None:
        """Delete a job that has ended, with everything that came of it; a genre that was learned stays."""
        for sound in self._sounds(job_id):
            self.forget_job(sound)
        self._remove_files(job_id)
        self._forget_job(job_id)

    def genres(self, user: str) -> list[Owned]:
        """Return a user's own genres."""
        return [owned for owned in self._shelf.genres().values() if owned.user == user]

    def shares(self, user: str) -> list[Share]:
        """Return where a user has shared something."""
        rows = self._connections.mine().query("select * from shares where user = ? order by shared_at", [user])
        return [Share(**row) for row in rows]

    def _exports(self, take_id: str) -> list[str]:
        """The ended jobs that made another form of a take."""
        rows = self._connections.mine().execute(
            """
            select id from jobs where kind = 'export' and json_extract(payload, '$.take') = ?
            and status in ('done', 'failed', 'cancelled')
            """,
            [take_id],
        )
        return [job_id for (job_id,) in rows.fetchall()]

    def _sounds(self, job_id: str) -> list[str]:
        """The ended jobs that encoded a job's sound anew."""
        rows = self._connections.mine().execute(
            """
            select id from jobs where kind = 'export' and id <> :id
            and substr(json_extract(payload, '$.source'), 1, length(:id) + 1) = :id || '/'
            and status in ('done', 'failed', 'cancelled')
            """,
            {"id": job_id},
        )
        return [job_id for (job_id,) in rows.fetchall()]

    def files_of_genre(self, name: str) -> list[Path]:
        """Return what is in a custom genre's folder."""
        return sorted(path for path in (self._home.genres / name).glob("*") if path.is_file())

    def _told(self, job_id: str) -> list[dict[str, Any]]:
        """Return a training's events as plain data."""
        return [asdict(event) for event in self._ledger.events(job_id)]

    def _remove_files(self, job_id: str) -> None:
        self._files.remove(job_id)
        shutil.rmtree(self._home.trainings / job_id, ignore_errors=True)

    def _forget_job(self, job_id: str) -> None:
        database = self._connections.mine()
        with transaction(database):
            takes = "select id from compositions where job_id = :id"
            for table in ("shares", "pages"):
                database.execute(f"delete from {table} where take_id in ({takes})", {"id": job_id})
            for table in ("compositions", "events", "postings", "presses"):
                database.execute(f"delete from {table} where job_id = :id", {"id": job_id})
            database.execute(
                "delete from jobs where id = :id and status in ('done', 'failed', 'cancelled')", {"id": job_id}
            )
