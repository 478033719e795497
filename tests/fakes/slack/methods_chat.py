"""chat.*: messages for everyone, for one person, in a thread, as a stream."""

import json
from collections.abc import Callable
from typing import Any

from tests.fakes.slack import rules
from tests.fakes.slack.call import Call
from tests.fakes.slack.things import CHANNEL, DIRECT, Message, Refused, elements


def post_message(call: Call) -> dict[str, Any]:
    channel = call.channel(str(call.get("channel")), to_write=True)
    text, blocks = _content(call)
    message = Message(call.world.new_ts(), channel, call.team.bot, text, _with_ids(call, blocks))
    message.thread_ts, message.metadata = call.thread(channel), call.get("metadata")
    call.world.post(message)
    call.tell("new", message)
    return {"channel": channel.id, "ts": message.ts, "message": message.to_json(call.origin)}


def post_ephemeral(call: Call) -> dict[str, Any]:
    channel = call.channel(str(call.get("channel")), to_write=True)
    user = call.user(str(call.get("user")))
    if channel.kind != CHANNEL and user.id not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = _content(call)
    message = Message(call.world.new_ts(), channel, call.team.bot, text, _with_ids(call, blocks), only_for=user.id)
    message.thread_ts = call.thread(channel)
    call.world.post(message)
    return {"message_ts": message.ts}


def update(call: Call) -> dict[str, Any]:
    channel = call.channel(str(call.get("channel")), to_write=True)
    message = call.message(channel, str(call.get("ts")))
    if message.author is not call.team.bot:
        raise Refused("cant_update_message")
    if message.is_stream:
        raise Refused("streaming_state_conflict")
    text, blocks = _content(call, rules.UPDATE_CHARS)
    if message.blocks and "blocks" not in call.arguments:
        call.wrong(["a message with blocks is updated without: say blocks=[] to take them away"])
    message.text, message.blocks = text, _with_ids(call, blocks)
    message.edits.append(message.text)
    message.metadata = call.get("metadata", message.metadata)
    for file_id in call.get("file_ids", []):
        file = call.file(file_id)
        file.shares.setdefault(channel.id, []).append(message.ts)
        message.files += [file] if file not in message.files else []
    call.tell("changed", message)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": message.to_json(call.origin)}


def delete(call: Call) -> dict[str, Any]:
    channel = call.channel(str(call.get("channel")))
    message = call.message(channel, str(call.get("ts")))
    if message.author is not call.team.bot:
        raise Refused("cant_delete_message")
    del channel.messages[message.ts]
    call.tell("deleted", message)
    return {"channel": channel.id, "ts": message.ts}


def permalink(call: Call) -> dict[str, Any]:
    channel = call.channel(str(call.get("channel")))
    message = call.message(channel, str(call.get("message_ts")))
    link = f"https://{call.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def start_stream(call: Call) -> dict[str, Any]:
    channel = call.channel(str(call.get("channel")), to_write=True)
    if channel.kind != DIRECT and not (call.get("recipient_user_id") and call.get("recipient_team_id")):
        raise Refused("missing_recipient_user_id")
    message = Message(call.world.new_ts(), channel, call.team.bot, str(call.get("markdown_text", "")), is_stream=True)
    message.thread_ts = call.thread(channel)
    call.world.post(message)
    return {"channel": channel.id, "ts": message.ts}


def append_stream(call: Call) -> dict[str, Any]:
    message = _stream(call)
    message.text += str(call.get("markdown_text", ""))
    message.edits.append(message.text)
    return {"channel": message.channel.id, "ts": message.ts}


def stop_stream(call: Call) -> dict[str, Any]:
    message = _stream(call)
    message.text += str(call.get("markdown_text", ""))
    blocks = call.get("blocks", [])
    call.wrong(rules.block_problems(blocks, "message"))
    message.blocks, message.is_stream = _with_ids(call, blocks), False
    return {"channel": message.channel.id, "ts": message.ts, "message": message.to_json(call.origin)}


def set_status(call: Call) -> dict[str, Any]:
    call.message(call.channel(str(call.get("channel_id"))), str(call.get("thread_ts")))
    return {}


CHAT: dict[str, Callable[[Call], dict[str, Any]]] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
    "chat.startStream": start_stream,
    "chat.appendStream": append_stream,
    "chat.stopStream": stop_stream,
    "assistant.threads.setStatus": set_status,
}


def _stream(call: Call) -> Message:
    message = call.message(call.channel(str(call.get("channel")), to_write=True), str(call.get("ts")))
    if not message.is_stream:
        raise Refused("message_not_in_streaming_state")
    return message


def _content(call: Call, most_chars: int = rules.POST_CHARS) -> tuple[str, list[dict[str, Any]]]:
    """The text and blocks of a message, looked through; bad ones are refused as Slack does."""
    text, blocks, markdown = call.get("text", ""), call.get("blocks", []), call.get("markdown_text", "")
    if markdown and (text or blocks):
        raise Refused("markdown_text_conflict")
    if len(markdown) > rules.MARKDOWN_CHARS or (most_chars < len(text) and most_chars == rules.UPDATE_CHARS):
        raise Refused("msg_too_long")
    if not (text or blocks or markdown or call.get("attachments")):
        raise Refused("no_text")
    call.wrong(rules.message_problems(text, blocks, most_chars))
    if problems := rules.block_problems(blocks, "message"):
        raise Refused("invalid_blocks", response_metadata={"messages": problems})
    for file_id in pictures(blocks):
        if call.file(file_id).name.rpartition(".")[2].lower() not in ("png", "jpg", "jpeg", "gif"):
            raise Refused("invalid_blocks", response_metadata={"messages": [f"{file_id}: not a picture"]})
    return text or markdown, blocks


def pictures(blocks: list[dict[str, Any]]) -> list[str]:
    """The ids of the files that blocks show as pictures."""
    inner = [one for block in blocks for one in (block, *elements(block))]
    return [one["slack_file"]["id"] for one in inner if "id" in one.get("slack_file", {})]


def _with_ids(call: Call, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks as Slack keeps them: every block has an id."""
    return with_ids(call.world.new_id, blocks)


def with_ids(new_id: Callable[[str], str], blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Copy blocks and give an id to every block and every element that can have one."""
    copied = json.loads(json.dumps(blocks))
    for block in copied:
        block.setdefault("block_id", new_id("b"))
        for element in elements(block):
            if element.get("type") in ("button", "overflow", "datepicker") or "select" in str(element.get("type")):
                element.setdefault("action_id", new_id("a"))
    return copied
