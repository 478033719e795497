"""What commands work with: the ledger, the library and the spaces' decisions, put together once in ``__main__``."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from bot.chat import Incoming, Place
from bot.settings import Settings
from composer_core.errors import GenreError
from composer_core.genres import Genre, find_genre, list_genres
from storage.files import FileStore
from storage.genre_shelf import GenreShelf
from storage.history import History
from storage.jobs import Ledger
from storage.pages import Pages
from storage.postings import Postings
from storage.privacy import Privacy
from storage.sessions import Sessions
from storage.spaces import Spaces, SpaceSettings
from storage.watch import Watch

P = ParamSpec("P")
T = TypeVar("T")
TOILERS = 2


@dataclass(frozen=True)
class Desk:
    """Everything that lasts. Its calls block: a command makes them through ``do``.

    ``public_url`` is where the studio is found from anywhere, without a slash at the end; empty if nowhere.
    """

    ledger: Ledger
    history: History
    files: FileStore
    spaces: Spaces
    postings: Postings
    privacy: Privacy
    pages: Pages
    sessions: Sessions
    watch: Watch
    shelf: GenreShelf
    genre_folders: tuple[Path, ...]
    public_url: str = ""
    clock: Callable[[], float] = time.time
    _toilers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(TOILERS, "toil"))
    _artist: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "draw"))

    @classmethod
    def open(cls, settings: Settings, clock: Callable[[], float] = time.time) -> "Desk":
        """Put the desk of a data folder together."""
        database, files = settings.home.database, FileStore(settings.home.files)
        return cls(
            ledger=Ledger(database),
            history=History(database),
            files=files,
            spaces=Spaces(database),
            postings=Postings(database),
            privacy=Privacy(settings.home),
            pages=Pages(database, clock=clock),
            sessions=Sessions(database, clock=clock),
            watch=Watch(database),
            shelf=GenreShelf(database, settings.home.genres, clock=clock),
            genre_folders=settings.genre_folders,
            public_url=settings.studio.public_url,
            clock=clock,
        )

    async def do(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a blocking call off the event loop."""
        return await asyncio.to_thread(call, *args, **kwargs)

    async def toil(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a blocking call that takes tens of megabytes or a processor: few at a time, whoever asks.

        In threads of their own, because the allocator keeps for each thread the most that it ever needed.
        """
        return await asyncio.get_running_loop().run_in_executor(self._toilers, partial(call, *args, **kwargs))

    async def draw(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a blocking call that draws a picture: one at a time, since each takes 20 MB."""
        return await asyncio.get_running_loop().run_in_executor(self._artist, partial(call, *args, **kwargs))

    async def genres(self, place: Place, user: str = "") -> list[Genre]:
        """Return what a user may compose in, in a place: shipped genres, their own, those shared there.

        Without a user: what everybody there may. Genres without weights are left out.
        """
        found = await self.all_genres(place, user)
        return await self.do(lambda: [genre for genre in found if genre.weights.is_file()])

    async def all_genres(self, place: Place, user: str = "") -> list[Genre]:
        """Return the same, with those that have no weights."""
        hidden = await self.hidden_genres(place, user)
        return await self.do(list_genres, self.genre_folders, hidden=hidden, lenient=True)

    async def genre(self, name: str, place: Place, user: str = "") -> Genre:
        """Find one of them; without a name, the space's default one.

        Raises:
            GenreError: there is none of that name; the message names the nearest one.
        """
        hidden = await self.hidden_genres(place, user)
        find = partial(find_genre, folders=self.genre_folders, hidden=hidden)
        if name:
            return await self.do(find, name)
        try:
            return await self.do(find, (await self.decisions(place)).default_genre)
        except GenreError:  # it was shared once, or is deleted
            return await self.do(find, SpaceSettings.default_genre)

    async def hidden_genres(self, place: Place, user: str = "") -> frozenset[str]:
        """Return the names of the genres that a user may not know of, in a place."""
        return await self.do(self.shelf.hidden_from, user, *place.community)

    async def decisions(self, place: Place) -> SpaceSettings:
        """Return what the space around a place has decided."""
        return await self.do(self.spaces.settings, place.platform, place.space)


def job_id_for(incoming: Incoming, part: str = "") -> str:
    """Return the id of the job that an event makes: always the same one, however often the event is delivered."""
    return hashlib.sha256(f"{incoming.place.platform}:{incoming.key}:{part}".encode()).hexdigest()[:12]
