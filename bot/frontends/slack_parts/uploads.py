"""Files: their bytes to where Slack wants them, then into a thread (messaging/working-with-files in its documentation).

An upload on its own is seen by nobody; sharing makes it appear.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Sequence
from io import BytesIO
from typing import IO

from bot.chat import OutFile
from bot.frontends.slack_parts.faults import TROUBLE, SlackRefused, translate
from bot.frontends.slack_parts.keeping import Enclosures
from bot.frontends.slack_parts.wire import Wire
from bot.frontends.slack_parts.workspaces import Workspace

ALT_TEXT = 1000  # files.getUploadURLExternal: alt_txt_too_large
SHARED_AT_ONCE = 10
NOT_FINISHED = "file_update_failed"
PICTURES = (".png", ".jpg", ".jpeg", ".gif")

log = logging.getLogger(__name__)


class Uploads:
    """Sends files and remembers for which message, so that they can be deleted with it and are not sent twice."""

    def __init__(self, wire: Wire, enclosures: Enclosures) -> None:
        self._wire, self._enclosures = wire, enclosures

    async def enclose(
        self, workspace: Workspace, channel: str, message: str, thread: str, files: Sequence[OutFile], key: str
    ) -> None:
        """Share files in a message's thread, in place of those that it had; once under one key.

        Raises:
            FileRefused: a file is too large, or of a kind that the workspace does not allow.
            PlaceClosed: we may not.
            OSError: a file is gone.
        """
        before = await asyncio.to_thread(self._enclosures.of, channel, message)
        if key and key in before.values():
            return
        sent = await self.share(workspace, channel, thread or message, files)
        await asyncio.to_thread(self._enclosures.note, channel, message, sent, key)
        await self._remove(workspace, channel, message, list(before))

    async def share(self, workspace: Workspace, channel: str, thread: str, files: Sequence[OutFile]) -> list[str]:
        """Upload files and let them appear in a channel or thread; returns their ids. Raises as ``enclose``."""
        sent = [await self.upload(workspace, file) for file in files]
        for first in range(0, len(sent), SHARED_AT_ONCE):
            some = [
                {"id": one, "title": file.name}
                for one, file in zip(sent[first : first + SHARED_AT_ONCE], files[first:], strict=False)
            ]
            await self._finish(workspace, some, channel, thread)
        return sent

    async def held(
        self, workspace: Workspace, files: Sequence[OutFile], channel: str = "", message: str = ""
    ) -> dict[str, str]:
        """Upload pictures that appear nowhere by themselves; returns ids with keys, in their order.

        What the message that they are for shows already is not uploaded again. Raises as ``enclose``.
        """
        known = await asyncio.to_thread(self._enclosures.of, channel, message)
        by_key = {key: one for one, key in known.items()}
        held: dict[str, str] = {}
        for file in files:
            key = await asyncio.to_thread(_digest, file)
            if key not in by_key:
                by_key[key] = await self.upload(workspace, file)
                await self._finish(workspace, [{"id": by_key[key], "title": file.name}])
            held[by_key[key]] = key
        return held

    async def keep(self, workspace: Workspace, channel: str, message: str, held: dict[str, str]) -> None:
        """Note which pictures a message shows now; those that it showed before are deleted."""
        before = await asyncio.to_thread(self._enclosures.of, channel, message)
        for one, key in held.items():
            await asyncio.to_thread(self._enclosures.note, channel, message, [one], key)
        await self._remove(workspace, channel, message, [one for one in before if one not in held])

    async def upload(self, workspace: Workspace, file: OutFile) -> str:
        """Send a file's bytes; returns its id. Raises as ``enclose``."""
        size = await asyncio.to_thread(lambda: file.size_bytes)
        said = (file.description or file.name)[:ALT_TEXT] if is_picture(file) else None
        try:
            where = await self._wire.call(
                workspace, "files.getUploadURLExternal", filename=file.name, length=size, alt_txt=said
            )
            with await asyncio.to_thread(_opened, file) as stream:
                await self._wire.upload(str(where["upload_url"]), stream)
        except SlackRefused as refused:
            raise translate(refused) from refused
        return str(where["file_id"])

    async def remove(self, workspace: Workspace, channel: str, message: str) -> None:
        """Delete a message's files."""
        await self._remove(
            workspace, channel, message, list(await asyncio.to_thread(self._enclosures.of, channel, message))
        )

    async def _finish(
        self, workspace: Workspace, files: list[dict[str, str]], channel: str | None = None, thread: str | None = None
    ) -> None:
        try:
            await self._wire.call(
                workspace, "files.completeUploadExternal", files=files, channel_id=channel, thread_ts=thread or None
            )
        except SlackRefused as refused:
            if refused.error != NOT_FINISHED or not await self._is_shared(workspace, files[0]["id"]):
                raise translate(refused) from refused

    async def _is_shared(self, workspace: Workspace, file: str) -> bool:
        """Whether a file has appeared after all: the answer to an earlier try may have been lost."""
        about = (await self._wire.call(workspace, "files.info", file=file))["file"]
        return any(about.get("shares", {}).values())

    async def _remove(self, workspace: Workspace, channel: str, message: str, files: Sequence[str]) -> None:
        for file in files:
            with contextlib.suppress(*TROUBLE):  # gone already, or out of reach
                await self._wire.call(workspace, "files.delete", file=file)
        if files:
            await asyncio.to_thread(self._enclosures.forget, channel, message, files)


def is_picture(file: OutFile) -> bool:
    """Whether a file can be shown within a message."""
    return file.name.lower().endswith(PICTURES)


def _digest(file: OutFile) -> str:
    content = file.content if isinstance(file.content, bytes) else file.content.read_bytes()
    return f"picture {hashlib.sha256(content).hexdigest()[:24]}"


def _opened(file: OutFile) -> IO[bytes]:
    return BytesIO(file.content) if isinstance(file.content, bytes) else file.content.open("rb")
