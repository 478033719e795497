"""Many people at once, everything mixed: no event late, no job lost or doubled, no rule broken.

``TUTTI_SOAK=500`` plays the full length; what the loop took is printed (``-s``).
"""

import asyncio
import os
import random

from tests.bot.frontends.test_discord_compose import TUNE, public, results
from tests.fakes.discord.world import DM

EVENTS, USERS = int(os.environ.get("TUTTI_SOAK", "60")), 50


async def act(discord, rng, users, places):
    """One person does one thing."""
    user, channel = rng.choice(users), rng.choice(places)
    channel = channel if channel.guild else discord.world.private(discord.world.bot, user, kind=DM)
    own = results(channel, user)
    what = rng.random()
    if what < 0.45 or not own:
        takes = rng.choice([1, 1, 1, 2])
        return await discord.slash(
            user, channel, "compose", notes=rng.choice([TUNE, "E4 E E F G", "bad!"]), takes=takes
        )
    if what < 0.7:
        buttons = [one["label"] for one in own[-1].controls if one["type"] == 2 and one["label"] != "Delete"]
        return await discord.press(user, own[-1], rng.choice(buttons)) if buttons else None
    if what < 0.75:
        return await discord.choose(user, own[-1], "retempo", "125") if len(list(own[-1].controls)) > 6 else None
    if what < 0.8:
        return await discord.complete(user, channel, "compose", "genre", "c") and None
    return await discord.slash(user, channel, rng.choice(["queue", "history", "genres", "help", "privacy"]))


async def test_many_at_once(discord, bot, worker, channel):
    rng = random.Random(5)
    users = [discord.world.user(f"User{number}") for number in range(USERS)]
    places = [channel, discord.world.channel(discord.world.guild("Beta")), discord.world.private(*users[:2])]
    before = asyncio.get_running_loop().time()
    events = []
    for number in range(EVENTS):
        events.append(await act(discord, rng, users, places))
        await asyncio.sleep(rng.random() * 0.05)
        if number == EVENTS // 3:
            await discord.gateway.drop()
        if number == EVENTS // 2:
            discord.fail("POST", r"/channels/\d+/messages", status=429, times=5)
            discord.fail("PATCH", r"/channels/\d+/messages", status=500, times=2)
    sent = [event for event in events if event]
    await discord.until(lambda: all(event.response is not None for event in sent), patience_s=60)
    await discord.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs(limit=5000)), patience_s=100)
    jobs = bot.desk.ledger.jobs(limit=5000)
    assert jobs and {job.status for job in jobs} <= {"done", "failed", "cancelled"}
    shown = [
        message for place in discord.world.channels.values() for message in public(place, users[0]) if message.files
    ]
    assert len(shown) == len([job for job in jobs if job.status == "done"])
    slowest = max(event.acknowledged_after_s or 0 for event in sent)
    assert slowest < 3
    waited = asyncio.get_running_loop().time() - before
    print(f"{len(sent)} events, {len(jobs)} jobs, {waited:.0f} s, slowest acknowledgement {slowest:.2f} s, "
          f"longest block of the loop {1000 * bot.pulse.longest_s:.0f} ms, 429 {discord.rest.limited}")  # fmt: skip
