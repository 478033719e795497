"""Lists, settings and privacy; and that nobody sees what is another's."""

import io
import json
import re
import zipfile

import pytest

from tests.bot.frontends.test_discord_compose import TUNE, public, results
from tests.fakes.discord.world import DM


async def compose(discord, user, channel, **options):
    before = len(results(channel, user))
    await discord.slash(user, channel, "compose", **{"notes": TUNE, **options})
    return (await discord.until(lambda: len(found := results(channel, user)) > before and found))[-1]


def take_id(message):
    return re.findall(r"`([0-9a-f]{12}-\d)`", message.content)[-1]


async def ask(discord, user, channel, name, /, **options):
    return await discord.answered(await discord.slash(user, channel, name, **options))


async def test_history_is_the_askers_own_and_brings_takes_back(discord, bot, worker, channel, ann, bob):
    message = await compose(discord, ann, channel, seed=3)
    listed = await ask(discord, ann, channel, "history")
    assert listed.only_for == ann.id and take_id(message) in listed.content and "seed 3" in listed.content
    brought = await discord.answered(await discord.choose(ann, listed, "bring", take_id(message)))
    assert brought.only_for == ann.id and brought.file(".mp3").data == message.file(".mp3").data
    assert "Nothing here yet" in (await ask(discord, bob, channel, "history")).content
    assert "no page 2" in (await ask(discord, ann, channel, "history", page=2)).content
    proposed = await discord.complete(ann, channel, "show", "id", "")
    assert [choice["value"] for choice in proposed] == [take_id(message)]
    assert await discord.complete(bob, channel, "show", "id", "") == []


async def test_a_take_is_seen_where_it_is_and_nowhere_else_until_it_is_shared(
    discord, bot, worker, guild, channel, ann, bob
):
    other = discord.world.channel(discord.world.guild("Beta"))
    beside = discord.world.channel(guild, "beside")
    take = take_id(await compose(discord, ann, channel))
    assert (await ask(discord, bob, channel, "show", id=take)).files
    for place in (other, beside, discord.world.private(discord.world.bot, bob, kind=DM)):
        assert "There is no composition" in (await ask(discord, bob, place, "show", id=take)).content
    assert (await ask(discord, ann, other, "show", id=take)).files  # her own goes with her
    await ask(discord, ann, other, "share", id=take)
    assert (await ask(discord, bob, other, "show", id=take)).files
    assert "There is no composition" in (await ask(discord, bob, beside, "show", id=take)).content


async def test_what_was_composed_in_private_stays_there(discord, bot, worker, channel, ann, bob):
    private = discord.world.private(discord.world.bot, ann, kind=DM)
    take = take_id(await compose(discord, ann, private))
    assert "There is no composition" in (await ask(discord, bob, channel, "show", id=take)).content
    for wrong in ("nonsense", "0" * 12, "../../etc/passwd"):
        assert "There is no composition" in (await ask(discord, ann, channel, "show", id=wrong)).content


async def test_the_queue_shows_ones_own_jobs_and_only_counts_the_others(discord, bot, worker, channel, ann, bob):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(worker.running.is_set)
    await discord.slash(bob, channel, "compose", notes=TUNE)
    await discord.until(lambda: len(bot.desk.ledger.jobs()) == 2)
    (waiting,) = bot.desk.ledger.jobs(statuses=["queued"])
    listed = await ask(discord, bob, channel, "queue")
    assert (
        waiting.id in listed.content and "place 1" in listed.content and "1 of others, 1 composer at" in listed.content
    )
    assert "melody" in listed.content and f"{ann.id}" not in listed.content
    cancelled = await discord.answered(await discord.choose(bob, listed, "cancel", waiting.id))
    assert "Cancelled" in cancelled.content
    proposed = await discord.complete(ann, channel, "cancel", "id", "")
    stopped = await ask(discord, ann, channel, "cancel", id=proposed[0]["value"])
    assert "told to stop" in stopped.content
    await discord.until(lambda: len([one for one in public(channel, ann) if "cancelled" in one.content]) == 2)
    assert "cancelled already" in (await ask(discord, bob, channel, "cancel", id=waiting.id)).content


async def test_settings_are_a_servers_own_and_its_managers(discord, bot, worker, guild, channel, ann, bob):
    guild.managers.add(ann.id)
    other = discord.world.channel(discord.world.guild("Beta"))
    stage = discord.world.channel(guild, "stage")
    assert "those who manage" in (await ask(discord, bob, channel, "settings", limit=1)).content
    decided = await ask(discord, ann, channel, "settings", limit=1, share_channel=stage, trainers="everyone")
    assert "waiting: 1" in decided.content and stage.id in decided.content
    assert "no genre 'jaz" in (await ask(discord, ann, channel, "settings", default_genre="jazzz")).content
    worker.hold()
    for _ in range(2):
        await discord.slash(bob, channel, "compose", notes=TUNE)
        await discord.until(worker.running.is_set)
    await discord.until(lambda: len(bot.desk.ledger.jobs()) == 2)
    assert "1 jobs waiting already" in (await ask(discord, bob, channel, "compose", notes=TUNE)).content
    assert "Understood" in (await ask(discord, bob, other, "compose", notes=TUNE)).content
    worker.release()
    (message, _) = await discord.until(lambda: len(found := results(channel, bob)) == 2 and found)
    await ask(discord, bob, channel, "share", id=take_id(message))
    assert results(stage, ann)
    private = discord.world.private(discord.world.bot, ann, kind=DM)
    assert "belong to a server" in (await ask(discord, ann, private, "settings")).content


async def test_genres_are_listed_and_an_example_is_composed_once_for_all(discord, bot, worker, channel, ann, bob):
    for user in (ann, bob):
        listed = await ask(discord, user, channel, "genres")
        assert "**Chorale**" in listed.content and "default here" in listed.content
        event = await discord.choose(user, listed, "example", "chorale")
        heard = await discord.until(lambda event=event: [one for one in event.said if one.files])
        assert heard[0].file(".mp3") and heard[0].only_for == user.id
    assert len(bot.desk.ledger.jobs()) == 1
    assert "Nothing here yet" in (await ask(discord, ann, channel, "history")).content


async def test_play_without_the_optional_libraries_is_a_sentence(discord, bot, worker, channel, ann, monkeypatch):
    monkeypatch.setattr("bot.frontends.discord_parts.voice.is_installed", lambda: False)
    take = take_id(await compose(discord, ann, channel))
    assert "tutti[voice]" in (await ask(discord, ann, channel, "play", id=take)).content


async def test_help_names_every_command(discord, bot, channel, ann):
    told = (await ask(discord, ann, channel, "help")).content
    for command in discord.world.commands:
        assert command["name"] in told, command["name"]


async def test_privacy_tells_exports_and_deletes_everything_of_the_asker_alone(
    discord, bot, worker, home, channel, ann, bob
):
    mine, theirs = await compose(discord, ann, channel), await compose(discord, bob, channel)
    stage = discord.world.channel(channel.guild, "stage")
    await ask(discord, ann, channel, "share", id=take_id(mine), channel=stage)
    assert "What Tutti keeps" in (await ask(discord, ann, channel, "privacy")).content
    exported = await ask(discord, ann, channel, "privacy", action="export")
    with zipfile.ZipFile(io.BytesIO(exported.file(".zip").data)) as archive:
        kept = json.loads(archive.read("tutti.json"))
        assert [entry["id"] for entry in kept["compositions"]] == [take_id(mine)] and len(kept["shares"]) == 1
        assert [archive.read(name) for name in archive.namelist() if name.endswith(".mid")] == [mine.file(".mid").data]
    sure = await ask(discord, ann, channel, "privacy", action="delete")
    assert mine.id in channel.messages
    done = await discord.answered(await discord.press(ann, sure, "Delete everything of mine"))
    assert "Everything of yours is deleted" in done.content
    assert mine.id not in channel.messages and theirs.id in channel.messages and results(stage, ann) == []
    assert [entry.id for entry in bot.desk.history.entries()] == [take_id(theirs)]
    assert {path.name for path in home.files.iterdir()} - {".staging"} == {take_id(theirs)[:12]}
    for table in ("jobs", "compositions", "shares", "postings", "presses", "events"):
        rows = list(bot.desk.privacy._connections.mine()[table].rows)
        assert ann.id not in json.dumps(rows), table


async def test_deleting_everything_stops_what_runs(discord, bot, worker, channel, ann):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(worker.running.is_set)
    sure = await ask(discord, ann, channel, "privacy", action="delete")
    done = await discord.answered(await discord.press(ann, sure, "Delete everything of mine"))
    assert "Everything of yours is deleted" in done.content and bot.desk.ledger.jobs() == []


BAD = [
    ({}, "no melody yet"),
    ({"notes": "C4 X4"}, "'X4'"),
    ({"notes": "C4", "melody": ("a.mid", b"MThd")}, "one of the two"),
    ({"melody": ("song.mp3", b"ID3")}, "not a MIDI file"),
    ({"melody": ("song.mid", b"not midi at all")}, "not a MIDI file"),
    ({"melody": ("song.mid", b"MThd" + b"\0" * 600_000)}, "512 KB"),
    ({"notes": "C4", "genre": "korale"}, "Did you mean 'chorale'?"),
    ({"notes": "C4", "key": "H minor"}, "key"),
    ({"notes": "C4 D E F", "chords": "C Xyz"}, "Xyz"),
]


@pytest.mark.parametrize(("options", "told"), BAD, ids=[told for _, told in BAD])
async def test_bad_input_is_answered_privately_and_exactly(discord, bot, channel, ann, options, told):
    answer = await ask(discord, ann, channel, "compose", **options)
    assert answer.only_for == ann.id and told in answer.content and "--" not in answer.content
    assert bot.desk.ledger.jobs() == [] and public(channel, ann) == []
