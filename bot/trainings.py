"""Training from a page: the wish, who may, and what can be done with a training that has stopped."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.cards import plain
from bot.chat import Incoming, Place, User
from bot.datasets import SURVEY, ZIP
from bot.desk import Desk
from bot.guests import Guest
from bot.refusals import Busy, Missing
from bot.wishes import enqueue
from composer_core.errors import SettingError, UserError, about
from composer_core.training_request import AUTO, FILE, NONE, TrainRequest, check_name
from storage.jobs import Job

TRAIN = "train"


async def check_may_train(guest: Guest, desk: Desk) -> None:
    """Refuse whoever may not train where they come from; raises as ``check_trainer``."""
    if guest.place is not None:
        await check_trainer(guest.user, guest.place, desk)


async def check_trainer(user: User, place: Place, desk: Desk) -> None:
    """Refuse whoever may not train in a place.

    Raises:
        UserError: those who manage that space have not allowed it.
    """
    if place.space and not user.manages and (await desk.decisions(place)).trainers != "everyone":
        where = f"this {place.space_name}"
        raise UserError(f"Only those who manage {where} may train: ask one of them, or for /settings trainers.")


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
        if dataset.status in ("failed", "cancelled"):
            raise UserError(f"There is no report on these files: {dataset.error or 'it was cancelled.'}")
        if dataset.status != "done":
            raise Busy("The report on these files is not there yet: wait for it, then train.")
    await check_name_free(body["name"], desk)
    await check_base(body.get("base", AUTO), incoming, desk)
    said = {name: plain(body[name], 300) for name in ("description", "licence") if name in body}
    request = TrainRequest(**{**body, **said, "dataset": f"{FILE}{dataset.id}/{ZIP}"})
    return await enqueue(incoming, desk, TRAIN, request.to_json())


async def go_on(job: Job, incoming: Incoming, desk: Desk) -> Job:
    """Go on with a training that has stopped; it is another job that knows the first."""
    _must_have_stopped(job)
    request = replace(TrainRequest.from_json(job.payload), resume=root_of(job), finish=False)
    return await enqueue(incoming, desk, TRAIN, request.to_json())


async def keep(job: Job, name: str | None, incoming: Incoming, desk: Desk) -> Job:
    """Make a genre of the best that a stopped training has reached."""
    _must_have_stopped(job)
    chosen = name or str(job.payload["name"])
    await check_name_free(chosen, desk, root_of(job))
    request = replace(TrainRequest.from_json(job.payload), name=chosen, resume=root_of(job), finish=True)
    return await enqueue(incoming, desk, TRAIN, request.to_json())


def delete(job: Job, desk: Desk) -> None:
    """Delete a dataset or a training with its files.

    Raises:
        Busy: it has not ended.
    """
    others = desk.watch.trainings_of(str(job.payload["name"]))
    if not job.ended or any(root_of(other) == job.id for other in others):
        raise Busy("It has not ended: stop it first.")
    desk.privacy.forget_job(job.id)


def must_own(job: Job | None, incoming: Incoming, what: str) -> Job:
    """Return a job, if it is this user's.

    Raises:
        UserError: it is somebody else's, or gone.
    """
    if job is None:
        raise UserError("That is gone: begin anew with /train.")
    if job.user != incoming.user.id:
        raise UserError(f"Only who began this may {what}: begin your own with /train.")
    return job


def _must_have_stopped(job: Job) -> None:
    if not job.ended:
        raise Busy("It is still on its way: stop it first.")


def root_of(job: Job) -> str:
    """Return the first job of a training: its folder has that name."""
    return str(job.payload.get("resume") or job.id)


async def check_name_free(name: str, desk: Desk, root: str = "") -> None:
    """Refuse a name that another genre has, or will have; whose it is is not said. ``root`` is the own training.

    Raises:
        SettingError: it is in use, or will not do.
    """
    with about("name"):
        check_name(name)
        if await desk.do(name_is_taken, name, desk, root):
            raise SettingError(f"The name {name!r} is taken: choose another one.")


def name_is_taken(name: str, desk: Desk, root: str = "") -> bool:
    """Whether a genre has a name, or will have; ``root`` is the training that may have it. Blocks."""
    if any((folder / name).exists() for folder in desk.genre_folders):
        owned = desk.shelf.genre(name)
        return not root or owned is None or owned.job_id != root
    return any(root_of(job) != root for job in desk.watch.trainings_of(name))


async def check_base(name: str, incoming: Incoming, desk: Desk) -> None:
    """Refuse to begin from a genre that this user may not use.

    Raises:
        GenreError: there is none of that name for them.
    """
    if name not in (AUTO, NONE):
        with about("base"):
            await desk.genre(name, incoming.place, incoming.user.id)
