"""Rules that Discord enforces and its schemas do not state (chat platforms' notes, §1 and §5)."""

import base64
import re
from typing import Any

from tests.fakes.discord.world import Refusal

MIB = 1024 * 1024
REQUEST_BYTES = 25 * MIB
EPHEMERAL, LOADING, VOICE, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 13, 1 << 15
COMMAND_NAME = re.compile(r"^[-_'\w]{1,32}$")


def check_message(
    body: dict[str, Any], files: dict[str, tuple[str, bytes, str]], file_limit: int, *, is_new: bool
) -> None:
    """Refuse a message as Discord does."""
    _check_files(body, files, file_limit)
    flags = body.get("flags") or 0
    content = body.get("content") or ""
    if len(content) > 2000:
        raise Refusal(400, 50035, "content: Must be 2000 or fewer in length.")
    if flags & VOICE:
        _check_voice(body, files)
    elif is_new and not (content or files or body.get("embeds") or body.get("components") or body.get("sticker_ids")):
        raise Refusal(400, 50006, "Cannot send an empty message")
    if sum(len(str(text)) for text in _embed_texts(body.get("embeds") or [])) > 6000:
        raise Refusal(400, 50035, "embeds: over 6000 characters in all")
    _check_components(body.get("components") or [], bool(flags & COMPONENTS_V2))


def check_modal(modal: dict[str, Any]) -> None:
    """Refuse a form as Discord does: one to five rows, each a label over one field (components/reference.mdx)."""
    rows = modal["components"]
    if not 1 <= len(rows) <= 5:
        raise Refusal(400, 50035, "components: Must be between 1 and 5 in length.")
    fields = [row["component"]["custom_id"] for row in rows if row["type"] == 18]
    if len(fields) < len(rows) or len(set(fields)) < len(fields):
        raise Refusal(400, 50035, "a label with a field of its own in every row")


def check_commands(commands: list[dict[str, Any]]) -> None:
    """Refuse a set of commands as Discord does."""
    kinds = [command.get("type", 1) for command in commands]
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        if kinds.count(kind) > most:
            raise Refusal(400, 30032, "Maximum number of application commands reached")
    for command in commands:
        if command.get("type", 1) == 1:
            _check_slash(command)
    if len({(command["name"], command.get("type", 1)) for command in commands}) < len(commands):
        raise Refusal(400, 50035, "two commands of one name")


def _check_slash(command: dict[str, Any]) -> None:
    options = command.get("options", [])
    for named in (command, *options):
        name = named["name"]
        if not COMMAND_NAME.match(name) or name != name.lower():
            raise Refusal(400, 50035, f"{name}: not a command's name")
        if not 1 <= len(named.get("description", "")) <= 100:
            raise Refusal(400, 50035, f"{name}: description")
    required = [option.get("required", False) for option in options]
    if sorted(required, reverse=True) != required:
        raise Refusal(400, 50035, "required options come first")
    for option in options:
        if option.get("autocomplete") and option.get("choices"):
            raise Refusal(400, 50035, f"{option['name']}: choices and autocomplete")


def _check_files(body: dict[str, Any], files: dict[str, tuple[str, bytes, str]], file_limit: int) -> None:
    if len(files) > 10:
        raise Refusal(400, 50035, "more than 10 files")
    if any(len(data) > file_limit for _, data, _ in files.values()):
        raise Refusal(413, 40005, "Request entity too large")
    if sum(len(data) for _, data, _ in files.values()) > REQUEST_BYTES:
        raise Refusal(413, 40005, "Request entity too large")
    known = {str(one["id"]) for one in body.get("attachments") or []}
    for field in files:
        if (match := re.fullmatch(r"files\[(\d+)\]", field)) is None or match[1] not in known:
            raise Refusal(400, 50035, f"{field}: no attachment of this number")


def _check_voice(body: dict[str, Any], files: dict[str, tuple[str, bytes, str]]) -> None:
    attachments = body.get("attachments") or []
    if len(files) != 1 or body.get("content") or body.get("embeds") or body.get("components"):
        raise Refusal(400, 50160, "Voice messages must have a single audio attachment, and nothing else")
    waveform = base64.b64decode(attachments[0].get("waveform", ""), validate=True)
    if not 1 <= len(waveform) <= 256 or not attachments[0].get("duration_secs"):
        raise Refusal(400, 50161, "Voice messages must have supporting metadata")
    if not next(iter(files.values()))[2].startswith("audio/"):
        raise Refusal(400, 50160, "Voice messages must have a single audio attachment")


def _check_components(rows: list[dict[str, Any]], is_v2: bool) -> None:
    if not is_v2 and len(rows) > 5:
        raise Refusal(400, 50035, "components: Must be 5 or fewer in length.")
    ids = []
    for row in rows:
        inner = row.get("components", [])
        kinds = [one["type"] for one in inner]
        if not is_v2 and (len(inner) > 5 or (any(kind != 2 for kind in kinds) and len(inner) > 1) or not inner):
            raise Refusal(400, 50035, "an action row holds five buttons or one select")
        for one in inner:
            if one["type"] == 2 and one.get("style") not in (5, 6) and not one.get("custom_id"):
                raise Refusal(400, 50035, "A custom id is required")
            if one["type"] == 3 and not 1 <= len(one["options"]) <= 25:
                raise Refusal(400, 50035, "options: between 1 and 25")
            if one["type"] == 3 and len({option["value"] for option in one["options"]}) < len(one["options"]):
                raise Refusal(400, 50035, "The specified option value is already used")
            ids.append(one.get("custom_id"))
    given = [one for one in ids if one is not None]
    if len(set(given)) < len(given):
        raise Refusal(400, 50035, "Component custom id cannot be duplicated")
    if any(not 1 <= len(one) <= 100 for one in given):
        raise Refusal(400, 50035, "custom_id: Must be between 1 and 100 in length.")


def _embed_texts(embeds: list[dict[str, Any]]) -> list[str]:
    texts = []
    for embed in embeds:
        texts += [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
        texts += [embed.get("author", {}).get("name", "")]
        texts += [field[key] for field in embed.get("fields", []) for key in ("name", "value")]
    return texts
