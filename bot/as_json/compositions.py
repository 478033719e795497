"""Takes: a line in a list, and everything about one."""

from collections.abc import Collection
from typing import Any

from bot.as_json.melodies import melody_json
from bot.desk import Desk
from bot.results import notices_of
from composer_core.chords import format_plan
from composer_core.melody import fit
from composer_core.request import ComposeRequest
from storage.history import Entry
from storage.pages import Page
from storage.spaces import Share

KINDS = {"midi": "mid", "mp3": "mp3", "ogg": "ogg", "picture": "png", "roll": "roll", "facts": "json"}
"""A file's name in addresses → its kind in the file store."""


def files_json(entry: Entry, base: str) -> dict[str, str]:
    """Return the addresses of a take's files."""
    return {name: f"{base}/{name}" for name, kind in KINDS.items() if kind in entry.files}


def summary_json(entry: Entry, shared: Collection[str] = ()) -> dict[str, Any]:
    """Return a take in short; ``shared`` has the ids of those whose share pages are open."""
    return {
        "id": entry.id,
        "job_id": entry.job_id,
        "take": entry.take,
        "title": entry.heading,
        "name": entry.name,
        "genre": entry.genre,
        "technique": entry.technique,
        "seed": entry.seed,
        "key": entry.key,
        "metre": entry.metre,
        "tempo_bpm": entry.tempo_bpm,
        "length_s": entry.length_s,
        "created_at": entry.created_at,
        "tags": list(entry.tags),
        "favourite": entry.favourite,
        "shared": entry.id in shared,
        "files": files_json(entry, f"/api/compositions/{entry.id}"),
    }


async def composition_json(entry: Entry, desk: Desk, base_url: str) -> dict[str, Any]:
    """Return everything about a take; ``base_url`` is where share pages are found."""
    siblings = await desk.do(desk.history.for_job, entry.job_id)
    page = await desk.do(desk.pages.of, entry.id)
    shares = await desk.do(desk.spaces.shares, entry.id)
    said = await notices_of(desk, entry)
    request = ComposeRequest.from_json(entry.settings)
    return summary_json(entry, {entry.id} if page else ()) | {
        "takes": [sibling.id for sibling in siblings],
        "settings": await desk.do(settings_json, request),
        "melody": await desk.do(melody_json, request.melody),
        "notices": said.notices,
        "description": said.description,
        "share": page_json(page, base_url) if page else None,
        "sent": [_sent(share) for share in shares],
    }


def settings_json(request: ComposeRequest) -> dict[str, Any]:
    """Return a wish without its melody, so that it can be sent again."""
    controls = request.controls
    melody = fit(request.melody, length_bars=request.length_bars, tempo_bpm=request.tempo_bpm)
    settings: dict[str, Any] = {
        "genre": request.genre,
        "technique": request.technique,
        "takes": request.takes,
        "tempo_bpm": request.tempo_bpm,
        "key": request.key,
        "bars": request.length_bars,
        "chords": format_plan(controls.chords, melody) if controls.chords else None,
        "reharmonise": controls.reharmonise,
        "seed": request.seed,
        "risk": controls.risk,
        "density": controls.density,
        "only": ", ".join(controls.parts) or None,
        "intro": request.intro,
    }
    return {name: value for name, value in settings.items() if value is not None}


async def shared_json(entry: Entry, page: Page, desk: Desk) -> dict[str, Any]:
    """Return what everybody with the link may see of a take: the music and its settings, nobody's name."""
    request = ComposeRequest.from_json(entry.settings)
    melody = await desk.do(melody_json, request.melody)
    said = await notices_of(desk, entry)
    shown = ("title", "genre", "technique", "key", "metre", "tempo_bpm", "length_s", "seed", "created_at")
    summary = summary_json(entry)
    return {name: summary[name] for name in shown} | {
        "settings": await desk.do(settings_json, request),
        "text": melody["text"],
        "description": said.description,
        "files": files_json(entry, f"/api/shared/{page.token}"),
    }


def page_json(page: Page, base_url: str) -> dict[str, Any]:
    """Return a share page's link."""
    return {"token": page.token, "url": f"{base_url}/s/{page.token}", "created_at": page.created_at}


def _sent(share: Share) -> dict[str, Any]:
    return {"platform": share.platform, "at": share.shared_at}
