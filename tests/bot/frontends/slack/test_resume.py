"""What was acknowledged is carried out, even if the bot ends in between."""

from bot.frontends.slack_parts.events import Event
from storage.inbox import Inbox
from tests.bot.frontends.slack.acting import TUNE, cards, public
from tests.fakes.slack import payloads


def acknowledged(home, slack, channel, user, text):
    """Leave what a bot leaves that ends between its acknowledgement and its answer."""
    payload = payloads.slash(slack.world, user, channel, "/compose", text, "")
    event = Event.of(payload, user.team.id)
    assert Inbox(home.database).take(event.key, event.to_json())


async def test_a_command_that_was_acknowledged_before_a_crash_is_carried_out_once(
    home, slack, bot, worker, channel, ann, result
):
    await bot.stop()
    acknowledged(home, slack, channel, ann, TUNE)
    await bot.start()
    await result()
    await bot.restart()
    await slack.people.slash(ann, channel, "/compose", f"{TUNE} seed:5")
    await result(2)
    assert len(bot.desk.ledger.jobs()) == 2 and len(cards(channel, ann)) == 2


async def test_a_mistake_is_answered_after_a_crash_too(home, slack, bot, channel, ann):
    await bot.stop()
    acknowledged(home, slack, channel, ann, f"{TUNE} takes:9")
    await bot.start()
    (said,) = await slack.until(lambda: [one for one in channel.seen(ann) if one.only_for])
    assert "outside 1-4" in said.text and public(channel, ann) == []
    rows = bot.desk.privacy._connections.mine()["inbox"]
    await slack.until(lambda: not rows.count_where("payload is not null"))
