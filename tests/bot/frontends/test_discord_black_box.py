"""`tutti run` as a stranger would start it: real processes, real sound, four settings and nothing else."""

import io
import os
import re
import signal
import subprocess
import sys
import zipfile

import pytest

from composer_core.corpora.musicxml import read_score
from composer_core.midi import read_melody
from composer_core.notation import parse_notes
from storage.jobs import Ledger
from tests.bot.frontends.test_discord_compose import TUNE, results

PATIENCE_S = 100


@pytest.fixture
async def running(home, discord, channel):
    """The command, listening."""
    environment = {**os.environ, **discord.environment, "TUTTI_HOME": str(home.root), "OMP_NUM_THREADS": "1"}
    line = [sys.executable, "-m", "bot", "run"]
    process = subprocess.Popen(line, env=environment, stderr=subprocess.PIPE)  # noqa: ASYNC220 - returns at once
    await discord.until(discord.gateway.ready.is_set, patience_s=PATIENCE_S)
    yield process
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, told
    assert b"Traceback" not in told, told.decode()


async def test_a_melody_becomes_music_stems_a_voice_message_and_a_score(home, discord, running, channel, ann):
    await discord.slash(ann, channel, "compose", notes=TUNE, technique="blocks", seed=7)
    (message,) = await discord.until(lambda: results(channel, ann), patience_s=PATIENCE_S)
    job = re.search(r"`([0-9a-f]{12})-1`", message.content)[1]
    for file in message.files:
        stored = (home.files / job / file.name).read_bytes()
        assert await discord.download(file, channel) == stored and len(stored) > 100
    melody = read_melody(message.file(".mid").data)
    assert [note.pitch for note in melody.notes] == [note.pitch for note in parse_notes(TUNE).notes]
    assert message.file(".mp3").data[:3] == b"ID3" and "Piano roll" in message.file(".png").extra["description"]
    await discord.press(ann, message, "Voice message")
    voice = (await discord.until(lambda: len(found := results(channel, ann)) > 1 and found, patience_s=PATIENCE_S))[-1]
    (sound,) = voice.files
    assert sound.data[:4] == b"OggS" and sound.extra["duration_secs"] == pytest.approx(5, abs=5)
    await discord.press(ann, message, "Stems")
    stems = (await discord.until(lambda: len(found := results(channel, ann)) > 2 and found, patience_s=PATIENCE_S))[-1]
    with zipfile.ZipFile(io.BytesIO(stems.file(".zip").data)) as archive:
        assert "02-alto.flac" in archive.namelist() and all(
            archive.read(name)[:4] == b"fLaC" for name in archive.namelist()
        )
    await discord.press(ann, message, "Score")
    score = (await discord.until(lambda: len(found := results(channel, ann)) > 3 and found, patience_s=PATIENCE_S))[-1]
    assert [note.pitch for note in read_score(score.file(".musicxml").data).parts[0].notes] == [
        note.pitch for note in parse_notes(TUNE).notes
    ]
    assert score.file(".png").data.startswith(b"\x89PNG")
    ledger = Ledger(home.database)
    await discord.until(lambda: all(one.reported_at for one in ledger.jobs()), patience_s=PATIENCE_S)
