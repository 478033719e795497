"""From a ``Reply`` to the body of a request: JSON, or multipart with files."""

import base64
import io
import json
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord

from bot.chat import Button, OutFile, Reply, Row, Select

MOST_TEXT = 2000  # resources/message.mdx, "content"
MOST_ALT_TEXT = 1024
EPHEMERAL, VOICE_MESSAGE, SUPPRESS_EMBEDS = 1 << 6, 1 << 13, 1 << 2
STYLES = {"primary": 1, "plain": 2, "danger": 4}
ACTION_ROW, BUTTON, SELECT = 1, 2, 3
NOBODY: dict[str, list[str]] = {"parse": []}


@dataclass
class Body:
    """A request's body: ``payload`` alone, or as the first of ``multipart``; ``files`` are rewound on a retry."""

    payload: dict[str, Any]
    files: list[discord.File]
    types: list[str]

    @property
    def multipart(self) -> list[dict[str, Any]] | None:
        """The parts of the form; None without files."""
        if not self.files:
            return None
        parts: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(self.payload)}]
        for number, (file, kind) in enumerate(zip(self.files, self.types, strict=True)):
            part = {"name": f"files[{number}]", "value": file.fp, "filename": file.filename, "content_type": kind}
            parts.append(part)
        return parts

    def close(self) -> None:
        """Close the files."""
        for file in self.files:
            file.close()


def body(reply: Reply, *, private: bool = False, edit: bool = False, reference: str = "", nonce: str = "") -> Body:
    """Return the body that says a reply. An edit replaces text, files and buttons as a whole.

    Raises:
        OSError: a file cannot be opened.
    """
    files = [discord.File(_source(file), filename=file.name) for file in reply.files]
    is_voice = any(file.voice for file in reply.files)
    payload: dict[str, Any] = {
        "attachments": [_attachment(number, file) for number, file in enumerate(reply.files)],
        "allowed_mentions": NOBODY,
    }
    if not is_voice:
        payload |= {"content": cut(reply.text), "components": [_row(row) for row in reply.rows]}
    if not edit:
        payload["flags"] = VOICE_MESSAGE if is_voice else SUPPRESS_EMBEDS | (EPHEMERAL if private else 0)
        if reference and not is_voice:
            payload["message_reference"] = {"message_id": reference, "fail_if_not_exists": False}
        if nonce:
            payload |= {"nonce": nonce[:25], "enforce_nonce": True}
    return Body(payload, files, [_type(file) for file in reply.files])


def cut(text: str) -> str:
    """Cut a text to what a message holds."""
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def _source(file: OutFile) -> io.BytesIO | Path:
    return io.BytesIO(file.content) if isinstance(file.content, bytes) else file.content


def _type(file: OutFile) -> str:
    if file.voice:
        return "audio/ogg"
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _attachment(number: int, file: OutFile) -> dict[str, Any]:
    data: dict[str, Any] = {"id": str(number), "filename": file.name}
    if file.description:
        data["description"] = file.description[:MOST_ALT_TEXT]
    if file.voice:
        waveform = base64.b64encode(file.voice.waveform[:256]).decode()
        data |= {"duration_secs": round(file.voice.length_s, 3), "waveform": waveform}
    return data


def _row(row: Row) -> dict[str, Any]:
    items: Sequence[dict[str, Any]] = [_select(row)] if isinstance(row, Select) else [_button(one) for one in row]
    return {"type": ACTION_ROW, "components": list(items)}


def _button(button: Button) -> dict[str, Any]:
    return {"type": BUTTON, "style": STYLES[button.style], "label": button.label[:80], "custom_id": button.action}


def _select(select: Select) -> dict[str, Any]:
    choices = [{"label": choice.label[:100], "value": choice.value} for choice in select.choices[:25]]
    for shown, choice in zip(choices, select.choices, strict=False):
        if choice.description:
            shown["description"] = choice.description[:100]
    return {"type": SELECT, "custom_id": select.action, "placeholder": select.placeholder[:150], "options": choices}
