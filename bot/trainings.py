"""Training from a page: the wish, who may, and what can be done with a training that has stopped."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.chat import Incoming
from bot.datasets import SURVEY, ZIP
from bot.desk import Desk
from bot.guests import Guest
from bot.refusals import Busy, Missing
from bot.wishes import enqueue
from composer_core.errors import SettingError, UserError, about
from composer_core.genres import find_genre
from composer_core.training_request import AUTO, FILE, NONE, TrainRequest, check_name
from storage.jobs import Job

TRAIN = "train"


async def check_may_train(guest: Guest, desk: Desk) -> None:
    """Refuse whoever may not train where they come from.

    Raises:
        UserError: those who manage that server have not allowed it.
    """
    if guest.place is None or not guest.place.space or guest.user.manages:
        return
    if (await desk.decisions(guest.place)).trainers != "everyone":
        raise UserError("Only those who manage the server where you asked for the link may train: ask one of them.")


async def find_own(desk: Desk, user: str, job_id: str, kind: str) -> Job:
    """Find a training or a dataset (the job of its survey).

    Raises:
        Missing: there is none of this user's.
    """
    job = await desk.do(desk.ledger.job, job_id)
    if job is None or job.user != user or job.kind != kind:
        raise Missing(f"There is no {'training' if kind == TRAIN else 'dataset'} {job_id} of yours.")
    return job


async def begin(body: Mapping[str, Any], incoming: Incoming, desk: Desk) -> Job:
    """Put a training into the queue.

    Raises:
        UserError: the dataset is not there, or a setting will not do.
    """
    with about("dataset"):
        dataset = await find_own(desk, incoming.user.id, body["dataset"], SURVEY)
        if dataset.status != "done":
            raise Busy("The report on these files is not there yet: wait for it, then train.")
    await desk.do(_check_names, body, desk)
    request = TrainRequest(**{**body, "dataset": f"{FILE}{dataset.id}/{ZIP}"})
    return await enqueue(incoming, desk, TRAIN, request.to_json())


async def go_on(job: Job, incoming: Incoming, desk: Desk) -> Job:
    """Go on with a training that has stopped; it is another job that knows the first."""
    _must_have_stopped(job)
    request = replace(TrainRequest.from_json(job.payload), resume=job.id, finish=False)
    return await enqueue(incoming, desk, TRAIN, request.to_json())


async def keep(job: Job, name: str | None, incoming: Incoming, desk: Desk) -> Job:
    """Make a genre of the best that a stopped training has reached."""
    _must_have_stopped(job)
    body = {"name": name or job.payload["name"]}
    await desk.do(_check_names, body, desk)
    request = replace(TrainRequest.from_json(job.payload), name=body["name"], resume=job.id, finish=True)
    return await enqueue(incoming, desk, TRAIN, request.to_json())


def delete(job: Job, desk: Desk) -> None:
    """Delete a dataset or a training with its files.

    Raises:
        Busy: it has not ended.
    """
    if not job.ended:
        raise Busy("It has not ended: stop it first.")
    desk.privacy.forget_job(job.id)


def _must_have_stopped(job: Job) -> None:
    if not job.ended:
        raise Busy("It is still on its way: stop it first.")


def _check_names(body: Mapping[str, Any], desk: Desk) -> None:
    with about("name"):
        check_name(body["name"])
        if any((folder / body["name"]).exists() for folder in desk.genre_folders):
            raise SettingError(f"There is a genre {body['name']!r} already: choose another name.")
    with about("base"):
        if body.get("base", AUTO) not in (AUTO, NONE):
            find_genre(body["base"], desk.genre_folders)
