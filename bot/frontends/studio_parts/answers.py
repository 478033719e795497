"""What goes back: JSON, files, and problems as JSON."""

import gzip
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.frontends.studio_parts.service import Ask
from bot.refusals import Refusal

STATUS = {"mend": 422, "missing": 404, "busy": 409, "full": 503, "fault": 500}
COMPRESS_BYTES = 2_000
COMPRESS_LEVEL = 5
KEEP = "private, no-cache"  # ask each time whether it is still there: what was deleted or taken back is gone


class Problem(Exception):
    """A request that is refused before it comes to anything; ``message`` is one line for the user."""

    def __init__(self, status: int, message: str, field: str = "", *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.field, self.retry_after_s = status, message, field, retry_after_s


async def json_answer(ask: Ask, data: object, status: int = 200) -> web.Response:
    """Return data as JSON, compressed where that is worth it; off the loop, because a melody may have 50,000 notes."""
    packs = "gzip" in ask.request.headers.get("Accept-Encoding", "")
    body, headers = await ask.desk.do(_written, data, packs)
    return web.Response(body=body, status=status, headers=headers)


def problem_answer(problem: Problem) -> web.Response:
    """Return a problem as JSON."""
    answer = _error_answer(problem.status, {"message": problem.message}, problem.field)
    if problem.retry_after_s is not None:
        answer.headers["Retry-After"] = str(problem.retry_after_s)
    return answer


def refusal_answer(refused: Refusal) -> web.Response:
    """Return what a command's error is to the page."""
    error: dict[str, Any] = {"message": refused.message}
    if refused.token:
        error["token"] = asdict(refused.token) | {"length": len(refused.token.text)}
    return _error_answer(STATUS[refused.kind], error, refused.field)


def file_answer(path: Path, kind: str, ask_to_save: bool, name: str = "") -> web.FileResponse:
    """Return a file; browsers may ask for a part of it, or whether it has changed."""
    response = web.FileResponse(path, headers={"Content-Type": kind, "Cache-Control": KEEP})
    manner = "attachment" if ask_to_save else "inline"
    response.headers["Content-Disposition"] = f"{manner}; filename*=UTF-8''{quote(name or path.name, safe='')}"
    return response


def _written(data: object, packs: bool) -> tuple[bytes, dict[str, str]]:
    body = _dumps(data).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "Vary": "Accept-Encoding"}
    if packs and len(body) > COMPRESS_BYTES:
        return gzip.compress(body, COMPRESS_LEVEL), {**headers, "Content-Encoding": "gzip"}
    return body, headers


def _error_answer(status: int, error: dict[str, Any], field: str) -> web.Response:
    return web.json_response({"error": error | ({"field": field} if field else {})}, status=status, dumps=_dumps)


def _dumps(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
