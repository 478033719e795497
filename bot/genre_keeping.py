"""What can be done with a genre of one's own: from the terminal and from every chat. Everything here blocks."""

import contextlib
import tempfile
import tomllib
from pathlib import Path

import tomli_w

from bot.desk import Desk
from bot.examples import forget_example
from bot.trainings import name_is_taken
from composer_core.errors import GenreError, SettingError, about
from composer_core.genre_file import ENDING, pack
from composer_core.genre_rules import check_description
from composer_core.genres import read_genre
from composer_core.training_request import check_name
from storage.genre_shelf import Owned


def custom(name: str, desk: Desk) -> Owned:
    """Return whose a custom genre is.

    Raises:
        GenreError: there is none of this name, or it came with Tutti.
    """
    owned = desk.shelf.genre(name)
    if owned is not None:
        return owned
    if any((folder / name).is_dir() for folder in desk.genre_folders):
        raise GenreError(f"The genre {name!r} came with Tutti: it is everybody's, and stays as it is.")
    raise GenreError(f"There is no genre {name[:40]!r} of your own: see them with the genres command.")


def rename(owned: Owned, new: str, desk: Desk) -> None:
    """Let a genre go by another name.

    Raises:
        SettingError: the name is taken, or will not do.
    """
    with about("value"):
        check_name(new)
        if name_is_taken(new, desk):
            raise SettingError(f"The name {new!r} is taken: choose another one.")
        try:
            desk.shelf.rename(owned.name, new)
        except FileExistsError as error:
            raise SettingError(f"The name {new!r} is taken: choose another one.") from error


def describe(owned: Owned, text: str, desk: Desk) -> str:
    """Write another description; returns it as it was written.

    Raises:
        GenreError: it is empty or too long.
    """
    with about("value"):
        text = check_description(text)
    path = desk.shelf.root / owned.name / "genre.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8")) | {"description": text}
    partial = path.with_suffix(".partial")
    partial.write_text(tomli_w.dumps(table), encoding="utf-8")
    partial.replace(path)
    return text


def delete(owned: Owned, desk: Desk) -> None:
    """Delete a genre, and its example; what was composed in it stays."""
    with contextlib.suppress(GenreError):  # a damaged one has none
        forget_example(read_genre(desk.shelf.root / owned.name), desk)
    desk.shelf.delete(owned.name)


def export(owned: Owned, out: Path, desk: Desk) -> None:
    """Write a genre into one file; raises as ``genre_file.pack``."""
    pack(desk.shelf.root / owned.name, out)


def exported(owned: Owned, desk: Desk) -> bytes:
    """Return that file's bytes; raises as ``export``."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"{owned.name}{ENDING}"
        export(owned, out, desk)
        return out.read_bytes()
