"""What ``tutti doctor`` asks of the side that may load torch: one JSON list on stdout."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

from audio.encode import find_ffmpeg
from audio.soundfonts import AudioError, find_fluidsynth, find_soundfont
from composer_core.errors import GenreError
from composer_core.genres import list_genres
from composer_core.worker.setup import Setup

Check = dict[str, Any]


def main(arguments: list[str], setup: Setup) -> int:
    """Print every check."""
    checks = [
        _sound("soundfont", lambda: str(find_soundfont(setup.soundfont)), "unset TUTTI_SOUNDFONT or name a .sf2 file"),
        _sound("libfluidsynth", lambda: find_fluidsynth(setup.fluidsynth), _FLUIDSYNTH, essential=False),
        _sound("ffmpeg", find_ffmpeg, "install again (make install): the imageio-ffmpeg package carries one"),
        *_torch(),
        *_genres(setup),
    ]
    print(json.dumps(checks, ensure_ascii=False))
    return 0


_FLUIDSYNTH = "install pygame-ce or the system's libfluidsynth3, or set TUTTI_FLUIDSYNTH; until then plain sines play"


def _sound(name: str, find: Callable[[], str | None], mend: str, *, essential: bool = True) -> Check:
    try:
        found = find()
    except AudioError as error:
        return _check(name, False, str(error), mend, essential=True)
    return _check(name, found is not None, found or "not found", mend, essential=essential)


def _torch() -> list[Check]:
    try:
        import torch
    except Exception as error:  # a broken build fails in many ways
        return [_check("torch", False, f"cannot be imported: {error}", "install again: make install", essential=True)]
    gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    return [
        _check("torch", True, f"{torch.__version__}, {torch.get_num_threads()} threads", "", essential=True),
        _check("gpu", gpu is not None, gpu or "none: the CPU is used", "not needed; the README says how to use one"),
    ]


def _genres(setup: Setup) -> list[Check]:
    mend = "restore weights.safetensors in the genre's folder, or rebuild them (see the README)"
    try:
        genres = list_genres(setup.genre_folders)
    except GenreError as error:
        return [_check("genres", False, str(error), "restore or delete that folder", essential=True)]
    checks = []
    for genre in genres:
        size = 0
        with contextlib.suppress(OSError):
            size = genre.weights.stat().st_size
        found = f"weights of {size / 1e6:.1f} MB" if size else "no weights"
        checks.append(_check(f"genre {genre.name}", bool(size), found, mend, essential=True))
    return checks or [_check("genres", False, "none", "install again: make install", essential=True)]


def _check(name: str, ok: bool, found: str, mend: str, *, essential: bool = False) -> Check:
    return {"id": name, "status": "ok" if ok else "missing", "found": found, "mend": mend, "essential": essential}
