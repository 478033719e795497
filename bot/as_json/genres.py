"""What can be composed in."""

import json
from typing import Any

from bot.chat import Place
from bot.desk import Desk
from bot.examples import find_example
from bot.genre_keeping import audience
from bot.refusals import Missing
from composer_core.errors import GenreError
from composer_core.genres import Genre
from storage.genre_shelf import Owned
from storage.jobs import Job

TRAINING = "training.json"


async def genres_json(place: Place, user: str, desk: Desk) -> list[dict[str, Any]]:
    """Return every genre that a user may know of, those without weights too."""
    found, shelf = await desk.all_genres(place, user), await desk.do(desk.shelf.genres)
    return [await genre_json(genre, desk) | own_json(shelf.get(genre.name), place, user) for genre in found]


def own_json(owned: Owned | None, place: Place, user: str) -> dict[str, Any]:
    """Return ``own``: what its owner may know and change about a genre; null for everybody else."""
    if owned is None or owned.user != user:
        return {"own": None}
    found = audience(owned, place)
    return {"own": {"shared": owned.shared, "audience": found[1] if found else ""}}


async def genre_json(genre: Genre, desk: Desk) -> dict[str, Any]:
    """Return one genre's card."""
    is_ready = await desk.do(genre.weights.is_file)
    return {
        "name": genre.name,
        "title": genre.title,
        "description": genre.description,
        "technique": genre.technique,
        "tempo_bpm": genre.tempo_bpm,
        "tempo_bpm_range": list(genre.tempo_bpm_range),
        "metres": list(genre.metres),
        "intro_bars": genre.intro_bars,
        "parts": [
            {
                "name": part.name,
                "role": part.role,
                "program": part.program,
                "is_drum": part.is_drum,
                "low": part.low,
                "high": part.high,
            }
            for part in genre.parts
        ],
        "ready": is_ready,
        "has_training": await desk.do((genre.folder / TRAINING).is_file),
        "example": example_json(genre, await find_example(genre, desk) if is_ready else None),
    }


def example_json(genre: Genre, job: Job | None) -> dict[str, Any]:
    """Return how a genre's example stands."""
    if job is None:
        return {"status": "none"}
    if job.status != "done":
        return {"status": "waiting" if not job.ended else "failed", "job": job.id}
    base = f"/api/genres/{genre.name}/example"
    return {"status": "ready", "job": job.id, "mp3": f"{base}/mp3", "picture": f"{base}/picture"}


async def find_named(desk: Desk, name: str, place: Place, user: str) -> Genre:
    """Find a genre that a user may know of.

    Raises:
        Missing: there is none of that name.
    """
    try:
        return await desk.genre(name, place, user)
    except GenreError as error:
        raise Missing(str(error)) from error


def card_text(genre: Genre) -> str:
    """Return the model card, empty if there is none."""
    return genre.card.read_text(encoding="utf-8") if genre.card.is_file() else ""


def training_json(genre: Genre) -> dict[str, Any]:
    """Return how a genre was trained.

    Raises:
        Missing: that was not kept.
    """
    try:
        data: dict[str, Any] = json.loads((genre.folder / TRAINING).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Missing(f"How {genre.name} was trained was not kept.") from error
    return {"card": "", "settings": {}, "curves": {}} | data
