"""The buttons under a result, also after a restart and days later, also by others."""

import base64

import pytest

from tests.bot.frontends.test_discord_compose import TUNE, public, results
from tests.fakes.discord.world import FORUM, TEXT
from tests.fakes.worker import MUSICXML, PNG


@pytest.fixture
async def shown(discord, bot, worker, channel, ann):
    """A finished take in the channel, by Ann."""
    await discord.slash(ann, channel, "compose", notes=TUNE, seed=7, tempo=100)
    (message,) = await discord.until(lambda: results(channel, ann))
    await discord.until(lambda: bot.desk.ledger.jobs()[0].reported_at)
    return message


async def next_result(discord, channel, user, count=2):
    return (await discord.until(lambda: len(found := results(channel, user)) >= count and found))[-1]


def wish(bot):
    """The request of the newest job."""
    return bot.desk.ledger.jobs()[0].payload


async def test_another_take_is_an_answer_to_the_first_with_another_seed(discord, bot, channel, ann, shown):
    await discord.press(ann, shown, "Another take")
    message = await next_result(discord, channel, ann)
    assert message.answers == shown.id
    assert wish(bot)["seed"] != 7 and wish(bot)["melody"] == bot.desk.ledger.jobs()[1].payload["melody"]


async def test_buttons_work_after_a_restart_and_days_later(discord, bot, channel, ann, shown):
    await bot.restart()
    discord.world.clock.advance(5 * 24 * 3600)
    await discord.press(ann, shown, "Another take")
    assert await next_result(discord, channel, ann)


async def test_a_variation_moves_one_control_and_keeps_the_seed(discord, bot, channel, ann, shown):
    await discord.choose(ann, shown, "vary", "chords")
    await next_result(discord, channel, ann)
    assert (wish(bot)["seed"], wish(bot)["controls"]["reharmonise"]) == (7, 1)


async def test_another_tempo_and_another_genre(discord, bot, channel, ann, shown):
    await discord.choose(ann, shown, "retempo", "125")
    await next_result(discord, channel, ann)
    assert (wish(bot)["seed"], wish(bot)["tempo_bpm"]) == (7, 125)
    selects = [one for one in shown.controls if one["custom_id"].startswith("regenre")]
    for select in selects:  # there are others only where their weights are
        genre = select["options"][0]["value"]
        await discord.choose(ann, shown, "regenre", genre)
        await next_result(discord, channel, ann, 3)
        assert wish(bot)["genre"] == genre


async def test_stems_come_as_a_zip(discord, bot, channel, ann, shown):
    await discord.press(ann, shown, "Stems")
    message = await next_result(discord, channel, ann)
    assert message.file(".zip").data.startswith(b"PK") and "1 stem as FLAC" in message.content
    assert wish(bot)["request"]["seed"] == 7 and wish(bot)["limit_bytes"] == channel.file_bytes


async def test_a_score_comes_as_musicxml_and_pictures(discord, bot, channel, ann, shown):
    await discord.press(ann, shown, "Score")
    message = await next_result(discord, channel, ann)
    assert message.file(".musicxml").data == MUSICXML and "1 page" in message.content
    assert message.file(".png").data == PNG and message.file(".png").extra["description"] == "Page 1 of the score"
    assert wish(bot)["form"] == "score" and wish(bot)["request"]["seed"] == 7


async def test_a_voice_message_has_sound_and_waveform_and_nothing_else(discord, bot, channel, ann, shown):
    await discord.press(ann, shown, "Voice message")
    message = await next_result(discord, channel, ann)
    assert message.flags & 1 << 13 and not message.content and not message.components
    (file,) = message.files
    assert file.extra["duration_secs"] == 8.0 and base64.b64decode(file.extra["waveform"]) == bytes(range(4))


async def test_a_voice_message_without_the_permission_names_it(discord, bot, channel, ann, shown):
    channel.deny("Send Voice Messages")
    await discord.press(ann, shown, "Voice message")
    private = discord.world.private(discord.world.bot, ann)
    await discord.until(lambda: [one for one in public(private, ann) if one.flags & 1 << 13])


async def test_a_stranger_may_make_their_own_but_not_delete_nor_share(discord, bot, channel, bob, shown):
    for label in ("Delete", "Share"):
        answer = await discord.answered(await discord.press(bob, shown, label))
        assert answer.only_for == bob.id and "Only who composed this" in answer.content
    await discord.press(bob, shown, "Another take")
    message = await next_result(discord, channel, bob)
    assert f"<@{bob.id}>" in message.content and shown.id in channel.messages
    assert bot.desk.ledger.jobs()[0].user == f"discord:{bob.id}"


async def test_delete_takes_message_files_and_history(discord, bot, home, channel, ann, shown):
    (entry,) = bot.desk.history.entries()
    await discord.answered(await discord.press(ann, shown, "Delete"))
    assert shown.id not in channel.messages and bot.desk.history.entries() == []
    assert not (home.files / entry.job_id).exists() and bot.desk.ledger.job(entry.job_id) is None


async def test_whoever_manages_the_server_may_delete_too(discord, bot, guild, channel, bob, shown):
    guild.managers.add(bob.id)
    await discord.answered(await discord.press(bob, shown, "Delete"))
    assert shown.id not in channel.messages


async def test_delete_takes_every_message_that_shows_the_take(discord, bot, guild, channel, ann, shown):
    stage = discord.world.channel(guild, "stage")
    (entry,) = bot.desk.history.entries()
    await discord.press(ann, shown, "Score")
    await next_result(discord, channel, ann)
    await discord.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs()))
    await discord.answered(await discord.slash(ann, channel, "share", id=entry.id, channel=stage))
    card = await discord.answered(await discord.slash(ann, channel, "show", id=entry.id))
    event = await discord.press(ann, card, "Delete")
    await discord.until(lambda: [one for one in event.said if "Deleted" in one.content])
    await discord.until(lambda: not public(channel, ann) and not public(stage, ann))


async def test_who_manages_another_server_may_not_delete_what_was_shared_there(
    discord, bot, guild, channel, ann, bob, shown
):
    beta = discord.world.guild("Beta")
    beta.managers.add(bob.id)
    other = discord.world.channel(beta)
    (entry,) = bot.desk.history.entries()
    await discord.answered(await discord.slash(ann, other, "share", id=entry.id))
    card = await discord.answered(await discord.slash(bob, other, "show", id=entry.id))
    refused = await discord.answered(await discord.press(bob, card, "Delete"))
    assert "Only who composed this" in refused.content and bot.desk.history.entries()


async def test_a_shared_take_tells_who_and_from_which_melody(discord, bot, guild, channel, ann, bob, shown):
    stage = discord.world.channel(guild, "stage", TEXT)
    (entry,) = bot.desk.history.entries()
    answer = await discord.answered(await discord.slash(ann, channel, "share", id=entry.id, channel=stage))
    (post,) = results(stage, bob)
    assert f"<@{ann.id}>" in post.content and "`4/4 C D E F | G:2 G:2`" in post.content and post.file(".mp3")
    assert f"/{stage.id}/{post.id}" in answer.content
    labels = {"Another take", "Play", "Score", "Stems", "Voice message", None}
    assert {one.get("label") for one in post.controls} == labels
    await discord.press(bob, post, "Another take")
    await next_result(discord, stage, bob)


async def test_a_forum_gets_a_post_with_a_title(discord, bot, guild, channel, ann, shown):
    forum = discord.world.channel(guild, "gallery", FORUM)
    (entry,) = bot.desk.history.entries()
    await discord.answered(await discord.slash(ann, channel, "share", id=entry.id, channel=forum))
    (thread,) = [one for one in guild.channels.values() if one.kind == 11]
    assert thread.name == "melody · chorale" and results(thread, ann)[0].file(".mp3")


async def test_share_names_the_permission_that_it_lacks_there(discord, bot, guild, channel, ann, shown):
    stage = discord.world.channel(guild, "stage")
    stage.deny("View Channel")
    (entry,) = bot.desk.history.entries()
    answer = await discord.answered(await discord.slash(ann, channel, "share", id=entry.id, channel=stage))
    assert "**View Channel**" in answer.content and bot.desk.spaces.shares(entry.id) == []


async def test_nobody_shares_where_they_may_not_write_themselves(discord, bot, guild, channel, ann, shown):
    news = discord.world.channel(guild, "news")
    ann.may_post = False
    (entry,) = bot.desk.history.entries()
    answer = await discord.answered(await discord.slash(ann, channel, "share", id=entry.id, channel=news))
    assert "may not write" in answer.content and results(news, ann) == []


async def test_a_button_whose_take_is_gone_says_so(discord, bot, channel, ann, bob, shown):
    (entry,) = bot.desk.history.entries()
    bot.desk.privacy.forget_take(entry.id, entry.job_id)
    answer = await discord.answered(await discord.press(bob, shown, "Another take"))
    assert "There is no composition" in answer.content


async def test_cancel_while_it_runs(discord, bot, worker, channel, ann, bob, shown):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(worker.running.is_set)
    message = (await discord.until(lambda: len(found := public(channel, ann)) == 2 and found))[-1]
    refused = await discord.answered(await discord.press(bob, message, "Cancel"))
    assert "no job" in refused.content
    await discord.answered(await discord.press(ann, message, "Cancel"))
    await discord.until(lambda: "cancelled" in message.content)
    assert message.components == []
