"""Finds what turns notes into sound: a soundfont and libfluidsynth, without asking for a system package."""

import ctypes.util
import importlib.util
from functools import lru_cache
from pathlib import Path

SYSTEM_SOUNDFONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),  # Debian, Ubuntu
    Path("/usr/share/soundfonts/FluidR3_GM.sf2"),  # Fedora, Arch
    Path("/usr/local/share/soundfonts/FluidR3_GM.sf2"),
    Path("/opt/homebrew/share/soundfonts/FluidR3_GM.sf2"),
)


class AudioError(Exception):
    """Something about sound that the user can mend; the message is one line and says what to do."""


def find_soundfont(configured: Path | None = None) -> Path:
    """Return the soundfont to play: the configured one, the system's FluidR3, else the one in pretty_midi's wheel.

    Raises:
        AudioError: the configured file is no soundfont, or there is none at all.
    """
    if configured is not None:
        return _checked(configured)
    for path in (*SYSTEM_SOUNDFONTS, *_bundled_soundfont()):
        if path.is_file():
            return _checked(path)
    raise AudioError("No soundfont was found: reinstall pretty_midi (it carries one) or configure a .sf2 file.")


def find_fluidsynth(configured: str | None = None) -> str | None:
    """Return the path or name of libfluidsynth: the configured one, the system's, else the one in pygame-ce's wheel.

    Returns None where there is no library; the sine fallback plays then. Nothing is loaded or imported.

    Raises:
        AudioError: a library is configured and is not there.
    """
    if configured is not None:
        if not Path(configured).is_file():
            raise AudioError(f"libfluidsynth is not at {configured}: correct the configured path or remove it.")
        return configured
    return _system_fluidsynth() or _bundled_fluidsynth()


@lru_cache(maxsize=1)
def _system_fluidsynth() -> str | None:
    return ctypes.util.find_library("fluidsynth")  # runs ldconfig, even a compiler


def _bundled_soundfont() -> list[Path]:
    return [folder / "TimGM6mb.sf2" for folder in _package_folders("pretty_midi")]


def _bundled_fluidsynth() -> str | None:
    for folder in _package_folders("pygame"):
        for libraries in (folder.parent / "pygame_ce.libs", folder / ".dylibs"):  # Linux, macOS
            for path in sorted(libraries.glob("libfluidsynth*")):
                return str(path)
    return None


def _package_folders(package: str) -> list[Path]:
    spec = importlib.util.find_spec(package)  # looks, does not import: pygame would open devices and print
    return [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []


def _checked(path: Path) -> Path:
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise AudioError(f"The soundfont {path} cannot be read ({error.strerror}): choose another file.") from error
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise AudioError(f"{path} is not a soundfont: choose a .sf2 or .sf3 file.")
    return path
