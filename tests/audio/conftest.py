import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from audio import soundfonts
from audio.encode import find_ffmpeg
from audio.mix import Mix, render
from audio.stems import NoteEvent, Part

CHURCH_ORGAN, PIANO = 19, 0


def quartet() -> list[Part]:
    """Four bars of four voices and a drum kit, a note a half second."""
    voices = {"Soprano": (72, -0.3), "Alto": (67, 0.2), "Tenor": (60, 0.3), "Bass": (48, 0.0)}
    parts = [
        Part(name, CHURCH_ORGAN, [NoteEvent(k / 2, 0.5, pitch + k % 3, 70 + 3 * k) for k in range(8)], pan=pan)
        for name, (pitch, pan) in voices.items()
    ]
    drums = [NoteEvent(k / 2, 0.1, (36, 42, 38, 42)[k % 4], 90) for k in range(8)]
    return [*parts, Part("Drum kit", 0, drums, is_drum=True, level_db=-3.0)]


@pytest.fixture(scope="session", autouse=True)
def bundled_soundfont() -> Iterator[None]:
    """Play the soundfont that is installed with us: figures must not depend on what else a machine has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(soundfonts, "SYSTEM_SOUNDFONTS", ())
        yield


@pytest.fixture(scope="session")
def parts() -> list[Part]:
    return quartet()


@pytest.fixture(scope="session")
def stems_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stems")


@pytest.fixture(scope="session")
def mix(parts: list[Part], stems_dir: Path) -> Mix:
    """One real render that many tests measure; its stems lie in ``stems_dir``."""
    return render(parts, stems_dir=stems_dir)


@pytest.fixture(scope="session")
def decode() -> Callable[[Path], np.ndarray]:
    """Decodes any sound file with ffmpeg, independent of what wrote it, to [2, n] at 44.1 kHz."""

    def decode(path: Path) -> np.ndarray:
        command = [find_ffmpeg(), "-v", "error", "-i", str(path), "-f", "f32le", "-ar", "44100", "-ac", "2", "-"]
        return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<f4").reshape(-1, 2).T

    return decode
