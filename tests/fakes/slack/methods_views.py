"""views.*: modals and the Home tab."""

import secrets
from collections.abc import Callable
from typing import Any

from tests.fakes.slack import rules
from tests.fakes.slack.call import Call
from tests.fakes.slack.methods_chat import with_ids
from tests.fakes.slack.things import Refused, Team, User
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World

STACK = 3  # a modal holds up to three views (push_limit_reached)


def open_view(call: Call) -> dict[str, Any]:
    content = _content(call, "modal")
    user = call.world.exchange(str(call.get("trigger_id")))
    for view in of_user(call.world, user):
        view.is_open = False  # a new modal takes the place of the old one
    return _answer(call, new_view(call.world, call.team, user, content))


def push(call: Call) -> dict[str, Any]:
    content = _content(call, "modal")
    user = call.world.exchange(str(call.get("trigger_id")))
    stack = of_user(call.world, user)
    if not stack:
        raise Refused("not_found")
    if len(stack) >= STACK:
        raise Refused("push_limit_reached")
    view = new_view(call.world, call.team, user, content)
    view.root, view.previous = stack[0].id, stack[-1].id
    return _answer(call, view)


def update(call: Call) -> dict[str, Any]:
    found = [
        view
        for view in call.world.views.values()
        if view.team is call.team
        and view.is_open
        and (view.id == call.get("view_id") or view.content.get("external_id") == call.get("external_id", ()))
    ]
    if not found:
        raise Refused("not_found")
    view = found[0]
    if call.get("hash", view.hash) != view.hash:
        raise Refused("hash_conflict")
    change_view(call.world, view, _content(call, str(view.content["type"])))
    return _answer(call, view)


def publish(call: Call) -> dict[str, Any]:
    user = call.user(str(call.get("user_id")))
    content, old = _content(call, "home"), call.world.homes.get(user.id)
    if old and call.get("hash", old.hash) != old.hash:
        raise Refused("hash_conflict")
    view = old or new_view(call.world, call.team, user, content)
    change_view(call.world, view, content)
    call.world.homes[user.id] = view
    return _answer(call, view)


VIEWS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}


def new_view(world: World, team: Team, user: User, content: dict[str, Any]) -> View:
    """Show a person a view."""
    view = View(world.new_id("V"), team, user, {})
    change_view(world, view, content)
    world.views[view.id] = view
    return view


def change_view(world: World, view: View, content: dict[str, Any]) -> None:
    """Show something else in a view."""
    view.content = {**content, "blocks": with_ids(world.new_id, content["blocks"])}
    view.hash = f"{world.new_ts()[:10]}.{secrets.token_hex(4)}"
    view.edits.append(view.content)


def of_user(world: World, user: User) -> list[View]:
    """The modals that a person has open, the visible one last."""
    return [view for view in world.views.values() if view.user is user and view.is_open and _is_modal(view)]


def _is_modal(view: View) -> bool:
    return view.content["type"] == "modal"


def _content(call: Call, kind: str) -> dict[str, Any]:
    view = call.get("view")
    if problems := rules.view_problems(view, kind):
        raise Refused("invalid_arguments", response_metadata={"messages": problems})
    assert isinstance(view, dict)
    return view


def _answer(call: Call, view: View) -> dict[str, Any]:
    return {"view": view.to_json(call.world.app.id)}
