import errno
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import audio.encode
from audio.encode import encode, encode_all, find_ffmpeg, stem_name
from audio.master import loudness, true_peak
from audio.soundfonts import AudioError


@pytest.fixture
def broken_ffmpeg(tmp_path, monkeypatch):
    """An ffmpeg that fails, and a private folder for pydub's temporary files."""
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\necho 'it is broken' >&2\nexit 1\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(script))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    return script


@pytest.mark.parametrize(("suffix", "codec", "rate"), [(".mp3", "mp3", "44100"), (".ogg", "opus", "48000")])
def test_what_is_written_decodes_to_the_same_music(mix, tmp_path, decode, suffix, codec, rate):
    path = tmp_path / f"piece{suffix}"
    encode(mix, path)
    heard = decode(path)
    assert heard.shape[1] / 44100 == pytest.approx(mix.duration_s, abs=0.1)
    assert loudness(heard, 44100) == pytest.approx(-14.0, abs=1.0)
    assert true_peak(heard) <= -1.0  # encoders add to peaks; the ceiling leaves room
    said = subprocess.run([find_ffmpeg(), "-i", str(path)], capture_output=True, text=True).stderr
    assert f"Audio: {codec}" in said
    assert f"{rate} Hz, stereo" in said


def test_wav_is_exact_to_sixteen_bits(mix, tmp_path, decode):
    encode(mix, tmp_path / "piece.wav")
    assert np.abs(decode(tmp_path / "piece.wav") - mix.samples).max() < 2 / 32768


def test_several_files_at_once_and_nothing_else(mix, tmp_path):
    encode_all(mix, [tmp_path / "piece.mp3", tmp_path / "piece.ogg"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["piece.mp3", "piece.ogg"]


def test_a_lower_bitrate_is_smaller(mix, tmp_path):
    encode(mix, tmp_path / "small.mp3", bitrate_kbps=64)
    encode(mix, tmp_path / "large.mp3")
    assert (tmp_path / "small.mp3").stat().st_size < 0.5 * (tmp_path / "large.mp3").stat().st_size


def test_an_unknown_ending_is_named(mix, tmp_path):
    with pytest.raises(AudioError, match=r"piece\.xyz.*\.mp3"):
        encode(mix, tmp_path / "piece.xyz")


def test_no_ffmpeg_says_what_to_install(mix, tmp_path, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "gone"))
    with pytest.raises(AudioError, match="imageio-ffmpeg"):
        encode(mix, tmp_path / "piece.mp3")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_ffmpeg_leaves_nothing_behind(mix, tmp_path, broken_ffmpeg):
    target = tmp_path / "out"
    target.mkdir()
    (target / "piece.mp3").write_bytes(b"the old one")
    with pytest.raises(AudioError, match="it is broken"):
        encode(mix, target / "piece.mp3")
    assert [path.name for path in target.iterdir()] == ["piece.mp3"]
    assert (target / "piece.mp3").read_bytes() == b"the old one"
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_a_failing_ffmpeg_leaves_no_stem(tmp_path, broken_ffmpeg):
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(AudioError, match=r"stem\.flac"), audio.encode.FlacWriter(target / "stem.flac", 44100) as stem:
        for _ in range(50):
            stem.write(np.zeros((2, 65536), np.float32))
    assert list(target.iterdir()) == []


def test_a_full_disk_is_an_os_error_before_anything_is_written(mix, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=1000))
    with pytest.raises(OSError, match="space") as caught:
        encode(mix, tmp_path / "piece.mp3")
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_an_os_error(mix, tmp_path):
    with pytest.raises(FileNotFoundError):
        encode(mix, tmp_path / "nowhere" / "piece.mp3")


def test_importing_warns_of_nothing():
    command = [sys.executable, "-W", "error", "-c", "import audio.encode"]
    environment = {"PATH": "/nonexistent", "OMP_NUM_THREADS": "1"}
    assert subprocess.run(command, capture_output=True, env=environment).stderr == b""


def test_stem_names_suit_every_file_system():
    assert stem_name(3, "Drum kit / 2") == "03-drum-kit-2.flac"
    assert stem_name(12, "../..") == "12-part.flac"
