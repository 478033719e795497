"""Finished sound in other forms."""

import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.convert import PEAKS_HZ, shrink, waveform, write_voice_message
from audio.encode import find_ffmpeg
from audio.soundfonts import AudioError


@pytest.fixture
def sound(tmp_path):
    """Ten seconds, silent but for the second half."""
    path = tmp_path / "sound.wav"
    tone = "aevalsrc='0.5*sin(440*2*PI*t)*gte(t,5)':d=10:s=44100"
    subprocess.run([find_ffmpeg(), "-v", "error", "-f", "lavfi", "-i", tone, "-ac", "2", path], check=True)
    return path


@pytest.mark.parametrize("limit", [60_000, 100_000, 1_000_000])
def test_a_sound_fits_its_limit_at_the_best_rate(sound, tmp_path, limit):
    rate = shrink(sound, tmp_path / "small.mp3", limit)
    assert (tmp_path / "small.mp3").stat().st_size <= limit
    assert rate == {60_000: 40, 100_000: 64, 1_000_000: 160}[limit]


def test_what_cannot_fit_is_refused(sound, tmp_path):
    with pytest.raises(AudioError, match="do not fit"):
        shrink(sound, tmp_path / "small.mp3", 10_000)


def test_a_voice_message_is_short_opus_with_its_loudness(sound, tmp_path):
    loudness = write_voice_message(sound, tmp_path / "voice.ogg")
    data = (tmp_path / "voice.ogg").read_bytes()
    assert data[:4] == b"OggS" and b"OpusHead" in data[:100] and data[data.index(b"OpusHead") + 9] == 1  # one channel
    assert loudness.length_s == pytest.approx(10, abs=0.1) and len(loudness.waveform) == pytest.approx(100, abs=1)
    assert max(loudness.waveform[:45]) < 10 and min(loudness.waveform[55:95]) > 200


def test_what_is_no_sound_is_told(tmp_path):
    (tmp_path / "no.mp3").write_bytes(b"no sound")
    with pytest.raises(AudioError, match=r"no\.mp3"):
        shrink(tmp_path / "no.mp3", tmp_path / "out.mp3", 1000)


@given(st.integers(0, 60 * PEAKS_HZ), st.integers(0, 2**31))
def test_a_waveform_has_1_to_256_points(count, seed):
    samples = np.random.default_rng(seed).integers(-32768, 32767, count, np.int16)
    points = waveform(samples)
    assert 1 <= len(points) <= 256 and (not len(samples) or max(points) in (0, 255))
