"""oauth.v2.access: a code from the consent page becomes a workspace's token."""

import base64
from collections.abc import Callable
from typing import Any

from tests.fakes.slack.things import Refused
from tests.fakes.slack.world import World


def access(world: World, authorization: str, arguments: dict[str, Any]) -> dict[str, Any]:
    app = world.app
    given = (str(arguments.get("client_id", "")), str(arguments.get("client_secret", "")))
    if authorization.startswith("Basic "):
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        given = (name, secret)
    if given[0] != app.client_id:
        raise Refused("invalid_client_id")
    if given[1] != app.client_secret:
        raise Refused("bad_client_secret")
    team = world.codes.pop(str(arguments.get("code", "")), None)
    if team is None:
        raise Refused("invalid_code")
    token = world.install(team)
    return {
        "app_id": app.id,
        "authed_user": {"id": next(user.id for user in world.users.values() if user.team is team)},
        "scope": ",".join(sorted(team.scopes)),
        "token_type": "bot",
        "access_token": token,
        "bot_user_id": team.bot.id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


WITHOUT_TOKEN: dict[str, Callable[[World, str, dict[str, Any]], dict[str, Any]]] = {"oauth.v2.access": access}
