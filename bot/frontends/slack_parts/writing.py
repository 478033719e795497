"""From a ``Reply`` to blocks (reference/block-kit in Slack's documentation), always with a text for who sees none."""

import json
from collections.abc import Sequence
from typing import Any

from bot.chat import Button, Choice, Reply, Row, Select, Step
from bot.frontends.slack_parts.markup import Markup, paragraphs

MOST_TEXT = 4000  # chat.update refuses more (msg_too_long)
SECTION, CONTEXT, CONTEXT_ELEMENTS = 3000, 3000, 10
BLOCKS, VIEW_BLOCKS = 50, 100
LABEL, ACTION, OPTION, PLACEHOLDER, OPTIONS, BUTTONS = 75, 255, 75, 150, 100, 25
ALT_TEXT = 2000
STATUSES = {"pending": "pending", "running": "in_progress", "done": "complete"}
OPENS = "open"
"""Action of a button that leads to a message: Slack tells of the click all the same."""

Block = dict[str, Any]


def message(reply: Reply, markup: Markup, *, pictures: Sequence[str] = (), with_plan: bool = False) -> dict[str, Any]:
    """Return text and blocks of a message.

    ``pictures`` are the ids of the reply's files, to be shown in it; ``with_plan`` shows its steps as a list of tasks.
    """
    written = blocks(reply, markup, with_plan=with_plan)[: BLOCKS - len(pictures)]
    described = [file.description or file.name for file in reply.files]
    written += [picture(file, said) for file, said in zip(pictures, described, strict=False)]
    said = markup.mrkdwn("\n".join(line for _, lines in paragraphs(reply.text.split("\n")) for line in lines))
    text = cut(said or ", ".join(file.name for file in reply.files) or "…", MOST_TEXT)
    return {"text": text, "blocks": written or [section(text)]}


def blocks(reply: Reply, markup: Markup, *, with_plan: bool = False) -> list[Block]:
    """Return a reply's text, steps and rows as blocks."""
    found: list[Block] = []
    for small, lines in paragraphs(reply.text.split("\n")):
        if small:
            said = [mrkdwn(cut(markup.mrkdwn(line), CONTEXT)) for line in lines[:CONTEXT_ELEMENTS]]
            found.append({"type": "context", "elements": said})
        else:
            found += [section(text) for text in _fitting([markup.mrkdwn(line) for line in lines])]
    found += [plan(reply.steps)] if with_plan and reply.steps else []
    return found + [actions(row) for row in reply.rows if row and (not isinstance(row, Select) or options(row.choices))]


def actions(row: Row) -> Block:
    """Return a row of buttons, or a menu."""
    elements = [_select(row)] if isinstance(row, Select) else [_button(one) for one in row[:BUTTONS]]
    return {"type": "actions", "elements": elements}


def plan(steps: Sequence[Step]) -> Block:
    """Return steps as tasks (reference/block-kit/blocks/plan-block)."""
    tasks = [
        {"type": "task_card", "task_id": str(number), "title": step.label, "status": STATUSES[step.state]}
        for number, step in enumerate(steps)
    ]
    now = next((step.label for step in steps if step.state == "running"), steps[-1].label)
    return {"type": "plan", "title": now.capitalize(), "tasks": tasks}


def section(text: str) -> Block:
    """Return a paragraph of mrkdwn."""
    return {"type": "section", "text": mrkdwn(cut(text, SECTION))}


def picture(file: str, said: str) -> Block:
    """Return a picture that was uploaded before."""
    return {"type": "image", "slack_file": {"id": file}, "alt_text": cut(said, ALT_TEXT)}


def mrkdwn(text: str) -> Block:
    """Return a text object with markup."""
    return {"type": "mrkdwn", "text": text}


def plain(text: str, most: int = LABEL) -> Block:
    """Return a text object without markup."""
    return {"type": "plain_text", "text": cut(text.strip() or "…", most), "emoji": True}


def option(choice: Choice) -> Block:
    """Return one choice of a menu."""
    data: Block = {"text": plain(choice.label or choice.value, OPTION), "value": choice.value[:OPTION]}
    if choice.description.strip():
        data["description"] = plain(choice.description, OPTION)
    return data


def options(choices: Sequence[Choice]) -> list[Block]:
    """Return the choices of a menu, each value once."""
    once = {choice.value: choice for choice in choices if choice.value}
    return [option(choice) for choice in list(once.values())[:OPTIONS]]


def cut(text: str, most: int) -> str:
    """Cut a text to what a place holds, not within an escaped sign."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    start = kept.rfind("&", max(0, len(kept) - 4))
    return (kept[:start] if start >= 0 and ";" not in kept[start:] else kept) + "…"


def compact(data: object) -> str:
    """Return JSON without spaces."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _fitting(lines: list[str]) -> list[str]:
    """Join lines to texts that a section holds."""
    texts: list[str] = []
    for line in (cut(line, SECTION) for line in lines):
        if texts and len(texts[-1]) + 1 + len(line) <= SECTION:
            texts[-1] += "\n" + line
        else:
            texts.append(line)
    return texts


def _button(button: Button) -> Block:
    data: Block = {"type": "button", "text": plain(button.label), "action_id": button.action[:ACTION]}
    if button.leads_to and button.leads_to.link:
        return data | {"action_id": f"{OPENS} {button.leads_to.message}"[:ACTION], "url": button.leads_to.link}
    if button.style in ("primary", "danger"):
        data["style"] = button.style
    return data


def _select(select: Select) -> Block:
    return {
        "type": "static_select",
        "action_id": select.action[:ACTION],
        "placeholder": plain(select.placeholder, PLACEHOLDER),
        "options": options(select.choices),
    }
