"""`tutti run` as a stranger would start it: real processes, real sound, four settings and nothing else."""

import asyncio
import io
import os
import re
import signal
import subprocess
import sys
import zipfile

import pytest

from composer_core.midi import read_melody
from composer_core.notation import parse_notes
from storage.jobs import Ledger
from tests.bot.frontends.slack.acting import TUNE, enclosed, file, results

PATIENCE_S = 100


@pytest.fixture
async def running(home, slack, team, channel):
    """The command, listening."""
    environment = {**os.environ, **slack.environment(team), "TUTTI_HOME": str(home.root), "OMP_NUM_THREADS": "1"}
    environment["TUTTI_STUDIO_PORT"] = "0"
    line = [sys.executable, "-m", "bot", "run"]
    process = subprocess.Popen(line, env=environment, stderr=subprocess.PIPE)  # noqa: ASYNC220 - returns at once
    await slack.until(slack.socket.connected.is_set, patience_s=PATIENCE_S)
    yield process
    process.send_signal(signal.SIGTERM)
    _, told = await asyncio.to_thread(process.communicate, timeout=PATIENCE_S)  # the fake says goodbye meanwhile
    assert process.returncode == 0, told
    assert b"Traceback" not in told, told.decode()


async def test_a_melody_becomes_music_that_comes_down_as_it_was_made(home, slack, running, channel, ann):
    await slack.people.slash(ann, channel, "/compose", f"{TUNE} technique:blocks seed:7")
    (message,) = await slack.until(lambda: results(channel, ann), patience_s=PATIENCE_S)
    job = re.search(r"`([0-9a-f]{12})-1`", message.text)[1]
    for one in enclosed(message):
        stored = (home.files / job / one.name).read_bytes()
        assert await slack.download(one) == stored and len(stored) > 100
    melody = read_melody(await slack.download(file(message, ".mid")))
    assert [note.pitch for note in melody.notes] == [note.pitch for note in parse_notes(TUNE).notes]
    assert file(message, ".mp3").data[:3] == b"ID3" and file(message, ".png").data.startswith(b"\x89PNG")
    assert "Piano roll" in file(message, ".png").alt_txt
    await slack.people.press(ann, message, "Stems")
    stems = await slack.until(lambda: sent(slack, ".zip"), patience_s=PATIENCE_S)
    with zipfile.ZipFile(io.BytesIO(await slack.download(stems))) as archive:
        assert "02-alto.flac" in archive.namelist()
        assert all(archive.read(name)[:4] == b"fLaC" for name in archive.namelist())
    await slack.people.press(ann, message, "Voice message")
    assert (await slack.until(lambda: sent(slack, ".ogg"), patience_s=PATIENCE_S)).data[:4] == b"OggS"
    ledger = Ledger(home.database)
    await slack.until(lambda: all(one.reported_at for one in ledger.jobs()), patience_s=PATIENCE_S)


def sent(slack, ending):
    """A file of this kind that has arrived in a conversation."""
    return next((one for one in slack.world.files.values() if one.name.endswith(ending) and one.shares), None)
