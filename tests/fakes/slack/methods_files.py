"""files.*: the upload in three steps, what is known of a file, its removal."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.fakes.slack.call import Call
from tests.fakes.slack.things import MIB, Message, Refused, StoredFile

SHARING_S = 0.02  # a shared file appears a moment after files.completeUploadExternal has answered
PICTURES = (".png", ".jpg", ".jpeg", ".gif")


def get_upload_url(call: Call) -> dict[str, Any]:
    name, length = str(call.get("filename")), int(call.get("length"))
    if length < 1 or length > 1024 * MIB:
        raise Refused("file_upload_size_restricted")
    if name.lower().endswith(PICTURES) and not call.get("alt_txt"):
        call.wrong([f"{name}: a picture without alt_txt"])
    if len(call.get("alt_txt", "")) > 1000:
        raise Refused("alt_txt_too_large")
    about = {"alt_txt": str(call.get("alt_txt", "")), "length": length, "is_uploaded": False, "is_shared": False}
    file = call.world.keep(name, b"", call.team.bot, **about)
    return {"upload_url": f"{call.origin}/upload/v1/{file.id}", "file_id": file.id}


def complete_upload(call: Call) -> dict[str, Any]:
    files = [_finish(call, one) for one in call.get("files", [])]
    if not files:
        raise Refused("invalid_arguments", response_metadata={"messages": ["files is empty"]})
    if channel_id := call.get("channel_id"):
        channel = call.channel(str(channel_id), to_write=True)
        message = Message(call.world.new_ts(), channel, call.team.bot, str(call.get("initial_comment", "")))
        message.files, message.thread_ts = files, call.thread(channel)
        asyncio.get_running_loop().call_later(SHARING_S, _share, call, message)
    elif call.get("thread_ts") or call.get("initial_comment"):
        call.wrong(["thread_ts or initial_comment without a channel_id"])
    for file in files:
        file.is_shared = True
    return {"files": [file.to_json(call.origin) for file in files]}


def _finish(call: Call, one: dict[str, Any]) -> StoredFile:
    file = call.file(str(one.get("id")))
    if file.is_shared:
        raise Refused("file_update_failed")
    file.title = str(one.get("title") or "")
    return file


def _share(call: Call, message: Message) -> None:
    call.world.post(message)
    call.tell("new", message)


def info(call: Call) -> dict[str, Any]:
    return {"file": call.file(str(call.get("file"))).to_json(call.origin), "comments": []}


def delete(call: Call) -> dict[str, Any]:
    file = call.file(str(call.get("file")))
    if file.user != call.team.bot.id:
        raise Refused("cant_delete_file")
    del call.world.files[file.id]
    for channel in call.world.channels.values():
        for message in channel.messages.values():
            message.files = [one for one in message.files if one is not file]
    return {}


FILES: dict[str, Callable[[Call], dict[str, Any]]] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
    "files.delete": delete,
}
