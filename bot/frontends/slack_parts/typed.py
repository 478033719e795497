"""From what follows a slash command, or a mention, to a command and its options: ``C4 D4 E4:2 genre:jazz takes:2``."""

import difflib
import re
from collections.abc import Mapping

from bot.chat import Misread
from bot.command import Command, Option

LONG = 100  # an option that may be longer than this runs on to the next option's name
QUOTES = str.maketrans("“”„«»", '"' * 5)
MENTION = re.compile(r"^\s*(<@[A-Z0-9]+(\|[^>]*)?>\s*)+")
REFERENCE = re.compile(r"<#([CGD][A-Z0-9]+)(\|([^>]*))?>")
QUOTED = re.compile(r'"[^"]*"')
NOT_A_NOTE = re.compile(r"(?<!\S)([A-Za-z_]{4,20})[:=]\S")


def command_of(text: str, commands: Mapping[str, Command], default: str) -> tuple[str, str]:
    """Split a text into the command that its first word names, and the rest; without one it is the default's.

    Raises:
        Misread: the first word is nearly a command's name.
    """
    first, _, rest = text.strip().partition(" ")
    typed = {name for name, command in commands.items() if command.shown == "typed"}
    word = first.lower().lstrip("/")
    if word in typed:
        return word, rest.strip()
    near = difflib.get_close_matches(word, typed, n=1, cutoff=0.75)
    if near:
        raise Misread(f"There is no command {first[:40]!r}. Did you mean {near[0]}? See /help.")
    return default, text.strip()


def options_of(text: str, command: Command, *, stray: bool = True) -> dict[str, str]:
    """Return the options that a text gives, unchecked; what no option claims is the command's first.

    ``stray`` says whether such text counts at all.

    Raises:
        Misread: an option is given twice, has no name of this command's, or there is nothing to be said.
    """
    text = text.translate(QUOTES).strip()
    named = {option.name: option for option in command.options if option.kind != "file"}
    found: dict[str, str] = {}
    marks = _marks(text, named)
    left = [text[: marks[0].start()] if marks else text]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=False):
        name = mark[1].lower()
        value, rest = _value(named[name], text[mark.end() : end].strip())
        if name in found:
            raise Misread(f"{name} is given twice: give it once.", name)
        if value:
            found[name] = value
        left.append(rest)
    loose = " ".join(part.strip() for part in left if part.strip())
    if loose.strip(' "') and stray:
        _claim(loose, command, named, found)
    return found


def without_mention(text: str) -> str:
    """Return what was said to us, without our name before it and the marks of code around it."""
    return MENTION.sub("", text).replace("`", " ").strip()


def channel_of(value: str) -> tuple[str, str]:
    """Return id and name of a channel that was typed as ``#name``; empty if it is none.

    Slack escapes what people type and writes the references itself: only what it lets them see can stand there.
    """
    match = REFERENCE.fullmatch(value.strip())
    return (match[1], match[3] or "") if match else ("", "")


def _marks(text: str, named: Mapping[str, Option]) -> list[re.Match[str]]:
    """Find the options' names outside quotes."""
    if not named:
        return []
    names = "|".join(sorted(map(re.escape, named), key=len, reverse=True))
    found = re.finditer(rf"(?<!\S)({names})[:=]\s*", text, re.IGNORECASE)
    return [mark for mark in found if text.count('"', 0, mark.start()) % 2 == 0]


def _value(option: Option, said: str) -> tuple[str, str]:
    """Split what follows an option's name into its value and the rest."""
    if said.startswith('"') and (end := said.find('"', 1)) > 0:
        return said[1:end].strip(), said[end + 1 :]
    if option.kind == "text" and not option.choices and not option.complete and (option.high or 0) > LONG:
        return said, ""
    value, _, rest = said.partition(" ")
    return value, rest


def _claim(loose: str, command: Command, named: Mapping[str, Option], found: dict[str, str]) -> None:
    """Give what stands alone to the option that it must be meant for."""
    if (wrong := NOT_A_NOTE.search(QUOTED.sub("", loose))) and (
        near := difflib.get_close_matches(wrong[1].lower(), named, n=1)
    ):
        raise Misread(f"There is no option {wrong[1]!r}. Did you mean {near[0]}?")
    free = [option for option in named.values() if option.name not in found]
    main = next((option for option in free if option.required), free[0] if free else None)
    if main is None:
        raise Misread(f"/{command.name} does not know what {loose[:40]!r} is: leave it out.")
    found[main.name] = loose.replace('"', "").strip()
