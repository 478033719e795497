"""An example of each genre to hear: composed once, by whoever is first to ask, and kept for everybody."""

import hashlib
from pathlib import Path

from bot.desk import Desk
from composer_core.genres import Genre
from composer_core.midi import read_melody
from composer_core.request import ComposeRequest
from storage.jobs import Job

HOUSE = "tutti"  # whose the examples are: nobody's in particular, and everybody hears them
EXAMPLE = Path(__file__).parent / "samples" / "ode-to-joy.mid"
EXAMPLE_SEED = 7
TRIES = 5


async def find_example(genre: Genre, desk: Desk) -> Job | None:
    """Return the job of a genre's example, if anybody has asked for it; new weights make a new one."""
    return await desk.do(lambda: desk.ledger.job(_free_id(genre, desk)))


async def make_example(genre: Genre, desk: Desk) -> Job:
    """Return the job of a genre's example, made now if there is none, or only one that came to nothing."""

    def enqueue() -> Job:
        melody = read_melody(EXAMPLE.read_bytes(), "Ode to Joy")
        request = ComposeRequest(melody, genre.name, EXAMPLE_SEED, technique=genre.technique, tempo_bpm=genre.tempo_bpm)
        job_id = _free_id(genre, desk)
        return desk.ledger.enqueue(job_id, "compose", request.to_json(), user=HOUSE, origin={"platform": HOUSE})

    known = await find_example(genre, desk)
    return known if known else await desk.toil(enqueue)


def forget_example(genre: Genre, desk: Desk) -> None:
    """Delete a genre's example, whatever became of it; one on its way is stopped. Blocks."""
    if not genre.weights.is_file():
        return
    for job_id in _ids(genre):
        job = desk.ledger.cancel(job_id)
        if job and job.ended:
            desk.privacy.forget_job(job_id)


def _free_id(genre: Genre, desk: Desk) -> str:
    """The id of the first try that has not failed; the last one stays, whatever became of it."""
    ids = _ids(genre)
    return next((job_id for job_id in ids if not _came_to_nothing(desk.ledger.job(job_id))), ids[-1])


def _ids(genre: Genre) -> list[str]:
    """The ids of all tries, for the weights that are there."""
    version = genre.weights.stat().st_mtime_ns
    tries = [f"example:{genre.folder}:{version}:{number}" for number in range(TRIES)]
    return [hashlib.sha256(one.encode()).hexdigest()[:12] for one in tries]


def _came_to_nothing(job: Job | None) -> bool:
    return job is not None and job.status in ("failed", "cancelled")
