"""/train in Discord: from the files to the report, from the report to the thread, from the thread to the genre."""

import asyncio
import io
import zipfile

import pytest

from storage.spaces import SpaceSettings
from tests.bot.frontends.test_discord_compose import midi_file, public
from tests.fakes.discord.world import DM
from tests.fakes.trainer import NOTES, PLOT_DARK, ROLL, SOUND, UNUSABLE, FakeTrainer


def zipped(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names or ("a.mid", "b.mid"):
            archive.writestr(name, midi_file())
    return stream.getvalue()


@pytest.fixture
def manager(guild, ann):
    """Ann, who manages the server and so may train."""
    guild.managers.add(ann.id)
    return ann


@pytest.fixture
async def reported(discord, bot, trainer, channel, manager):
    """A data report in the channel, for Ann's three epochs of waltzes."""
    await discord.slash(manager, channel, "train", name="my-waltzes", files=("waltzes.zip", zipped()), epochs=3)
    return await report_in(discord, channel, manager)


async def report_in(discord, channel, user, patience_s=30.0):
    (message,) = await discord.until(
        lambda: [one for one in public(channel, user) if buttons(one) == START], patience_s
    )
    return message


START, RUNS, STOPPED = ["Start", "Cancel"], ["Stop", "Stop and keep"], ["Resume", "Keep"]


def buttons(message):
    return [one["label"] for one in message.controls if one["type"] == 2]


async def thread_of(discord, channel, count=1):
    return (await discord.until(lambda: len(found := discord.world.threads(channel)) >= count and found))[-1]


async def shown(discord, place, user, *words):
    """Wait for a message that everyone sees and that has all of these words."""
    (message, *_) = await discord.until(
        lambda: [one for one in public(place, user) if all(word in one.content for word in words)]
    )
    return message


async def all_told(discord, bot):
    await discord.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs()))


async def test_the_whole_way_from_a_zip_to_a_genre(discord, bot, trainer, channel, manager, reported):
    assert "enough to learn from" in reported.content and "only drums" in reported.content
    assert "my-waltzes" in reported.content and not discord.world.threads(channel)
    trainer.hold_after(2)
    event = await discord.press(manager, reported, "Start")
    assert (await discord.answered(event)).only_for == manager.id
    assert buttons(reported) == [] and "enough to learn from" in reported.content
    thread = await thread_of(discord, channel)
    assert thread.name == "Training my-waltzes"
    course = await shown(discord, thread, manager, "Epoch 2 of 3")
    trainer.release()
    assert await shown(discord, thread, manager, "is ready", "Similarity index 0.300") is course
    news = await shown(discord, channel, manager, "is ready", f"<@{manager.id}>")
    for message in (course, news):
        assert message.file(".mp3").data == SOUND and message.file(".mid").data == NOTES
        assert sorted(file.data for file in message.files if file.name.endswith("png")) == [PLOT_DARK, ROLL]
    samples = [one for one in public(thread, manager) if "the same melody" in one.content]
    assert ["before the first epoch" in samples[0].content, "after epoch 2" in samples[1].content] == [True, True]
    assert [one.file(".mp3").data for one in samples] == [SOUND, SOUND]
    await all_told(discord, bot)
    assert [genre.name for genre in await bot.desk.genres(place_of(channel), f"discord:{manager.id}")].count(
        "my-waltzes"
    )


def place_of(channel):
    from bot.chat import Place

    return Place("discord", channel.id, space=channel.guild.id if channel.guild else "")


async def test_several_files_come_by_a_form(discord, bot, trainer, channel, manager):
    event = await discord.slash(manager, channel, "train", name="my-waltzes", tags="mode=minor")
    files = [(f"waltz {number}.mid", midi_file()) for number in range(9)] + [("waltz 0.mid", midi_file("C4 E G:2"))]
    sent = await discord.fill_in(event, *files)
    assert event.response == 9 and "10 files received" in (await discord.answered(sent)).content
    await report_in(discord, channel, manager)
    (job,) = bot.desk.ledger.jobs()
    assert job.payload["tags"] == {"mode": "minor"} and job.payload["name"] == "my-waltzes"
    with zipfile.ZipFile(bot.desk.files.path(f"{job.id}/upload.zip")) as archive:
        assert len(set(archive.namelist())) == 10
        assert archive.read("waltz 0-2.mid") == midi_file("C4 E G:2")


async def test_a_form_that_was_open_during_a_restart_is_explained(discord, bot, channel, manager):
    event = await discord.slash(manager, channel, "train", name="my-waltzes")
    await discord.until(lambda: event.modal)
    await bot.restart()
    sent = await discord.fill_in(event, ("a.mid", midi_file()))
    assert "once more" in (await discord.answered(sent)).content


async def test_who_may_not_train_is_told_alone(discord, bot, channel, guild, bob):
    answer = await discord.answered(
        await discord.slash(bob, channel, "train", name="my-waltzes", files=("a.zip", zipped()))
    )
    assert answer.only_for == bob.id and "Only those who manage this server" in answer.content
    assert bot.desk.ledger.jobs() == [] and not list(bot.desk.files.root.glob("*"))
    bot.desk.spaces.decide("discord", guild.id, SpaceSettings(trainers="everyone"))
    await discord.answered(await discord.slash(bob, channel, "train", name="my-waltzes", files=("a.zip", zipped())))
    assert len(bot.desk.ledger.jobs()) == 1


async def test_no_form_opens_for_what_would_be_refused(discord, bot, channel, manager, bob):
    for user, name, said in ((bob, "my-waltzes", "Only those who manage"), (manager, "chorale", "taken")):
        event = await discord.slash(user, channel, "train", name=name)
        assert said in (await discord.answered(event)).content and event.modal is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"files": ("a.zip", b"PK no zip at all")}, "damaged"),
        ({"files": ("a.zip", b"Rar!")}, "not what its name says"),
        ({"files": ("a.mid", b"PK\3\4")}, "not what its name says"),
        ({"files": ("a.exe", b"MZ")}, "nothing to learn from"),
        ({"name": "My Waltzes!"}, "small letters"),
        ({"name": "chorale"}, "taken"),
        ({"base": "polka"}, "no genre 'polka'"),
        ({"tags": "mode"}, "KEY=VALUE"),
    ],
)
async def test_what_cannot_be_learned_from_is_told_alone(discord, bot, channel, manager, options, said):
    wish = {"name": "my-waltzes", "files": ("a.zip", zipped())} | options
    answer = await discord.answered(await discord.slash(manager, channel, "train", **wish))
    assert answer.only_for == manager.id and said in answer.content
    assert bot.desk.ledger.jobs() == [] and [one.name for one in bot.desk.files.root.glob("[!.]*")] == []


async def test_a_file_too_large_is_refused_before_it_is_fetched(discord, bot, channel, manager, monkeypatch):
    monkeypatch.setattr("bot.commands.train.FILE_BYTES", 100)
    answer = await discord.answered(
        await discord.slash(manager, channel, "train", name="my-waltzes", files=("a.zip", zipped()))
    )
    assert "more than the" in answer.content and "/studio" in answer.content
    assert not [path for method, path in discord.rest.requests if path.startswith("/cdn")]


async def test_files_without_use_are_explained_and_not_kept(discord, bot, trainer, channel, manager):
    trainer.report = UNUSABLE
    await discord.slash(manager, channel, "train", name="my-waltzes", files=("a.zip", zipped()))
    message = await shown(discord, channel, manager, "No melody was found", "melody's track")
    await all_told(discord, bot)
    assert buttons(message) == [] and [one.name for one in bot.desk.files.root.glob("[!.]*")] == []


async def test_cancel_instead_of_start_deletes_the_files(discord, bot, channel, manager, reported):
    await all_told(discord, bot)
    await discord.answered(await discord.press(manager, reported, "Cancel"))
    assert reported.id not in channel.messages
    assert bot.desk.ledger.jobs() == [] and [one.name for one in bot.desk.files.root.glob("[!.]*")] == []


@pytest.mark.parametrize("label", START)
async def test_a_stranger_can_neither_start_nor_cancel(discord, bot, guild, channel, bob, reported, label):
    guild.managers.add(bob.id)
    answer = await discord.answered(await discord.press(bob, reported, label))
    assert answer.only_for == bob.id and "Only who began this" in answer.content
    assert buttons(reported) == START and len(bot.desk.ledger.jobs()) == 1


async def test_start_works_after_a_restart_and_twice_is_once(discord, bot, trainer, channel, manager, reported):
    await bot.restart()
    trainer.hold_after(1)
    for _ in range(3):
        await discord.press(manager, reported, "Start")
    await discord.until(trainer.waits.is_set)
    assert [job.kind for job in bot.desk.ledger.jobs()] == ["train", "survey"]


@pytest.fixture
async def running(discord, bot, trainer, channel, manager, reported):
    """A training that waits after its second epoch: its thread, and the message of its course."""
    trainer.hold_after(2)
    await discord.press(manager, reported, "Start")
    thread = await thread_of(discord, channel)
    return thread, await shown(discord, thread, manager, "Epoch 2 of 3")


async def test_the_course_shows_figures_curves_and_buttons(discord, manager, running):
    _, course = running
    for words in ("generator +0.50, critic 1.25", "Similarity index 0.480", "best 0.480", "60 s left"):
        assert words in course.content
    await discord.until(lambda: buttons(course) == RUNS and course.files)
    assert course.file(".png").data == PLOT_DARK + b" 2" and "Curves" in course.file(".png").extra["description"]


async def test_a_stranger_presses_stop(discord, bot, bob, running):
    _, course = running
    for label in RUNS:
        answer = await discord.answered(await discord.press(bob, course, label))
        assert answer.only_for == bob.id and "Only who began this" in answer.content
    assert not bot.desk.ledger.jobs()[0].cancel_requested


async def test_stop_then_resume_in_the_same_thread(discord, bot, trainer, channel, manager, running):
    thread, course = running
    await discord.answered(await discord.press(manager, course, "Stop"))
    await discord.until(lambda: buttons(course) == STOPPED)
    assert "stopped" in course.content and "Epoch 2 of 3" in course.content
    trainer.release()
    await discord.answered(await discord.press(manager, course, "Resume"))
    await shown(discord, thread, manager, "is ready", "3 epochs")
    await shown(discord, channel, manager, "is ready")
    assert discord.world.threads(channel) == [thread]
    first, second = bot.desk.ledger.jobs(statuses=["done", "cancelled"])[:2][::-1]
    assert second.payload["resume"] == first.id


async def test_stop_and_keep_makes_a_genre_of_the_best_so_far(discord, bot, trainer, channel, manager, running):
    thread, course = running
    await discord.answered(await discord.press(manager, course, "Stop and keep"))
    await shown(discord, thread, manager, "is ready", "2 epochs")
    await all_told(discord, bot)
    assert "stopped" in course.content
    assert bot.desk.shelf.genre("my-waltzes").user == f"discord:{manager.id}"


async def test_stopped_then_kept_later_and_twice_is_refused(discord, bot, trainer, channel, manager, running):
    _, course = running
    await discord.answered(await discord.press(manager, course, "Stop"))
    await discord.until(lambda: buttons(course) == STOPPED)
    trainer.release()
    await discord.answered(await discord.press(manager, course, "Keep"))
    news = await shown(discord, channel, manager, "is ready", "2 epochs")
    assert news.file(".mp3")


async def test_nothing_can_be_kept_before_the_first_epoch(discord, bot, channel, manager, reported):
    from bot.chat import Incoming, Place, User
    from bot.commands import COMMANDS
    from bot.dispatch import Dispatch

    job = bot.desk.ledger.enqueue("0123456789ab", "train", bot.desk.ledger.jobs()[0].payload, user="discord:1")
    wish = Incoming("e", "train_keep", User("discord:1", "", ""), Place("discord", channel.id), {"id": job.id})
    (reply,) = [reply async for reply in Dispatch(bot.desk, COMMANDS).handle(wish)]
    assert "wait for the first epoch" in reply.text and not bot.desk.ledger.job(job.id).cancel_requested


async def test_the_bot_restarted_in_mid_train(discord, bot, trainer, channel, manager, running):
    thread, course = running
    await bot.stop()
    discord.world.nonces.clear()  # Discord remembers them for a few minutes only
    trainer.release()
    (job, *_) = bot.desk.ledger.jobs()
    await discord.until(lambda: bot.desk.ledger.job(job.id).ended)
    await bot.start()
    await discord.until(lambda: "is ready" in course.content)
    await all_told(discord, bot)
    samples = [one.content for one in public(thread, manager) if "the same melody" in one.content]
    assert len(samples) == len(set(samples)) == 2 and len(discord.world.threads(channel)) == 1
    assert len([one for one in public(channel, manager) if "is ready" in one.content]) == 1


async def test_the_worker_killed_in_mid_train(discord, bot, home, trainer, manager, running):
    thread, course = running
    trainer.die()
    other = FakeTrainer(home, "another").start()
    try:
        await discord.until(lambda: "is ready" in course.content)
    finally:
        other.stop()
    assert "3 epochs" in course.content
    samples = [one.content for one in public(thread, manager) if "the same melody" in one.content]
    assert len(samples) == len(set(samples)) == 2


async def test_a_training_outlives_the_token(discord, bot, trainer, manager, running):
    _, course = running
    discord.world.clock.advance(3 * 3600)
    trainer.release()
    await discord.until(lambda: "is ready" in course.content)


async def test_a_thread_whose_answer_was_lost_is_found_again(discord, bot, trainer, channel, manager, reported):
    discord.fail("POST", r"/messages/\d+/threads$", status=500, after_doing=True)
    await discord.press(manager, reported, "Start")
    thread = await thread_of(discord, channel)
    await shown(discord, thread, manager, "is ready")
    await all_told(discord, bot)
    assert len(discord.world.threads(channel)) == 1


async def test_a_thread_that_is_deleted_in_mid_train_loses_no_genre(discord, bot, trainer, channel, manager, running):
    thread, _ = running
    thread.gone = True
    trainer.release()
    assert (await shown(discord, channel, manager, "is ready")).file(".mp3")
    private = discord.world.private(discord.world.bot, manager)
    await shown(discord, private, manager, "is ready", "The channel is gone")
    await all_told(discord, bot)


async def test_without_threads_it_is_told_in_the_channel(discord, bot, trainer, channel, manager):
    channel.deny("Create Public Threads")
    await discord.slash(manager, channel, "train", name="my-waltzes", files=("a.zip", zipped()), epochs=2)
    await discord.press(manager, await report_in(discord, channel, manager), "Start")
    await shown(discord, channel, manager, "is ready")
    await all_told(discord, bot)
    assert discord.world.threads(channel) == []
    assert len([one for one in public(channel, manager) if "is ready" in one.content]) == 1


async def test_in_a_private_conversation_everybody_may_train(discord, bot, trainer, bob):
    private = discord.world.private(discord.world.bot, bob, kind=DM)
    await discord.slash(bob, private, "train", name="my-waltzes", files=("a.zip", zipped()), epochs=2)
    await discord.press(bob, await report_in(discord, private, bob), "Start")
    await shown(discord, private, bob, "is ready")
    await all_told(discord, bot)


async def test_by_a_users_own_app_it_is_told_to_them_when_the_token_has_ended(discord, bot, trainer, bob):
    elsewhere = discord.world.guild("Elsewhere", has_bot=False)
    elsewhere.managers.add(bob.id)
    place = discord.world.channel(elsewhere)
    trainer.hold_after(2)
    await discord.slash(bob, place, "train", name="my-waltzes", files=("a.zip", zipped()), epochs=3)
    await discord.press(bob, await report_in(discord, place, bob), "Start")
    await shown(discord, place, bob, "Epoch 2 of 3")
    discord.world.clock.advance(16 * 60)
    trainer.release()
    private = discord.world.private(discord.world.bot, bob)
    message = await shown(discord, private, bob, "is ready", "15 minutes")
    assert message.file(".mp3").data == SOUND
    await all_told(discord, bot)


async def test_a_failed_training_says_why_and_can_go_on(discord, bot, trainer, manager, running):
    _, course = running
    (job, *_) = bot.desk.ledger.jobs()
    bot.desk.ledger.fail(trainer.owner, job.id, "The disk is full: free some space there.")
    await discord.until(lambda: "The disk is full" in course.content)
    assert buttons(course) == STOPPED


async def test_two_servers_each_with_genres_of_their_own(discord, bot, trainer, channel, manager, bob, reported):
    await discord.press(manager, reported, "Start")
    await shown(discord, channel, manager, "is ready")
    other = discord.world.channel(discord.world.guild("Beta"))
    proposed = {
        (user.name, place.guild.name): [
            one["value"] for one in await discord.complete(user, place, "compose", "genre", "waltzes")
        ]
        for user in (manager, bob)
        for place in (channel, other)
    }
    assert proposed == {
        ("Ann", "Alpha"): ["my-waltzes"],
        ("Ann", "Beta"): ["my-waltzes"],
        ("Bob", "Alpha"): [],
        ("Bob", "Beta"): [],
    }
    answer = await discord.answered(await discord.slash(bob, other, "compose", notes="C4 D E F", genre="my-waltz"))
    assert "There is no genre" in answer.content and "my-waltzes" not in answer.content
    for command in ("genres", "help"):
        answer = await discord.answered(await discord.slash(bob, channel, command))
        assert "my-waltzes" not in answer.content


async def test_two_trainings_at_once_never_mix(discord, bot, trainer, guild, channel, manager, bob):
    other_guild = discord.world.guild("Beta")
    other = discord.world.channel(other_guild)
    other_guild.managers.add(bob.id)
    await asyncio.gather(
        discord.slash(manager, channel, "train", name="anns", files=("a.zip", zipped()), epochs=2),
        discord.slash(bob, other, "train", name="bobs", files=("b.zip", zipped()), epochs=2),
    )
    for user, place in ((manager, channel), (bob, other)):
        await discord.press(user, await report_in(discord, place, user), "Start")
    for user, place, mine, foreign in ((manager, channel, "anns", "bobs"), (bob, other, "bobs", "anns")):
        await shown(discord, place, user, "is ready", mine)
        everything = [one.content for one in (*public(place, user), *public(await thread_of(discord, place), user))]
        assert not any(foreign in text for text in everything)


async def test_a_name_that_somebody_trains_already_is_taken(discord, bot, channel, guild, bob, running):
    guild.managers.add(bob.id)
    answer = await discord.answered(
        await discord.slash(bob, channel, "train", name="my-waltzes", files=("a.zip", zipped()))
    )
    assert "taken" in answer.content and "Ann" not in answer.content
