"""What happens while a job is on its way, on our side and on people's: it ends all the same, and once."""

import pytest

from bot.chat import SetupRefused
from bot.settings import Settings
from tests.bot.frontends.slack.acting import (
    TUNE,
    cards,
    composing,
    enclosed,
    file,
    midi_file,
    public,
    reported,
    results,
)
from tests.bot.frontends.slack.conftest import Bot


async def test_restarted_in_mid_job_it_goes_on_with_the_same_message(slack, bot, worker, channel, ann, result):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    before = await composing(slack, channel, ann)  # perhaps its own post is not answered yet
    await bot.stop()
    worker.release()
    await slack.until(lambda: worker.done)
    await bot.start()
    assert (await result()) is before and len(enclosed(before)) == 3
    await reported(slack, bot.desk)
    assert len(cards(channel, ann)) == 1


async def test_stopped_between_acknowledging_and_working_it_does_the_work_later(
    slack, bot, worker, channel, ann, result
):
    slack.fail("users.info", delay_s=30.0)
    event = await slack.people.slash(ann, channel, "/compose", TUNE)
    await slack.until(
        lambda: event.acknowledged_after_s is not None and ("users.info", {"user": ann.id}) in slack.api.calls
    )
    await bot.stop()
    assert bot.desk.ledger.jobs() == []
    await bot.start()
    assert file(await result(), ".mp3") and len(await reported(slack, bot.desk)) == 1


async def test_a_message_deleted_meanwhile_is_not_missed_by_its_end(slack, bot, worker, channel, ann, result):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    message = await composing(slack, channel, ann)
    del channel.messages[message.ts]
    worker.release()
    assert file(await result(), ".mp3")
    assert len(cards(channel, ann)) == 1


async def test_buttons_work_after_a_restart_and_days_later(slack, bot, worker, channel, ann, result):
    await slack.people.slash(ann, channel, "/compose", TUNE)
    message = await result()
    await reported(slack, bot.desk)
    await bot.restart()
    slack.world.clock.advance(5 * 24 * 3600)
    await slack.people.press(ann, message, "Another take")
    assert file(await result(2), ".mp3")


async def test_without_a_worker_the_job_waits_and_says_so(slack, bot, channel, ann):
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await slack.until(lambda: [one for one in public(channel, ann) if "No composer is at work" in one.text])


async def test_a_failed_job_says_why(slack, bot, worker, channel, ann):
    worker.error = ("The melody is too wide for this genre: narrow it.", None)
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await slack.until(lambda: [one for one in public(channel, ann) if "narrow it" in one.text])
    await reported(slack, bot.desk)


async def test_our_own_faults_are_an_apology_with_a_number(slack, bot, channel, ann, monkeypatch, caplog):
    def broken(*_: object, **__: object):
        raise RuntimeError("secret detail")

    await slack.answered(await slack.people.slash(ann, channel, "/compose", TUNE))
    monkeypatch.setattr("bot.commands.queue.subject", broken)
    answer = await slack.answered(await slack.people.slash(ann, channel, "/queue"))
    assert "Sorry" in answer.text and "log under" in answer.text and "secret" not in answer.text
    assert "secret detail" in caplog.text


async def test_a_strangers_file_name_pings_nobody_and_marks_nothing_up(slack, bot, worker, team, channel, ann, result):
    song, _ = await slack.people.say(ann, channel, "look", ("<!channel> *so* _nice_ <@U1>.mid", midi_file()))
    await slack.people.menu(ann, song, "Compose from this MIDI")
    message = await result()
    assert "<!channel>" not in message.text + message.shown and "<@U1>" not in message.text + message.shown


async def test_other_bots_are_not_answered_or_two_would_talk_for_ever(slack, bot, worker, team, channel, ann):
    robot = slack.world.user("Robot", team, is_bot=True)
    await slack.people.say(robot, channel, f"<@{team.bot.id}> {TUNE}")
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await slack.until(lambda: results(channel, ann))
    assert len(await reported(slack, bot.desk)) == 1


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_wrong_token_is_one_line_that_names_it(home, slack, team, name):
    environment = {"TUTTI_HOME": str(home.root), **slack.environment(team), name: "xoxb-wrong"}
    with pytest.raises(SetupRefused, match=name):
        await Bot(Settings.from_environment(environment), slack).start()
