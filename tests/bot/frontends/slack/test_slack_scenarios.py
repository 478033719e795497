"""What goes wrong on Slack's side: nothing is lost, nothing is doubled, and Slack's clocks are kept."""

from dataclasses import replace

import pytest

from bot.chat import Reply
from bot.commands import COMMANDS
from tests.bot.frontends.slack.acting import (
    TUNE,
    cards,
    composing,
    enclosed,
    file,
    midi_file,
    reported,
    results,
)
from tests.fakes.worker import MP3

# ── delivered more than once ──────────────────────────────────────────────────────────────────────────────────────────


async def test_an_event_delivered_three_times_makes_one_job_also_after_a_restart(
    slack, bot, worker, team, channel, ann, result
):
    _, (mention,) = await slack.people.say(ann, channel, f"<@{team.bot.id}> {TUNE}")
    await slack.office.again(mention)
    await result()
    await slack.office.again(mention)
    await bot.restart()
    await slack.office.again(mention)
    await slack.until(lambda: mention.attempts == 4 and not slack.unanswered())
    await reported(slack, bot.desk)
    assert len(bot.desk.ledger.jobs()) == 1 and len(cards(channel, ann)) == 1 and len(enclosed(await result())) == 3


async def test_what_is_delivered_three_times_is_answered_once(slack, bot, worker, team, channel, ann, result):
    _, (mention,) = await slack.people.say(ann, channel, f"<@{team.bot.id}> {TUNE}")
    await slack.office.again(mention)
    await slack.office.again(mention)
    await slack.answered(mention)
    await result()
    await reported(slack, bot.desk)
    assert len(mention.said) == 1


async def test_a_command_a_shortcut_and_a_click_delivered_twice_make_one_job_each(
    slack, bot, worker, channel, ann, result
):
    song, _ = await slack.people.say(ann, channel, "look", ("song.mid", midi_file()))
    await slack.office.again(await slack.people.slash(ann, channel, "/compose", TUNE))
    await result()
    await slack.office.again(await slack.people.menu(ann, song, "Compose from this MIDI"))
    await result(2)
    await slack.office.again(await slack.people.press(ann, results(channel, ann)[0], "Another take"))
    await result(3)
    assert len(await reported(slack, bot.desk, 3)) == 3 and len(cards(channel, ann)) == 3


async def test_a_double_click_makes_one_job_and_a_later_click_another(slack, bot, worker, channel, ann, result):
    await slack.people.slash(ann, channel, "/compose", TUNE)
    message = await result()
    await reported(slack, bot.desk)
    worker.hold()
    for _ in range(3):
        await slack.people.press(ann, message, "Another take")
    await slack.until(lambda: len(bot.desk.ledger.jobs()) == 2 and not slack.unanswered())
    worker.release()
    await result(2)
    await reported(slack, bot.desk, 2)
    slack.world.clock.advance(60)
    await slack.people.press(ann, message, "Another take")
    await result(3)
    assert len(bot.desk.ledger.jobs()) == 3


async def test_a_modal_sent_off_twice_makes_one_job(slack, bot, worker, channel, ann, result):
    await slack.people.slash(ann, channel, "/compose")
    modal = await slack.modal(ann)
    first = await slack.people.submit(modal, notes=TUNE)
    await slack.office.again(first)
    second = await slack.people.submit(modal, notes=TUNE) if modal.is_open else first
    for sent in (first, second):
        assert await slack.submitted(sent) == {}
    await result()
    assert len(await reported(slack, bot.desk)) == 1 and len(cards(channel, ann)) == 1


# ── limits and faults of Slack's ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "methods",
    [
        ("chat.postMessage", "chat.update"),
        ("files.getUploadURLExternal", "files.completeUploadExternal"),
        ("users.info", "conversations.info", "chat.postEphemeral"),
    ],
    ids=lambda methods: methods[0],
)
async def test_rate_limits_are_waited_out_as_long_as_slack_says(slack, bot, worker, channel, ann, result, methods):
    faults = [slack.fail(method, status=429, times=1, retry_after_s=1) for method in methods]
    await slack.people.slash(ann, channel, "/compose", TUNE)
    assert file(await result(), ".mp3").data.startswith(MP3)
    assert len(await reported(slack, bot.desk)) == 1 and len(cards(channel, ann)) == 1
    assert [fault.times for fault in faults if fault.method != "chat.update"].count(0) >= len(methods) - 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_server_errors_while_telling_and_uploading(slack, bot, worker, channel, ann, result, status):
    for method in ("chat.update", "files.getUploadURLExternal", "users.info"):
        slack.fail(method, status=status)
    await slack.people.slash(ann, channel, "/compose", TUNE)
    assert file(await result(), ".mp3")
    assert len(await reported(slack, bot.desk)) == 1 and len(cards(channel, ann)) == 1


async def test_an_upload_that_breaks_off_is_sent_again(slack, bot, worker, channel, ann, result):
    slack.fail("upload", status=500)
    await slack.people.slash(ann, channel, "/compose", TUNE)
    message = await result()
    (job,) = await reported(slack, bot.desk)
    assert (await slack.download(file(message, ".mp3"))).endswith(f"{job.id}-1".encode())
    assert len(cards(channel, ann)) == 1


async def test_files_that_cannot_be_shared_at_first_leave_no_second_message(slack, bot, worker, channel, ann, result):
    slack.fail("files.completeUploadExternal", error="file_update_failed", times=2)
    await slack.people.slash(ann, channel, "/compose", TUNE)
    assert len(enclosed(await result())) == 3
    await reported(slack, bot.desk)
    assert len(cards(channel, ann)) == 1


async def test_a_post_that_fails_is_made_once_more_a_little_later(slack, bot, worker, channel, ann, result):
    slack.fail("chat.postMessage", error="internal_error", times=2)
    await slack.people.slash(ann, channel, "/compose", TUNE)
    assert file(await result(), ".mp3") and len(cards(channel, ann)) == 1


async def test_slow_answers_of_slacks_delay_no_acknowledgement(slack, bot, worker, channel, ann, result):
    slack.fail("users.info", delay_s=1.0)
    event = await slack.people.slash(ann, channel, "/compose", TUNE)
    await slack.until(lambda: event.acknowledged_after_s is not None)
    assert event.acknowledged_after_s < 0.9 and file(await result(), ".mp3")


async def test_a_modal_whose_answer_takes_long_closes_in_time_and_is_answered_outside(slack, bot, channel, ann):
    await slack.people.slash(ann, channel, "/compose")
    modal = await slack.modal(ann)
    slack.fail("download", status=503, times=2)
    song = slack.world.keep("song.mid", b"not midi at all", ann)
    slack.fail("users.info", delay_s=2.5)
    sent = await slack.people.submit(modal, melody=[song])
    assert await slack.submitted(sent) == {} and not modal.is_open
    assert "not a MIDI file" in (await slack.answered(sent)).text


@pytest.mark.parametrize("way", ["drop", "refresh"])
async def test_a_connection_that_ends_is_opened_anew_and_no_mention_is_missed(
    slack, bot, worker, team, channel, ann, result, way
):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await slack.until(worker.running.is_set)
    await getattr(slack.socket, way)()
    await slack.people.say(ann, channel, f"<@{team.bot.id}> {TUNE}")  # while nobody listens
    worker.release()
    await result(2)
    assert slack.socket.connections == 2 and len(await reported(slack, bot.desk, 2)) == 2


async def test_a_mention_while_the_bot_was_away_is_answered_once_when_it_is_back(
    slack, bot, worker, team, channel, ann, result
):
    await bot.stop()
    await slack.until(lambda: not slack.socket.connected.is_set())
    await slack.people.say(ann, channel, f"<@{team.bot.id}> {TUNE}")
    lost = await slack.people.slash(ann, channel, "/compose", TUNE)
    assert lost.failed == "dispatch_failed"  # which Slack tells the person
    lost.expects_silence = True
    await bot.start()
    await result()
    assert len(await reported(slack, bot.desk)) == 1


# ── Slack's clocks ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_trigger_that_has_expired_is_explained(slack, bot, channel, ann):
    event = await slack.people.slash(ann, channel, "/compose")
    slack.world.triggers[event.payload["trigger_id"]].sent_at -= 4
    answer = await slack.answered(event)
    assert answer.only_for == ann.id and "once more" in answer.text and slack.people.modals(ann) == []


@pytest.mark.parametrize("spent", ["used", "expired"])
async def test_a_response_url_that_takes_no_more_is_done_without(slack, bot, channel, ann, spent):
    event = await slack.people.slash(ann, channel, "/queue")
    door = slack.world.doors[event.payload["response_url"].rsplit("/", 1)[1]]
    if spent == "used":
        door.uses = 5
    else:
        door.sent_at -= 31 * 60
    answer = await slack.answered(event)
    assert answer.only_for == ann.id and "no job open" in answer.text


async def test_a_response_url_is_used_five_times_and_the_rest_said_otherwise(slack, bot, channel, ann, monkeypatch):
    async def chatty(incoming, desk):
        for number in range(7):
            yield Reply(f"line {number}")

    monkeypatch.setitem(COMMANDS, "queue", replace(COMMANDS["queue"], run=chatty))
    event = await slack.people.slash(ann, channel, "/queue")
    await slack.until(lambda: len(event.said) == 7)
    assert [one.text for one in event.said] == [f"line {number}" for number in range(7)]
    assert [door.uses for door in slack.world.doors.values()] == [5] and slack.api.refused_doors == 0


async def test_a_job_that_outlives_every_url_still_ends_in_its_message(slack, bot, worker, channel, ann, result):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    before = await composing(slack, channel, ann)
    slack.world.clock.advance(2 * 3600)
    worker.release()
    assert (await result()) is before and file(before, ".mp3")
