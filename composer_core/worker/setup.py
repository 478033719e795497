"""What a worker process is told at its start."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from composer_core.genres import SHIPPED
from storage.home import Home

CORPORA = Path("../shared/data")


@dataclass(frozen=True)
class Setup:
    """The data folder, the sound equipment (``None`` means: look in the usual places), and where corpora lie."""

    home: Home
    soundfont: Path | None = None
    fluidsynth: str | None = None
    data: Path = CORPORA

    @property
    def genre_folders(self) -> tuple[Path, ...]:
        """Where genres are looked for: shipped ones first."""
        return (SHIPPED, self.home.genres)


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with status 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


Command = Callable[[list[str], Setup], int]
"""A subcommand of ``python -m composer_core``: takes its own arguments, returns the exit status."""
