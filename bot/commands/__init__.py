"""Every command by its name. Adding one is a file here and a line in ``COMMANDS``."""

from bot.command import Command
from bot.commands import compose

COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        compose.COMPOSE,
        compose.COMPOSE_FROM,
    )
}
