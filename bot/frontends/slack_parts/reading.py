"""From a delivery to the wish that it holds: without asking anybody, because a modal must open within three seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.chat import Misread
from bot.command import Command
from bot.frontends.slack_parts import typed
from bot.frontends.slack_parts.events import PRESS, SAID, SHORTCUT, SLASH, Event
from bot.frontends.slack_parts.forms import Origin, filled
from bot.frontends.slack_parts.markup import unescape

UMBRELLA = "tutti"  # /tutti compose ... works whatever the other commands are called
GUARDED = "check_file_info"  # of a file from another organisation, nothing is told but its id until it is asked for
MIDI_ENDINGS = (".mid", ".midi", ".smf", ".kar", ".rmi")

File = Mapping[str, Any]


@dataclass(frozen=True)
class Wish:
    """A command with what was given for it, unchecked. ``files`` are Slack's file objects by option."""

    command: str
    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin)
    channel_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Reads deliveries. ``prefix`` stands before the slash commands' names."""

    commands: Mapping[str, Command]
    prefix: str = ""

    def wish(self, event: Event) -> Wish:
        """Return what a delivery asks for.

        Raises:
            Misread: what was typed makes no sense; the message says why.
        """
        if event.kind == SLASH:
            return self._slash(event)
        origin = Origin(event.channel, event.thread, event.source, event.door)
        if event.kind == SAID:
            return self._said(event, origin)
        if event.kind == SHORTCUT:
            midi = _midi(event.body.get("message") or {})
            files = {str(number): file for number, file in enumerate(midi)}
            return Wish(str(event.body["callback_id"]), files=files, origin=origin)
        if event.kind == PRESS:
            return _pressed(event, origin)
        return _submitted(event)

    def _slash(self, event: Event) -> Wish:
        origin = Origin(event.channel, door=event.door)
        name, text = str(event.body["command"]).lstrip("/").lower(), str(event.body.get("text") or "")
        if name != UMBRELLA:
            return self._typed(name.removeprefix(self.prefix), text, origin)
        name, rest = typed.command_of(text, self.commands, "compose" if text.strip() else "help")
        return self._typed(name, rest, origin)

    def _said(self, event: Event, origin: Origin) -> Wish:
        text, files = typed.without_mention(str(event.event.get("text") or "")), event.event.get("files") or []
        name, rest = typed.command_of(text, self.commands, "compose" if text or files else "help")
        given = self._given(name, event.event)
        wish = self._typed(name, rest, origin, stray=not given)  # beside a file, talk is only talk
        return Wish(name, wish.texts, given, origin, wish.channel_names)

    def _given(self, name: str, message: Mapping[str, Any]) -> dict[str, File]:
        """Return the files of a message as a command takes them: all of them, or one, MIDI if there is any."""
        option = next((option for option in self.commands[name].options if option.kind == "file"), None)
        files: list[File] = list(message.get("files") or [])
        if option is None or not files:
            return {}
        return numbered(option.name, files) if option.most > 1 else {option.name: (_midi(message) or files)[0]}

    def _typed(self, name: str, text: str, origin: Origin, *, stray: bool = True) -> Wish:
        command = self.commands.get(name)
        if command is None or command.shown != "typed":
            raise Misread(f"There is no command {name[:40]!r}. See /help.")
        texts, names = typed.options_of(text, command, stray=stray), {}
        for option in command.options:
            if option.name in texts and option.kind == "channel":
                channel, names[channel] = typed.channel_of(texts[option.name])
                if not channel:
                    raise Misread(f"{option.name}: choose a channel by its # name.", option.name)
                texts[option.name] = channel
            elif option.name in texts:  # only now: else somebody could write a reference of their own making
                texts[option.name] = unescape(texts[option.name])
        return Wish(name, texts, origin=origin, channel_names=names)


def _pressed(event: Event, origin: Origin) -> Wish:
    """Read a button, or a menu: ``action_id`` is the command and its subject."""
    action = event.action
    name, _, subject = str(action.get("action_id") or "").partition(" ")
    texts = {"id": subject} if subject else {}
    chosen = (action.get("selected_option") or {}).get("value")
    return Wish(name, texts | ({"value": str(chosen)} if chosen else {}), origin=origin)


def _submitted(event: Event) -> Wish:
    view: Mapping[str, Any] = event.body["view"]
    texts, files = filled(view)
    named = {key: file for name, some in files.items() for key, file in numbered(name, some).items()}
    return Wish(str(view["callback_id"]), texts, named, Origin.of(view))


def numbered(name: str, files: Sequence[File]) -> dict[str, File]:
    """Return an option's files: the first by its name, the others with a number."""
    return {name if number == 1 else f"{name}-{number}": file for number, file in enumerate(files, 1)}


def _midi(message: Mapping[str, Any]) -> list[File]:
    found: list[File] = list(message.get("files") or [])
    return [file for file in found if file.get("file_access") == GUARDED or _is_midi(file)]


def _is_midi(file: File) -> bool:
    return str(file.get("name") or "").lower().endswith(MIDI_ENDINGS)
