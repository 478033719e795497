"""``tutti genre ...``: rename, describe, share, export, import and delete genres of your own.

Whoever sits here keeps the house: they may do this with the genres of every chat as well.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from bot import genre_keeping as keeping
from bot.core import core_command
from bot.desk import Desk
from bot.settings import Settings
from bot.terminal import Commands
from bot.terminal.output import note
from composer_core.errors import SettingError
from composer_core.genre_file import ENDING
from storage.genre_shelf import MACHINE, Owned

Deed = Callable[[argparse.Namespace, Owned, Desk], tuple[str, str]]
"""Does something with a genre; returns the name that it has then, and what is to be said."""


def add(commands: Commands) -> None:
    """Add the parsers."""
    parser = commands.add_parser(
        "genre", help="rename, share, export, import or delete your genres", description=__doc__
    )
    deeds = parser.add_subparsers(metavar="DEED", required=True)
    _add(deeds, "rename", _rename, "let it go by another name").add_argument("new", metavar="NEW-NAME")
    _add(deeds, "describe", _describe, "write another description").add_argument("text", metavar="TEXT")
    _add(
        deeds, "share", _share, "let everybody who uses this Tutti compose in it, or, if it was made in a server, there"
    )
    _add(deeds, "private", _keep_private, "keep it for its owner alone")
    export = _add(deeds, "export", _export, "write it into one file")
    export.add_argument("--out", type=Path, metavar="FILE", help=f"default: NAME{ENDING} in this folder")
    delete = _add(deeds, "delete", _delete, "delete it; what was composed in it stays")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    admit = deeds.add_parser("import", help="take in a genre that was exported elsewhere")
    admit.add_argument("file", type=Path, metavar="FILE")
    admit.add_argument("--name", metavar="NAME", help="what to call it here (default: as it was called there)")
    admit.add_argument("--json", action="store_true", help="print a JSON object")
    admit.set_defaults(run=admit_file)


def _add(deeds: Commands, name: str, deed: Deed, purpose: str) -> argparse.ArgumentParser:
    parser = deeds.add_parser(name, help=purpose)
    parser.add_argument("name", metavar="NAME", help="the genre's name")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=run, deed=deed)
    return parser


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Do one thing with one genre."""
    desk = Desk.open(settings)
    owned = keeping.custom(options.name, desk)
    name, said = options.deed(options, owned, desk)
    if options.json:
        now = desk.shelf.genre(name)
        print(json.dumps((asdict(now) if now else {"name": name, "deleted": True}) | {"said": said}))
    else:
        print(said)
    return 0


def admit_file(options: argparse.Namespace, settings: Settings) -> int:
    """Have a file checked and taken in, in a process of its own: it may be a stranger's."""
    arguments = [str(options.file.absolute())]
    arguments += ["--name", options.name] if options.name else []
    arguments += ["--json"] if options.json else []
    done = subprocess.run(core_command(settings, "import", *arguments), capture_output=True, text=True, check=False)
    print(done.stdout, end="")
    for line in done.stderr.splitlines()[-1:]:
        note(line)
    return done.returncode


def _rename(options: argparse.Namespace, owned: Owned, desk: Desk) -> tuple[str, str]:
    keeping.rename(owned, options.new, desk)
    return options.new, f"{owned.name} is called {options.new} now."


def _describe(options: argparse.Namespace, owned: Owned, desk: Desk) -> tuple[str, str]:
    return owned.name, f"{owned.name}: {keeping.describe(owned, options.text, desk)}"


def _share(options: argparse.Namespace, owned: Owned, desk: Desk) -> tuple[str, str]:
    if owned.user != MACHINE and not owned.space:
        raise SettingError(f"{owned.name!r} was made in a private conversation: its owner shares it, with /genre.")
    desk.shelf.share(owned.name, owned.platform, owned.space)
    who = f"everybody in {owned.platform} {owned.space}" if owned.space else "everybody who uses this Tutti"
    return owned.name, f"{who[0].upper()}{who[1:]} may compose in {owned.name} now."


def _keep_private(options: argparse.Namespace, owned: Owned, desk: Desk) -> tuple[str, str]:
    desk.shelf.withdraw(owned.name)
    return owned.name, f"{owned.name} is for its owner alone."


def _export(options: argparse.Namespace, owned: Owned, desk: Desk) -> tuple[str, str]:
    out = (options.out or Path(f"{owned.name}{ENDING}")).absolute()
    if out.is_dir():
        out = out / f"{owned.name}{ENDING}"
    try:
        keeping.export(owned, out, desk)
    except OSError as error:
        raise SettingError(
            f"Cannot write {out} ({error.strerror or error}): choose another place with --out."
        ) from error
    return owned.name, str(out)


def _delete(options: argparse.Namespace, owned: Owned, desk: Desk) -> tuple[str, str]:
    if not options.yes:
        if not sys.stdin.isatty():
            raise SettingError(f"This deletes {owned.name!r} for good: say --yes if that is what you want.")
        if input(f"Delete the genre {owned.name} for good? (y/n) ").strip().lower() != "y":
            raise SettingError("Nothing was deleted.")
    keeping.delete(owned, desk)
    return owned.name, f"{owned.name} is deleted."
