"""Bolt around one function that receives everything: signatures, workspaces and our own messages are its business."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.frontends.slack_parts.workspaces import Workspaces

Receive = Callable[[Mapping[str, Any], str], Awaitable[Mapping[str, Any] | None]]
"""Takes a payload and the workspace where we are installed; returns what the acknowledgement carries."""


class KnownWorkspaces(AsyncAuthorize):
    """Finds a workspace's token where we keep it. Bolt's own ways ask Slack first, before anything is acknowledged."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **actors: str | None,
    ) -> AuthorizeResult | None:
        """Return the installation, as Bolt wants it."""
        workspace = await self._workspaces.find(team_id or enterprise_id or "")
        if workspace is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_token=workspace.token,
            bot_id=workspace.bot_id or None,
            bot_user_id=workspace.bot_user or None,
        )


def make_app(
    client: AsyncWebClient,
    workspaces: Workspaces,
    receive: Receive,
    signing_secret: str = "",
    oauth: AsyncOAuthFlow | None = None,
) -> AsyncApp:
    """Put the app together. Its one middleware of ours ends every dispatch, so that nothing stays unacknowledged."""
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_is_news)
    app = AsyncApp(
        name="tutti",
        client=client,
        authorize=KnownWorkspaces(workspaces),  # type: ignore[arg-type]  # Bolt takes its own class too
        signing_secret=signing_secret,
        oauth_flow=oauth,
    )

    async def take(req: AsyncBoltRequest) -> BoltResponse:
        team = req.context.team_id or req.context.enterprise_id or ""
        said = await receive(req.body, team)
        return BoltResponse(status=200, body=dict(said) if said else "")

    app.use(take)
    return app


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line is worth a log: Bolt wonders why the environment's token, which it looks up itself, is unused."""
    return "`token` will be unused" not in record.getMessage()
