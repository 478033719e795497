"""/genre, and whose a genre is: what its owner may do with it, and that nobody else knows of it."""

import io
import zipfile

import pytest

from storage.genre_shelf import Owned
from storage.spaces import SpaceSettings
from tests.bot.frontends.test_discord_compose import public, results
from tests.bot.frontends.test_discord_train import place_of, report_in, shown, zipped
from tests.fakes.discord.world import DM

NAME = "my-waltzes"


@pytest.fixture
async def own(discord, bot, channel, ann):
    """A genre of Ann's, made in this server and private."""
    return make(bot, NAME, ann, channel)


def make(bot, name, user, channel, **about):
    from shutil import copy

    from composer_core.genres import SHIPPED

    folder = bot.desk.shelf.root / name
    folder.mkdir(parents=True)
    copy(SHIPPED / "pop" / "genre.toml", folder)
    (folder / "weights.safetensors").write_bytes(b"weights")
    space = channel.guild.id if channel.guild else ""
    bot.desk.shelf.put(Owned(name, f"discord:{user.id}", "discord" if space else "", space, **about))
    return folder


@pytest.fixture
def ask(discord):
    async def ask_and_wait(user, place, command, **options):
        return await discord.answered(await discord.slash(user, place, command, **options))

    return ask_and_wait


@pytest.fixture
def genre(discord, ask):
    async def manage(user, place, action, name=NAME, **options):
        return await ask(user, place, "genre", name=name, action=action, **options)

    return manage


async def test_a_genre_is_renamed_and_described(discord, bot, channel, ann, own, genre, ask):
    assert "valses now" in (await genre(ann, channel, "rename", value="valses")).content.replace("`", "")
    await genre(ann, channel, "describe", name="valses", value="Three beats, *mostly* sad.")
    listed = (await ask(ann, channel, "genres")).content
    assert "valses" in listed and "Three beats, mostly sad." in listed and "for you alone" in listed
    assert NAME not in listed


@pytest.mark.parametrize(
    ("action", "value", "said"),
    [
        ("rename", "chorale", "taken"),
        ("rename", "No Good!", "small letters"),
        ("rename", "", "small letters"),
        ("describe", "", "one line"),
        ("describe", "x" * 300 + "\n", None),
    ],
)
async def test_what_will_not_do_is_said(bot, channel, ann, own, genre, action, value, said):
    answer = await genre(ann, channel, action, **({"value": value} if value else {}))
    assert said is None or said in answer.content
    assert bot.desk.shelf.genre(NAME).user == f"discord:{ann.id}"


async def test_a_shipped_genre_stays_as_it_is(bot, channel, ann, guild, genre):
    guild.managers.add(ann.id)
    for action in ("rename", "describe", "share", "private", "delete"):
        assert "came with Tutti" in (await genre(ann, channel, action, name="chorale", value="x-y")).content


async def test_sharing_is_for_this_server_until_it_is_taken_back(discord, bot, worker, channel, ann, bob, own, genre):
    elsewhere = discord.world.channel(discord.world.guild("Beta"))
    wish = {"notes": "C4 D E F", "genre": NAME}
    refused = await discord.answered(await discord.slash(bob, channel, "compose", **wish))
    assert "There is no genre" in refused.content and f"'{NAME}'." in refused.content
    assert "Everybody in this server" in (await genre(ann, channel, "share")).content
    await discord.slash(bob, channel, "compose", **wish)
    assert await discord.until(lambda: results(channel, bob))
    refused = await discord.answered(await discord.slash(bob, elsewhere, "compose", **wish))
    assert "There is no genre" in refused.content
    await genre(ann, channel, "private")
    refused = await discord.answered(await discord.slash(bob, channel, "compose", **wish))
    assert "There is no genre" in refused.content


async def test_nobody_learns_of_a_private_genre(discord, bot, worker, channel, guild, ann, bob, own, genre, ask):
    guild.managers.add(bob.id)
    for action in ("rename", "describe", "share", "private", "export", "delete"):
        answer = await genre(bob, channel, action, value="mine-now")
        assert "There is no genre" in answer.content
        assert NAME not in answer.content.replace(f"no genre '{NAME}'", "")
    assert await discord.complete(bob, channel, "genre", "name", "my") == []
    assert [one["value"] for one in await discord.complete(ann, channel, "genre", "name", "my")] == [NAME]
    nearly = await ask(bob, channel, "compose", notes="C4", genre="my-waltze")
    assert NAME not in nearly.content
    refused = await ask(bob, channel, "settings", default_genre=NAME)
    assert "There is no genre" in refused.content


async def test_a_result_in_public_offers_no_private_genre(discord, bot, worker, channel, ann, bob, own):
    await discord.slash(ann, channel, "compose", notes="C4 D E F", genre=NAME)
    (message,) = await discord.until(lambda: results(channel, ann))
    await discord.slash(ann, channel, "compose", notes="C4 D E F")
    (_, other) = await discord.until(lambda: len(found := results(channel, ann)) == 2 and found)
    offered = [one["value"] for select in other.controls if select["type"] == 3 for one in select["options"]]
    assert NAME not in offered
    refused = await discord.answered(await discord.press(bob, message, "Another take"))
    assert "There is no genre" in refused.content and len(bot.desk.ledger.jobs()) == 2


async def test_a_manager_decides_about_what_belongs_to_the_server(discord, bot, channel, guild, ann, bob, own, genre):
    await genre(ann, channel, "share")
    assert "Only who made" in (await genre(bob, channel, "private")).content
    guild.managers.add(bob.id)
    other_guild = discord.world.guild("Beta")
    other_guild.managers.add(bob.id)
    assert "There is no genre" in (await genre(bob, discord.world.channel(other_guild), "private")).content
    assert "its owner alone" in (await genre(bob, channel, "private")).content
    assert not bot.desk.shelf.genre(NAME).shared


async def test_a_default_genre_must_be_for_everybody_and_may_vanish(
    discord, bot, worker, channel, guild, ann, own, genre, ask
):
    guild.managers.add(ann.id)
    assert "share it with this server first" in (await ask(ann, channel, "settings", default_genre=NAME)).content
    await genre(ann, channel, "share")
    assert NAME in (await ask(ann, channel, "settings", default_genre=NAME)).content
    bot.desk.shelf.delete(NAME)
    await discord.slash(ann, channel, "compose", notes="C4 D E F")
    await discord.until(lambda: results(channel, ann))
    assert bot.desk.ledger.jobs()[0].payload["genre"] == SpaceSettings.default_genre


async def test_a_genre_is_exported_as_one_file(discord, channel, ann, own, genre):
    answer = await genre(ann, channel, "export")
    with zipfile.ZipFile(io.BytesIO(answer.file(".genre.zip").data)) as archive:
        assert {"genre.toml", "weights.safetensors", "manifest.json"} <= set(archive.namelist())
    channel.guild.file_bytes = 100
    assert "more than may be sent here" in (await genre(ann, channel, "export")).content


async def test_a_genre_is_deleted_after_a_second_thought(discord, bot, channel, ann, bob, own, genre):
    asked = await genre(ann, channel, "delete")
    assert own.exists()
    await discord.answered(await discord.press(ann, asked, "Delete it"))
    assert not own.exists() and bot.desk.shelf.genre(NAME) is None


async def test_in_a_private_conversation_there_is_nobody_to_share_with(discord, bot, ann, genre, channel):
    private = discord.world.private(discord.world.bot, ann, kind=DM)
    make(bot, NAME, ann, private)
    assert "from within the server" in (await genre(ann, private, "share")).content
    await genre(ann, channel, "share")
    assert bot.desk.shelf.genre(NAME).is_shared_in("discord", channel.guild.id)


async def test_the_announcements_button_shares_for_the_owner_alone(
    discord,
    bot,
    trainer,
    channel,
    guild,
    ann,
    bob,
):
    guild.managers.add(ann.id)
    await discord.slash(ann, channel, "train", name=NAME, files=("a.zip", zipped()), epochs=2)
    await discord.press(ann, await report_in(discord, channel, ann), "Start")
    news = await shown(discord, channel, ann, "is ready")
    refused = await discord.answered(await discord.press(bob, news, "Share with this server"))
    assert refused.only_for == bob.id and "There is no genre" in refused.content
    await discord.answered(await discord.press(ann, news, "Share with this server"))
    assert [one.name for one in await bot.desk.genres(place_of(channel), f"discord:{bob.id}")].count(NAME) == 1


async def test_whoever_is_forgotten_leaves_no_training_and_no_genre(
    discord,
    bot,
    home,
    trainer,
    channel,
    guild,
    ann,
    ask,
):
    guild.managers.add(ann.id)
    upload = zipped()
    await discord.slash(ann, channel, "train", name=NAME, files=("a.zip", upload), epochs=2)
    await discord.press(ann, await report_in(discord, channel, ann), "Start")
    await shown(discord, channel, ann, "is ready")
    (thread,) = discord.world.threads(channel)
    await discord.until(lambda: all(job.reported_at for job in bot.desk.ledger.jobs()))
    exported = await ask(ann, channel, "privacy", action="export")
    with zipfile.ZipFile(io.BytesIO(exported.file(".zip").data)) as archive:
        names = archive.namelist()
        assert archive.read(next(name for name in names if name.endswith("upload.zip"))) == upload
    assert f"genres/{NAME}/weights.safetensors" in names and any("epoch-2.mp3" in name for name in names)
    asked = await ask(ann, channel, "privacy", action="delete")
    answer = await discord.answered(await discord.press(ann, asked, "Delete everything of mine"))
    assert "deleted" in answer.content
    await discord.until(lambda: public(thread, ann) == [])
    assert public(channel, ann) == [] and bot.desk.ledger.jobs() == []
    for folder in (home.files, home.trainings, home.genres):
        assert [path.name for path in folder.glob("[!.]*")] == []
