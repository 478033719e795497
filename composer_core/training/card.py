"""The card of a custom genre: what it learned from, how, and what it can do, in figures."""

from collections.abc import Mapping
from typing import Any

from composer_core.genres import Genre
from composer_core.training.custom import Record

_NOT_STATED = (
    "The uploader stated nothing about the rights in the data: keep what it composes to yourself until you know."
)


def write_card(genre: Genre, record: Record, report: Mapping[str, Any]) -> str:
    """Return the card as Markdown."""
    request = record.request
    return "\n\n".join(
        [
            f"# {genre.title}",
            genre.description,
            "## Data",
            _data(report),
            f"Licence, as stated by the uploader: {request['licence'] or _NOT_STATED}",
            "## Training",
            _training(record),
            "## Figures",
            _figures(record),
            "## Originality",
            _originality(record),
        ]
    ) + "\n"  # fmt: skip


def _data(report: Mapping[str, Any]) -> str:
    counts = report["counts"]
    pieces = f"{counts['accepted']} pieces, {report['minutes']:g} minutes, from {report['name']}"
    left_out = f"{counts['refused']} files were refused, {counts['duplicates']} repeated another one."
    rows = [
        f"| {part['name']} | {part['role']} | {part['program']} | {part['low']}-{part['high']} | {part['pieces']} |"
        for part in report["parts"]
    ]
    table = "\n".join(["| part | role | program | range (MIDI) | pieces |", "|---|---|---|---|---|", *rows])
    counted = {tag: ", ".join(f"{v} ({n})" for v, n in values.items()) for tag, values in report["tags"].items()}
    tags = "\n".join(f"- {tag}: {values}" for tag, values in counted.items())
    return f"{pieces}; {left_out}\n\n{table}\n\n{tags}"


def _training(record: Record) -> str:
    request = record.request
    begin = "from scratch" if record.base == "none" else f"from the genre {record.base}"
    epochs = "1 epoch" if len(record.epochs) == 1 else f"{len(record.epochs)} epochs"
    lines = [
        f"- {begin}, {epochs} in {record.elapsed_s / 60:.1f} minutes on {record.device}; "
        f"the best one, {record.best or 'the start'}, is kept",
        f"- learning rate {request['learning_rate']:g}, {request['update_ratio']} critic updates a generator update, "
        f"seed {request['seed']}",
        f"- it ended because {record.reason}",
        *(f"- {note}" for note in record.notes),
    ]
    return "\n".join(lines)


def _figures(record: Record) -> str:
    """One row a system: the drafts before and after, the copy, the rule, the training pieces themselves."""
    rows = [_row(f"before, {draft} draft", result) for draft, result in record.start.items()]
    rows += [_row(f"**after, {draft} draft**" if draft == record.draft else f"after, {draft} draft", result)
             for draft, result in record.drafts.items()]  # fmt: skip
    rows += [_row(name, result) for name, result in record.baselines.items()]
    head = "| system | similarity index | chord tones | empty bars (real) | bars found in training |"
    reach = f"| the training pieces themselves | {record.reach:.3f} | – | – | {record.shared:.0%} (held-out pieces) |"
    said = (
        "On held-out pieces, with their own chords. The similarity index is a distance (0: alike; "
        "`composer_core/metrics/similarity.py` defines it)."
    )
    return "\n".join([said, "", head, "|---|---|---|---|---|", *rows, reach])


def _row(name: str, result: Mapping[str, Any]) -> str:
    made, real = result["figures"].get("empty bars", (None, None))
    empty = "–" if made is None else f"{made:.3f} ({real:.3f})"
    return f"| {name} | {result['similarity']:.3f} | {result['chord_tones']:.3f} | {empty} | {result['copied']:.0%} |"


def _originality(record: Record) -> str:
    copied = record.drafts[record.draft]["copied"]
    said = "no more than" if copied <= record.shared else "more than"
    return (
        f"{copied:.0%} of the bars that it composes for held-out melodies stand, part by part, in some training piece; "
        f"of the held-out pieces' own bars {record.shared:.0%} do. That is {said} two pieces of this style share. "
        "A composition that repeats more than a few bars in a row of one training piece is made again."
    )
