"""Files as they arrive: refused in the middle when they are too large or of another kind."""

from collections.abc import AsyncIterator
from pathlib import PurePath

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.frontends.studio_parts.answers import Problem

CHUNK_BYTES = 64 * 1024
SLACK_BYTES = 16 * 1024  # headers of parts, names
HEADS = (b"MThd", b"RIFF")
DAMAGE = (ValueError, AssertionError, RuntimeError, HttpProcessingError, web.HTTPException)
"""What aiohttp raises for parts that are not as they should be."""


def reader(request: web.Request, most_bytes: int) -> MultipartReader:
    """Return the parts of an upload.

    Raises:
        Problem: it is none, or says itself that it is too large.
    """
    if request.content_type != "multipart/form-data" or "boundary" not in request.headers.get("Content-Type", ""):
        raise Problem(415, "Send the file as multipart/form-data.", "file")
    if (request.content_length or 0) > most_bytes + SLACK_BYTES:
        raise too_large(most_bytes)
    # Not request.multipart(): that has one limit for all requests.
    return MultipartReader(request.headers, request.content)


async def parts(upload: MultipartReader, *names: str) -> AsyncIterator[BodyPartReader]:
    """Yield the parts of these names one by one; each must be read before the next.

    Raises:
        Problem: the upload is damaged, or has parts of other names, which nothing would limit.
    """
    while True:
        try:
            part = await upload.next()
        except DAMAGE as error:
            raise Problem(400, "The upload is damaged: send it again.") from error
        if part is None:
            return
        if not isinstance(part, BodyPartReader):
            raise Problem(400, "The upload has parts within parts: send plain files.")
        if part.name not in names:
            raise Problem(400, f"There is no part {(part.name or '')[:40]!r} here: send {' and '.join(names)}.")
        yield part


async def chunks(part: BodyPartReader, most_bytes: int, field: str = "file") -> AsyncIterator[bytes]:
    """Yield a part's bytes as they come.

    Raises:
        Problem: there are more than ``most_bytes``, or the upload is damaged.
    """
    size = 0
    while True:
        try:
            chunk = await part.read_chunk(CHUNK_BYTES)
        except DAMAGE as error:
            raise Problem(400, "The upload is damaged: send it again.") from error
        if not chunk:
            return
        size += len(chunk)
        if size > most_bytes:
            raise too_large(most_bytes, field)
        yield chunk


async def read_midi(part: BodyPartReader, most_bytes: int, endings: tuple[str, ...]) -> tuple[str, bytes]:
    """Return the name and the bytes of a MIDI file.

    Raises:
        Problem: it is of another kind, which its name or its first bytes tell, or too large.
    """
    name = file_name(part)
    if PurePath(name.lower()).suffix not in endings:
        raise Problem(415, f"{name[:60]!r} is not a MIDI file: send one that ends in .mid", "file")
    data = bytearray()
    async for chunk in chunks(part, most_bytes):
        data += chunk
        if len(data) >= 4 and not data.startswith(HEADS):
            raise Problem(415, f"{name[:60]!r} is not a MIDI file, whatever its name says: export it again.", "file")
    return name, bytes(data)


def file_name(part: BodyPartReader) -> str:
    """Return what the browser calls a file, without any folder."""
    return PurePath((part.filename or "").replace("\\", "/")).name


def too_large(most_bytes: int, field: str = "file") -> Problem:
    """Return the refusal of what is too large."""
    most = f"{most_bytes // 1024**2} MB" if most_bytes >= 1024**2 else f"{most_bytes // 1024} KB"
    return Problem(413, f"This is more than the {most} allowed: send less at once.", field)
