"""What goes wrong on Discord's side or on ours: nothing is lost, nothing is doubled, everybody is told."""

import asyncio

import pytest

from tests.bot.frontends.test_discord_compose import TUNE, midi_file, results
from tests.fakes.discord.world import MIB


@pytest.fixture
def result(discord, channel, ann):
    async def wait(count=1):
        return (await discord.until(lambda: len(found := results(channel, ann)) >= count and found))[-1]

    return wait


async def reported(discord, bot, count=1):
    """Wait until every job was told of, and return the jobs."""
    await discord.until(
        lambda: len(jobs := bot.desk.ledger.jobs()) >= count and all(job.reported_at for job in jobs if job.origin)
    )
    return bot.desk.ledger.jobs()


async def test_a_burst_of_rate_limits(discord, bot, worker, channel, ann, result):
    for method in ("POST", "PATCH"):
        discord.fail(method, r"/channels/\d+/messages", status=429, times=3)
    discord.fail("POST", "/callback$", status=429, times=2)
    discord.fail("PATCH", "@original", status=429, times=2)
    event = await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.answered(event)
    assert (await result()).file(".mp3")
    assert len(results(channel, ann)) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_server_errors_while_acknowledging_and_while_posting(discord, bot, worker, channel, ann, result, status):
    discord.fail("POST", "/callback$", status=status, times=2)
    discord.fail("POST", r"/channels/\d+/messages", status=status, times=1)
    event = await discord.slash(ann, channel, "compose", notes=TUNE)
    assert (await result()).file(".mp3")
    assert event.response == 5 and len(bot.desk.ledger.jobs()) == 1 and len(results(channel, ann)) == 1


async def test_an_acknowledgement_whose_answer_was_lost_counts(discord, bot, worker, channel, ann, result):
    discord.fail("POST", "/callback$", status=502, after_doing=True)
    await discord.slash(ann, channel, "compose", notes=TUNE)
    assert (await result()).file(".mp3")


async def test_a_post_whose_answer_was_lost_appears_once(discord, bot, worker, channel, ann, result):
    discord.fail("POST", r"/channels/\d+/messages", status=500, after_doing=True)
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await result()
    await reported(discord, bot)
    assert len([message for message in channel.seen(ann) if not message.only_for]) == 1


async def test_an_event_delivered_twice_makes_one_job(discord, bot, worker, channel, ann, result):
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.gateway.again()
    await result()
    await reported(discord, bot)
    assert len(bot.desk.ledger.jobs()) == 1 and len(results(channel, ann)) == 1


async def test_a_double_click_makes_one_job_and_a_later_click_another(discord, bot, worker, channel, ann, result):
    await discord.slash(ann, channel, "compose", notes=TUNE)
    message = await result()
    await reported(discord, bot)
    worker.hold()
    events = [await discord.press(ann, message, "Another take") for _ in range(3)]
    for event in events:
        await discord.answered(event)
    assert len(bot.desk.ledger.jobs()) == 2
    worker.release()
    await result(2)
    await reported(discord, bot)
    await discord.press(ann, message, "Another take")
    await result(3)
    assert len(bot.desk.ledger.jobs()) == 3


@pytest.mark.parametrize("way", ["drop", "ask_to_reconnect"])
async def test_a_broken_connection_is_resumed_and_nothing_is_missed(discord, bot, worker, channel, ann, result, way):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(worker.running.is_set)
    await getattr(discord.gateway, way)()
    event = await discord.slash(ann, channel, "queue")  # while nobody listens
    worker.release()
    await discord.until(lambda: event.response is not None)
    assert discord.gateway.resumed == 1 and discord.gateway.identified == 1
    await discord.answered(event)
    assert (await result()).file(".mp3")


async def test_a_message_deleted_meanwhile_is_not_missed_by_its_end(discord, bot, worker, channel, ann, result):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    (message,) = await discord.until(lambda: [one for one in channel.seen(ann) if "composing" in one.content])
    del channel.messages[message.id]
    worker.release()
    assert (await result()).file(".mp3")
    assert len(results(channel, ann)) == 1


@pytest.mark.parametrize("name", ["View Channel", "Send Messages", "Attach Files"])
async def test_a_missing_permission_is_named_before_anything_is_composed(discord, bot, worker, channel, ann, name):
    channel.deny(name)
    answer = await discord.answered(await discord.slash(ann, channel, "compose", notes=TUNE))
    assert answer.only_for == ann.id and f"**{name}**" in answer.content
    assert bot.desk.ledger.jobs() == []


async def test_without_the_history_an_answer_is_a_message_of_its_own(discord, bot, worker, channel, ann, result):
    await discord.slash(ann, channel, "compose", notes=TUNE)
    first = await result()
    await reported(discord, bot)
    channel.deny("Read Message History")
    await discord.press(ann, first, "Another take")
    assert (await result(2)).answers is None
    await reported(discord, bot, 2)


async def test_a_permission_lost_meanwhile_sends_the_result_to_the_person(discord, bot, worker, channel, ann):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(lambda: [one for one in channel.seen(ann) if "composing" in one.content])
    channel.deny("View Channel")
    worker.release()
    private = discord.world.private(discord.world.bot, ann)
    (message,) = await discord.until(lambda: results(private, ann))
    assert message.file(".mp3") and "View Channel" in message.content
    await reported(discord, bot)


async def test_a_person_who_cannot_be_written_to_finds_the_result_in_the_history(discord, bot, worker, channel, ann):
    ann.takes_direct_messages = False
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(worker.running.is_set)
    channel.gone = True
    worker.release()
    (job,) = await reported(discord, bot)
    channel.gone = False
    answer = await discord.answered(await discord.slash(ann, channel, "history"))
    assert job.id in answer.content


async def test_a_users_own_app_writes_to_the_person_when_the_token_has_ended(discord, bot, worker, ann):
    place = discord.world.channel(discord.world.guild("Elsewhere", has_bot=False))
    worker.hold()
    await discord.slash(ann, place, "compose", notes=TUNE)
    await discord.until(lambda: [one for one in place.seen(ann) if "composing" in one.content])
    discord.world.clock.advance(16 * 60)
    worker.release()
    private = discord.world.private(discord.world.bot, ann)
    (message,) = await discord.until(lambda: results(private, ann))
    assert message.file(".mp3") and "15 minutes" in message.content


async def test_two_servers_at_once_each_get_their_own(discord, bot, worker, channel, ann, bob):
    other = discord.world.channel(discord.world.guild("Beta"))
    await asyncio.gather(
        discord.slash(ann, channel, "compose", notes=TUNE), discord.slash(bob, other, "compose", notes="E4 E E")
    )
    (one,) = await discord.until(lambda: results(channel, ann))
    (two,) = await discord.until(lambda: results(other, bob))
    assert f"<@{ann.id}>" in one.content and f"<@{bob.id}>" in two.content


async def test_without_a_worker_the_job_waits_and_says_so(discord, bot, home, channel, ann, result):
    await discord.answered(await discord.slash(ann, channel, "compose", notes=TUNE))
    await discord.until(lambda: [one for one in channel.seen(ann) if "No composer is at work" in one.content])
    from tests.fakes.worker import FakeWorker

    late = FakeWorker(home)
    late.start()
    try:
        assert (await result()).file(".mp3")
    finally:
        late.stop()


async def test_a_bot_restarted_in_mid_compose_goes_on_with_the_same_message(discord, bot, worker, channel, ann, result):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    (before,) = await discord.until(lambda: [one for one in channel.seen(ann) if "composing" in one.content])
    await bot.stop()
    worker.release()
    await discord.until(lambda: worker.done)
    await bot.start()
    assert (await result()) is before
    await reported(discord, bot)


async def test_a_job_that_was_never_told_of_is_after_a_restart(discord, bot, worker, channel, ann, result):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(worker.running.is_set)
    await bot.stop()
    for message in channel.seen(ann):
        channel.messages.pop(message.id)
    (job,) = bot.desk.ledger.jobs()
    bot.desk.postings.forget(job.id)  # as after a crash between job and message
    discord.world.nonces.clear()
    worker.release()
    await discord.until(lambda: worker.done)
    await bot.start()
    assert (await result()).file(".mp3")


async def test_sound_too_large_for_the_server_is_encoded_smaller(discord, bot, worker, guild, channel, ann, result):
    guild.file_bytes = 2000
    worker.mp3 = b"ID3" + b"x" * 5000
    await discord.slash(ann, channel, "compose", notes=TUNE)
    message = await result()
    assert message.file(".mp3").data == b"ID3 smaller" and message.file(".mid")


async def test_the_smaller_sound_is_deleted_with_its_take(discord, bot, home, worker, guild, channel, ann, result):
    guild.file_bytes = 2000
    worker.mp3 = b"ID3" + b"x" * 5000
    await discord.slash(ann, channel, "compose", notes=TUNE)
    message = await result()
    await reported(discord, bot)
    await discord.answered(await discord.press(ann, message, "Delete"))
    assert [path for path in home.files.rglob("*") if path.is_file()] == [] and bot.desk.ledger.jobs() == []


async def test_sound_that_cannot_be_made_small_enough_is_named(
    discord, bot, worker, guild, channel, ann, result, monkeypatch
):
    guild.file_bytes = 2000
    worker.mp3 = b"ID3" + b"x" * 5000
    monkeypatch.setattr(worker, "_export", lambda job: None)
    await discord.slash(ann, channel, "compose", notes=TUNE)
    message = await result()
    assert "Too large for this place" in message.content and "melody-1.mp3" in message.content
    assert [file.name for file in message.files] == ["melody-1.mid", "melody-1.png"]


async def test_a_limit_that_discord_lowers_meanwhile_leaves_the_text(discord, bot, worker, guild, channel, ann):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(worker.running.is_set)
    guild.file_bytes = 5
    worker.release()
    await discord.until(lambda: [one for one in channel.seen(ann) if "too large for this place" in one.content])
    await reported(discord, bot)


async def test_a_message_of_four_takes_keeps_to_the_size_of_a_request(
    discord, bot, worker, guild, channel, ann, result
):
    guild.file_bytes = 10 * MIB
    worker.mp3 = b"ID3" + b"x" * (7 * MIB)
    await discord.slash(ann, channel, "compose", notes=TUNE, takes=4)
    message = await result()
    assert sum(len(file.data) for file in message.files) <= 25 * MIB and len(message.files) == 8


async def test_a_file_that_the_cdn_withholds_for_a_moment(discord, bot, worker, channel, ann, result):
    discord.fail("GET", "/cdn", status=503, times=2)
    await discord.slash(ann, channel, "compose", melody=("tune.mid", midi_file()))
    assert (await result()).file(".mp3")


async def test_a_file_that_is_gone_is_explained(discord, bot, channel, ann):
    discord.fail("GET", "/cdn", status=404, times=5)
    answer = await discord.answered(await discord.slash(ann, channel, "compose", melody=("tune.mid", midi_file())))
    assert "attach it once more" in answer.content


async def test_a_file_larger_than_it_claims_is_not_swallowed(discord, bot, channel, ann, monkeypatch):
    monkeypatch.setattr("tests.fakes.discord.world.len", lambda data: 10, raising=False)
    huge = midi_file() + b"\0" * (600 * 1024)
    answer = await discord.answered(await discord.slash(ann, channel, "compose", melody=("tune.mid", huge)))
    assert "larger than 512 KB" in answer.content


async def test_a_failed_job_says_why(discord, bot, worker, channel, ann):
    worker.error = ("The melody is too wide for this genre: narrow it.", None)
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(lambda: [one for one in channel.seen(ann) if "narrow it" in one.content])
    await reported(discord, bot)


async def test_our_own_faults_are_an_apology_with_a_number(discord, bot, channel, ann, monkeypatch, caplog):
    def broken(*_: object, **__: object):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("bot.commands.queue.subject", broken)
    await discord.answered(await discord.slash(ann, channel, "compose", notes=TUNE))
    event = await discord.slash(ann, channel, "queue")
    answer = await discord.answered(event)
    assert "Sorry" in answer.content and event.id in answer.content and "secret" not in answer.content
    assert "secret detail" in caplog.text


async def test_a_wrong_token_is_one_line(home, discord):
    from bot.chat import SetupRefused
    from bot.settings import Settings
    from tests.bot.frontends.conftest import Bot

    environment = {"TUTTI_HOME": str(home.root), **discord.environment, "DISCORD_TOKEN": "wrong"}
    with pytest.raises(SetupRefused, match="DISCORD_TOKEN"):
        await Bot(Settings.from_environment(environment), discord).start()
