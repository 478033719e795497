"""What a job that has ended becomes: the reply with its files, sized to the place."""

import asyncio
import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot import cards
from bot.chat import MIB, OutFile, Place, Reply, Voice
from bot.datasets import SURVEY
from bot.desk import Desk
from bot.training_cards import report_card
from storage.history import Entry
from storage.jobs import Job

EXPORT = "export"
SOUNDS = (".mp3", ".ogg")
POLL_S = 0.2


async def result_of(desk: Desk, job: Job) -> Reply:
    """Return what is shown of a job that has ended."""
    if job.kind == SURVEY:
        return await _surveyed(desk, job)
    if job.status != "done":
        return cards.ended_without_result(job)
    if job.kind == EXPORT:
        return await _exported(desk, job)
    entries = await desk.do(desk.history.for_job, job.id)
    if not entries:
        return Reply(f"🗑️ {cards.subject(job)}: deleted. `{job.id}`", private=False)
    heading = f"🎶 {cards.subject(job)}{cards.who(job)}"
    heading += f": {len(entries)} takes" if len(entries) > 1 else ""
    place = Place.from_json(job.origin)
    return await fit(desk, place, await show_takes(desk, entries, place, heading=heading), job.user)


async def _surveyed(desk: Desk, job: Job) -> Reply:
    """Return the data report; files that nothing can be learned from are kept no longer."""
    if job.status == "done" and job.result and job.result["report"]["usable"]:
        return report_card(job)
    await desk.do(desk.files.remove, job.id)
    return report_card(job) if job.status == "done" else cards.ended_without_result(job)


async def show_takes(desk: Desk, entries: Sequence[Entry], place: Place, *, user: str = "", heading: str = "") -> Reply:
    """Show one take in full, or several to pick from; it offers the genres of everybody there, or of one user."""
    job = await desk.do(desk.ledger.job, entries[0].job_id)
    result = (job.result if job else None) or {}
    notices = cards.result_notices(result)
    described = {take["id"]: str(take.get("description", "")) for take in result.get("takes", [])}
    if len(entries) > 1:
        reply = cards.takes_card(entries, desk.files, heading=heading, notices=notices, described=described)
    else:
        genres = await desk.genres(place, user)
        reply = cards.take_card(entries[0], desk.files, genres, heading=heading, notices=notices, described=described)
    there = await desk.do(lambda: tuple(f for f in reply.files if isinstance(f.content, bytes) or f.content.exists()))
    return replace(reply, files=there)


@dataclass(frozen=True)
class Said:
    """What a take's job tells of it: ``notices`` for the user, and what its picture shows."""

    notices: list[str]
    description: str


async def notices_of(desk: Desk, entry: Entry) -> Said:
    """Return what is to be told of one take."""
    job = await desk.do(desk.ledger.job, entry.job_id)
    takes = ((job.result if job else None) or {}).get("takes", [])
    take: dict[str, Any] = next((one for one in takes if one["id"] == entry.id), {})
    return Said(list(take.get("notices", [])), str(take.get("description", "")))


async def fit(desk: Desk, place: Place, reply: Reply, user: str) -> Reply:
    """Make a reply's files fit the place: a sound that is too large is encoded anew, what cannot fit is named."""
    sizes = await desk.do(lambda: {file.name: file.size_bytes for file in reply.files})
    sounds = [file for file in reply.files if Path(file.name).suffix in SOUNDS]
    room = place.message_bytes - sum(sizes[file.name] for file in reply.files if file not in sounds)
    budget = min(place.file_bytes, room // max(len(sounds), 1))
    fitted, left_out = [], []
    for file in reply.files[: place.message_files]:
        if file in sounds and sizes[file.name] > budget:
            smaller = await _smaller(desk, file, budget, user)
            fitted += [smaller] if smaller else []
            left_out += [] if smaller else [file.name]
        elif sizes[file.name] > place.file_bytes:
            left_out.append(file.name)
        else:
            fitted.append(file)
    note = f"\n-# Too large for this place ({budget / MIB:.1f} MB): {', '.join(left_out)}" if left_out else ""
    return replace(reply, text=reply.text + note, files=tuple(fitted))


async def _smaller(desk: Desk, file: OutFile, limit_bytes: int, user: str) -> OutFile | None:
    """Have a sound encoded at a smaller bitrate by a worker; None if it cannot be made that small."""
    assert isinstance(file.content, Path)
    source = str(file.content.relative_to(desk.files.root.resolve()))
    job_id = hashlib.sha256(f"{source}:{limit_bytes}".encode()).hexdigest()[:12]
    payload = {"form": "sound", "source": source, "limit_bytes": limit_bytes}
    job: Job | None = await desk.do(desk.ledger.enqueue, job_id, EXPORT, payload, user=user, most_waiting=1_000_000)
    while job and not job.ended:
        await asyncio.sleep(POLL_S)
        job = await desk.do(desk.ledger.job, job_id)
    if not job or not job.result:
        return None
    return replace(file, content=desk.files.path(job.result["file"]))


async def _exported(desk: Desk, job: Job) -> Reply:
    result = job.result or {}
    path = desk.files.path(result["file"])
    if job.payload["form"] == "voice":
        voice = Voice(float(result["length_s"]), base64.b64decode(result["waveform"]))
        return Reply("", (OutFile(path.name, path, voice=voice),), private=False)
    pages = [desk.files.path(picture) for picture in result.get("pictures", [])]
    pictures = (OutFile(page.name, page, f"Page {number} of the score") for number, page in enumerate(pages, 1))
    said = f"{cards.FORMS.get(job.payload['form'], '🎚️')} {cards.subject(job)}{cards.who(job)}: {result['said']}"
    reply = Reply(said, (OutFile(path.name, path), *pictures), private=False)
    return await fit(desk, Place.from_json(job.origin), reply, job.user)
