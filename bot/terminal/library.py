"""``tutti history`` and ``tutti genres``: what was composed, and in what it can be."""

import argparse
from dataclasses import asdict
from typing import Any

from bot.settings import Settings
from bot.terminal import Commands
from bot.terminal.output import show_list, when
from composer_core.genres import Genre, list_genres
from storage.files import FileStore
from storage.genre_shelf import GenreShelf, Owned
from storage.history import History


def add(commands: Commands) -> None:
    """Add the parsers."""
    history = commands.add_parser("history", help="list what was composed, newest first")
    history.add_argument("--limit", type=int, default=50, metavar="N", help="how many (default: 50)")
    history.set_defaults(run=list_history)
    genres = commands.add_parser("genres", help="list the genres")
    genres.set_defaults(run=show_genres)
    for parser in (history, genres):
        parser.add_argument("--json", action="store_true", help="print a JSON list")


def list_history(options: argparse.Namespace, settings: Settings) -> int:
    """List compositions."""
    files = FileStore(settings.home.files)
    rows = []
    for entry in History(settings.home.database).entries(limit=options.limit):
        row = asdict(entry) | {"status": "done", "created": when(entry.created_at)}
        row["paths"] = {kind: str(files.path(name)) for kind, name in entry.files.items()}
        row["settings"] = {key: value for key, value in entry.settings.items() if key != "melody"}
        rows.append(row)
    columns = ("id", "created", "name", "genre", "key", "seed")
    show_list(rows, columns, as_json=options.json, empty="Nothing composed yet: try tutti compose 'C4 D E F | G:4'")
    return 0


def show_genres(options: argparse.Namespace, settings: Settings) -> int:
    """List genres."""
    owners = GenreShelf(settings.home.database, settings.home.genres).genres()
    rows = [_row(genre, owners.get(genre.name)) for genre in list_genres(settings.genre_folders)]
    columns = ("id", "status", "owner", "tempo_bpm", "description")
    show_list(rows, columns, as_json=options.json, empty="No genres found.")
    return 0


def _row(genre: Genre, owned: Owned | None) -> dict[str, Any]:
    return {
        "id": genre.name,
        "status": "ready" if genre.weights.is_file() else "no weights",
        "title": genre.title,
        "owner": owned.user if owned else "",
        "shared": owned.shared if owned else True,
        "description": genre.description,
        "technique": genre.technique,
        "tempo_bpm": genre.tempo_bpm,
        "parts": [part.name for part in genre.parts],
        "folder": str(genre.folder),
    }
