"""What the bot may not, or not any more: it says what is missing, and brings what it made to the person."""

import pytest

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
from tests.fakes.slack.things import PRIVATE


@pytest.mark.parametrize("kind", ["channel", PRIVATE])
async def test_where_it_is_no_member_it_asks_to_be_invited_and_makes_no_job(slack, bot, worker, team, ann, kind):
    outside = slack.world.channel(team, "outside", kind, has_bot=False)
    outside.members.add(ann.id)
    answer = await slack.answered(await slack.people.slash(ann, outside, "/compose", TUNE))
    assert answer.only_for == ann.id and "invite me" in answer.text
    assert bot.desk.ledger.jobs() == [] and public(outside, ann) == []
    outside.members.add(team.bot.id)
    await slack.people.slash(ann, outside, "/compose", TUNE)
    await slack.until(lambda: results(outside, ann))


async def test_removed_from_the_channel_in_mid_job_it_brings_the_result_to_the_person(
    slack, bot, worker, team, channel, ann
):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await composing(slack, channel, ann)
    channel.members.remove(team.bot.id)
    worker.release()
    direct = slack.world.direct(team.bot, ann)
    (message,) = await slack.until(lambda: results(direct, ann))
    assert "could not answer where you asked" in message.text and file(message, ".mp3")
    await reported(slack, bot.desk)


@pytest.mark.parametrize("how", ["is_archived", "may_post"])
async def test_a_channel_that_is_closed_meanwhile(slack, bot, worker, team, channel, ann, how):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await composing(slack, channel, ann)
    setattr(channel, how, how == "is_archived")
    worker.release()
    direct = slack.world.direct(team.bot, ann)
    (message,) = await slack.until(lambda: results(direct, ann))
    assert "could not answer where you asked" in message.text
    await reported(slack, bot.desk)


@pytest.mark.parametrize("scope", ["chat:write", "files:write"])
async def test_a_scope_that_was_not_granted_is_named_before_any_work(home, slack, worker, team, channel, ann, scope):
    team.scopes.remove(scope)
    bot = Bot(Settings.from_environment({"TUTTI_HOME": str(home.root), **slack.environment(team)}), slack)
    await bot.start()
    answer = await slack.answered(await slack.people.slash(ann, channel, "/compose", TUNE))
    assert scope in answer.text and answer.only_for == ann.id and bot.desk.ledger.jobs() == []
    await bot.stop()


async def test_a_scope_that_is_taken_away_in_mid_job_is_named_in_the_end(slack, bot, worker, team, channel, ann):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await composing(slack, channel, ann)
    team.scopes.remove("files:write")
    worker.release()
    await reported(slack, bot.desk)
    told = [one.text for place in slack.world.channels.values() for one in public(place, ann)]
    assert any("files:write" in text for text in told), told


async def test_files_that_may_not_be_read_name_the_scope(slack, bot, team, channel, ann):
    team.scopes.remove("files:read")
    song, _ = await slack.people.say(ann, channel, "look", ("song.mid", midi_file()))
    answer = await slack.answered(await slack.people.menu(ann, song, "Compose from this MIDI"))
    assert "files:read" in answer.text and bot.desk.ledger.jobs() == []


async def test_a_file_that_slack_withholds_for_a_moment(slack, bot, worker, channel, ann, result):
    slack.fail("download", status=503, times=2)
    song, _ = await slack.people.say(ann, channel, "look", ("song.mid", midi_file()))
    await slack.people.menu(ann, song, "Compose from this MIDI")
    assert file(await result(), ".mp3")


async def test_a_file_that_is_gone_is_explained(slack, bot, team, channel, ann):
    song, _ = await slack.people.say(ann, channel, "look", ("song.mid", midi_file()))
    slack.world.files.clear()
    answer = await slack.answered(await slack.people.menu(ann, song, "Compose from this MIDI"))
    assert "attach it once more" in answer.text


async def test_an_upload_that_slack_refuses_leaves_the_text(slack, bot, worker, channel, ann):
    slack.fail("files.getUploadURLExternal", error="file_upload_size_restricted", times=9)
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await reported(slack, bot.desk)
    (message,) = cards(channel, ann)
    assert "too large for this place" in message.text and enclosed(message) == []
