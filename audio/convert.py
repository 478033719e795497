"""Finished sound in other forms: a smaller MP3, a voice message with its waveform. By the ffmpeg of a wheel."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.encode import find_ffmpeg
from audio.soundfonts import AudioError

PEAKS_HZ = 8_000  # enough to see how loud it is
MOST_POINTS, POINT_S = 256, 0.1  # Discord: at most 256 points, at most one for each 100 ms
VOICE = ("-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", "32k", "-f", "ogg")  # what Discord's own clients send
RATES_KBPS = (160, 128, 112, 96, 80, 64, 48, 40, 32)
MONO_BELOW_KBPS = 64
CONTAINER = 0.98  # of a file is sound, the rest headers


@dataclass(frozen=True)
class Loudness:
    """How long a sound lasts, and 1-256 values 0-255 of how loud it is along the way."""

    length_s: float
    waveform: bytes


def shrink(source: Path, target: Path, limit_bytes: int) -> int:
    """Write a sound as an MP3 of at most ``limit_bytes``; return its bitrate in kbit/s.

    Raises:
        AudioError: it cannot be made that small, or ffmpeg failed.
        OSError: the disk is full or the folder not writable.
    """
    length_s = len(_samples(source)) / PEAKS_HZ
    affordable = limit_bytes * 8 * CONTAINER / 1000 / max(length_s, 0.1)
    rate = next((rate for rate in RATES_KBPS if rate <= affordable), None)
    if rate is None:
        raise AudioError(f"{length_s / 60:.0f} minutes of sound do not fit into {limit_bytes / 1e6:.1f} MB.")
    channels = "1" if rate < MONO_BELOW_KBPS else "2"
    _ffmpeg(source, ("-c:a", "libmp3lame", "-b:a", f"{rate}k", "-ac", channels, "-f", "mp3"), target)
    return rate


def write_voice_message(source: Path, target: Path) -> Loudness:
    """Write a sound as a voice message (Opus in Ogg, one channel); raises as ``shrink``."""
    _ffmpeg(source, VOICE, target)
    samples = _samples(target)
    return Loudness(round(len(samples) / PEAKS_HZ, 3), waveform(samples))


def waveform(samples: NDArray[np.int16]) -> bytes:
    """Return the loudness of samples [n] at ``PEAKS_HZ`` as at most 256 bytes, the loudest point 255."""
    points = int(np.clip(len(samples) / PEAKS_HZ / POINT_S, 1, MOST_POINTS))
    blocks = np.array_split(samples.astype(np.float32), points)
    levels = np.array([np.sqrt(np.mean(block**2)) if len(block) else 0.0 for block in blocks])
    return np.round(255 * levels / max(levels.max(), 1.0)).astype(np.uint8).tobytes()


def _samples(path: Path) -> NDArray[np.int16]:
    """Decode to one channel at ``PEAKS_HZ``: [n]."""
    return np.frombuffer(_ffmpeg(path, ("-f", "s16le", "-ac", "1", "-ar", str(PEAKS_HZ))), "<i2")


def _ffmpeg(source: Path, form: Sequence[str], target: Path | None = None) -> bytes:
    line = [find_ffmpeg(), "-v", "error", "-y", "-i", str(source), "-map_metadata", "-1", *form, str(target or "-")]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise AudioError(f"ffmpeg could not convert {source.name} ({said[0][:120]}).")
    return done.stdout
