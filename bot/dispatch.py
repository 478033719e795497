"""From an event to its command, and from whatever goes wrong to a line that the user can act on."""

import difflib
import logging
import re
from collections.abc import AsyncIterator, Mapping

from bot.chat import Choice, Incoming, PlaceClosed, Reply
from bot.command import Command
from bot.desk import Desk
from composer_core.errors import UserError

log = logging.getLogger(__name__)


class Dispatch:
    """Answers every event of every frontend.

    An answer is an async generator of replies. Errors become replies too, in this order: what the user can mend is
    said as it is, to them alone; anything else is ours: an apology with a number, the traceback in the log.
    """

    def __init__(self, desk: Desk, commands: Mapping[str, Command]) -> None:
        self.desk, self.commands = desk, commands

    async def handle(self, incoming: Incoming) -> AsyncIterator[Reply]:
        """Yield the replies to an event."""
        try:
            command = self._command(incoming)
            async for reply in command.run(incoming, self.desk):
                yield reply
        except UserError as error:
            yield Reply(as_said_in_chat(str(error)), blames=error.option)
        except Exception:
            log.exception("event %s (%s) failed", incoming.key, incoming.command)
            yield Reply(f"Sorry, something went wrong on our side. It is in our log under {incoming.key}.")

    async def suggest(self, incoming: Incoming, name: str) -> list[Choice]:
        """Propose values for the option that the user is typing; none rather than an error."""
        try:
            option = self._command(incoming).option(name)
            if option is None or option.complete is None:
                return []
            return await option.complete(incoming, self.desk, incoming.text(name))
        except Exception:
            log.exception("no suggestions for %s of %s", name, incoming.command)
            return []

    def _command(self, incoming: Incoming) -> Command:
        command = self.commands.get(incoming.command)
        if command is None:
            nearest = difflib.get_close_matches(incoming.command, self.commands, n=1, cutoff=0.0)
            raise UserError(f"There is no command {incoming.command[:40]!r}. Did you mean /{nearest[0]}? See /help.")
        if command.for_managers and incoming.place.space and not incoming.user.manages:
            raise UserError(
                f"/{command.name} is for those who manage this {incoming.place.space_name}: ask one of them."
            )
        if command.posts and incoming.lacks:
            raise PlaceClosed.lacking(incoming.lacks)
        return command


def as_said_in_chat(text: str) -> str:
    """Write the terminal's option names as chats do: ``--tempo`` is ``tempo``."""
    return re.sub(r"--(?=[a-z])", "", text)
