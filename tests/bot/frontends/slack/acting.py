"""What tests look for in a Slack channel: the bot's messages, its results, and the files in their threads."""

import re

from bot.desk import Desk
from storage.jobs import Job
from tests.bot.frontends.test_discord_compose import TUNE, midi_file
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.things import Channel, Message, StoredFile, User

__all__ = ["TUNE", "cards", "composing", "enclosed", "file", "midi_file", "public", "reported", "results", "take_id"]
FINISHED = ("another", "pick", "stems")


def public(channel: Channel, user: User) -> list[Message]:
    """The bot's messages that everyone sees."""
    return [message for message in channel.seen(user) if not message.only_for and message.author.is_bot]


def cards(channel: Channel, user: User) -> list[Message]:
    """Of these the results, oldest first, whether their files are there yet or not."""

    def offered(message: Message) -> set[str]:
        return {element["action_id"].partition(" ")[0] for _, element in message.controls}

    return [message for message in public(channel, user) if offered(message) & set(FINISHED)]


def enclosed(message: Message) -> list[StoredFile]:
    """The files that the bot has put into a message's thread, or beside it in the thread where it is."""
    thread = message.thread_ts or message.ts
    beside = [one for one in message.channel.messages.values() if one.thread_ts == thread and one.author.is_bot]
    return [found for one in beside for found in one.files]


def results(channel: Channel, user: User) -> list[Message]:
    """Results with their files."""
    return [message for message in cards(channel, user) if enclosed(message)]


def file(message: Message, ending: str) -> StoredFile:
    """The one file of a message, or of its thread, with this ending."""
    (found,) = [one for one in (*message.files, *enclosed(message)) if one.name.endswith(ending)]
    return found


def take_id(message: Message) -> str:
    """The id under a result."""
    return re.findall(r"`([0-9a-f]{12}-\d)`", message.text)[-1]


async def reported(slack: FakeSlack, desk: Desk, count: int = 1) -> list[Job]:
    """Wait until every job was told of, and return the jobs."""

    def told() -> bool:
        jobs = desk.ledger.jobs()
        return len(jobs) >= count and all(job.reported_at for job in jobs if job.origin)

    await slack.until(told)
    return desk.ledger.jobs()


async def composing(slack: FakeSlack, channel: Channel, user: User) -> Message:
    """Wait until a job is half-way, and return its message."""
    return (await slack.until(lambda: [one for one in public(channel, user) if "composing" in one.text]))[-1]
