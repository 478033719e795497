"""From the studio to the chat: a result is shared where its owner asked for the link."""

from dataclasses import replace

from bot.chat import FileRefused, Frontend, PlaceClosed, Sent
from bot.commands.share import share
from bot.desk import Desk
from bot.guests import Guest


async def send_to_chat(take_id: str, guest: Guest, desk: Desk, frontend: Frontend) -> Sent:
    """Share a take as ``/share`` does, in the guest's own place.

    Raises:
        UserError: it is not theirs, or nothing can be said there any more.
    """
    assert guest.place, "whoever has no place has no button for it"
    wish = replace(guest.wish("share", "", id=take_id), place=guest.place)
    async for reply in share(wish, desk):
        if reply.place is None:
            continue
        try:
            sent = await frontend.send(reply.place, reply)
        except FileRefused as error:
            raise PlaceClosed("The files are too large for that place: download them and send them there.") from error
        if reply.sent:
            await reply.sent(sent)
        return sent
    raise AssertionError("share has nothing to say")
