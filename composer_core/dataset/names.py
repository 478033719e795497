"""Names in a stranger's dataset: shown safely, never used as paths, told apart by what they end in."""

from pathlib import PurePosixPath

MIDI = frozenset({".mid", ".midi", ".kar", ".rmi", ".smf"})
SCORES = frozenset({".musicxml", ".xml", ".mxl"})
PACKED_SCORE = ".mxl"
ARCHIVES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
TAG_FILE = "tags.csv"
LONGEST = 80  # characters of a name that is shown


def shown(name: str) -> str:
    """Return a name as one printable line: no control characters, no marks that turn the writing's direction."""
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split()) or "(no name)"
    if len(clean) <= LONGEST:
        return clean
    head = LONGEST // 3
    return f"{clean[:head]}…{clean[head + 1 - LONGEST :]}"


def ending(name: str) -> str:
    """The ending of a name, in lower case, with its dot."""
    return PurePosixPath(name).suffix.lower()


def is_music(name: str) -> bool:
    """Whether a name ends like a file that we read."""
    return ending(name) in MIDI | SCORES


def is_hidden(name: str) -> bool:
    """Whether a file belongs to an operating system rather than to the user: dot files, ``__MACOSX``, thumbnails."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def leaves_the_dataset(name: str) -> bool:
    """Whether a name, taken as a path, would lead out of the folder that it is in."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":")
