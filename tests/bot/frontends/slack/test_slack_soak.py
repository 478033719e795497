"""Many people in two workspaces at once, everything mixed: nothing late, no job lost or doubled, no rule broken.

The bot is a process of its own. ``TUTTI_SOAK=60`` plays less; ``-s`` prints what it took.
"""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys

import pytest

from bot.desk import Desk
from bot.settings import Settings
from tests.bot.frontends.slack.acting import TUNE, cards, enclosed, midi_file, results
from tests.bot.frontends.slack.conftest import SPEED
from tests.bot.frontends.slack.test_slack_installs import install
from tests.bot.frontends.test_discord_soak import memory_of
from tests.fakes.slack.delivery import ACK_S

EVENTS, USERS, PLACES, AT_ONCE = int(os.environ.get("TUTTI_SOAK", "500")), 50, 12, 10
PATIENCE_S = 100 + EVENTS
# `tutti chat`, but its pace is as much quicker as the fake's clocks for rate limits are.
QUICKLY = f"""
from bot.__main__ import main
from bot.frontends.slack_frontend import SlackFrontend
SlackFrontend.__init__.__kwdefaults__["pace_s"] = {1 / SPEED}
raise SystemExit(main(["chat"]))
"""
MAKERS = {"Another take", "Stems", "Voice message", "More takes"}
LISTS = ["queue", "history", "genres", "help", "privacy"]


@pytest.fixture
async def process(home, slack, team, channel, tmp_path):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    app = slack.world.app
    settings = {"SLACK_CLIENT_ID": app.client_id, "SLACK_CLIENT_SECRET": app.client_secret, "SLACK_PORT": str(port)}
    environment = {**os.environ, **slack.environment(team), **settings, "TUTTI_HOME": str(home.root)}
    line = [sys.executable, "-c", QUICKLY]
    with (tmp_path / "log").open("w") as log:
        started = subprocess.Popen(line, env=environment | {"OMP_NUM_THREADS": "1"}, stderr=log)  # noqa: ASYNC220
    await slack.until(slack.socket.connected.is_set, patience_s=PATIENCE_S)
    started.site = f"http://127.0.0.1:{port}/slack"
    yield started
    started.kill()
    started.wait()


@pytest.fixture
async def crowd(slack, team, process):
    """Everybody with the channels of their workspace."""
    beta = slack.world.team("Beta", is_installed=False)
    slack.world.user("Boss", beta)
    assert await install(slack, beta, process.site) == 200
    users = [slack.world.user(f"User{number}", (team, beta)[number % 2]) for number in range(USERS)]
    places = {one: [slack.world.channel(one, f"c{number}") for number in range(PLACES)] for one in (team, beta)}
    return [(user, [*places[user.team], slack.world.direct(user.team.bot, user)]) for user in users]


class Day:
    """What everybody has done so far, and how many jobs that must have become."""

    def __init__(self, slack, worker, rng):
        self.slack, self.worker, self.rng = slack, worker, rng
        self.sent, self.jobs, self.pressed = [], 0, set()

    async def act(self, user, places):
        """One person does one thing."""
        people, channel, what = self.slack.people, self.rng.choice(places), self.rng.random()
        own = results(channel, user)
        if what < 0.2 or (what > 0.5 and not own):
            notes = self.rng.choice([TUNE, TUNE, "E4 E E F G", "bad!"])
            sent = await people.slash(user, channel, "/compose", f"{notes} takes:{self.rng.choice([1, 1, 1, 2])}")
            return self._did([sent], jobs=notes != "bad!")
        if what < 0.3:
            files = [("song.mid", midi_file())] if self.rng.random() < 0.5 else []
            _, sent = await people.say(user, channel, f"<@{user.team.bot.id}> {'' if files else TUNE}", *files)
            return self._did(sent, jobs=1)
        if what < 0.4:
            song, sent = await people.say(user, channel, "listen", ("song.mid", midi_file()))
            heard = len(sent)  # said to the bot alone, the file is enough
            return self._did([*sent, await people.menu(user, song, "Compose from this MIDI")], jobs=1 + heard)
        if what < 0.5:
            return await self._fill_in(user, channel)
        if what < 0.7:
            return await self._press(user, own[-1])
        return self._did([await people.slash(user, channel, f"/{self.rng.choice(LISTS)}")])

    def _did(self, sent, jobs=0):
        self.sent += sent
        self.jobs += jobs

    async def _fill_in(self, user, channel):
        """Open the form, look a genre up, send it off; now and then with a mistake first."""
        people = self.slack.people
        self._did([await people.slash(user, channel, "/compose")])
        modal = await self.slack.modal(user)
        genres = await people.complete(user, modal, "genre", "c")
        if self.rng.random() < 0.3:
            self._did([await people.submit(modal, notes="nothing")])
            if not await self.slack.submitted(self.sent[-1]):  # a busy bot tells it afterwards, so as not to be late
                return
        self._did([await people.submit(modal, notes=TUNE, genre=self.rng.choice(genres))], jobs=1)
        await self.slack.submitted(self.sent[-1])

    async def _press(self, user, card):
        """Press a button that makes a job, once or with a double click; each one once, or a second would be a third."""
        labels = [one["text"]["text"] for _, one in card.controls if one["type"] == "button"]
        fresh = [one for one in labels if one in MAKERS and (card.ts, one) not in self.pressed]
        if fresh:
            label = self.rng.choice(fresh)
            self.pressed.add((card.ts, label))
            is_double = self.rng.random() < 0.3 and label != "Voice message"
            if is_double:
                self.worker.hold()  # a real job does not end between two clicks
            self._did([await self.slack.people.press(user, card, label) for _ in range(1 + is_double)], jobs=1)
            if is_double:
                first = self.sent[-2]
                await self.slack.until(lambda: sum("job `" in one.shown for one in first.said) >= 2)
                self.worker.release()


@pytest.mark.timeout(3 * PATIENCE_S)
async def test_many_at_once(slack, process, crowd, home, worker, tmp_path):
    rng, desk, world = random.Random(5), Desk.open(Settings(home)), slack.world
    before, day = asyncio.get_running_loop().time(), Day(slack, worker, rng)
    for number in range(EVENTS):
        user, places = crowd[number % USERS]
        await day.act(user, places)
        await disturb(slack, rng, number, day.sent)
        await slack.until(lambda: len(slack.unanswered()) < AT_ONCE)
    await slack.until(lambda: all(one.acknowledged_after_s is not None or one.failed for one in day.sent), PATIENCE_S)
    await slack.until(lambda: all(job.reported_at for job in desk.ledger.jobs(limit=5000)), PATIENCE_S)
    jobs = desk.ledger.jobs(limit=5000)
    composed = [job for job in jobs if job.kind == "compose"]
    assert len(jobs) == day.jobs
    shown = [card for channel in world.channels.values() for card in cards(channel, crowd[0][0])]
    assert {job.status for job in jobs} == {"done"} and len(shown) == len(composed)
    await slack.until(lambda: all(enclosed(card) for card in shown), 3)  # a file appears a moment after its answer
    actions = [" ".join(element["action_id"] for _, element in card.controls) for card in shown]
    assert [sum(f"{job.id}-" in one for one in actions) for job in composed] == [1] * len(composed)
    took_s = asyncio.get_running_loop().time() - before
    slowest_s = max(one.acknowledged_after_s for one in slack.office.deliveries if one.acknowledged_after_s is not None)
    memory = memory_of(process.pid)
    process.send_signal(signal.SIGTERM)
    status, told = await asyncio.to_thread(process.wait), (tmp_path / "log").read_text()
    assert status == 0 and "Traceback" not in told, told
    assert slowest_s < ACK_S
    print(f"\n{EVENTS} acts, {len(slack.office.deliveries)} deliveries, {len(jobs)} jobs, {len(slack.api.calls)} calls")
    print(f"in {took_s:.0f} s; slowest acknowledgement {slowest_s:.2f} s; held {slack.api.limited} times; {memory}")


async def disturb(slack, rng, number, sent):
    """What happens to a bot in the course of a day."""
    if rng.random() < 0.1 and sent and sent[-1].kind == "events_api":
        await slack.office.again(sent[-1])
    if number == EVENTS // 4:
        await slack.socket.refresh()
    if number == EVENTS // 3:
        await slack.until(lambda: not slack.unanswered())  # a click on a broken wire is lost, and Slack says so
        await slack.socket.drop()
        await slack.until(slack.socket.connected.is_set)
    if number == EVENTS // 2:
        slack.fail("chat.postMessage", status=429, times=3)
        slack.fail("files.completeUploadExternal", status=500, times=2)
    await asyncio.sleep(rng.random() * 0.02)
