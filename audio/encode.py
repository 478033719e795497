"""Writes sound to files: MP3 and Ogg Opus through pydub and the ffmpeg of a wheel, stems as FLAC."""

import errno
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from audio.soundfonts import AudioError

with warnings.catch_warnings():  # pydub looks for an ffmpeg on PATH and imports audioop; neither concerns the user
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.exceptions import CouldntEncodeError

if TYPE_CHECKING:
    from audio.mix import Mix

FORMATS: dict[str, dict[str, Any]] = {
    ".mp3": {"format": "mp3", "codec": "libmp3lame", "bitrate_kbps": 192},
    ".ogg": {"format": "ogg", "codec": "libopus", "bitrate_kbps": 96, "parameters": ["-ar", "48000"]},  # Opus: 48 kHz
    ".wav": {"format": "wav", "codec": None, "bitrate_kbps": None},
}


def find_ffmpeg() -> str:
    """Return the path of ffmpeg: imageio-ffmpeg's own, else the one on PATH.

    Raises:
        AudioError: there is none.
    """
    try:
        found = shutil.which(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        found = None
    if not found:
        raise AudioError("No ffmpeg was found: reinstall imageio-ffmpeg (it carries one) or install ffmpeg.")
    return found


def encode(mix: "Mix", path: Path, *, bitrate_kbps: int | None = None) -> None:
    """Write a mix as ``.mp3`` (192 kbit/s), ``.ogg`` (Opus, 96 kbit/s) or ``.wav`` (16 bit), by the name's ending.

    The file appears whole or not at all.

    Raises:
        AudioError: unknown ending, no ffmpeg, or ffmpeg failed.
        OSError: the disk is full or the folder not writable.
    """
    _export(_segment(mix), path, bitrate_kbps)


def encode_all(mix: "Mix", paths: Sequence[Path], *, bitrate_kbps: int | None = None) -> None:
    """Write one mix under several names at once, a thread each; raises like ``encode``."""
    segment = _segment(mix)
    with ThreadPoolExecutor(max(len(paths), 1), "encode") as pool:
        for future in [pool.submit(_export, segment, path, bitrate_kbps) for path in paths]:
            future.result()


def _segment(mix: "Mix") -> AudioSegment:
    """Convert to what pydub takes: interleaved 16-bit samples."""
    frames = np.empty((mix.samples.shape[1], 2), "<i2")
    step = 1 << 20
    for start in range(0, len(frames), step):
        block = mix.samples[:, start : start + step].T
        frames[start : start + step] = np.rint(np.clip(block, -1.0, 1.0) * 32767.0)
    return AudioSegment(data=frames.tobytes(), sample_width=2, frame_rate=mix.sample_rate, channels=2)


def _export(segment: AudioSegment, path: Path, bitrate_kbps: int | None) -> None:
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise AudioError(f"{path.name} has no ending that can be written: choose {', '.join(FORMATS)}.")
    rate = bitrate_kbps or form["bitrate_kbps"]
    if form["codec"]:
        AudioSegment.converter = find_ffmpeg()
        _expect_space(len(segment.raw_data))
    with _written_whole(path) as temporary:
        try:
            segment.export(
                temporary,
                format=form["format"],
                codec=form["codec"],
                bitrate=f"{rate}k" if rate else None,
                parameters=form.get("parameters"),
            ).close()
        except CouldntEncodeError as error:
            for left in re.findall(rf"'({re.escape(tempfile.gettempdir())}[^']*)'", str(error)):
                Path(left).unlink(missing_ok=True)  # pydub forgets its temporary files when ffmpeg fails
            raise _failure(path, str(error)) from error


class FlacWriter:
    """Writes a stem [2, n] block by block as 24-bit FLAC; the file appears on a clean exit only."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self._path = path
        self._whole = _written_whole(path)
        self._arguments = ["-f", "f32le", "-ar", str(sample_rate), "-ac", "2", "-i", "-"]

    def __enter__(self) -> Self:
        """Start the encoder."""
        start = [find_ffmpeg(), "-v", "error", "-y", *self._arguments]
        temporary = self._whole.__enter__()
        form = ["-c:a", "flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24", "-f", "flac"]
        self._process = subprocess.Popen([*start, *form, str(temporary)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        return self

    def write(self, stem: NDArray[np.float32]) -> None:
        """Add a block [2, n]."""
        assert self._process.stdin
        try:
            self._process.stdin.write(np.ascontiguousarray(stem.T, "<f4").tobytes())
        except BrokenPipeError as error:
            raise _failure(self._path, "it stopped early") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the file, or leave nothing behind when something went wrong."""
        if error:
            self._process.kill()
        said = self._process.communicate()[1].decode(errors="replace")
        failure = _failure(self._path, said) if not error and self._process.returncode else None
        self._whole.__exit__(kind or (type(failure) if failure else None), error or failure, trace)
        if failure:
            raise failure


def stem_name(number: int, part: str) -> str:
    """Name a stem's file so that it sorts and suits every file system."""
    return f"{number:02d}-{re.sub(r'[^A-Za-z0-9]+', '-', part)[:40].strip('-').lower() or 'part'}.flac"


@contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path``; rename on success, remove on any error."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _expect_space(size: int) -> None:
    """Refuse before pydub writes its WAV: it leaves a half-written one behind when the disk fills up."""
    folder = tempfile.gettempdir()
    if shutil.disk_usage(folder).free < 2 * size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)


def _failure(path: Path, said: str) -> Exception:
    """Tell a full disk from any other trouble of ffmpeg's."""
    if "No space left" in said:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    last = said.strip().splitlines()[-1:] or ["no reason given"]
    return AudioError(f"ffmpeg could not write {path.name} ({last[0][:120]}): reinstall imageio-ffmpeg or try .wav.")
