"""From the markup that commands write to Slack's mrkdwn (messaging/formatting-message-text in its documentation)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

CODE = re.compile(r"(`[^`\n]+`)")
BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])")
CHANNEL = re.compile(r"&lt;#([CG][A-Z0-9]+)&gt;")
SUBTEXT = "-# "


@dataclass(frozen=True)
class Markup:
    """Writes for one person: ``person`` is the only one whose name is written as a mention, as nobody else asked.

    ``prefix`` stands before the names of ``commands`` in this workspace: /compose may be called /tutti-compose here.
    """

    person: str = ""
    prefix: str = ""
    commands: frozenset[str] = frozenset()

    def mrkdwn(self, text: str) -> str:
        """Translate; everything that could mention somebody, or be markup of Slack's own, is written out."""
        pieces = CODE.split(self._renamed(text))
        return "".join(
            escape(piece) if number % 2 else self._mentions(_emphasis(escape(piece)))
            for number, piece in enumerate(pieces)
        )

    def _renamed(self, text: str) -> str:
        if not self.prefix or not self.commands:
            return text
        names = "|".join(sorted(map(re.escape, self.commands), key=len, reverse=True))
        return re.sub(rf"(?<![\w/:.<])/({names})\b", rf"/{self.prefix}\1", text)

    def _mentions(self, text: str) -> str:
        text = CHANNEL.sub(r"<#\1>", text)
        return text.replace(f"&lt;@{self.person}&gt;", f"<@{self.person}>") if self.person else text


def escape(text: str) -> str:
    """Write the three signs by which Slack's markup begins."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Read what a user typed; ``escape`` mirrors it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def paragraphs(lines: Iterable[str]) -> list[tuple[bool, list[str]]]:
    """Group lines into (small print?, lines); empty ones are left out."""
    grouped: list[tuple[bool, list[str]]] = []
    for line in lines:
        small = line.startswith(SUBTEXT)
        text = line.removeprefix(SUBTEXT).strip()
        if not text:
            continue
        if not grouped or grouped[-1][0] != small:
            grouped.append((small, []))
        grouped[-1][1].append(text)
    return grouped


def _emphasis(text: str) -> str:
    """``**bold**`` and ``*italic*`` as Slack writes them: ``*bold*`` and ``_italic_``."""
    return BOLD.sub("\0\\1\0", ITALIC.sub(r"_\1_", text)).replace("\0", "*")
