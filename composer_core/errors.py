"""Every error that Tutti raises on purpose.

    TuttiError
    ├── UserError            the user can mend it: the message is shown as it is, one line,
    │   │                    naming what was wrong and what to do (command line: exit status 2)
    │   ├── MelodyError      unreadable, hostile, empty or otherwise unusable melody
    │   ├── NotationError    a token of a typed note string is wrong; has its place
    │   ├── GenreError       unknown genre, or one whose files are damaged
    │   ├── SettingError     an option outside its range
    │   └── ResourceError    disk full, folder not writable, soundfont or encoder missing
    └── Cancelled            somebody asked for the job to stop; not a failure

Anything else that escapes is a fault of ours: the user gets a short apology with the job's id, and the
traceback goes to the log and the ledger only.
"""

import contextlib
from collections.abc import Iterator


class TuttiError(Exception):
    """Anything that Tutti raises on purpose."""


class UserError(TuttiError):
    """Something that the user can mend; ``str(error)`` is one line, fit to be shown as it is.

    ``option`` names the option that it is about, such as ``tempo``, so that a form can show it there; empty if none.
    """

    option: str = ""


@contextlib.contextmanager
def about(option: str) -> Iterator[None]:
    """Let a ``UserError`` raised inside say that it is about an option, unless it says so already."""
    try:
        yield
    except UserError as error:
        error.option = error.option or option
        raise


class MelodyError(UserError):
    """The melody cannot be used."""


class NotationError(UserError):
    """A token of a note string is wrong.

    ``token`` is the text as typed, ``position`` its 1-based place among the tokens, and ``column`` the 0-based
    offset of its first character, so that a page can mark the place.
    """

    def __init__(self, message: str, token: str, position: int, column: int) -> None:
        super().__init__(message)
        self.token, self.position, self.column = token, position, column


class GenreError(UserError):
    """The genre is unknown or its folder is damaged."""


class SettingError(UserError):
    """An option lies outside its range."""


class ResourceError(UserError):
    """The machine lacks something: space, rights, a library, a file."""


class Cancelled(TuttiError):
    """The job was asked to stop."""
