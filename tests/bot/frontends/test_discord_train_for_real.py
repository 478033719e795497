"""/train with the real worker, in a process of its own, on tunes of our own and with networks of a few weights."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from composer_core.harmony import find_key
from composer_core.midi import write_composition
from composer_core.music import Composition, Track
from storage.genre_shelf import GenreShelf
from tests.bot.frontends.test_discord_compose import public
from tests.bot.frontends.test_discord_train import report_in, shown, thread_of
from tests.fakes.small_training import PARTS, tune

ROOT = Path(__file__).parents[3]
PATIENCE_S = 90.0
EPOCHS = 40  # at most; the minutes are over long before
WISH = {"base": "none", "epochs": EPOCHS, "minutes": 0.1}


def tunes(count):
    """A zip of tunes for melody, piano, bass and drums, a minute each."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(count):
            song = tune(number, bars=24)
            notes = {"Melody": song.melody, **song.parts}
            tracks = tuple(
                Track(part.name, part.program, notes[part.name], is_drum=part.is_drum, is_melody=part.role == "melody")
                for part in PARTS
            )
            music = Composition(f"tune {number}", song.timing, find_key(song.melody), tracks)
            archive.writestr(f"tune-{number}.mid", write_composition(music))
    return stream.getvalue()


@pytest.fixture
def hire(home):
    """Start workers; all are gone at the end."""
    workers = []

    def start():
        environment = os.environ | {"TUTTI_HOME": str(home.root), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.fakes.small_worker", "worker", "--kinds", "survey", "train"]
        home.root.mkdir(parents=True, exist_ok=True)
        with (home.root / "worker.log").open("ab") as log:
            workers.append(subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


@pytest.mark.timeout(300)  # a busy machine takes its time
async def test_a_genre_is_learned_although_its_worker_is_killed(discord, bot, hire, home, channel, guild, ann):
    worker = hire()
    guild.managers.add(ann.id)
    await discord.slash(ann, channel, "train", name="tunes", files=("tunes.zip", tunes(4)), **WISH)
    report = await report_in(discord, channel, ann, PATIENCE_S)
    assert "4 of 4 files accepted" in report.content and "Piano" in report.content
    await discord.press(ann, report, "Start")
    thread = await thread_of(discord, channel)
    course = (await discord.until(
        lambda: [one for one in public(thread, ann) if f"of {EPOCHS} · about" in one.content and one.files],
        patience_s=PATIENCE_S,
    ))[0]  # fmt: skip
    assert course.file(".png").data.startswith(b"\x89PNG\r\n")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    hire()
    await discord.until(lambda: "is ready" in course.content, patience_s=PATIENCE_S)
    news = await shown(discord, channel, ann, "is ready", "minutes are over")
    assert len(news.file(".mp3").data) > 10_000 and news.file(".mid").data.startswith(b"MThd")
    samples = [one for one in public(thread, ann) if "the same melody" in one.content]
    assert len(samples) == len({one.content for one in samples}) >= 1
    assert all(len(one.file(".mp3").data) > 10_000 for one in samples)
    owned = GenreShelf(home.database, home.genres).genre("tunes")
    assert (owned.user, owned.space, owned.shared) == (f"discord:{ann.id}", guild.id, False)
