"""The ways in: Socket Mode, and an HTTP server for signed requests and for installing the app."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.errors import SlackApiError

from bot.chat import SetupRefused
from bot.frontends.slack_parts.wire import Wire
from bot.settings import SlackSettings

EVENTS_PATH = "/slack/events"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
WRONG_TOKEN = {"invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive", "token_revoked"}

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def open_doors(settings: SlackSettings, app: AsyncApp, wire: Wire) -> AsyncIterator[None]:
    """Listen by Socket Mode if there is an app token, else for signed requests; and for installations if wanted.

    Raises:
        SetupRefused: a token is wrong, or the port cannot be used.
    """
    async with contextlib.AsyncExitStack() as stack:
        if app.oauth_flow or not settings.app_token:
            await stack.enter_async_context(_server(settings, app))
        if settings.app_token:
            await stack.enter_async_context(_socket(settings, app, wire))
        yield


@contextlib.asynccontextmanager
async def _socket(settings: SlackSettings, app: AsyncApp, wire: Wire) -> AsyncIterator[None]:
    address = await _address(settings, wire)
    handler = AsyncSocketModeHandler(app, settings.app_token, web_client=wire.client())
    handler.client.wss_uri = address
    try:
        await handler.connect_async()
        yield
    finally:
        await handler.close_async()


async def _address(settings: SlackSettings, wire: Wire) -> str:
    """Ask for a websocket, however long Slack cannot be reached; the library would ask for ever with a wrong token."""
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            opened = await wire.client().apps_connections_open(app_token=settings.app_token)
            return str(opened["url"])
        except SlackApiError as error:
            if error.response.get("error") in WRONG_TOKEN:
                raise SetupRefused(
                    "Slack refuses SLACK_APP_TOKEN: make one with the scope connections:write under Basic Information."
                ) from error
            log.warning("no websocket from Slack (%s): once more in %g s", error.response.get("error"), pause_s)
        except (OSError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("Slack cannot be reached (%s): once more in %g s", error, pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


@contextlib.asynccontextmanager
async def _server(settings: SlackSettings, app: AsyncApp) -> AsyncIterator[None]:
    site = web.Application()

    async def take(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    if not settings.app_token:  # without a signing secret, nothing that is posted could be believed
        site.router.add_post(EVENTS_PATH, take)
    if app.oauth_flow:
        _offer_installation(site, app.oauth_flow)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, int(settings.port)).start()
        log.info("Slack finds us at %s:%s%s", settings.host, settings.port, EVENTS_PATH)
        yield
    except OSError as error:
        raise SetupRefused(f"Port {settings.port} cannot be used ({error.strerror}): set SLACK_PORT.") from error
    finally:
        await runner.cleanup()


def _offer_installation(site: web.Application, flow: AsyncOAuthFlow) -> None:
    async def begin(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await flow.handle_installation(await to_bolt_request(request)))

    async def end(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await flow.handle_callback(await to_bolt_request(request)))

    site.router.add_get(flow.install_path, begin)
    site.router.add_get(flow.redirect_uri_path, end)
