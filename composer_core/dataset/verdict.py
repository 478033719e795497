"""Whether a dataset is worth training on, in one line, and what would make it better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FAULTS = ("unreadable", "no melody", "no such track", "drums only", "melody only")
UNREADABLE, NO_MELODY, NO_TRACK, DRUMS_ONLY, MELODY_ONLY = FAULTS
"""Why a file is refused."""

FEWEST_FILES, FEWEST_MINUTES = 3, 3.0
GOOD_FILES, GOOD_MINUTES = 10, 15.0
MOST_ALIKE = 0.6  # share of bars that stand in other pieces too
_NAMED = 3


@dataclass(frozen=True)
class Facts:
    """What a verdict stands on; ``faults`` holds file names for each of ``FAULTS``."""

    accepted: int
    minutes: float
    parts: int
    faults: Mapping[str, Sequence[str]]
    duplicates: int
    alike: float
    filtered: int


def judge(facts: Facts) -> tuple[bool, str, tuple[str, ...]]:
    """Return whether the dataset is usable, the verdict, and advice."""
    fault = _fault(facts)
    advice = tuple(_advice(facts))
    if fault:
        return False, fault, advice
    size = f"{facts.accepted} pieces, {facts.minutes:.0f} minutes, {facts.parts} parts to learn"
    if facts.alike > MOST_ALIKE:
        share = f"{facts.alike:.0%} of the bars stand in several pieces"
        return True, f"Too alike to learn much: {share} ({size}): add pieces that differ.", advice
    if facts.accepted < GOOD_FILES or facts.minutes < GOOD_MINUTES:
        return True, f"Enough to try: {size}.", advice
    return True, f"Good to train on: {size}.", advice


def _fault(facts: Facts) -> str:
    """Why it is not usable, the commonest reason first; empty if it is."""
    if not facts.accepted:
        if facts.filtered:
            return f"Too few: none of the {facts.filtered} usable files has those tags together: ask for fewer tags."
        return _nothing(facts)
    if facts.accepted < FEWEST_FILES:
        files = "1 usable file" if facts.accepted == 1 else f"{facts.accepted} usable files"
        return f"Too few: {files}, at least {FEWEST_FILES} are needed: add pieces of the same style."
    if not facts.parts:
        return "There is no accompaniment that the pieces have in common: add pieces with the same instruments."
    if facts.minutes < FEWEST_MINUTES:
        return f"Too short: {facts.minutes:.1f} minutes of music, at least {FEWEST_MINUTES:.0f} are needed: add pieces."
    return ""


def _nothing(facts: Facts) -> str:
    """Why no file at all could be used: the commonest reason."""
    reasons = (
        (DRUMS_ONLY, "Drums only", "a genre needs a melody and pitched parts: send whole arrangements"),
        (NO_MELODY, "No melody found", "name its track with --melody, or send pieces with a lead track"),
        (
            NO_TRACK,
            "No track of that name",
            "name one that the files have (the report lists them), or leave --melody out",
        ),
        (MELODY_ONLY, "Melodies only", "send pieces with their accompaniment"),
        (UNREADABLE, "Nothing readable", "send MIDI or MusicXML files that other programs open"),
    )
    fault, what, remedy = max(reasons, key=lambda reason: len(facts.faults[reason[0]]))
    return f"{what} in {_named(facts.faults[fault])}: {remedy}."


def _advice(facts: Facts) -> list[str]:
    found = []
    if facts.accepted and (unsung := facts.faults[NO_MELODY]):
        them = "it" if len(unsung) == 1 else "them"
        found.append(f"No melody found in {_named(unsung)}: name its track with --melody, or leave {them} out.")
    if facts.accepted and (without := facts.faults[NO_TRACK]):
        found.append(f"No track of that name in {_named(without)}: these files were left out.")
    if FEWEST_FILES <= facts.accepted < GOOD_FILES:
        found.append(f"With fewer than {GOOD_FILES} pieces it learns those by heart: add more of the same style.")
    if facts.duplicates:
        several = "1 duplicate was" if facts.duplicates == 1 else f"{facts.duplicates} duplicates were"
        found.append(f"{several} left out.")
    return found


def _named(names: Sequence[str]) -> str:
    """``a.mid, b.mid and 4 more``; the folders that they are in are left out."""
    listed = ", ".join(name.rsplit("/", 1)[-1] for name in names[:_NAMED])
    return f"{listed} and {len(names) - _NAMED} more" if len(names) > _NAMED else listed
