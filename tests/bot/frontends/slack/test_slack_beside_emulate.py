"""What the bot does in Slack, done once more at a Slack by other people: it holds the same in the end.

Skipped without Node, or without the package: ``tests/fakes/slack/emulated.py`` says how to get it.
"""

import pytest

from tests.bot.frontends.slack.acting import TUNE, cards, enclosed, midi_file, reported, results
from tests.fakes.slack import emulated
from tests.fakes.slack.emulated import Emulated

pytestmark = pytest.mark.skipif(bool(emulated.missing()), reason=emulated.missing())


async def test_an_afternoon_of_composing_leaves_the_same_there(slack, bot, worker, team, channel, ann, bob, tmp_path):
    people = slack.people
    await people.slash(ann, channel, "/compose", f"{TUNE} seed:7")
    (message,) = await slack.until(lambda: results(channel, ann))
    await people.press(ann, message, "Another take")
    await people.say(bob, channel, f"<@{team.bot.id}> please", ("song.mid", midi_file()))
    direct = slack.world.direct(team.bot, bob)
    await people.say(bob, direct, TUNE)
    await people.slash(bob, channel, "/compose")
    modal = await slack.modal(bob)
    await slack.submitted(await people.submit(modal, notes=TUNE, takes=2))
    await people.open_home(ann)
    await slack.until(lambda: slack.world.homes)
    await reported(slack, bot.desk, 5)
    shown = [*cards(channel, ann), *cards(direct, bob)]
    await slack.until(lambda: all(enclosed(one) for one in shown))
    async with Emulated(slack.world, team, tmp_path) as other:
        assert await other.replay(slack.api.done) == []
        for place in (channel, direct):
            ours = [one.text for one in place.messages.values() if one.text and not one.only_for]
            theirs = [one["text"] for one in await other.shown(place)]
            assert sorted(other.written(text) for text in ours) == sorted(text for text in theirs if text.strip())
        for one in shown:
            for file in enclosed(one):
                assert await other.file(file.id) == file.data, file.name
