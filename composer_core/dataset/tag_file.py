"""A user's ``tags.csv``: the first column names the files, every other one is a tag."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from composer_core.dataset.listing import Entry
from composer_core.dataset.names import TAG_FILE, shown
from composer_core.dataset.tags import OWN
from composer_core.errors import UserError

MAX_ROWS, MAX_COLUMNS, MAX_VALUE = 5_000, 20, 60


@dataclass(frozen=True)
class TagFile:
    """File name, in lower case → its tags."""

    rows: Mapping[str, Mapping[str, str]]

    def of(self, entry: Entry) -> dict[str, tuple[str, ...]]:
        """The tags of a file, found by its path, by its name, or by its name without the ending."""
        path = PurePosixPath(entry.name.casefold())
        for name in (str(path), path.name, path.stem):
            if name in self.rows:
                return {tag: (value,) for tag, value in self.rows[name].items()}
        return {}


def read_tag_file(data: bytes) -> TagFile:
    """Read the table; no bytes are no tags. Commas or semicolons stand between the columns.

    Raises:
        UserError: it is no text, too large, has no heading, or renames a tag of ours.
    """
    if not data:
        return TagFile({})
    rows = list(_rows(data))
    heading = [shown(cell).casefold() if cell.strip() else "" for cell in rows[0]] if rows else []
    if len(heading) < 2:
        raise UserError(f"{TAG_FILE} has no tags: its first line must name the file and then the tags, 'file,mood'.")
    if len(heading) > MAX_COLUMNS:
        raise UserError(f"{TAG_FILE} has {len(heading)} columns, at most {MAX_COLUMNS} are read: leave some out.")
    if taken := set(heading[1:]) & set(OWN):
        raise UserError(f"{TAG_FILE} has a column {min(taken)!r}, which is found in the music: call it another name.")
    found: dict[str, dict[str, str]] = {}
    for row in rows[1:]:
        cells = [shown(cell)[:MAX_VALUE] if cell.strip() else "" for cell in row]
        if cells and cells[0]:
            tags = {tag: value for tag, value in zip(heading[1:], cells[1:], strict=False) if tag and value}
            found[cells[0].casefold().replace("\\", "/")] = tags
    return TagFile(found)


def _rows(data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator)):
            if number > MAX_ROWS:
                raise UserError(f"{TAG_FILE} has more than {MAX_ROWS:,} lines: leave some out.")
            if row:
                yield row
    except csv.Error as error:
        raise UserError(f"{TAG_FILE} is no table ({error}): save it again as CSV.") from error
