"""/privacy: what is kept of a user, all of it to take away, all of it to delete."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.chat import MIB, Button, Choice, Incoming, OutFile, Reply, Sent
from bot.command import Command, Option
from bot.datasets import SURVEY, UNUSED_DAYS, ZIP
from bot.desk import Desk
from bot.genre_keeping import delete as delete_genre

KEPT = f"""**What Tutti keeps of you**
- your melodies, settings and compositions with their files, until you delete them: one by its button, or all here
- the files that you train on, your trainings with their curves and samples, your genres, until you delete them;
  files that no training uses, for {UNUSED_DAYS} days
- your user id with them, so that nobody else gets them; your name on your jobs, to show whose they are
- of the studio: titles, tags and share links of yours; that a browser is signed in, for 30 days
- which messages show your jobs, so that they can be edited and deleted
It reads no message but those that you hand it. Nothing goes to anybody else unless you share it."""
EXPORTED = ("mid", "json")
TRIES, PAUSE_S = 20, 0.5


async def privacy(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Say what is kept, hand it over, or ask whether it shall be deleted."""
    wanted = incoming.text("action") or "show"
    if wanted == "export":
        yield await desk.toil(_export, desk, incoming.user.id, incoming.place.file_bytes)
    elif wanted == "delete":
        sure = Button("Delete everything of mine", "forget", "danger")
        what = "all your compositions, trainings, genres, files and messages with them"
        yield Reply(f"This deletes {what}, for good.", rows=((sure,),))
    else:
        yield Reply(KEPT)


async def forget(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Delete everything of the asker's, messages included; jobs that run are stopped first."""
    user = incoming.user.id
    postings = await desk.do(desk.postings.of_user, user)
    shares = await desk.do(desk.privacy.shares, user)
    for owned in await desk.do(desk.privacy.genres, user):
        await desk.do(delete_genre, owned, desk)
    for _ in range(TRIES):
        if not await desk.do(desk.privacy.forget, user):
            break
        await asyncio.sleep(PAUSE_S)
    # The studio shows jobs without any message.
    messages = {(one.channel, one.message) for one in postings if one.message}
    messages |= {(one.channel, one.message) for one in shares}
    left = await desk.do(desk.privacy.forget, user)
    said = "Everything of yours is deleted." if not left else "A job of yours still stops: press once more in a minute."
    yield Reply(said, retracts=tuple(Sent(channel, message) for channel, message in sorted(messages)))


def _export(desk: Desk, user: str, limit_bytes: int) -> Reply:
    """Put everything into a zip; as many files as there is room for, the smallest first."""
    kept = desk.privacy.export(user)
    stream, left_out = io.BytesIO(), 0
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tutti.json", json.dumps(kept, indent=1, ensure_ascii=False))
        for name, path in _files(desk, kept):
            if stream.tell() + path.stat().st_size > limit_bytes - MIB:
                left_out += 1
            else:
                archive.write(path, name)
    note = f" {left_out} files did not fit: fetch them with /show, genres with /genre." if left_out else ""
    return Reply(f"All that is kept of you.{note}", (OutFile("tutti-export.zip", stream.getvalue()),))


def _files(desk: Desk, kept: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Yield the files that belong to a user, by the name that they have in the zip; what is small comes first."""
    stored = [entry["files"][kind] for entry in kept["compositions"] for kind in EXPORTED if kind in entry["files"]]
    stored += [path for events in kept["trainings"].values() for event in events for path in _told(event["payload"])]
    stored += [f"{job['id']}/{ZIP}" for job in kept["jobs"] if job["kind"] == SURVEY]
    found = [(name, desk.files.path(name)) for name in stored]
    for genre in kept["genres"]:
        found += [(f"genres/{genre['name']}/{path.name}", path) for path in desk.privacy.files_of_genre(genre["name"])]
    there = [(name, path) for name, path in found if path.is_file()]
    yield from sorted(there, key=lambda pair: pair[1].stat().st_size)


def _told(event: Mapping[str, Any]) -> list[str]:
    """Return the files that an event of a training names."""
    return [str(event[key]) for key in ("plot", "plot_dark") if key in event] + list(event.get("files", {}).values())


ACTION = Option(
    "action",
    "what to do; without it, what is kept",
    choices=(
        Choice("show", "what is kept"),
        Choice("export", "export all of mine"),
        Choice("delete", "delete all of mine"),
    ),
)
COMMANDS = (
    Command("privacy", "What is kept of you; export or delete all of it", privacy, (ACTION,)),
    Command("forget", "Delete everything of mine", forget, shown="pressed"),
)
