"""auth.*, users.*, team.*, bots.*, conversations.*, reactions.*: who and where."""

from collections.abc import Callable
from typing import Any

from tests.fakes.slack.call import Call
from tests.fakes.slack.things import CHANNEL, DIRECT, Refused


def test(call: Call) -> dict[str, Any]:
    team = call.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": team.bot.name.lower(),
        "team_id": team.id,
        "user_id": team.bot.id,
        "bot_id": team.bot_id,
        "app_id": call.world.app.id,
        "is_enterprise_install": False,
    }


def revoke(call: Call) -> dict[str, Any]:
    if not call.get("test", False):
        call.team.is_installed = False
    return {"revoked": not call.get("test", False)}


def user_info(call: Call) -> dict[str, Any]:
    return {"user": call.user(str(call.get("user"))).to_json()}


def team_info(call: Call) -> dict[str, Any]:
    return {"team": {"id": call.team.id, "name": call.team.name, "domain": call.team.domain}}


def bot_info(call: Call) -> dict[str, Any]:
    about = {"id": call.team.bot_id, "app_id": call.world.app.id, "user_id": call.team.bot.id, "name": "Tutti"}
    return {"bot": about | {"deleted": False, "updated": 1700000000}}


def open_conversation(call: Call) -> dict[str, Any]:
    if call.get("channel"):
        return {"channel": {"id": call.channel(str(call.get("channel"))).id}, "already_open": True, "no_op": True}
    users = [call.user(one) for one in str(call.get("users", "")).split(",") if one]
    if not users:
        raise Refused("users_list_not_supplied")
    return {"channel": {"id": call.world.direct(call.team.bot, *users).id}}


def conversation_info(call: Call) -> dict[str, Any]:
    return {"channel": call.channel(str(call.get("channel"))).to_json()}


def members(call: Call) -> dict[str, Any]:
    """Everybody of the workspace is in its public channels; the others have their members."""
    channel = call.channel(str(call.get("channel")))
    people = {user.id for user in call.world.users.values() if user.team is call.team and not user.is_bot}
    found = sorted(channel.members | (people if channel.kind == CHANNEL else set()))
    return {"members": found, "response_metadata": {"next_cursor": ""}}


def join(call: Call) -> dict[str, Any]:
    channel = call.channel(str(call.get("channel")))
    if channel.kind != CHANNEL:
        raise Refused("method_not_supported_for_channel_type")
    channel.members.add(call.team.bot.id)
    return {"channel": channel.to_json()}


def conversations(call: Call) -> dict[str, Any]:
    """Of conversations.list: every public one and those with the bot, by kind."""
    kinds = {"public_channel": CHANNEL, "private_channel": "group", "im": DIRECT, "mpim": "mpim"}
    wanted = {kinds[kind] for kind in str(call.get("types", "public_channel")).split(",")}
    found = [
        one.to_json()
        for one in call.world.channels.values()
        if one.team is call.team and one.kind in wanted and (one.kind == CHANNEL or call.team.bot.id in one.members)
    ]
    return {"channels": found, "response_metadata": {"next_cursor": ""}}


def replies(call: Call) -> dict[str, Any]:
    channel = call.channel(str(call.get("channel")))
    ts = str(call.get("ts"))
    found = [one for one in channel.messages.values() if ts in (one.ts, one.thread_ts) and not one.only_for]
    if not found:
        raise Refused("thread_not_found")
    return {"messages": [one.to_json(call.origin) for one in found], "has_more": False}


def history(call: Call) -> dict[str, Any]:
    channel = call.channel(str(call.get("channel")))
    oldest, latest = float(call.get("oldest", 0)), float(call.get("latest", "inf"))
    found = [
        one
        for one in channel.messages.values()
        if not one.only_for and not one.thread_ts and oldest <= float(one.ts) <= latest
    ]
    newest = sorted(found, key=lambda one: one.ts, reverse=True)[: int(call.get("limit", 100))]
    return {"messages": [one.to_json(call.origin) for one in newest], "has_more": len(found) > len(newest)}


def react(call: Call) -> dict[str, Any]:
    message = call.message(call.channel(str(call.get("channel"))), str(call.get("timestamp")))
    reaction = (str(call.get("name")), call.team.bot.id)
    if reaction in message.reactions:
        raise Refused("already_reacted")
    message.reactions.append(reaction)
    return {}


def unreact(call: Call) -> dict[str, Any]:
    message = call.message(call.channel(str(call.get("channel"))), str(call.get("timestamp")))
    reaction = (str(call.get("name")), call.team.bot.id)
    if reaction not in message.reactions:
        raise Refused("no_reaction")
    message.reactions.remove(reaction)
    return {}


PEOPLE: dict[str, Callable[[Call], dict[str, Any]]] = {
    "auth.test": test,
    "auth.revoke": revoke,
    "users.info": user_info,
    "team.info": team_info,
    "bots.info": bot_info,
    "conversations.open": open_conversation,
    "conversations.info": conversation_info,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.list": conversations,
    "conversations.replies": replies,
    "conversations.history": history,
    "reactions.add": react,
    "reactions.remove": unreact,
}
