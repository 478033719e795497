"""/compose from the click to the finished message."""


def results(channel, user):
    """Messages with a result that a user sees in a channel."""
    return [message for message in channel.seen(user) if message.files and not message.only_for]


async def test_typed_notes_become_a_message_with_sound_midi_and_picture(discord, bot, worker, channel, ann):
    event = await discord.slash(ann, channel, "compose", notes="C4 D E F | G:2 G:2", seed=7)
    understood = await discord.answered(event)
    assert "6 notes, 2 bars" in understood.content and understood.file(".png").data.startswith(b"\x89PNG")
    (message,) = await discord.until(lambda: results(channel, ann))
    assert "chorale" in message.content and "seed 7" in message.content and f"<@{ann.id}>" in message.content
    assert {file.name.rpartition(".")[2] for file in message.files} == {"mp3", "mid", "png"}
    assert message.file(".png").extra["description"]
