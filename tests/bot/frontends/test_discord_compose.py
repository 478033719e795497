"""/compose from the click to the finished message, in every kind of place."""

import pytest

from composer_core.midi import read_melody, write_composition
from composer_core.music import Composition, Key, Track
from composer_core.notation import parse_notes
from tests.fakes.discord.world import DM, GROUP, THREAD
from tests.fakes.worker import MIDI, MP3, PNG

TUNE = "C4 D E F | G:2 G:2"


def midi_file(notes=TUNE):
    melody = parse_notes(notes)
    return write_composition(
        Composition("tune", melody.timing, Key(0), (Track("Melody", 0, melody.notes, is_melody=True),))
    )


def public(channel, user):
    """The bot's messages that everyone sees."""
    return [message for message in channel.seen(user) if not message.only_for and message.author.is_bot]


def results(channel, user):
    """Messages with a result that a user sees in a channel, oldest first."""
    return [message for message in public(channel, user) if message.files]


@pytest.fixture
def result(discord, channel, ann):
    async def wait(count=1, place=None, user=None):
        shown = await discord.until(lambda: len(found := results(place or channel, user or ann)) >= count and found)
        return shown[-1]

    return wait


async def test_typed_notes_become_a_message_with_sound_midi_and_picture(discord, bot, worker, channel, ann, result):
    event = await discord.slash(ann, channel, "compose", notes=TUNE, seed=7)
    understood = await discord.answered(event)
    assert understood.only_for == ann.id and "6 notes, 2 bars" in understood.content
    assert understood.file(".png").data.startswith(b"\x89PNG\r\n")
    message = await result()
    assert "chorale" in message.content and "seed 7" in message.content and f"<@{ann.id}>" in message.content
    (job,) = bot.desk.ledger.jobs()
    for ending, begin in ((".mp3", MP3), (".mid", MIDI), (".png", PNG)):
        sent = await discord.download(message.file(ending), channel)
        assert sent == begin + f" {job.id}-1".encode()
    assert message.file(".png").extra["description"] == "A roll of melody"
    await discord.until(lambda: bot.desk.ledger.job(job.id).reported_at)


async def test_one_message_shows_queue_stage_and_result(discord, bot, worker, channel, ann, result):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    (first,) = await discord.until(lambda: public(channel, ann))
    await discord.until(lambda: "composing" in first.content)
    await discord.slash(ann, channel, "compose", notes=TUNE)
    _, second = await discord.until(lambda: len(found := public(channel, ann)) == 2 and found)
    assert "place 1 in the queue" in second.content
    worker.release()
    await result(2)
    assert first.files and second.files and len(results(channel, ann)) == 2
    assert "50%" in " ".join(first.edits)


async def test_the_wait_is_estimated_from_the_last_jobs(discord, bot, worker, channel, ann, result):
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await result()
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(worker.running.is_set)
    await discord.slash(ann, channel, "compose", notes=TUNE)
    told = "place 1 in the queue, about 1 s"
    await discord.until(lambda: [one for one in public(channel, ann) if told in one.content])


async def test_a_midi_file_is_read_and_options_reach_the_worker(discord, bot, worker, channel, ann, result):
    options = {"genre": "chorale", "technique": "blocks", "tempo": 90, "bars": 4, "seed": 3, "key": "D", "risk": 1.5}
    chords = "D G | A D"
    await discord.slash(ann, channel, "compose", melody=("My_tune*.mid", midi_file()), chords=chords, **options)
    message = await result()
    wish = bot.desk.ledger.jobs()[0].payload
    assert (wish["genre"], wish["technique"], wish["tempo_bpm"], wish["length_bars"]) == ("chorale", "blocks", 90, 4)
    assert (wish["seed"], wish["key"], wish["controls"]["risk"]) == (3, "D", 1.5)
    assert [chord["label"] for chord in wish["controls"]["chords"]][:2] == ["D", "G"]
    assert "**My tune**" in message.content  # no markup of a stranger's


async def test_genres_are_proposed_while_typing(discord, bot, channel, ann):
    proposed = await discord.complete(ann, channel, "compose", "genre", "chor")
    assert proposed[0]["value"] == "chorale"
    assert await discord.complete(ann, channel, "compose", "genre", "no such thing") == []


async def test_of_several_takes_one_is_picked_in_place(discord, bot, worker, channel, ann, bob, result):
    await discord.slash(ann, channel, "compose", notes=TUNE, takes=3, seed=5)
    message = await result()
    assert sum(file.name.endswith(".mp3") for file in message.files) == 3
    refused = await discord.answered(await discord.press(bob, message, "Take 2"))
    assert refused.only_for == bob.id and "Only who composed this" in refused.content
    await discord.press(ann, message, "Take 2")
    await discord.until(lambda: "Pick" not in message.content)
    assert "seed 6" in message.content
    assert [file.data.endswith(b"-2") for file in message.files] == [True, True, True]
    assert len(results(channel, ann)) == 1


async def test_from_the_menu_of_a_message_with_midi(discord, bot, worker, channel, ann, bob, result):
    song = await discord.say(bob, channel, "look", ("song.mid", midi_file()))
    await discord.menu(ann, song, "Compose from this")
    message = await result()
    assert message.answers == song.id
    empty = await discord.say(bob, channel, "nothing here", ("song.txt", b"la la la"))
    answer = await discord.answered(await discord.menu(ann, empty, "Compose from this"))
    assert "no MIDI file" in answer.content


async def test_midi_is_described_to_the_asker_alone(discord, bot, channel, ann, bob):
    song = await discord.say(bob, channel, "look", ("song.mid", midi_file()))
    answer = await discord.answered(await discord.menu(ann, song, "Describe this MIDI"))
    assert answer.only_for == ann.id
    for fact in ("C major", "4/4", "100 bpm", "2 bars", "Melody", "6 notes", "C4 to G4"):
        assert fact in answer.content
    assert answer.file(".png").data.startswith(b"\x89PNG")


async def test_in_a_thread(discord, bot, worker, guild, ann, result):
    thread = discord.world.channel(guild, "songs", THREAD)
    await discord.slash(ann, thread, "compose", notes=TUNE)
    assert (await result(place=thread)).file(".mp3")


async def test_in_a_private_conversation(discord, bot, worker, ann, result):
    private = discord.world.private(discord.world.bot, ann, kind=DM)
    await discord.slash(ann, private, "compose", notes=TUNE)
    assert (await result(place=private)).file(".mp3")


@pytest.mark.parametrize("where", ["server", "group"])
async def test_as_a_users_own_app_where_the_bot_is_no_member(discord, bot, worker, ann, bob, result, where):
    if where == "server":
        place = discord.world.channel(discord.world.guild("Elsewhere", has_bot=False))
    else:
        place = discord.world.private(ann, bob, kind=GROUP)
    await discord.slash(ann, place, "compose", notes=TUNE)
    message = await result(place=place)
    assert message.file(".mp3")
    assert not [path for method, path in discord.rest.requests if method == "POST" and f"/channels/{place.id}" in path]


async def test_users_of_other_locales_are_served_too(discord, bot, worker, channel, result):
    user = discord.world.user("Zoë 🎺", locale="pt-BR")
    await discord.slash(user, channel, "compose", notes=TUNE)
    assert (await result(user=user)).file(".mp3")


async def test_a_long_wait_outlives_the_token(discord, bot, worker, channel, ann, result):
    worker.hold()
    await discord.slash(ann, channel, "compose", notes=TUNE)
    await discord.until(lambda: [message for message in channel.seen(ann) if "composing" in message.content])
    discord.world.clock.advance(16 * 60)
    worker.release()
    assert (await result()).file(".mp3")


async def test_what_is_left_out_of_a_melody_is_told(discord, bot, worker, channel, ann, result):
    await discord.slash(ann, channel, "compose", notes="C4 D E F G A B C5")
    assert "4/4" in (await result()).content


def test_a_midi_file_of_the_tests_is_one():
    assert [note.pitch for note in read_melody(midi_file()).notes] == [60, 62, 64, 65, 67, 67]
