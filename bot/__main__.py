"""The ``tutti`` command: the one place where settings, commands and error messages come together."""

import argparse
import os
import sqlite3
import sys
from typing import NoReturn

from bot.report import JobFault
from bot.settings import Settings
from bot.terminal import chat, compose, doctor, gallery, genre, jobs, library, services, train
from bot.terminal.output import note
from composer_core.errors import Cancelled, UserError

OK, OUR_FAULT, USER_CAN_MEND, INTERRUPTED = 0, 1, 2, 130


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    settings = Settings.from_environment(os.environ)
    try:
        if arguments and arguments[0] in services.HANDED_OVER:
            return services.hand_over(arguments[0], arguments[1:], settings)
        options = _parser().parse_args(arguments)
        return int(options.run(options, settings))
    except UserError as error:
        return _say(str(error), USER_CAN_MEND)
    except (Cancelled, KeyboardInterrupt) as error:
        return _say(str(error) or "Interrupted.", INTERRUPTED)
    except JobFault as error:
        return _say(str(error), OUR_FAULT)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except (sqlite3.Error, OSError) as error:
        return _say(settings.home.explain(error), USER_CAN_MEND)  # all else that we open lies there
    except Exception as error:
        where = settings.home.log_fault(error)
        return _say(f"Sorry, something went wrong on our side ({type(error).__name__}).{where}", OUR_FAULT)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="tutti", description="Give it a melody, choose a genre, get the whole ensemble back.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in (compose, train, genre, gallery, jobs, library, services, chat, doctor):
        module.add(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage is one command away."""

    def error(self, message: str) -> NoReturn:
        self.exit(USER_CAN_MEND, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _say(message: str, status: int) -> int:
    note(f"tutti: {message}")
    return status


if __name__ == "__main__":
    sys.exit(main())
