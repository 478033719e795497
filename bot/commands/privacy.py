"""/privacy: what is kept of a user, all of it to take away, all of it to delete."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator

from bot.chat import MIB, Button, Choice, Incoming, OutFile, Reply, Sent
from bot.command import Command, Option
from bot.desk import Desk

KEPT = """**What Tutti keeps of you**
- your melodies, settings and compositions with their files, until you delete them: one by its button, or all here
- your user id with them, so that nobody else gets them; your name on your jobs, to show whose they are
- which messages show your jobs, so that they can be edited and deleted
It reads no message but those that you hand it. Nothing goes to other servers or users unless you share it."""
EXPORTED = ("mid", "json")
TRIES, PAUSE_S = 20, 0.5


async def privacy(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Say what is kept, hand it over, or ask whether it shall be deleted."""
    wanted = incoming.text("action") or "show"
    if wanted == "export":
        yield await desk.toil(_export, desk, incoming.user.id, incoming.place.file_bytes)
    elif wanted == "delete":
        sure = Button("Delete everything of mine", "forget", "danger")
        yield Reply("This deletes all your compositions, files and messages with them, for good.", rows=((sure,),))
    else:
        yield Reply(KEPT)


async def forget(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Delete everything of the asker's, messages included; jobs that run are stopped first."""
    user = incoming.user.id
    postings = await desk.do(desk.postings.of_user, user)
    shares = await desk.do(desk.privacy.shares, user)
    for _ in range(TRIES):
        if not await desk.do(desk.privacy.forget, user):
            break
        await asyncio.sleep(PAUSE_S)
    messages = {(one.channel, one.message) for one in postings} | {(one.channel, one.message) for one in shares}
    left = await desk.do(desk.privacy.forget, user)
    said = "Everything of yours is deleted." if not left else "A job of yours still stops: press once more in a minute."
    yield Reply(said, retracts=tuple(Sent(channel, message) for channel, message in sorted(messages)))


def _export(desk: Desk, user: str, limit_bytes: int) -> Reply:
    """Put everything into a zip; files in the order of age, as far as there is room."""
    kept = desk.privacy.export(user)
    stream, left_out = io.BytesIO(), 0
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tutti.json", json.dumps(kept, indent=1, ensure_ascii=False))
        for entry in kept["compositions"]:
            for name in (entry["files"][kind] for kind in EXPORTED if kind in entry["files"]):
                path = desk.files.path(name)
                if not path.exists() or stream.tell() + path.stat().st_size > limit_bytes - MIB:
                    left_out += 1
                else:
                    archive.write(path, name)
    note = f" {left_out} files did not fit: fetch them with /show." if left_out else ""
    return Reply(f"All that is kept of you.{note}", (OutFile("tutti-export.zip", stream.getvalue()),))


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
