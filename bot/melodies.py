"""From what the user names to a melody: a MIDI file's path or a typed note string."""

import re
from pathlib import Path

from composer_core.errors import MelodyError, about
from composer_core.midi import read_melody
from composer_core.music import Melody
from composer_core.notation import parse_notes

MOST_BYTES = 512 * 1024  # the MIDI policy refuses more: no need to read it

_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


def melody_from(text: str, *, track: str | None = None) -> tuple[Melody, bool]:
    """Return the melody that a command-line argument names, and whether it was typed as notes.

    Raises:
        MelodyError: the file is missing, unreadable or refused.
        NotationError: a token is not a note.
    """
    if not _names_a_file(text):
        return parse_notes(text), True
    path = Path(text).expanduser()
    return read_melody(_read(path), name=path.stem, track=track), False


def melody_from_notes(text: str, name: str) -> Melody:
    """Read typed notes; raises as ``notation.parse_notes``."""
    with about("notes"):
        return parse_notes(text, name)


def melody_from_midi(data: bytes, name: str, track: str | None = None) -> Melody:
    """Read a MIDI file's melody; raises as ``midi.read_melody``."""
    with about("file"):
        return read_melody(data, name, track=track)


def _names_a_file(text: str) -> bool:
    """Whether the text is a path rather than notes, which have no extension and no folder."""
    if text.startswith(("/", "./", "../", "~", ".\\")) or _EXTENSION.search(text):
        return True
    try:
        path = Path(text)
        return bool(text) and (path.exists() or (path.parent != Path() and path.parent.is_dir()))
    except (OSError, ValueError):  # too long, or with signs that no path has
        return False


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise MelodyError(f"{path} is a folder: name one MIDI file in it.")
        if not path.exists():
            raise MelodyError(f"There is no file {path}: check the path, or type notes such as 'C4 D E:2'.")
        if not path.is_file():
            raise MelodyError(f"{path} is not an ordinary file: give a MIDI file (.mid).")
        if path.stat().st_size > MOST_BYTES:
            raise MelodyError(
                f"{path} has {path.stat().st_size / 1024:,.0f} KiB, more than the {MOST_BYTES // 1024} KiB allowed: "
                "give a MIDI file with the melody only."
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MelodyError(f"Cannot read {str(path)[:200]!r} ({reason}): check its name and its permissions.") from error
