"""Files to learn from, on their way into the file store: one zip as it comes, or many files put into one."""

import contextlib
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path, PurePath
from typing import IO, Any

from bot.chat import MIB, Incoming
from bot.desk import Desk
from bot.wishes import ENDINGS, enqueue
from composer_core.errors import SettingError, UserError, about
from composer_core.training_request import FILE, TrainRequest
from storage.jobs import Job

SURVEY = "survey"
ZIP = "upload.zip"
DATASET_BYTES = 256 * MIB
MOST_FILES = 2000
MOST_DATASETS = 20  # of one user
UNUSED_DAYS = 14  # so long files wait for a training
READS = (*ENDINGS, ".musicxml", ".mxl", ".csv")
_ZIP_HEAD, _MIDI_HEADS = b"PK", (b"MThd", b"RIFF")


class Refused(UserError):
    """A file is of another kind, or one too many."""


class Intake:
    """Takes files one after the other into ``folder/upload.zip``. Its methods block.

    Raises (all of them):
        Refused: the file is of another kind, or does not go with the others.
        OSError: the disk is full.
    """

    def __init__(self, folder: Path) -> None:
        self._path, self._open = folder / ZIP, contextlib.ExitStack()
        self._archive: zipfile.ZipFile | None = None
        self._out: IO[bytes] | None = None
        self._is_zip = False
        self._wanted: tuple[bytes, ...] = ()
        self._names: set[str] = set()
        self.bytes = 0

    @property
    def files(self) -> int:
        """How many files came."""
        return len(self._names)

    def begin(self, name: str) -> None:
        """Begin with a file."""
        ending = PurePath(name.lower()).suffix
        if self._is_zip or (ending == ".zip" and self._names):
            raise Refused("Send one zip, or files without one: not both at once.")
        if ending == ".zip":
            self._is_zip, self._wanted = True, (_ZIP_HEAD,)
            self._out = self._open.enter_context(self._path.open("wb"))
        elif ending in READS:
            self._wanted = _MIDI_HEADS if ending in ENDINGS else ()
            self._archive = self._archive or zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED)
            self._out = self._archive.open(self._free(name), "w")
        else:
            raise Refused(f"{name[:60]!r} is nothing to learn from: send MIDI files (.mid), or a zip of them.")
        if len(self._names) >= MOST_FILES:
            raise Refused(f"More than {MOST_FILES} files: send a part of them.")
        self._names.add(self._free(name))

    def write(self, chunk: bytes, name: str) -> None:
        """Add bytes to the file; the first must be those of its kind."""
        assert self._out
        if self._wanted and not chunk.startswith(self._wanted):
            raise Refused(f"{name[:60]!r} is not what its name says: export it again.")
        self._wanted = ()
        self._out.write(chunk)
        self.bytes += len(chunk)

    def end(self) -> None:
        """Be done with the file."""
        if self._out and not self._is_zip:
            self._out.close()

    def close(self) -> None:
        """Be done with all of them."""
        self._open.close()
        if self._archive:
            self._archive.close()
        if not self._names:
            raise Refused("There is no file: choose MIDI files, or a zip of them.")
        if self._is_zip and not zipfile.is_zipfile(self._path):
            raise Refused("The zip is damaged: pack it again.")

    def abandon(self) -> None:
        """Let go of the files; what is in them goes with their folder."""
        with contextlib.suppress(Exception):
            self._open.close()
            if self._out and not self._out.closed:
                self._out.close()
            if self._archive:
                self._archive.close()

    def _free(self, name: str) -> str:
        """A name that no file has yet."""
        path, number = PurePath(name[-100:]), 1
        free = path.name
        while free in self._names:
            number += 1
            free = f"{path.stem}-{number}{path.suffix}"
        return free


async def check_room(user: str, desk: Desk) -> None:
    """Refuse one more data set of whoever has many already.

    Raises:
        SettingError: some must be deleted first.
    """
    kept = await desk.do(desk.watch.of_kind, user, SURVEY, limit=MOST_DATASETS)
    if len(kept) >= MOST_DATASETS:
        with about("files"):
            raise SettingError(f"You keep {MOST_DATASETS} data sets already: delete one that you need no more.")


@contextlib.asynccontextmanager
async def intake(desk: Desk, dataset: str) -> AsyncIterator[Intake]:
    """Give an intake; on a clean exit its zip is in the file store as ``dataset/upload.zip``, else nothing is."""
    with about("files"):
        publishing = contextlib.ExitStack()
        taken = Intake(await desk.do(publishing.enter_context, desk.files.publish(dataset)))
        try:
            yield taken
            await desk.do(taken.close)
        except BaseException as error:
            await desk.do(taken.abandon)
            await desk.do(publishing.__exit__, type(error), error, error.__traceback__)
            raise
        await desk.do(publishing.close)


def prune_unused(desk: Desk) -> list[str]:
    """Delete the files that have waited too long for a training, with their reports; blocks; returns their jobs."""
    gone = desk.watch.unused_uploads(desk.clock() - UNUSED_DAYS * 24 * 3600)
    for job_id in gone:
        desk.privacy.forget_job(job_id)
    return gone


def stored(dataset: str) -> str:
    """Return how a request names a dataset that is in the file store."""
    return f"{FILE}{dataset}/{ZIP}"


async def survey(
    dataset: str, about_it: dict[str, Any], incoming: Incoming, desk: Desk, request: TrainRequest | None = None
) -> Job:
    """Have a dataset surveyed; the job has its id, so that it goes with it. ``about_it`` is kept with the job.

    ``request`` is what shall be learned from it, if that is known already: its tags and its melody count.

    Raises:
        SettingError: this user has as many jobs waiting as the server allows; then the dataset is gone.
    """
    payload = (request or TrainRequest(SURVEY, stored(dataset))).to_json()
    try:
        return await enqueue(incoming, desk, SURVEY, payload, job_id=dataset, origin={"dataset": about_it})
    except UserError:
        await desk.do(desk.files.remove, dataset)
        raise
