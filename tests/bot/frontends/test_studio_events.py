"""What happens to a job, live: from the first event on, resumed after the last, one look at the ledger for all."""

import asyncio

import pytest

from bot.chat import User
from bot.frontends.studio_parts import events
from bot.frontends.studio_parts.feed import frame
from bot.guests import Guest

JOB = "0" * 12


@pytest.fixture
def training(studio):
    """A training that runs, told of by hand."""
    ledger = studio.desk.ledger
    ledger.enqueue(JOB, "train", {"name": "waltz", "dataset": "file:x/upload.zip"}, origin={"platform": "studio"})
    ledger.claim("trainer", ["train"])
    return ledger


def tell(ledger, first, last):
    for epoch in range(first, last + 1):
        ledger.record("trainer", JOB, "epoch", {"epoch": epoch, "generator_loss": 1 / epoch, "plot": "x/plot.png"})


async def read(page, until, last=None):
    """Read events until there are enough; return (kind, data, id) of each."""
    got = []
    async for event in page.events(JOB, last=last):
        got.append(event)
        if until(got):
            break
    return got


def epochs(got):
    return [data["epoch"] for kind, data, _ in got if kind == "epoch"]


async def test_events_come_as_they_happen_and_end(page, training):
    tell(training, 1, 2)
    seen = []
    async for kind, data, number in page.events(JOB):
        seen.append((kind, number, data))
        if number == 2:
            tell(training, 3, 3)
        if number == 3:
            training.record("trainer", JOB, "note", {"text": "flat"})
            training.finish("trainer", JOB, {})
    kinds = [(kind, number) for kind, number, _ in seen]
    assert kinds[0] == ("job", None) and kinds[-1] == ("end", None)
    assert [one for one in kinds if one[1]] == [("epoch", 1), ("epoch", 2), ("epoch", 3), ("note", 4)]
    assert seen[-1][2]["status"] == "done" and "plot" not in str(seen), "paths in the file store are nobody's business"


async def test_a_lost_line_is_taken_up_after_the_last_event(page, training):
    tell(training, 1, 5)
    first = await read(page, lambda got: len(epochs(got)) == 3)
    assert epochs(first) == [1, 2, 3]
    tell(training, 6, 7)
    rest = await read(page, lambda got: len(epochs(got)) == 4, last=first[-1][2])
    assert epochs(rest) == [4, 5, 6, 7] and rest[0][0] == "job"


async def test_a_browser_that_knows_the_end_is_told_to_stop(page, training):
    tell(training, 1, 3)
    training.finish("trainer", JOB, {})
    assert [kind for kind, *_ in await read(page, lambda got: False)] == ["job", "epoch", "epoch", "epoch", "end"]
    assert epochs(await read(page, lambda got: False, last=2)) == [3]
    answer = await page.get(f"/api/jobs/{JOB}/events", headers={"Last_Event_ID": "3"})
    assert (answer.status, answer.body) == (204, b"")
    assert (await page.get(f"/api/jobs/{JOB}/events?after=3")).status == 204


@pytest.mark.parametrize("last", ["x", "-1", "9" * 15])
async def test_a_last_event_that_is_none_counts_as_none(page, training, last):
    tell(training, 1, 1)
    training.finish("trainer", JOB, {})
    answer = await page.get(f"/api/jobs/{JOB}/events", headers={"Last_Event_ID": last})
    assert answer.status == 200 and answer.body.count(b"event: epoch") == 1


async def test_a_place_in_the_queue_is_told_when_it_changes(page, studio, monkeypatch):
    monkeypatch.setattr("bot.frontends.studio_parts.feed.PLACE_S", 0.0)
    ledger = studio.desk.ledger
    for job in ("1" * 12, JOB):
        ledger.enqueue(job, "compose", {"melody": {"name": "tune"}, "genre": "jazz"})
    places = []
    async for kind, data, _ in page.events(JOB):
        if kind == "job":
            places.append(data["place"])
        if places == [2]:
            ledger.cancel("1" * 12)
        if places == [2, 1]:
            ledger.cancel(JOB)
    assert places == [2, 1, None]


async def test_a_job_that_was_deleted_ends_for_its_followers(page, studio, training):
    got = []
    async for kind, data, _ in page.events(JOB):
        got.append((kind, data))
        if len(got) == 1:
            training.finish("trainer", JOB, {})
            studio.desk.privacy.forget_job(JOB)
    assert got[-1][0] == "end"


async def test_a_quiet_line_shows_that_it_is_open(page, training, monkeypatch):
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.02)
    url = f"{page.site.url}/api/jobs/{JOB}/events"
    async with page.http.get(url, headers=page.headers()) as response:
        async for line in response.content:
            if line.startswith(b":"):
                return
    pytest.fail("no sign of life")


async def test_whoever_signs_out_is_told_no_more(public_studio, monkeypatch):
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.05)
    ann = await public_studio.signed_in(Guest(User("discord:1", "Ann", "<@1>")))
    public_studio.desk.ledger.enqueue(JOB, "train", {"name": "waltz"}, user="discord:1")
    headers = ann.headers()
    async with ann.http.get(f"{public_studio.url}/api/jobs/{JOB}/events", headers=headers) as response:
        assert await response.content.readline()
        await ann.ask("DELETE", "/api/session")
        async with asyncio.timeout(10):
            assert b"end" not in await response.content.read()


async def test_two_hundred_followers_make_one_look_at_the_ledger(page, studio, training):
    """The loop's longest block is reported by ``studio.pulse``: a figure for CONTRIBUTING's benches, no law here."""
    count, last = 200, 30
    followers = [asyncio.create_task(read(page, lambda got: bool(got) and got[-1][0] == "end")) for _ in range(count)]
    feed = studio.frontend.service.feed
    async with asyncio.timeout(60):
        while feed.followers < count:  # noqa: ASYNC110 - nothing tells of an open line but its count
            await asyncio.sleep(0.02)
        before = feed.looks
        for epoch in range(1, last + 1):
            await asyncio.to_thread(tell, training, epoch, epoch)
            await asyncio.sleep(0.02)
        await asyncio.to_thread(training.finish, "trainer", JOB, {})
        streams = await asyncio.gather(*followers)
        while feed.followers:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert all(epochs(stream) == list(range(1, last + 1)) for stream in streams)
    assert feed.looks - before <= last + 5, "the looks do not grow with the followers"
    resting = feed.looks
    await asyncio.sleep(3 * feed.poll_s)
    assert feed.looks == resting, "without followers the ledger is left alone"


async def test_one_user_cannot_open_streams_without_end(page, studio, training):
    limits = studio.frontend.service.limits
    limits.most_streams = 1
    url = f"{studio.url}/api/jobs/{JOB}/events"
    async with page.http.get(url, headers=page.headers()) as first:
        await first.content.readline()
        assert (await page.get(f"/api/jobs/{JOB}/events")).status == 429
    async with asyncio.timeout(10):
        while limits._streams:  # noqa: ASYNC110 - until the server has noticed that the line is closed
            await asyncio.sleep(0.02)
    assert await read(page, bool)


async def test_a_disk_that_fails_once_ends_no_stream(page, studio, training, monkeypatch):
    whole, calls = studio.desk.watch.states, []

    def states(job_ids):
        calls.append(job_ids)
        if len(calls) == 1:
            raise OSError(5, "input/output error")
        return whole(job_ids)

    monkeypatch.setattr(type(studio.desk.watch), "states", lambda self, job_ids: states(job_ids))
    tell(training, 1, 1)
    assert epochs(await read(page, lambda got: bool(epochs(got)))) == [1] and len(calls) >= 2


async def test_an_event_that_cannot_be_told_hides_no_other(page, studio, training, caplog):
    training.record("trainer", JOB, "sample", {"no": "epoch"})
    tell(training, 1, 1)
    assert epochs(await read(page, lambda got: bool(epochs(got)))) == [1]
    assert "could not be told of" in caplog.text


def test_a_frame_is_one_event_whatever_it_holds():
    made = frame("no\nte", {"text": "a\n\nid: 9\r\u2028ü"}, 7)
    assert made.count(b"\n") == 4 and b"\r" not in made and made.startswith(b"id: 7\nevent: note\ndata: ")
