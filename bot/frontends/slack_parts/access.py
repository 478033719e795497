"""Who we are: the settings checked, our own token tried, and other workspaces that install us (OAuth)."""

import asyncio
import logging
import re
import secrets
import time

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.chat import SetupRefused, Unreachable
from bot.frontends.slack_parts.doors import FIRST_PAUSE_S, LONGEST_PAUSE_S, WRONG_TOKEN
from bot.frontends.slack_parts.faults import SlackRefused
from bot.frontends.slack_parts.manifest import SCOPES
from bot.frontends.slack_parts.wire import SLACK, Wire
from bot.frontends.slack_parts.workspaces import Workspace, Workspaces
from bot.settings import SlackSettings

STATE_S = 600.0
STATES_MOST = 1000
PREFIX = re.compile(r"[a-z0-9_-]{0,16}")

log = logging.getLogger(__name__)


def check(settings: SlackSettings) -> None:
    """See whether the settings go together.

    Raises:
        SetupRefused: one is missing or malformed; the message names it.
    """
    if not settings.app_token and not settings.signing_secret:
        raise SetupRefused("Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): Slack cannot reach me.")
    if not settings.bot_token and not (settings.client_id and settings.client_secret):
        raise SetupRefused("Set SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: I have no workspace.")
    if not settings.port.isdecimal() or not 0 < int(settings.port) < 65536:
        raise SetupRefused(f"SLACK_PORT {settings.port[:20]!r} is no port: choose a number from 1 to 65535.")
    if not PREFIX.fullmatch(settings.prefix):
        raise SetupRefused(
            f"SLACK_COMMAND_PREFIX {settings.prefix[:20]!r} cannot begin a slash command: use a-z, 0-9, - and _."
        )


async def own_workspace(settings: SlackSettings, wire: Wire) -> Workspace | None:
    """Ask Slack whose bot token this is, however long it cannot be reached; None without one.

    Raises:
        SetupRefused: the token is wrong.
    """
    pause_s = FIRST_PAUSE_S
    while settings.bot_token:
        try:
            return await introduce(wire, settings.bot_token)
        except SlackRefused as refused:
            if refused.error in WRONG_TOKEN:
                raise SetupRefused(
                    "Slack refuses SLACK_BOT_TOKEN: copy it again from OAuth & Permissions."
                ) from refused
            log.warning("Slack does not say who we are (%s): once more in %g s", refused, pause_s)
        except Unreachable as error:
            log.warning("Slack cannot be reached (%s): once more in %g s", error, pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
    return None


async def introduce(wire: Wire, token: str, team: str = "") -> Workspace:
    """Ask Slack whose token it is; raises as ``Wire.call``."""
    said = await wire.call(Workspace(team, token), "auth.test")
    scopes = tuple(scope.strip() for scope in str(said["scopes"]).split(",") if scope.strip())
    if missing := [scope for scope in SCOPES if scopes and scope not in scopes]:
        log.warning("the token lacks the scopes %s: add them and reinstall the app", ", ".join(missing))
    return Workspace(
        team=team or str(said.get("team_id") or said.get("enterprise_id") or ""),
        token=token,
        bot_user=str(said.get("user_id") or ""),
        bot_id=str(said.get("bot_id") or ""),
        url=str(said.get("url") or ""),
        scopes=scopes,
    )


def oauth_flow(settings: SlackSettings, wire: Wire, workspaces: Workspaces) -> AsyncOAuthFlow | None:
    """Return the flow by which other workspaces install us; None if the settings do not offer it."""
    if not settings.client_id or not settings.client_secret:
        return None
    site = wire.base_url.removesuffix("api/")
    offered = AsyncOAuthSettings(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scopes=list(SCOPES),
        redirect_uri=f"{settings.public_url}/slack/oauth_redirect" if settings.public_url else None,
        authorization_url=f"{site}oauth/v2/authorize" if wire.base_url != SLACK else None,
        installation_store=_Store(wire, workspaces),
        state_store=_States(),
    )
    return AsyncOAuthFlow(client=wire.client(), settings=offered)


class _Store(AsyncInstallationStore):
    """Takes what Bolt's flow has brought home."""

    def __init__(self, wire: Wire, workspaces: Workspaces) -> None:
        self._wire, self._workspaces = wire, workspaces

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_save(self, installation: Installation) -> None:
        team = str(installation.team_id or installation.enterprise_id or "")
        await self._workspaces.add(await introduce(self._wire, str(installation.bot_token), team))
        log.info("installed in workspace %s", team)


class _States(AsyncOAuthStateStore):
    """Remembers who has begun to install us: each state is good once, for ten minutes."""

    def __init__(self) -> None:
        self._issued: dict[str, float] = {}

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        state = secrets.token_urlsafe(24)
        if len(self._issued) >= STATES_MOST:
            del self._issued[next(iter(self._issued))]
        self._issued[state] = time.monotonic() + STATE_S
        return state

    async def async_consume(self, state: str) -> bool:
        return self._issued.pop(state, 0.0) > time.monotonic()
