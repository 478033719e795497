"""Datasets and trainings with all that was told of them."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from bot.as_json.compositions import KINDS
from bot.as_json.jobs import job_json
from bot.datasets import SURVEY
from bot.desk import Desk
from bot.trainings import TRAIN
from composer_core.training_request import AUTO, EPOCHS, FILE, LEARNING_RATE, MINUTES, SEED, UPDATE_RATIO, TrainRequest
from storage.jobs import Event, Job

MOST_SHOWN = 50
_NAMES = {kind: name for name, kind in KINDS.items()}
_NOT_SHOWN = ("plot", "plot_dark")  # paths in the file store; the page draws its own


async def dataset_json(job: Job, desk: Desk) -> dict[str, Any]:
    """Return a dataset with its report; ``job`` is that of its survey."""
    known = job.origin.get("dataset", {})
    return {
        "id": job.id,
        "name": str(known.get("name", "")),
        "files": int(known.get("files", 0)),
        "bytes": int(known.get("bytes", 0)),
        "created_at": job.created_at,
        "job": await job_json(job, desk),
        "report": job.result["report"] if job.result else None,
    }


async def training_json(job: Job, desk: Desk) -> dict[str, Any]:
    """Return a training with its curves, samples and notes so far."""
    events = await desk.do(desk.ledger.events, job.id)
    request = TrainRequest.from_json(job.payload)
    settings = {name: value for name, value in request.to_json().items() if name not in ("dataset", "resume", "finish")}
    return {
        "id": job.id,
        "name": request.name,
        "status": job.status,
        "created_at": job.created_at,
        "job": await job_json(job, desk),
        "dataset": _dataset_of(request),
        "resumes": request.resume or None,
        "settings": settings,
        "kept": request.name if job.status == "done" else None,
        "epochs": _told(events, "epoch"),
        "samples": _told(events, "sample"),
        "notes": [str(note["text"]) for note in _told(events, "note")],
    }


async def datasets_json(user: str, desk: Desk) -> list[dict[str, Any]]:
    """Return a user's datasets, newest first."""
    jobs = await desk.do(desk.watch.of_kind, user, SURVEY, limit=MOST_SHOWN)
    return [await dataset_json(job, desk) for job in jobs]


async def trainings_json(user: str, desk: Desk) -> list[dict[str, Any]]:
    """Return a user's trainings, newest first."""
    jobs = await desk.do(desk.watch.of_kind, user, TRAIN, limit=MOST_SHOWN)
    return [await training_json(job, desk) for job in jobs]


def event_json(event: Event) -> dict[str, Any]:
    """Return what a page is told of an event: addresses instead of paths, and when it was."""
    data = {name: value for name, value in event.payload.items() if name not in _NOT_SHOWN}
    if event.kind == "sample":
        data["files"] = _addresses(event.job_id, data["epoch"], data.get("files", {}))
    return data | {"at": event.created_at}


def sample_path(events: Sequence[Event], epoch: int, name: str) -> str | None:
    """Return where in the file store a sample of an epoch is, None if there is none of that name."""
    samples = [event.payload for event in events if event.kind == "sample" and event.payload.get("epoch") == epoch]
    paths = [path for sample in samples for path in sample.get("files", {}).values()]
    return next((path for path in paths if PurePath(path).name == name), None)


def training_options_json() -> dict[str, Any]:
    """Return every hyper-parameter with its range, and what raising it does."""
    usual = TrainRequest("some-name", FILE)
    numbers = [
        _setting(
            "epochs", "Epochs", EPOCHS, usual.epochs, "How often the whole of the files is gone through. More takes "
            "longer and fits closer, until the similarity index stays flat: then it stops by itself.",
        ),
        _setting(
            "learning_rate", "Learning rate", LEARNING_RATE, usual.learning_rate, "How far each step goes. Higher "
            "learns faster and may lose its way: both losses jump about then. Lower is slow and sure.",
        ),
        _setting(
            "update_ratio", "Update ratio", UPDATE_RATIO, usual.update_ratio, "How often the critic learns for each "
            "time that the generator does. Higher makes a sterner critic, and each epoch longer.",
        ),
        _setting("minutes", "Minutes", MINUTES, None, "End after this time, whatever epoch it is. Empty: no limit."),
        _setting("seed", "Seed", SEED, usual.seed, "The same seed, files and settings give the same genre."),
    ]  # fmt: skip
    texts = [
        _setting(
            "base", "Start from", None, AUTO, "A genre that knows its craft already: minutes instead of hours. auto "
            "takes the one whose band fits your files, none begins from nothing.",
        ),
        _setting(
            "melody", "Melody track", None, AUTO, "The name of the track with the melody in the files. auto finds it.",
        ),
        _setting("description", "Description", None, "", "A line about the genre, for those who choose it."),
        _setting(
            "licence", "Rights", None, "", "What you state about the rights in the files. It stands in the model card.",
        ),
    ]  # fmt: skip
    return {"settings": [*numbers, *texts]}


def _setting(
    name: str, label: str, limits: tuple[float, float] | None, default: float | str | None, description: str
) -> dict[str, Any]:
    known = {"name": name, "label": label, "description": description, "default": default}
    return known | ({"low": limits[0], "high": limits[1]} if limits else {})


def _told(events: Sequence[Event], kind: str) -> list[dict[str, Any]]:
    return [event_json(event) for event in events if event.kind == kind]


def _addresses(job_id: str, epoch: int, files: Mapping[str, str]) -> dict[str, str]:
    base = f"/api/trainings/{job_id}/samples/{epoch}"
    return {_NAMES.get(kind, kind): f"{base}/{PurePath(path).name}" for kind, path in files.items()}


def _dataset_of(request: TrainRequest) -> str | None:
    return request.dataset.removeprefix(FILE).partition("/")[0] if request.dataset.startswith(FILE) else None
