"""A survey as plain data, as text for a terminal, and as a short message for a chat."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from composer_core.dataset.tags import count_values
from composer_core.music import pitch_name

if TYPE_CHECKING:
    from composer_core.dataset.findings import Survey

CHAT_CHARACTERS = 1_800
_MARKUP = frozenset("*_`~|<>[]\\")
_VALUES_KEPT = 100  # of a tag in the report
_REFUSED_SHOWN, _VALUES_SHOWN, _FILES_SHOWN = 12, 8, 40


def make_report(survey: "Survey") -> dict[str, Any]:
    """Return what a survey found as plain JSON data."""
    tags = count_values(item.tags for item in survey.items)
    return {
        "name": survey.name,
        "verdict": survey.verdict,
        "usable": survey.usable,
        "advice": list(survey.advice),
        "counts": {
            "files": survey.total,
            "accepted": len(survey.items),
            "refused": len(survey.refused),
            "duplicates": len(survey.duplicates),
            "ignored": survey.ignored,
        },
        "minutes": round(survey.minutes, 1),
        "files": [
            {
                "name": item.name,
                "melody": item.melody_track,
                "tracks": [{"name": name, "role": role} for name, role in item.tracks],
                "parts": list(item.song.parts),
                "minutes": round(item.minutes, 2),
            }
            for item in survey.items
        ],
        "refused": [{"name": file.name, "reason": file.reason} for file in survey.refused],
        "duplicates": [{"name": pair.name, "of": pair.of} for pair in survey.duplicates],
        "parts": [_part(survey, place) for place in range(len(survey.parts))],
        "melody_tracks": dict(Counter(item.melody_track for item in survey.items).most_common()),
        "tempo_bpm": {"median": survey.tempo_bpm, "range": list(survey.tempo_bpm_range)},
        "swing": {"place": round(survey.swing, 3), "share": round(survey.swung_share, 3)},
        "tags": {name: dict(list(values.items())[:_VALUES_KEPT]) for name, values in tags.items()},
        "filter": dict(survey.tags),
    }


def _part(survey: "Survey", place: int) -> dict[str, Any]:
    part = survey.parts[place]
    playing = len(survey.items) if place == 0 else sum(part.name in item.song.parts for item in survey.items)
    return {
        "name": part.name,
        "role": part.role,
        "program": part.program,
        "low": part.low,
        "high": part.high,
        "pieces": playing,
    }


def report_text(report: Mapping[str, Any], width: int = 100) -> str:
    """Lay a report out for a terminal of so many columns; a file's name is shown as it was made safe to show."""
    return "\n".join(_lines(report, max(width, 40)))


def _lines(report: Mapping[str, Any], width: int) -> Iterator[str]:
    yield from _wrapped(f"{report['name']}: {_counted(report)}", width)
    if report["parts"]:
        yield "Ensemble"
        yield from (f"  {line}" for line in _ensemble(report))
    for tag, values in report["tags"].items():
        yield from _wrapped(f"{tag}: {_values(values)}", width)
    if report["refused"]:
        yield "Refused"
        for file in report["refused"][:_REFUSED_SHOWN]:
            yield from _wrapped(f"  {file['name']}: {file['reason']}", width)
        if (more := len(report["refused"]) - _REFUSED_SHOWN) > 0:
            yield f"  and {more} more"
    for pair in report["duplicates"][:_REFUSED_SHOWN]:
        yield from _wrapped(f"Left out: {pair['name']} repeats {pair['of']}.", width)
    yield from _wrapped(report["verdict"], width)
    for advice in report["advice"]:
        yield from _wrapped(f"- {advice}", width)


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, subsequent_indent="    ", break_long_words=True) or [""]


def _counted(report: Mapping[str, Any]) -> str:
    counts = report["counts"]
    found = [f"{counts['accepted']} of {counts['files']} files accepted"]
    found += [f"{counts[what]} {what}" for what in ("refused", "duplicates") if counts[what]]
    if counts["ignored"]:
        found.append(f"{counts['ignored']} other files passed over")
    tempo = report["tempo_bpm"]
    if counts["accepted"]:
        found.append(f"{report['minutes']:.0f} minutes, {tempo['median']:.0f} bpm")
    return ", ".join(found)


def _ensemble(report: Mapping[str, Any]) -> Iterator[str]:
    accepted = report["counts"]["accepted"]
    longest = max(len(part["name"]) for part in report["parts"])
    for part in report["parts"]:
        where = "" if part["role"] == "drums" else f", {pitch_name(part['low'])}-{pitch_name(part['high'])}"
        yield f"{part['name']:<{longest}}  {part['role']}{where}, in {part['pieces']} of {accepted}"


def _values(values: Mapping[str, int]) -> str:
    if len(values) > _VALUES_SHOWN and max(values.values()) == 1:
        return f"{len(values)} different"
    listed = [f"{value} ({count})" for value, count in list(values.items())[:_VALUES_SHOWN]]
    return ", ".join(listed) + (f" and {len(values) - _VALUES_SHOWN} more" if len(values) > _VALUES_SHOWN else "")


def report_markdown(report: Mapping[str, Any]) -> str:
    """Put a report into a chat message of at most ``CHAT_CHARACTERS``."""
    lines = [f"**{_plain(report['verdict'])}**", _plain(f"{report['name']}: {_counted(report)}")]
    lines += [f"- {_plain(advice)}" for advice in report["advice"]]
    if report["parts"]:
        lines.append("Ensemble: " + ", ".join(_plain(part["name"]) for part in report["parts"]))
    lines += [_plain(f"{tag}: {_values(values)}") for tag, values in report["tags"].items() if tag != "instruments"]
    if report["refused"]:
        lines.append(f"Refused {len(report['refused'])}:")
        lines += [f"- {_plain(file['name'])}: {_plain(file['reason'])}" for file in report["refused"]]
    return _fitted(lines)


def _fitted(lines: Iterable[str]) -> str:
    """As many lines as fit, and how many were left out."""
    kept: list[str] = []
    rest = list(lines)
    room = CHAT_CHARACTERS - len("… and 99999 lines more")
    while rest and sum(map(len, kept)) + len(kept) + len(rest[0]) <= room:
        kept.append(rest.pop(0))
    return "\n".join([*kept, f"… and {len(rest)} more"] if rest else kept)


def _plain(text: str) -> str:
    """Text in which a stranger's names are no markup on any platform and call on nobody."""
    clean = "".join(" " if sign in _MARKUP else sign for sign in text).replace("@", "@\u200b")
    return clean.lstrip("#- ")  # a heading, a list or small print begins with those
