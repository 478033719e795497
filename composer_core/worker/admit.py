"""``python -m composer_core import FILE``: a genre from elsewhere is let in once everything about it was checked.

The last check is that it composes: with its own weights, in a process of its own.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from composer_core.errors import GenreError, ResourceError, SettingError
from composer_core.genre_file import unpack
from composer_core.genre_rules import check_folder
from composer_core.genres import SHIPPED, Genre
from composer_core.training_request import check_name
from composer_core.worker.faults import as_user_error
from composer_core.worker.setup import OneLineParser, Setup
from storage.genre_shelf import MACHINE, GenreShelf, Owned
from storage.watch import Watch

TRY_NOTES = "C4 D E F | G:2 G:2"
WIDEST, LONGEST = 4096, 64  # of a network's figures, and of its lists of them


def main(arguments: list[str], setup: Setup) -> int:
    """Import one genre."""
    options = _parser().parse_args(arguments)
    try:
        genre = admit(options.file, options.name, setup)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and error.filename == str(options.file):
            raise ResourceError(f"There is no file {str(options.file)[:80]!r}.") from error
        mendable = as_user_error(error, setup.home.root)
        raise mendable or error from error
    if options.json:
        print(json.dumps({"genre": genre.name, "title": genre.title, "folder": str(genre.folder)}))
    else:
        print(f"{genre.title} is here: tutti compose 'C4 D E F | G:4' --genre {genre.name}")
    return 0


def admit(path: Path, name: str | None, setup: Setup) -> Genre:
    """Take an exported genre in, under another name if one is given; it is the machine's own user's.

    Raises:
        UserError: it is no genre, it is damaged, or the name is taken.
        OSError: the disk is full, or a file cannot be read.
    """
    root = setup.home.genres
    partial = root / f".import-{path.stem[:40]}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        called = unpack(path, partial)
        name = name or called
        check_name(name)
        target = root / name
        _check_free(name, target, setup)
        _try(check_folder(partial))
        _check_free(name, target, setup)  # trying takes seconds
        GenreShelf(setup.home.database, root).put(Owned(name, MACHINE))
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return check_folder(target)


def _check_free(name: str, target: Path, setup: Setup) -> None:
    if (SHIPPED / name).exists() or target.exists() or Watch(setup.home.database).trainings_of(name):
        raise SettingError(f"The name {name!r} is taken: choose another one with --name.")


def _try(genre: Genre) -> None:
    """Load a genre as a worker would, and compose two bars.

    Raises:
        GenreError: it does not work.
    """
    from composer_core.notation import parse_notes
    from composer_core.preparation import make_request, prepare
    from composer_core.techniques import Assignment, load_technique

    _check_weights(genre.weights, "configs")
    if genre.planner.is_file():
        _check_weights(genre.planner, "config")
    try:
        technique = load_technique(genre.technique, genre)
        request = make_request(parse_notes(TRY_NOTES), genre, seed=1)
        melody, controls = prepare(request, genre)
        technique.compose([Assignment(melody, request.seed, controls)], lambda stage, fraction: None)
    except GenreError:
        raise
    except Exception as error:  # whatever a stranger's file can do wrong
        raise GenreError(
            f"Nothing can be composed in this genre ({type(error).__name__}: {str(error)[:100]})."
        ) from error


def _check_weights(path: Path, shapes: str) -> None:
    """Refuse networks of a size that no genre has, before anything of that size is made.

    ``shapes`` names the JSON in the file's header: of one network, or of several by name.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            told = json.loads((file.metadata() or {})[shapes])
        configs = told.values() if shapes == "configs" else [told]
        figures = [figure for config in configs for value in config.values() for figure in _listed(value)]
    except (OSError, SafetensorError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise GenreError(f"The weights are damaged ({str(error)[:100]}): export the genre again.") from error
    if not all(type(one) in (int, float, bool, str) and (isinstance(one, str) or one <= WIDEST) for one in figures):
        raise GenreError("The weights are those of networks larger than any genre's: they are not loaded.")


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON is anything
    if not isinstance(value, list):
        return [value]
    return value if len(value) <= LONGEST else [WIDEST + 1]


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="tutti genre import", description="Take in a genre that was exported elsewhere.")
    parser.add_argument("file", type=Path, metavar="FILE", help="what tutti genre export has made")
    parser.add_argument("--name", metavar="NAME", help="what to call it here (default: as it was called there)")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    return parser
