"""How a command is declared: once, for every frontend. A registry of them is in ``bot.commands``."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.chat import Choice, Incoming, Reply
from bot.desk import Desk

Run: TypeAlias = Callable[[Incoming, Desk], AsyncIterator[Reply]]
Complete: TypeAlias = Callable[[Incoming, Desk, str], Awaitable[list[Choice]]]


@dataclass(frozen=True)
class Option:
    """Something to say with a command. ``kind``: text, integer, number, file or channel.

    ``low`` and ``high`` bound a number, or a text's length; ``complete`` proposes values while the user types.
    ``most`` is how many files may be given at once: those beyond the first are called ``NAME-2``, ``NAME-3``, ...
    """

    name: str
    summary: str
    kind: str = "text"
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[Choice, ...] = ()
    complete: Complete | None = None
    most: int = 1


@dataclass(frozen=True)
class Command:
    """A verb. ``shown`` says where users find it.

    ``typed``: they type its name; ``menu``: in the menu of a message, by its ``title``; ``pressed``: on buttons only.
    ``posts`` says that its answer is for everyone, so that the bot must be allowed to write where it was asked.
    """

    name: str
    summary: str
    run: Run
    options: tuple[Option, ...] = ()
    shown: str = "typed"
    title: str = ""
    posts: bool = False
    for_managers: bool = False

    @property
    def gathers(self) -> Option | None:
        """The option that takes several files: platforms whose commands take one at a time open a form for it.

        Without it, a command does nothing but say what is wrong with the rest, or that it is missing: nobody fills in a
        form in vain.
        """
        return next((option for option in self.options if option.most > 1), None)

    def option(self, name: str) -> Option | None:
        """Return one of the options."""
        return next((option for option in self.options if option.name == name), None)
