"""/settings: what a space decides for everybody in it. Without options it says what is decided now."""

from collections.abc import AsyncIterator
from dataclasses import replace

from bot.chat import Choice, Incoming, Reply
from bot.command import Command, Option
from bot.commands.compose import complete_genre
from bot.desk import Desk
from composer_core.errors import SettingError
from storage.spaces import SpaceSettings

MOST_WAITING = 50


async def settings(incoming: Incoming, desk: Desk) -> AsyncIterator[Reply]:
    """Change what was named, then show everything."""
    place = incoming.place
    if not place.space:
        raise SettingError(f"Settings belong to a {place.space_name}: use /settings in one that you manage.")
    decided = await _changed(incoming, desk, await desk.decisions(place))
    if incoming.options:
        await desk.do(desk.spaces.decide, place.platform, place.space, decided)
    yield Reply("\n".join(lines(decided)))


def lines(decided: SpaceSettings) -> tuple[str, ...]:
    """Say what a space has decided."""
    channel = f"<#{decided.share_channel}>" if decided.share_channel else "where it is asked"
    return (
        f"Default genre: `{decided.default_genre}`",
        f"Jobs that one user may have waiting: {decided.waiting_per_user}",
        f"/share posts: {channel}",
        f"Who may train genres: {decided.trainers}",
    )


async def _changed(incoming: Incoming, desk: Desk, decided: SpaceSettings) -> SpaceSettings:
    if name := incoming.text("default_genre"):
        decided = replace(decided, default_genre=await _for_everybody(name, incoming, desk))
    if "limit" in incoming.options:
        decided = replace(decided, waiting_per_user=int(incoming.options["limit"]))
    if channel := incoming.text("share_channel"):
        decided = replace(decided, share_channel=channel)
    if trainers := incoming.text("trainers"):
        decided = replace(decided, trainers=trainers)
    return decided


async def _for_everybody(name: str, incoming: Incoming, desk: Desk) -> str:
    """Return the name of a genre that all may use here."""
    genre = await desk.genre(name, incoming.place, incoming.user.id)
    if genre.name in await desk.hidden_genres(incoming.place):
        where = f"this {incoming.place.space_name}"
        raise SettingError(f"Only you may use {genre.name!r}: share it with {where} first (/genre).")
    return genre.name


OPTIONS = (
    Option("default_genre", "the genre of /compose when none is named", complete=complete_genre, high=40),
    Option("limit", "how many jobs one user may have waiting", "integer", low=1, high=MOST_WAITING),
    Option("share_channel", "where /share posts when no channel is named", kind="channel"),
    Option(
        "trainers",
        "who may train genres",
        choices=(Choice("managers", "managers only"), Choice("everyone", "everyone")),
    ),
)
COMMANDS = (Command("settings", "What is decided for everybody here", settings, OPTIONS, for_managers=True),)
