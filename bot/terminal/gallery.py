"""``tutti gallery``: eight well-known melodies in one genre, to hear what it is like."""

import argparse
from pathlib import Path

from bot.settings import Settings
from bot.terminal import Commands
from bot.terminal.compose import carry_out
from bot.terminal.output import note
from bot.tunes import read_tunes
from composer_core.genres import find_genre
from composer_core.preparation import make_request


def add(commands: Commands) -> None:
    """Add the parser."""
    parser = commands.add_parser("gallery", help="compose eight well-known melodies in a genre", description=__doc__)
    parser.add_argument("--genre", default="chorale", help="see `tutti genres` (default: chorale)")
    parser.add_argument("--technique", help="way of composing (default: the genre's own)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same for all (default: 1)")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where the files go (default: here)")
    parser.add_argument("--json", action="store_true", help="print one JSON object a melody")
    parser.set_defaults(run=run, detach=False)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Compose every melody, one after the other."""
    genre = find_genre(options.genre, settings.genre_folders)
    for tune in read_tunes():
        note(f"{tune.title} ({tune.source})")
        request = make_request(
            tune.melody, genre, seed=options.seed, technique=options.technique, tempo_bpm=tune.tempo_bpm
        )
        carry_out(request, options, settings)
    return 0
