"""/train in Slack: from the modal to the report, from the report to the thread, from the thread to the genre."""

import io
import zipfile

import pytest

from storage.spaces import SpaceSettings
from tests.bot.frontends.slack.acting import midi_file, public
from tests.fakes.trainer import NOTES, PLOT, PLOT_DARK, SOUND, UNUSABLE, FakeTrainer

START, RUNS, STOPPED = ["Start", "Cancel"], ["Stop", "Stop and keep"], ["Resume", "Keep"]


def zipped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("a.mid", "b.mid"):
            archive.writestr(name, midi_file())
    return stream.getvalue()


@pytest.fixture
def trainer(home):
    trainer = FakeTrainer(home).start()
    yield trainer
    trainer.stop()


@pytest.fixture
def boss(slack, team):
    """Who manages the workspace and so may train."""
    return slack.world.user("Boss", team, is_admin=True)


def buttons(message):
    return [one["text"]["text"] for _, one in message.controls if one["type"] == "button"]


async def form(slack, channel, user, text=""):
    await slack.people.slash(user, channel, "/train", text)
    return await slack.modal(user)


async def send(slack, user, modal, *files, **values):
    kept = [slack.world.keep(name, data, user) for name, data in files]
    return await slack.people.submit(modal, files=kept, **values)


async def shown(slack, place, user, *words):
    """Wait for a message that everyone sees and that has all of these words."""
    return await slack.until(
        lambda: next((one for one in public(place, user) if all(word in one.shown for word in words)), None)
    )


@pytest.fixture
async def report(slack, bot, trainer, channel, boss):
    """A data report in the channel, for three epochs of waltzes."""
    modal = await form(slack, channel, boss)
    sent = await send(slack, boss, modal, ("waltzes.zip", zipped()), name="my-waltzes", epochs=3)
    assert await slack.submitted(sent) == {}
    return await slack.until(lambda: next((one for one in public(channel, boss) if buttons(one) == START), None))


async def test_the_whole_way_from_a_zip_to_a_genre(slack, bot, trainer, channel, boss, report):
    assert "enough to learn from" in report.shown and "only drums" in report.shown
    trainer.hold_after(2)
    await slack.people.press(boss, report, "Start")
    course = await shown(slack, channel, boss, "Epoch 2 of 3")
    await slack.until(lambda: buttons(report) == [])
    assert course.thread_ts, "it is watched in a thread"
    trainer.release()
    await shown(slack, channel, boss, "is ready", f"<@{boss.id}>")
    await slack.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs()))
    samples = [one for one in public(channel, boss) if "the same melody" in one.text]
    assert len(samples) == 2 and {one.thread_ts for one in samples} == {course.thread_ts}
    sent = [file.data for file in slack.world.files.values() if file.user != boss.id]
    assert SOUND in sent and NOTES in sent and (PLOT in sent or PLOT_DARK in sent)
    assert bot.desk.shelf.genre("my-waltzes").user.endswith(boss.id)


async def test_several_files_come_by_the_modal(slack, bot, trainer, channel, boss):
    modal = await form(slack, channel, boss)
    files = [(f"waltz {number}.mid", midi_file()) for number in range(9)] + [("waltz 0.mid", midi_file("C4 E G:2"))]
    assert await slack.submitted(await send(slack, boss, modal, *files, name="my-waltzes", tags="mode=minor")) == {}
    await slack.until(lambda: [one for one in public(channel, boss) if buttons(one) == START])
    (job,) = bot.desk.ledger.jobs()
    assert job.payload["tags"] == {"mode": "minor"} and job.payload["name"] == "my-waltzes"
    with zipfile.ZipFile(bot.desk.files.path(f"{job.id}/upload.zip")) as archive:
        assert len(set(archive.namelist())) == 10
        assert archive.read("waltz 0-2.mid") == midi_file("C4 E G:2")


WRONG = [
    ({"name": "My Waltzes!"}, "name", "small letters"),
    ({"name": "chorale"}, "name", "taken"),
    ({"base": "polka"}, "base", "no genre 'polka'"),
    ({"tags": "mode"}, "tags", "KEY=VALUE"),
    ({"files": ("a.exe", b"MZ")}, "files", "nothing to learn from"),
    ({"files": ("a.zip", b"PK no zip at all")}, "files", "damaged"),
    ({"files": None}, "files", "nothing to learn from yet"),
]


@pytest.mark.parametrize(("values", "field", "told"), WRONG, ids=[told for *_, told in WRONG])
async def test_what_is_wrong_is_shown_at_its_field(slack, bot, channel, boss, values, field, told):
    modal = await form(slack, channel, boss)
    given = {"name": "my-waltzes", "files": ("a.zip", zipped())} | values
    files = [given.pop("files")]
    errors = await slack.submitted(await send(slack, boss, modal, *filter(None, files), **given))
    assert list(errors) == [modal.input(field)["block_id"]] and told in errors[field] and modal.is_open
    assert bot.desk.ledger.jobs() == [] and [one.name for one in bot.desk.files.root.glob("[!.]*")] == []


async def test_who_may_not_train_is_told_so_and_everybody_may_when_it_is_decided(slack, bot, team, channel, bob):
    modal = await form(slack, channel, bob)
    sent = await send(slack, bob, modal, ("a.zip", zipped()), name="my-waltzes")
    told = " ".join((await slack.submitted(sent)).values()) or (await slack.answered(sent)).text
    assert "Only those who manage this workspace may" in told and bot.desk.ledger.jobs() == []
    bot.desk.spaces.decide("slack", team.id, SpaceSettings(trainers="everyone"))
    modal = await form(slack, channel, bob)
    assert await slack.submitted(await send(slack, bob, modal, ("a.zip", zipped()), name="my-waltzes")) == {}
    await slack.until(bot.desk.ledger.jobs)


async def test_files_without_use_are_explained_and_not_kept(slack, bot, trainer, channel, boss):
    trainer.report = UNUSABLE
    await send(slack, boss, await form(slack, channel, boss), ("a.zip", zipped()), name="my-waltzes")
    message = await shown(slack, channel, boss, "No melody was found", "melody's track")
    await slack.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs()))
    assert buttons(message) == [] and [one.name for one in bot.desk.files.root.glob("[!.]*")] == []


async def test_cancel_instead_of_start_deletes_the_files(slack, bot, channel, boss, report):
    await slack.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs()))
    await slack.people.press(boss, report, "Cancel")
    await slack.until(lambda: report.ts not in channel.messages)
    await slack.until(lambda: bot.desk.ledger.jobs() == [])


@pytest.fixture
async def course(slack, trainer, channel, boss, report):
    """The message of a training that waits after its second epoch."""
    trainer.hold_after(2)
    await slack.people.press(boss, report, "Start")
    return await shown(slack, channel, boss, "Epoch 2 of 3")


async def test_the_course_shows_figures_curves_and_buttons(slack, bot, course):
    for words in ("generator +0.50, critic 1.25", "Similarity index 0.480", "best 0.480"):
        assert words in course.shown
    await slack.until(lambda: buttons(course) == RUNS)
    pictures = [block for block in course.blocks if block["type"] == "image"]
    assert "Curves" in pictures[0]["alt_text"]
    assert slack.world.files[pictures[0]["slack_file"]["id"]].data.startswith(b"\x89PNG")


async def test_a_stranger_can_neither_start_nor_stop(slack, bot, bob, channel, report, course):
    await slack.until(lambda: buttons(course) == RUNS)
    for label in RUNS:
        await slack.told(await slack.people.press(bob, course, label), "Only who began this")
    assert not bot.desk.ledger.jobs()[0].cancel_requested


async def test_stop_then_resume_in_the_same_thread(slack, bot, trainer, channel, boss, course):
    await slack.until(lambda: buttons(course) == RUNS)
    await slack.people.press(boss, course, "Stop")
    await slack.until(lambda: buttons(course) == STOPPED)
    assert "stopped" in course.shown
    trainer.release()
    await slack.people.press(boss, course, "Resume")
    await shown(slack, channel, boss, "is ready", "3 epochs")
    await slack.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs()))
    first, second = bot.desk.ledger.jobs(statuses=["done", "cancelled"])[:2][::-1]
    assert second.payload["resume"] == first.id


async def test_stop_and_keep_makes_a_genre_of_the_best_so_far(slack, bot, trainer, channel, boss, course):
    await slack.until(lambda: buttons(course) == RUNS)
    await slack.people.press(boss, course, "Stop and keep")
    await shown(slack, channel, boss, "is ready", "2 epochs")
    await slack.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs()))
    assert bot.desk.shelf.genre("my-waltzes")


async def test_restarted_in_mid_training_nothing_is_told_twice(slack, bot, trainer, channel, boss, course):
    (job, *_) = bot.desk.ledger.jobs()
    await slack.until(lambda: bot.desk.postings.of(job.id))
    await bot.stop()
    trainer.release()
    await slack.until(lambda: bot.desk.ledger.job(job.id).ended)
    await bot.start()
    await slack.until(lambda: "is ready" in course.shown)
    await slack.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs()))
    samples = [one.text for one in public(channel, boss) if "the same melody" in one.text]
    assert len(samples) == len(set(samples)) == 2
