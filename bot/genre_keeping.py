"""What can be done with a genre of one's own: from the terminal, every chat and the studio. Everything here blocks."""

import contextlib
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomli_w

from bot.chat import Place
from bot.desk import Desk
from bot.examples import forget_example
from bot.trainings import name_is_taken
from composer_core.errors import GenreError, SettingError, UserError, about
from composer_core.genre_file import ENDING, pack
from composer_core.genre_rules import check_description, title_of
from composer_core.genres import read_genre
from composer_core.training_request import check_name
from storage.genre_shelf import MACHINE, Owned


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
    """Let a genre go by another name, and by a title to match.

    Raises:
        SettingError: the name is taken, or will not do.
    """
    check_name(new)
    if name_is_taken(new, desk):
        raise SettingError(f"The name {new!r} is taken: choose another one.")
    _forget_example(owned, desk)  # it is kept by the genre's folder
    try:
        desk.shelf.rename(owned.name, new)
    except FileExistsError as error:
        raise SettingError(f"The name {new!r} is taken: choose another one.") from error
    _rewrite(new, desk, title=title_of(new))


def describe(owned: Owned, text: str, desk: Desk) -> str:
    """Write another description; returns it as it was written.

    Raises:
        GenreError: it is empty or too long.
    """
    text = check_description(text)
    _rewrite(owned.name, desk, description=text)
    return text


def _rewrite(name: str, desk: Desk, **changes: str) -> None:
    path = desk.shelf.root / name / "genre.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8")) | changes
    partial = path.with_suffix(".partial")
    partial.write_text(tomli_w.dumps(table), encoding="utf-8")
    partial.replace(path)


def share(owned: Owned, place: Place, desk: Desk) -> str:
    """Share a genre with those around a place; returns who they are.

    Raises:
        SettingError: nobody is around but its owner.
    """
    found = audience(owned, place)
    if found is None:
        raise SettingError(f"Share it from within the {place.space_name} that shall have it: here is nobody but you.")
    (platform, space), who = found
    desk.shelf.share(owned.name, platform, space)
    return who


def audience(owned: Owned, place: Place) -> tuple[tuple[str, str], str] | None:
    """Return the platform and space that a genre may be shared with from a place, and who they are; None for nobody.

    What belongs to the machine's own user and to no space is for everybody on this machine.
    """
    if place.community[1]:
        return place.community, f"everybody in this {place.space_name}"
    if owned.user == MACHINE and not owned.space:
        return ("", ""), "everybody who uses this Tutti"
    return None


def change(owned: Owned, changes: Mapping[str, Any], place: Place, desk: Desk) -> str:
    """Change ``name``, ``description`` and ``shared``, if they are given, one after the other; returns its name now.

    Raises:
        SettingError: the name will not do, or there is nobody to share it with.
        GenreError: the description is empty or too long.
    """
    if (new := changes.get("name", owned.name)) != owned.name:
        with about("name"):
            rename(owned, new, desk)
        owned = replace(owned, name=new)
    if "description" in changes:
        with about("description"):
            describe(owned, changes["description"], desk)
    if changes.get("shared"):
        share(owned, place, desk)
    elif "shared" in changes:
        desk.shelf.withdraw(owned.name)
    return owned.name


def own(name: str, user: str, desk: Desk) -> Owned:
    """Return a genre that is this user's own.

    Raises:
        GenreError: there is none of this name, or it came with Tutti.
        UserError: it is somebody else's.
    """
    owned = custom(name, desk)
    if owned.user != user:
        raise UserError(f"Only who made {name!r} may do that.")
    return owned


def delete(owned: Owned, desk: Desk) -> None:
    """Delete a genre, and its example; what was composed in it stays."""
    _forget_example(owned, desk)
    desk.shelf.delete(owned.name)


def _forget_example(owned: Owned, desk: Desk) -> None:
    with contextlib.suppress(GenreError):  # a damaged one has none
        forget_example(read_genre(desk.shelf.root / owned.name), desk)


def export(owned: Owned, out: Path, desk: Desk) -> None:
    """Write a genre into one file; raises as ``genre_file.pack``."""
    pack(desk.shelf.root / owned.name, out)


def exported(owned: Owned, desk: Desk) -> bytes:
    """Return that file's bytes; raises as ``export``."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"{owned.name}{ENDING}"
        export(owned, out, desk)
        return out.read_bytes()
