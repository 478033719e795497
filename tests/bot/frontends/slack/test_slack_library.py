"""The other commands, the buttons under a result, names of commands; and that nobody sees what is another's."""

import io
import json
import zipfile

import pytest

from bot.commands import COMMANDS
from bot.frontends.slack_parts.manifest import manifest
from bot.settings import Settings
from tests.bot.frontends.slack.acting import TUNE, cards, enclosed, file, public, reported, results, take_id
from tests.bot.frontends.slack.conftest import SPEED, Bot
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.things import PRIVATE
from tests.fakes.worker import OGG


async def compose(slack, user, channel, text=TUNE):
    before = len(results(channel, user))
    await slack.people.slash(user, channel, "/compose", text)
    return (await slack.until(lambda: len(found := results(channel, user)) > before and found))[-1]


async def ask(slack, user, channel, command, text=""):
    """Type a command and return its private answer: none that still comes of earlier ones."""
    await slack.until(lambda: not slack.unanswered())
    return await slack.answered(await slack.people.slash(user, channel, command, text))


async def test_history_is_the_askers_own_and_brings_takes_back_directly(slack, bot, worker, team, channel, ann, bob):
    message = await compose(slack, ann, channel, f"{TUNE} seed:3")
    listed = await slack.told(await slack.people.slash(ann, channel, "/history"), take_id(message))
    assert listed.only_for == ann.id and take_id(message) in listed.shown and "seed 3" in listed.shown
    direct = slack.world.direct(team.bot, ann)
    pointed = await slack.told(await slack.people.choose(ann, listed, "bring", take_id(message)), direct.id)
    (brought,) = await slack.until(lambda: results(direct, ann))
    assert pointed.only_for == ann.id
    assert file(brought, ".mp3").data == file(message, ".mp3").data
    assert "Nothing here yet" in (await ask(slack, bob, channel, "/history")).text


async def test_a_take_is_seen_where_it_is_and_nowhere_else_until_it_is_shared(
    slack, bot, worker, team, channel, ann, bob
):
    beside = slack.world.channel(team, "beside")
    take = take_id(await compose(slack, ann, channel))
    for place in (beside, slack.world.direct(team.bot, bob)):
        await slack.told(await slack.people.slash(bob, place, "/show", take), "There is no composition")
    await ask(slack, ann, beside, "/share", take)
    (shared,) = await slack.until(lambda: results(beside, bob))
    assert f"<@{ann.id}>" in shared.text and file(shared, ".mp3")
    await ask(slack, bob, beside, "/show", take)
    await slack.until(lambda: results(slack.world.direct(team.bot, bob), bob))


async def test_sharing_asks_where_to_in_a_picker(slack, bot, worker, team, channel, ann):
    stage = slack.world.channel(team, "stage")
    message = await compose(slack, ann, channel)
    await slack.people.press(ann, message, "Share")
    modal = await slack.modal(ann)
    assert await slack.submitted(await slack.people.submit(modal, channel=stage)) == {}
    (shared,) = await slack.until(lambda: results(stage, ann))
    assert "From the melody" in shared.text and len(enclosed(shared)) >= 2


async def test_nobody_shares_into_a_private_channel_of_others(slack, bot, worker, team, channel, ann):
    secret = slack.world.channel(team, "secret", PRIVATE)
    take = take_id(await compose(slack, ann, channel))
    await slack.people.slash(ann, channel, "/share")
    modal = await slack.modal(ann)
    sent = await slack.people.submit(
        modal, id={"text": {"type": "plain_text", "text": take}, "value": take}, channel=secret
    )
    errors = await slack.submitted(sent)
    told = " ".join(errors.values()) or (await slack.answered(sent)).text
    assert "may not write in that channel" in told and public(secret, ann) == []


async def test_genres_are_listed_and_an_example_is_heard(slack, bot, worker, team, channel, ann):
    listed = await ask(slack, ann, channel, "/genres")
    assert "*Chorale*" in listed.shown and "default here" in listed.shown
    await slack.people.choose(ann, listed, "example", "chorale")
    direct = slack.world.direct(team.bot, ann)
    await slack.until(lambda: [one for one in public(direct, ann) if one.files])
    assert len(bot.desk.ledger.jobs()) == 1


async def test_the_queue_shows_ones_own_jobs_and_one_is_cancelled(slack, bot, worker, channel, ann, bob):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await slack.until(worker.running.is_set)
    await slack.people.slash(bob, channel, "/compose", TUNE)
    await slack.until(lambda: len(bot.desk.ledger.jobs()) == 2)
    (waiting,) = bot.desk.ledger.jobs(statuses=["queued"])
    listed = await slack.told(await slack.people.slash(bob, channel, "/queue"), "of others")
    assert waiting.id in listed.shown and "place 1" in listed.shown and "1 of others" in listed.shown
    await slack.told(await slack.people.choose(bob, listed, "cancel", waiting.id), "Cancelled")
    await slack.until(lambda: [one for one in public(channel, ann) if "cancelled" in one.text])
    (running,) = bot.desk.ledger.jobs(statuses=["running"])
    await slack.told(await slack.people.slash(ann, channel, "/cancel", running.id), "told to stop")
    await slack.until(lambda: len([one for one in public(channel, ann) if "cancelled" in one.text]) == 2)


async def test_settings_are_a_workspaces_own_and_its_admins(slack, bot, worker, team, channel, ann, bob):
    ann.is_admin = True
    stage = slack.world.channel(team, "stage")
    assert "those who manage" in (await ask(slack, bob, channel, "/settings", "limit:1")).text
    modal_or_text = f"limit:1 trainers:everyone share_channel:<#{stage.id}|stage>"
    decided = await slack.answered(await slack.people.slash(ann, channel, "/settings", modal_or_text, escape=False))
    assert "waiting: 1" in decided.shown and stage.id in decided.shown
    assert "no genre 'jaz" in (await ask(slack, ann, channel, "/settings", "default_genre:jazzz")).text
    worker.hold()
    for _ in range(2):
        await slack.people.slash(bob, channel, "/compose", TUNE)
        await slack.until(worker.running.is_set)
    await slack.until(lambda: len(bot.desk.ledger.jobs()) == 2)
    await slack.told(await slack.people.slash(bob, channel, "/compose", TUNE), "1 jobs waiting already")
    worker.release()
    await slack.until(lambda: len(results(channel, bob)) == 2)


async def test_buttons_make_variations_stems_and_voice(slack, bot, worker, channel, ann):
    message = await compose(slack, ann, channel, f"{TUNE} seed:7")
    await slack.people.choose(ann, message, "vary", "chords")
    await slack.until(lambda: len(results(channel, ann)) == 2)
    assert (
        bot.desk.ledger.jobs()[0].payload["seed"],
        bot.desk.ledger.jobs()[0].payload["controls"]["reharmonise"],
    ) == (7, 1)
    await slack.people.press(ann, message, "Stems")
    await slack.until(lambda: [one for one in slack.world.order for f in one.files if f.name.endswith(".zip")])
    await slack.people.press(ann, message, "Voice message")
    await slack.until(lambda: [one for one in slack.world.order for f in one.files if f.data == OGG])
    await reported(slack, bot.desk, 4)


async def test_a_take_is_deleted_by_its_owner_alone_with_its_files(slack, bot, worker, channel, ann, bob):
    message = await compose(slack, ann, channel)
    await reported(slack, bot.desk)
    await slack.told(await slack.people.press(bob, message, "Delete"), "Only who composed this")
    assert enclosed(message)
    await slack.people.press(ann, message, "Delete")
    await slack.until(lambda: message.ts not in channel.messages)
    assert not [
        one for one in slack.world.files.values() if one.user == message.author.id and one.name.endswith(".mp3")
    ]


async def test_help_names_every_command(slack, bot, channel, ann):
    told = (await ask(slack, ann, channel, "/help")).shown
    for command in slack.world.app.slash_commands():
        assert command in told or command == "/tutti", command


async def test_privacy_deletes_everything_of_the_asker_alone(slack, bot, worker, team, channel, ann, bob, home):
    mine, theirs = await compose(slack, ann, channel), await compose(slack, bob, channel)
    await reported(slack, bot.desk, 2)
    assert "What Tutti keeps" in (await ask(slack, ann, channel, "/privacy")).shown
    await ask(slack, ann, channel, "/privacy", "export")
    direct = slack.world.direct(team.bot, ann)
    (export,) = await slack.until(lambda: [f for one in public(direct, ann) for f in one.files])
    with zipfile.ZipFile(io.BytesIO(await slack.download(export))) as archive:
        kept = json.loads(archive.read("tutti.json"))
        assert [entry["id"] for entry in kept["compositions"]] == [take_id(mine)]
    sure = await ask(slack, ann, channel, "/privacy", "delete")
    await slack.told(await slack.people.press(ann, sure, "Delete everything of mine"), "Everything of yours is deleted")
    assert mine.ts not in channel.messages and theirs.ts in channel.messages
    assert [entry.id for entry in bot.desk.history.entries()] == [take_id(theirs)]
    tables = bot.desk.privacy._connections.mine()
    await slack.until(lambda: not [row for row in tables["inbox"].rows if row["payload"]])  # this wish is dealt with
    for table in ("jobs", "compositions", "shares", "postings", "presses", "events", "inbox"):
        rows = list(tables[table].rows)
        assert ann.id not in json.dumps([{**row, "key": ""} for row in rows], default=str), table


async def test_every_command_is_reached_through_one(slack, bot, worker, channel, ann):
    await slack.people.slash(ann, channel, "/tutti", f"compose {TUNE}")
    await slack.until(lambda: results(channel, ann))
    assert "no job open" in (await ask(slack, ann, channel, "/tutti", "queue")).text
    assert "Did you mean" in (await ask(slack, ann, channel, "/tutti", "quue")).text
    assert "/compose" in (await ask(slack, ann, channel, "/tutti")).shown
    await slack.people.slash(ann, channel, "/tutti", "compose")
    await slack.modal(ann)


async def test_a_prefix_renames_every_command_also_where_they_are_told_of(home, worker):
    slack = FakeSlack(manifest(COMMANDS.values(), prefix="tt-"), speed=SPEED)
    await slack.start()
    team = slack.world.team("Alpha")
    ann, channel = slack.world.user("Ann", team), slack.world.channel(team)
    environment = {"TUTTI_HOME": str(home.root), **slack.environment(team), "SLACK_COMMAND_PREFIX": "tt-"}
    bot = Bot(Settings.from_environment(environment), slack)
    await bot.start()
    await slack.people.slash(ann, channel, "/tt-compose", TUNE)
    await slack.until(lambda: results(channel, ann))
    told = (await ask(slack, ann, channel, "/tt-help")).shown
    assert "/tt-compose" in told and "/compose" not in told.replace("/tt-compose", "")
    await bot.stop()
    await slack.stop()
    assert slack.world.violations == []


@pytest.mark.parametrize("name", sorted(name for name, one in COMMANDS.items() if one.shown == "typed"))
async def test_every_command_answers_whatever_is_typed(slack, bot, worker, channel, ann, name):
    for text in ("", "nonsense:1 <@U1> & *", "x" * 2000):
        event = await slack.people.slash(ann, channel, f"/{name}", text)
        await slack.until(lambda event=event: event.said or slack.people.modals(ann) or cards(channel, ann))
        for view in slack.people.modals(ann):
            await slack.people.close(view)
