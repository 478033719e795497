"""Every command by its name. Adding one is a file here and a line in ``_ALL``."""

from bot.command import Command
from bot.commands import (
    again,
    compose,
    describe,
    exports,
    genre,
    genres,
    help,
    history,
    home,
    play,
    privacy,
    queue,
    settings,
    share,
    studio,
    takes,
    train,
)

_ALL: list[Command] = [
    compose.COMPOSE,
    compose.COMPOSE_FROM,
    *describe.COMMANDS,
    *takes.COMMANDS,
    *again.COMMANDS,
    *exports.COMMANDS,
    *share.COMMANDS,
    *studio.COMMANDS,
    *play.COMMANDS,
    *train.COMMANDS,
    *genres.COMMANDS,
    *genre.COMMANDS,
    *history.COMMANDS,
    *home.COMMANDS,
    *queue.COMMANDS,
    *settings.COMMANDS,
    *privacy.COMMANDS,
]
COMMANDS: dict[str, Command] = {command.name: command for command in [*_ALL, help.make(_ALL)]}
