"""Many people at once, everything mixed: no event late, no job lost or doubled, no rule broken.

The bot is a process of its own. ``TUTTI_SOAK=500`` plays the full length; ``-s`` prints what it took.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.settings import Settings
from tests.bot.frontends.test_discord_compose import TUNE, public, results
from tests.fakes.discord.world import DM

EVENTS, USERS = int(os.environ.get("TUTTI_SOAK", "60")), 50
PATIENCE_S = 100 + EVENTS


@pytest.fixture
async def process(home, discord, channel, tmp_path):
    environment = {**os.environ, **discord.environment, "TUTTI_HOME": str(home.root), "OMP_NUM_THREADS": "1"}
    line = [sys.executable, "-m", "bot", "chat"]
    with (tmp_path / "log").open("w") as log:
        started = subprocess.Popen(line, env=environment, stderr=log)  # noqa: ASYNC220 - returns at once
    await discord.until(discord.gateway.ready.is_set, patience_s=PATIENCE_S)
    yield started
    started.kill()
    started.wait()


async def act(discord, rng, users, places):
    """One person does one thing."""
    user, channel = rng.choice(users), rng.choice(places)
    channel = channel if channel.guild else discord.world.private(discord.world.bot, user, kind=DM)
    own = results(channel, user)
    what = rng.random()
    if what < 0.45 or not own:
        notes, takes = rng.choice([TUNE, "E4 E E F G", "bad!"]), rng.choice([1, 1, 1, 2])
        return await discord.slash(user, channel, "compose", notes=notes, takes=takes)
    controls = list(own[-1].controls)
    if what < 0.7:
        buttons = [one["label"] for one in controls if one["type"] == 2 and one["label"] != "Delete"]
        return await discord.press(user, own[-1], rng.choice(buttons)) if buttons else None
    if what < 0.75:
        tempos = [one for one in controls if one["custom_id"].startswith("retempo")]
        tempo = rng.choice(tempos[0]["options"])["value"] if tempos else ""
        return await discord.choose(user, own[-1], "retempo", tempo) if tempos else None
    if what < 0.8:
        await discord.complete(user, channel, "compose", "genre", "c")
        return None
    return await discord.slash(user, channel, rng.choice(["queue", "history", "genres", "help", "privacy"]))


def memory_of(pid):
    """The most memory that a process ever had, where the system tells."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return " ".join(" ".join(line.split()) for line in lines if line.startswith("VmHWM"))


@pytest.mark.timeout(3 * PATIENCE_S)
async def test_many_at_once(discord, process, home, worker, channel, tmp_path):
    rng = random.Random(5)
    users = [discord.world.user(f"User{number}") for number in range(USERS)]
    places = [channel, discord.world.channel(discord.world.guild("Beta")), discord.world.private(*users[:2])]
    desk = Desk.open(Settings(home))
    before = asyncio.get_running_loop().time()
    sent = []
    for number in range(EVENTS):
        sent += [event] if (event := await act(discord, rng, users, places)) else []
        await asyncio.sleep(rng.random() * 0.05)
        if number == EVENTS // 3:
            await discord.gateway.drop()
        if number == EVENTS // 2:
            discord.fail("POST", r"/channels/\d+/messages", status=429, times=5)
            discord.fail("PATCH", r"/channels/\d+/messages", status=500, times=2)
    await discord.until(lambda: all(event.response is not None for event in sent), patience_s=PATIENCE_S)
    await discord.until(lambda: all(job.reported_at for job in desk.ledger.jobs(limit=5000)), patience_s=PATIENCE_S)
    jobs = desk.ledger.jobs(limit=5000)
    assert jobs and {job.status for job in jobs} == {"done"}
    channels = discord.world.channels.values()
    shown = [message for place in channels for message in public(place, users[0]) if message.files]
    assert len([message for message in shown if "From the melody" not in message.content]) == len(jobs)  # not shares
    took_s = asyncio.get_running_loop().time() - before
    slowest_s = max(event.acknowledged_after_s for event in sent)
    memory = memory_of(process.pid)
    process.send_signal(signal.SIGTERM)
    status, told = await asyncio.to_thread(process.wait), (tmp_path / "log").read_text()
    assert status == 0 and "Traceback" not in told, told
    print(f"\n{len(sent)} events, {len(jobs)} jobs in {took_s:.0f} s; slowest acknowledgement {slowest_s:.2f} s")
    print(f"{told[told.rindex('event loop:') :].strip()}; {memory}")
