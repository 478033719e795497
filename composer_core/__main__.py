"""``python -m composer_core COMMAND``: the side of Tutti that may load torch."""

import argparse
import importlib
import os
import sys
from pathlib import Path

from composer_core.errors import UserError
from composer_core.worker.setup import OneLineParser, Setup
from storage.home import Home

COMMANDS = {
    "worker": "composer_core.worker.loop",
    "checkup": "composer_core.worker.checkup",
    "bench": "composer_core.bench",
    "evaluate": "composer_core.evaluation.command",
    "import": "composer_core.worker.admit",
    "rebuild": "composer_core.training.rebuild",
}
"""Command → module with ``main(arguments, setup) -> exit status``; imported only when asked for."""


def main(argv: list[str] | None = None) -> int:
    """Dispatch to a command; the sound equipment and the data folder are the same for all."""
    options = _parser().parse_args(argv)
    setup = Setup(
        home=Home(options.home) if options.home else Home.from_environment(os.environ),
        soundfont=options.soundfont,
        fluidsynth=options.fluidsynth,
    )
    try:
        module = importlib.import_module(COMMANDS[options.command])
        return int(module.main(options.arguments, setup))
    except UserError as error:
        print(f"tutti {options.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        where = setup.home.log_fault(error)
        print(f"tutti {options.command}: sorry, something went wrong on our side.{where}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="python -m composer_core", description=__doc__)
    parser.add_argument("--home", type=Path, help="data folder (default: TUTTI_HOME, or the platform's)")
    parser.add_argument("--soundfont", type=Path, help="soundfont file (default: the best one found)")
    parser.add_argument("--fluidsynth", help="libfluidsynth file (default: the one found)")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main())
