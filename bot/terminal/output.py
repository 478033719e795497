"""How commands print."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def show_list(rows: Sequence[Row], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Print rows as one JSON list, or as a table of the named columns."""
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        print(empty)
    else:
        print_table(rows, columns)


def print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print aligned columns under their names."""
    cells = [[name.upper() for name in columns]] + [[_cell(row.get(name)) for name in columns] for row in rows]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def note(text: str) -> None:
    """Print a line for the person, not for the pipe."""
    print(plain(text), file=sys.stderr)


def plain(text: str) -> str:
    """Return one line without control signs: names in a stranger's file could otherwise steer the terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in " ".join(text.split()))


def when(at_s: float | None) -> str:
    """Return a local date and time, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at_s)) if at_s else ""


def _cell(value: object) -> str:
    return "" if value is None else plain(str(value))
