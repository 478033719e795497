"""What is shown in messages: progress as tasks, pictures within them, files never twice; and the Home tab."""

import json
from dataclasses import replace

import pytest

from bot.chat import FileRefused, MessageGone, OutFile, Place, Refused, Reply, Step, Unreachable
from tests.bot.frontends.slack.acting import TUNE, public, reported, results

ROLL, OTHER = OutFile("roll.png", b"\x89PNG 1", "a roll"), OutFile("roll.png", b"\x89PNG 2", "another roll")


@pytest.fixture
def place(team, channel, ann):
    return Place("slack", channel.id, team.id, person=f"{team.id}/{ann.id}")


def kinds(message):
    return [block["type"] for block in message.blocks]


def pictures(message):
    return [block["slack_file"]["id"] for block in message.blocks if block["type"] == "image"]


async def running(slack, worker, channel, ann):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await slack.until(lambda: [one for one in public(channel, ann) if "composing" in one.text])
    return public(channel, ann)[0]


async def test_progress_is_a_list_of_tasks(slack, bot, worker, channel, ann, result):
    message = await running(slack, worker, channel, ann)
    (plan,) = [block for block in message.blocks if block["type"] == "plan"]
    states = {task["title"]: task["status"] for task in plan["tasks"]}
    assert plan["title"] == "Composing"
    assert (states["warming up"], states["composing"], states["drawing"]) == ("complete", "in_progress", "pending")
    worker.release()
    assert "plan" not in kinds(await result())


async def test_a_workspace_that_knows_no_plans_is_told_in_text(slack, bot, channel, ann, place):
    progress = Reply("half way", private=False, steps=(Step("reading", "done"), Step("writing", "running")))
    slack.fail("chat.postMessage", error="invalid_blocks")
    await bot.frontend.send(place, progress)
    await bot.frontend.send(place, progress)
    assert [kinds(message) for message in public(channel, ann)] == [["section"], ["section"]]
    assert [method for method, _ in slack.api.calls].count("chat.postMessage") == 3  # it is tried once


async def test_pictures_alone_are_shown_within_the_message(slack, bot, channel, ann, place):
    sent = await bot.frontend.send(place, Reply("losses", (ROLL,), private=False))
    (message,) = public(channel, ann)
    (first,) = pictures(message)
    assert slack.world.files[first].data == ROLL.content and not slack.world.files[first].shares
    await bot.frontend.send(place, Reply("losses, epoch 2", (ROLL,), private=False), sent)
    assert pictures(message) == [first]  # the same picture is not uploaded again
    await bot.frontend.send(place, Reply("losses, epoch 3", (OTHER,), private=False), sent)
    (second,) = pictures(message)
    assert slack.world.files[second].data == OTHER.content and first not in slack.world.files
    assert [block["alt_text"] for block in message.blocks if block["type"] == "image"] == ["another roll"]


async def test_a_picture_that_slack_is_not_ready_for_is_shown_a_moment_later(slack, bot, channel, ann, place):
    slack.fail("chat.postMessage", error="invalid_blocks", times=2)
    await bot.frontend.send(place, Reply("losses", (ROLL,), private=False))
    (message,) = public(channel, ann)
    assert pictures(message)


async def test_a_message_whose_files_fail_is_taken_back(slack, bot, channel, ann, place):
    sound = OutFile("a.mp3", b"ID3")
    slack.fail("files.getUploadURLExternal", error="file_upload_size_restricted")
    with pytest.raises(FileRefused):
        await bot.frontend.send(place, Reply("hear", (sound,), private=False))
    assert public(channel, ann) == []


@pytest.mark.parametrize(("error", "kind"), [("msg_too_long", Refused), ("update_failed", Unreachable)])
async def test_what_slack_never_takes_and_what_it_may_take_later_are_told_apart(slack, bot, place, error, kind):
    slack.fail("chat.postMessage", error=error, times=9)
    with pytest.raises(kind):
        await bot.frontend.send(place, Reply("hello", private=False))


async def test_files_are_shared_once_under_one_key_and_replaced_under_another(slack, bot, channel, ann, place):
    def reply(key, content):
        return Reply("hear", (OutFile("a.mp3", content),), private=False, key=key)

    sent = await bot.frontend.send(place, reply("job", b"ID3 1"))
    await bot.frontend.send(place, reply("job", b"ID3 1"), sent)
    assert [file.data for file in slack.world.files.values()] == [b"ID3 1"]
    await bot.frontend.send(place, reply("", b"ID3 2"), sent)
    assert [file.data for file in slack.world.files.values()] == [b"ID3 2"]


async def test_what_answers_a_deleted_message_stands_alone(slack, bot, channel, ann, place):
    lost = Place.from_json(place.to_json() | {"thread": "1.000001"})
    sent = await bot.frontend.send(lost, Reply("here", private=False))
    (message,) = public(channel, ann)
    assert (message.ts, message.thread_ts) == (sent.message, "")
    del channel.messages[message.ts]
    with pytest.raises(MessageGone):
        await bot.frontend.send(place, Reply("here again", private=False), sent)


async def heard(slack, direct, user):
    """Wait until the bot was told of all that it has said itself in a conversation."""
    said = await slack.until(lambda: public(direct, user))
    told = [one for one in slack.office.deliveries if one.kind == "events_api"]
    await slack.until(lambda: said and told and not slack.unanswered())


async def home(slack, user):
    before = slack.world.homes.get(user.id)
    await slack.people.open_home(user)
    return await slack.until(lambda: slack.world.homes.get(user.id) is not before and slack.world.homes[user.id])


async def test_the_home_tab_shows_what_is_ones_own(slack, bot, worker, team, channel, ann, bob, result):
    await slack.people.slash(ann, channel, "/compose", f"{TUNE} seed:7")
    card = await result()
    await reported(slack, bot.desk)
    view = await home(slack, ann)
    shown = json.dumps(view.blocks, ensure_ascii=False)
    for part in ("I bring the band", "You have no job open", "seed 7", "None yet", "Default genre"):
        assert part in shown
    (link,) = [element["url"] for _, element in view.controls if element.get("url")]
    assert link.endswith(f"/archives/{channel.id}/p{card.ts.replace('.', '')}")
    assert "Change" not in shown  # for admins
    assert "seed 7" not in json.dumps((await home(slack, bob)).blocks)
    await slack.people.press(ann, view, "Compose")
    modal = await slack.modal(ann)
    await slack.submitted(await slack.people.submit(modal, notes=TUNE))
    direct = slack.world.direct(team.bot, ann)
    await slack.until(lambda: results(direct, ann))
    await reported(slack, bot.desk, 2)
    await heard(slack, direct, ann)


async def test_a_job_is_cancelled_on_the_home_tab_which_then_shows_it(slack, bot, worker, channel, ann):
    await running(slack, worker, channel, ann)
    await slack.people.slash(ann, channel, "/compose", TUNE)
    await slack.until(lambda: len(bot.desk.ledger.jobs()) == 2)
    (waiting,) = bot.desk.ledger.jobs(statuses=["queued"])
    view = await home(slack, ann)
    await slack.people.choose(ann, view, "Cancel one …", waiting.id)
    await slack.until(lambda: waiting.id not in json.dumps(slack.world.homes[ann.id].blocks))
    assert bot.desk.ledger.job(waiting.id).status == "cancelled"


async def test_an_admin_changes_settings_from_the_home_tab(slack, bot, team, channel):
    boss = slack.world.user("Boss", team, is_admin=True)
    await slack.people.press(boss, await home(slack, boss), "Change")
    assert await slack.submitted(await slack.people.submit(await slack.modal(boss), limit="3")) == {}
    await slack.until(lambda: bot.desk.spaces.settings("slack", team.id).waiting_per_user == 3)
    await heard(slack, slack.world.direct(team.bot, boss), boss)


async def test_a_thread_that_was_opened_is_a_place_and_goes_with_its_message(slack, bot, channel, ann, place):
    opened = await bot.frontend.send(place, Reply("watch it here", private=False, thread_title="Training"))
    inside = await bot.frontend.send(replace(place, thread=opened.thread), Reply("epoch 1", private=False))
    await bot.frontend.send(replace(place, thread=opened.thread), Reply("epoch 2", (OutFile("a.mp3", b"ID3"),)), inside)
    assert {one.thread_ts for one in public(channel, ann)[1:]} == {opened.message}
    workspace = await bot.frontend._workspaces.find(place.space)
    await bot.frontend._mouth.remove(workspace, opened.thread, opened.message)
    assert opened.message not in channel.messages
