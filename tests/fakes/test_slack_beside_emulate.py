"""Our fake Slack and one by other people hold the same after the same calls."""

import pytest

from tests.fakes.slack import emulated
from tests.fakes.slack.emulated import Emulated
from tests.fakes.slack.sample import MODAL, ROW

pytestmark = pytest.mark.skipif(bool(emulated.missing()), reason=emulated.missing())


async def test_the_same_calls_leave_the_same_messages_files_and_views(slack, team, channel, ann, web, tmp_path):
    world = slack.world
    direct = world.direct(team.bot, ann)
    asked, _ = await slack.people.say(ann, channel, "play this")
    first = await web.chat_postMessage(channel=channel.id, text="one", thread_ts=asked.ts, blocks=[ROW])
    await web.chat_update(channel=channel.id, ts=first["ts"], text="two", blocks=[])
    gone = await web.chat_postMessage(channel=channel.id, text="three")
    await web.chat_delete(channel=channel.id, ts=gone["ts"])
    await web.chat_postMessage(channel=direct.id, text="four")
    await web.chat_postEphemeral(channel=channel.id, user=ann.id, text="psst")
    data = bytes(range(256)) * 20
    file = (await web.files_upload_v2(content=data, filename="a.mid", channel=channel.id))["files"][0]["id"]
    opened = await web.views_open(trigger_id=world.trigger(ann), view=MODAL)
    await web.views_update(view_id=opened["view"]["id"], hash=opened["view"]["hash"], view=MODAL)
    await web.views_publish(user_id=ann.id, view={"type": "home", "blocks": [ROW]})
    async with Emulated(world, team, tmp_path) as other:
        assert await other.replay(slack.api.done) == []
        assert [one["text"] for one in await other.shown(channel)][:2] == ["play this", "two"]
        assert [one["text"] for one in await other.shown(direct)] == ["four"]
        assert await other.file(file) == data
    assert world.violations == []
