"""What Discord will never take, or not now: every job is told of in the end, and none is tried for ever."""

import asyncio

import pytest

from tests.bot.frontends.test_discord_compose import TUNE, public, results
from tests.bot.frontends.test_discord_mishaps import reported

INVALID = {"status": 400, "code": 50035}  # "Invalid Form Body"
CHANNEL = r"^/channels/\d+/messages"


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Try again soon."""
    monkeypatch.setattr("bot.courier.LONGEST_PAUSE_S", 0.05)


async def in_mid_compose(discord, worker, channel, user):
    """Have a tune composed as far as the middle; return the message that shows it."""
    worker.hold()
    await discord.slash(user, channel, "compose", notes=TUNE)
    (message,) = await discord.until(lambda: [one for one in channel.seen(user) if "composing" in one.content])
    return message


async def test_a_result_that_is_refused_is_told_in_words(discord, bot, worker, channel, ann, caplog):
    message = await in_mid_compose(discord, worker, channel, ann)
    discord.fail("PATCH", CHANNEL, times=1, **INVALID)
    worker.release()
    (job,) = await reported(discord, bot)
    assert f"/show {job.id}" in message.content and "done" in message.content and not message.files
    assert "in words alone" in caplog.text and len(public(channel, ann)) == 1
    shown = await discord.answered(await discord.slash(ann, channel, "show", id=job.id))
    assert shown.file(".mp3")  # nothing is lost


async def test_where_the_message_takes_no_words_either_a_new_one_does(discord, bot, worker, channel, ann):
    await in_mid_compose(discord, worker, channel, ann)
    discord.fail("PATCH", CHANNEL, times=10, **INVALID)
    worker.release()
    (job,) = await reported(discord, bot)
    assert f"/show {job.id}" in public(channel, ann)[-1].content and len(public(channel, ann)) == 2


async def test_where_the_channel_takes_nothing_the_person_is_told(discord, bot, worker, channel, ann):
    await in_mid_compose(discord, worker, channel, ann)
    for method in ("PATCH", "POST"):
        discord.fail(method, f"^/channels/{channel.id}/messages", times=10, **INVALID)
    worker.release()
    (job,) = await reported(discord, bot)
    private = discord.world.private(discord.world.bot, ann)
    assert f"/show {job.id}" in public(private, ann)[-1].content


async def test_where_nothing_is_taken_the_job_waits_in_the_history(discord, bot, worker, channel, ann, caplog):
    await in_mid_compose(discord, worker, channel, ann)
    faults = [discord.fail(method, CHANNEL, times=50, **INVALID) for method in ("PATCH", "POST")]
    worker.release()
    (job,) = await reported(discord, bot)
    assert "could not be told: it waits in the history" in caplog.text
    tried = sum(50 - fault.times for fault in faults)
    await asyncio.sleep(0.5)
    assert sum(50 - fault.times for fault in faults) == tried <= 6  # it is over
    for fault in faults:
        fault.times = 0
    assert job.id in (await discord.answered(await discord.slash(ann, channel, "history"))).content


async def test_progress_that_is_refused_is_not_tried_for_ever(discord, bot, worker, channel, ann):
    fault = discord.fail("POST", CHANNEL, times=50, **INVALID)
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(worker.running.is_set)
    await discord.until(lambda: fault.times < 50)
    await asyncio.sleep(0.5)
    assert fault.times >= 48
    fault.times = 0
    worker.release()
    (message,) = await discord.until(lambda: results(channel, ann))
    assert message.file(".mp3")


async def test_an_outage_is_waited_out(discord, bot, worker, channel, ann, caplog):
    await in_mid_compose(discord, worker, channel, ann)
    outage = discord.fail("PATCH", CHANNEL, status=503, times=25)
    worker.release()
    (message,) = await discord.until(lambda: results(channel, ann))
    assert message.file(".mp3") and outage.times == 0
    await reported(discord, bot)
    assert "Traceback" not in caplog.text


async def test_an_outage_without_end_is_given_up(discord, bot, worker, channel, ann, monkeypatch, caplog):
    monkeypatch.setattr("bot.courier.PATIENCE_S", 0.2)
    await in_mid_compose(discord, worker, channel, ann)
    for method in ("PATCH", "POST"):
        discord.fail(method, CHANNEL, status=503, times=10_000)
    worker.release()
    await reported(discord, bot)
    assert "could not be told: it waits in the history" in caplog.text


async def test_a_fault_of_ours_ends_in_words(discord, bot, worker, channel, ann, monkeypatch, caplog):
    async def broken(*_: object, **__: object):
        raise KeyError("ours")

    message = await in_mid_compose(discord, worker, channel, ann)
    monkeypatch.setattr("bot.telling.result_of", broken)
    worker.release()
    (job,) = await reported(discord, bot)
    assert f"/show {job.id}" in message.content and "ours" not in message.content and "KeyError" in caplog.text


async def test_a_refused_answer_is_given_in_words(discord, bot, channel, ann):
    discord.fail("PATCH", "@original", times=1, **INVALID)
    answer = await discord.answered(await discord.slash(ann, channel, "genres"))
    assert "Chorale" in answer.content and answer.only_for == ann.id and answer.components == []


async def test_a_failed_jobs_reason_survives_a_refusal(discord, bot, worker, channel, ann):
    message = await in_mid_compose(discord, worker, channel, ann)
    worker.error = ("The melody is too wide for this genre: narrow it.", None)
    discord.fail("PATCH", CHANNEL, times=1, **INVALID)
    worker.release()
    await reported(discord, bot)
    assert "narrow it" in message.content


async def test_a_permission_lost_meanwhile_is_named_where_nobody_takes_the_files(discord, bot, worker, channel, ann):
    ann.takes_direct_messages = False
    message = await in_mid_compose(discord, worker, channel, ann)
    channel.deny("Attach Files")
    worker.release()
    (job,) = await reported(discord, bot)
    assert "allow direct messages" in message.content and f"/show {job.id}" in message.content
